"""The dispatcher: order, identity, limits, and what a peer may learn of a failure."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from controller.services.handlers import HANDLERS
from protocol.commands import COMMANDS
from protocol.commands.session import Ping
from protocol.errors import CloseCode, NoStream
from tests.services.house import BOX_TOKEN, House, Remote


@pytest.fixture
async def remote(house: House) -> Remote:
    return await house.owner()


def test_every_command_has_a_handler_and_no_handler_is_without_command() -> None:
    assert set(HANDLERS) == set(COMMANDS.values())


async def test_a_batch_is_executed_in_order_and_answered_as_one_array(house: House, remote: Remote) -> None:
    await remote.watch()
    batch = [remote.request("hls_seek", position=position) for position in (10.0, 20.0, 30.0)]
    await remote.send([*batch, remote.request("hls_status")])
    answers = remote.peer.messages()[-1]
    assert [answer["id"] for answer in answers] == [3, 4, 5, 6]
    assert [answer["result"]["position"] for answer in answers[:3]] == [10.0, 20.0, 30.0]
    assert answers[3]["result"]["timeline"]["position"] == 30.0
    assert remote.peer.words()[-1] == "batch of 4"


async def test_a_batch_of_notifications_is_not_answered(house: House, remote: Remote) -> None:
    await remote.watch()
    report = {"position": 55.0, "playing": False, "buffered_s": 1.0}
    note = {"jsonrpc": "2.0", "method": "hls_report", "params": report}
    await remote.send([note, note])
    assert remote.peer.words() == ["stream_changed"]
    assert remote.stream.machine.timeline.playing is False


async def test_a_notification_that_fails_is_not_answered_either(remote: Remote) -> None:
    remote.peer.take()
    await remote.send({"jsonrpc": "2.0", "method": "hls_pause", "params": {}})
    await remote.send({"jsonrpc": "2.0", "method": "no_such_method"})
    assert remote.peer.frames == []


async def test_an_error_in_a_batch_stands_in_its_place(remote: Remote) -> None:
    await remote.send([remote.request("ping"), remote.request("nothing"), 7, remote.request("ping")])
    answers = remote.peer.messages()[-1]
    assert [answer.get("error", {}).get("code") for answer in answers] == [None, -32601, -32600, None]


async def test_a_request_id_repeated_within_a_minute_is_answered_again_and_not_executed_again(
    house: House, remote: Remote
) -> None:
    await remote.watch()
    request = {"jsonrpc": "2.0", "id": "once", "method": "hls_seek", "params": {"position": 60.0}}
    await remote.send(request)
    await house.clock.advance(59)
    epoch = remote.stream.machine.epoch
    await remote.send({**request, "params": {"position": 5.0}})
    assert remote.peer.frames[-1] == remote.peer.frames[1]
    assert remote.stream.machine.epoch == epoch
    await house.clock.advance(2)
    await remote.send({**request, "params": {"position": 5.0}})
    assert remote.stream.machine.epoch > epoch


async def test_a_repeated_request_id_is_answered_from_the_store_after_a_resume_too(
    house: House, remote: Remote
) -> None:
    await remote.watch()
    request = {"jsonrpc": "2.0", "id": "once", "method": "hls_seek", "params": {"position": 60.0}}
    await remote.send(request)
    first, epoch = remote.peer.frames[-1], remote.stream.machine.epoch
    remote.hang_up()
    again = house.connect()
    resume = remote.resume(last_seq=remote.me.session.seq)
    await again.register("owner", {"device_token": BOX_TOKEN}, resume=resume)
    await again.send(request)
    assert again.peer.frames[-1] == first
    assert again.stream.machine.epoch == epoch


async def test_an_error_is_remembered_as_an_answer(house: House, remote: Remote) -> None:
    request = remote.request("get_hls_url")
    await remote.send(request)
    await remote.watch()
    await remote.send(request)
    assert remote.peer.messages()[-1]["error"]["data"]["name"] == "no_stream"


async def test_two_clients_may_use_the_same_request_id(house: House, remote: Remote) -> None:
    other = await house.owner("other")
    await remote.watch()
    assert await other.refused("get_hls_url") == "no_stream"
    assert await other.refused("hls_pause") == "no_stream"


async def test_what_a_resumed_client_missed_comes_after_the_answer_to_register(house: House, remote: Remote) -> None:
    await remote.watch()
    seq = remote.me.session.seq
    remote.hang_up()
    house.encoder.last.make(0)
    again = house.connect()
    result = await again.register("owner", {"device_token": BOX_TOKEN}, resume=remote.resume(last_seq=seq))
    assert (result["resumed"], result["seq"]) == (True, seq + 1)
    assert again.peer.words() == ["answer 1", "stream_changed"]
    assert again.peer.events("stream_changed")[0]["seq"] == seq + 1


async def test_nothing_but_register_is_answered_before_register(house: House) -> None:
    remote = house.connect()
    for method in ("ping", "hls_status", "browse", "list_devices"):
        assert await remote.refused(method) == "not_registered"


async def test_a_connection_registers_once(house: House, remote: Remote) -> None:
    wish = {"protocol": 1, "client_types": ["hls_streaming"], "name": "x", "auth": {"device_token": BOX_TOKEN}}
    assert await remote.refused("register", **wish) == "invalid_request"
    assert len(house.clients) == 1


async def test_a_command_of_the_other_family_is_refused_with_what_to_do(house: House) -> None:
    remote = await house.owner(client_types=["server_playback"])
    answer = await remote.ask("hls_seek", position=1.0)
    assert answer["error"]["data"]["name"] == "wrong_client_type"
    assert "hls_streaming" in answer["error"]["data"]["hint"]


@pytest.mark.parametrize(
    ("method", "params"),
    [("create_pairing_code", {}), ("list_devices", {}), ("revoke_device", {"device_id": "x"})],
)
async def test_what_is_for_owners_is_forbidden_to_the_others(house: House, method: str, params: dict[str, Any]) -> None:
    for role in ("guest", "member"):
        remote = await (house.guest() if role == "guest" else house.guest("member"))
        answer = await remote.ask(method, **params)
        assert answer["error"]["message"] == f"A {role} may not do this."
        assert answer["error"]["data"]["name"] == "forbidden"


async def test_guests_do_not_see_who_is_here(house: House) -> None:
    guest, member = await house.guest(), await house.guest("member")
    assert await guest.refused("get_all_clients_status") == "forbidden"
    assert len(await member.call("get_all_clients_status")) == 2


async def test_a_bad_token_closes_the_connection_after_its_answer(house: House) -> None:
    remote = house.connect()
    wish = {"protocol": 1, "client_types": ["hls_streaming"], "name": "x", "auth": {"device_token": "wrong"}}
    assert await remote.refused("register", **wish) == "forbidden"
    assert remote.peer.closed == (CloseCode.BAD_TOKEN, "bad or revoked token")


async def test_a_wrong_pairing_code_leaves_the_connection_open(house: House) -> None:
    remote = house.connect()
    wish = {"protocol": 1, "client_types": ["hls_streaming"], "name": "x", "auth": {"pairing_code": "AAAA-AAAA"}}
    assert await remote.refused("register", **wish) == "pairing_failed"
    assert remote.peer.closed is None


async def test_three_frames_of_nonsense_close_the_connection(house: House, remote: Remote) -> None:
    await remote.send("no json")
    await remote.send("[]")
    assert remote.peer.closed is None
    house.dispatcher.refuse_binary(remote.connection)
    assert remote.peer.closed == (CloseCode.NOT_JSON_RPC, "not JSON-RPC")
    assert [message["error"]["code"] for message in remote.peer.messages()[1:]] == [-32700, -32600, -32600]


async def test_wrong_parameters_are_no_nonsense(remote: Remote) -> None:
    for _ in range(5):
        assert await remote.refused("hls_seek", position="ten") == "invalid_params"
    assert remote.peer.closed is None


async def test_what_nobody_expected_is_logged_once_and_told_to_nobody(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object) -> None:
        raise ZeroDivisionError("/home/secret/film.mp4")

    monkeypatch.setitem(cast("dict[Any, Any]", HANDLERS), Ping, breaks)
    with capture_logs() as lines:
        answer = await remote.ask("ping")
    assert answer["error"] == {
        "code": -32603,
        "message": "Something went wrong inside Matinee.",
        "data": {"name": "internal", "retryable": False},
    }
    assert [(line["event"], line["log_level"], line["method"]) for line in lines] == [
        ("handler failed", "error", "ping")
    ]
    assert lines[0]["exc_info"]


@pytest.mark.parametrize(
    "result", [object(), float("nan"), {"a": {1, 2}}, [object()], NoStream(details={"x": object()})]
)
async def test_a_result_that_cannot_be_written_is_answered_as_internal_and_logged_once(
    house: House, remote: Remote, monkeypatch: pytest.MonkeyPatch, result: object
) -> None:
    async def answers(*_: object) -> object:
        return result

    monkeypatch.setitem(cast("dict[Any, Any]", HANDLERS), Ping, answers)
    request = remote.request("ping")
    with capture_logs() as lines:
        await remote.send([request, remote.request("hls_status")])
    failed, after = remote.peer.messages()[-1]
    assert (failed["id"], failed["error"]["code"], failed["error"]["data"]["name"]) == (
        request["id"],
        -32603,
        "internal",
    )
    assert after["result"]["state"] == "idle", "the connection goes on"
    assert [(line["event"], line["log_level"], line["method"], line["exc_info"]) for line in lines] == [
        ("answer cannot be written", "error", "ping", True)
    ]
    await remote.send(request)
    assert remote.peer.messages()[-1] == failed, "it is remembered like any other answer"


async def test_being_cancelled_is_no_error_to_be_answered(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    async def waits(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setitem(cast("dict[Any, Any]", HANDLERS), Ping, waits)
    asking = remote.house.beside.start(remote.ask("ping"))
    await remote.house.clock.settle()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert remote.peer.words() == ["answer 1"]


async def test_too_many_requests_are_refused_until_some_time_has_passed(tmp_path: Path) -> None:
    house = House(tmp_path, rate=10, burst=5)
    remote = await house.owner()
    names = [(await remote.ask("ping")).get("error", {}).get("data") for _ in range(7)]
    assert names[:5] == [None] * 5
    assert names[5] == {"name": "rate_limited", "retryable": True, "retry_after_s": 1.0}
    frames = len(remote.peer.frames)
    await remote.send({"jsonrpc": "2.0", "method": "ping"})
    assert len(remote.peer.frames) == frames
    await house.clock.advance(1)
    assert "clock" in await remote.call("ping")


async def test_a_notification_is_not_answered_however_wrong_and_however_fast(tmp_path: Path) -> None:
    house = House(tmp_path, rate=10, burst=3)
    remote = await house.owner()
    wrong = {"jsonrpc": "2.0", "method": "hls_seek", "params": {"position": "ten"}}
    unknown, fine = {"jsonrpc": "2.0", "method": "no_such_method"}, {"jsonrpc": "2.0", "method": "ping"}
    remote.peer.take()
    for note in (wrong, unknown, fine) * 3:
        await remote.send(note)
    await remote.send([wrong, unknown, fine])
    assert remote.peer.frames == []
    assert await remote.refused("ping") == "rate_limited"


@pytest.mark.parametrize(("frame", "code"), [("{", -32700), ("[]", -32600), ({"jsonrpc": "2.0", "method": 7}, -32600)])
async def test_what_is_no_request_is_answered_without_an_id_as_what_it_is_also_when_it_comes_too_fast(
    tmp_path: Path, frame: Any, code: int
) -> None:
    house = House(tmp_path, rate=10, burst=1)
    remote = await house.owner()
    await remote.call("ping")
    await remote.send(frame)
    answer = remote.peer.messages()[-1]
    assert (answer["id"], answer["error"]["code"]) == (None, code)


async def test_a_faulty_request_that_comes_too_fast_is_told_so_under_its_id(tmp_path: Path) -> None:
    house = House(tmp_path, rate=10, burst=1)
    remote = await house.owner()
    await remote.call("ping")
    assert await remote.refused("hls_seek", position="ten") == "rate_limited"


async def test_five_seconds_of_flood_close_the_connection(tmp_path: Path) -> None:
    house = House(tmp_path, rate=10, burst=5)
    remote = await house.owner()
    for _ in range(510):
        await remote.send(remote.request("ping"))
        await house.clock.advance(0.01)
    assert remote.peer.closed == (CloseCode.TOO_FAST, "too many requests")


async def test_a_refused_request_may_be_sent_again_under_its_id(tmp_path: Path) -> None:
    house = House(tmp_path, rate=10, burst=1)
    remote = await house.owner()
    await remote.call("ping")
    request = remote.request("ping")
    await remote.send(request)
    assert remote.peer.words()[-1] == f"error {request['id']}"
    await house.clock.advance(1)
    await remote.send(request)
    assert remote.peer.words()[-1] == f"answer {request['id']}"


async def test_every_request_is_a_sign_of_life(house: House, remote: Remote) -> None:
    await house.clock.advance(31)
    assert remote.me.session.health(house.clock.now()) == "quiet"
    await remote.call("ping")
    assert remote.me.session.health(house.clock.now()) == "live"


async def test_an_answer_never_holds_null(remote: Remote) -> None:
    await remote.watch()
    for method in ("hls_status", "get_server_status", "get_all_clients_status", "browse"):
        await remote.call(method)
        assert "null" not in json.dumps(remote.peer.messages()[-1])

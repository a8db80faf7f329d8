"""FAULTS 25: the WebSocket edge of a real daemon: the greeting, nonsense, close codes and bounds."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import Any

import anyio
import pytest
import websockets

from protocol.commands import COMMANDS
from protocol.commands.screen import ScreenCommand
from tests.daemon import Daemon
from tests.server.raw import masked, resident, upgraded
from tests.server.remote import box, dial, owner
from tests.waiting import eventually

QUEUES = {method for method in COMMANDS if method.startswith("queue_")} - {"queue_share"}
PING = '{"jsonrpc":"2.0","id":1,"method":"ping","params":%s}'
DEEP = "[" * 100_000 + "]" * 100_000
NOT_JSON_RPC = {
    "an open brace": ("{", "parse_error"),
    "an empty frame": ("", "parse_error"),
    "100,000 levels": (DEEP, "parse_error"),
    "100,000 levels in the parameters": (PING % DEEP, "parse_error"),
    "a number of 5,000 digits": (PING % ('{"x":' + "9" * 5_000 + "}"), "parse_error"),
    "NaN": (PING % '{"x":NaN}', "parse_error"),
    "minus infinity": (PING % '{"x":-Infinity}', "parse_error"),
    "a raw NUL": (PING % '{"x":"a\0b"}', "parse_error"),
    "a key given twice": (PING % '{"x":1,"x":2}', "parse_error"),
    "the method given twice": ('{"jsonrpc":"2.0","id":1,"method":"ping","method":"goodbye"}', "parse_error"),
    "two documents": ("{}{}", "parse_error"),
    "a null": ("null", "invalid_request"),
    "a number": ("17", "invalid_request"),
    "an empty object": ("{}", "invalid_request"),
    "an empty batch": ("[]", "invalid_request"),
    "a batch of 33": ("[" + ",".join([PING % "{}"] * 33) + "]", "invalid_request"),
    "another version": ('{"jsonrpc":"1.0","id":1,"method":"ping"}', "invalid_request"),
    "a field too many": ('{"jsonrpc":"2.0","id":1,"method":"ping","auth":1}', "invalid_request"),
    "a method that is a number": ('{"jsonrpc":"2.0","id":1,"method":7}', "invalid_request"),
    "an id that is null": ('{"jsonrpc":"2.0","id":null,"method":"ping"}', "invalid_request"),
    "an id that is true": ('{"jsonrpc":"2.0","id":true,"method":"ping"}', "invalid_request"),
    "an id that is a fraction": ('{"jsonrpc":"2.0","id":1.5,"method":"ping"}', "invalid_request"),
    "an id that is an object": ('{"jsonrpc":"2.0","id":{},"method":"ping"}', "invalid_request"),
    "an id with a NUL": ('{"jsonrpc":"2.0","id":"a\\u0000","method":"ping"}', "invalid_request"),
    "an id with half a surrogate pair": ('{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', "invalid_request"),
    "an id of a megabit": ('{"jsonrpc":"2.0","id":"' + "a" * 131_072 + '","method":"ping"}', "invalid_request"),
}
WRONG_PARAMETERS = {
    "a list of parameters": ("ping", "[]"),
    "no object at all": ("ping", '"x"'),
    "an extra field": ("ping", '{"x":1}'),
    "an extra field with half a surrogate pair in its name": ("ping", '{"\\ud800":1}'),
    "500 levels": ("subscribe", '{"topics":' + "[" * 500 + "]" * 500 + "}"),
    "text for a number": ("hls_seek", '{"position":"12"}'),
    "true for a number": ("hls_seek", '{"position":true}'),
    "null for a number": ("hls_seek", '{"position":null}'),
    "a number beyond all": ("hls_seek", '{"position":1e999}'),
    "4,000 digits": ("hls_seek", '{"position":' + "9" * 4_000 + "}"),
    "nothing where something must be": ("hls_seek", "{}"),
    "NUL in text": ("browse", '{"path":"a\\u0000b"}'),
    "half a surrogate pair in text": ("browse", '{"path":"a\\udfff"}'),
    "text that is too long": ("browse", '{"path":"' + "a" * 5_000 + '"}'),
    "a word that is not in the list": ("subscribe", '{"topics":["everything"]}'),
    "a page below one": ("browse", '{"page":0}'),
    "an item of two kinds": ("get_item", '{"item":{"path":"a","media_id":"b"}}'),
    "an item id that is no base64": ("get_item", '{"item":{"media_id":"../../etc/passwd"}}'),
}


def no_accident(running: Daemon) -> bool:
    """Nothing was logged that nobody expected."""
    text = running.log_text()
    return "handler failed" not in text and "exception" not in text and "Traceback" not in text


def open_descriptors(running: Daemon) -> int:
    """How many descriptors the daemon has open."""
    return len(list(Path(f"/proc/{running.process.pid}/fd").iterdir()))


async def test_the_first_frame_is_a_greeting_that_says_what_is_spoken_here(running: Daemon) -> None:
    async with dial(running) as remote:
        assert remote.socket.subprotocol == "matinee.v1"
        assert remote.hello["protocol"] == {"min": 1, "max": 1}
        assert (remote.hello["ping_s"], remote.hello["grace_s"]) == (10.0, 60.0)
        assert remote.hello["features"] == ["hls", "queue", "watched"]
        assert "seq" not in remote.hello


async def test_every_command_before_register_is_refused(running: Daemon) -> None:
    needed: dict[str, dict[str, Any]] = {
        "hls_seek": {"position": 1.0},
        "hls_report": {"position": 1.0, "playing": True, "buffered_s": 0.0},
        "hls_set_rate": {"rate": 1.0},
        "hls_set_quality": {"quality": "720p"},
        "subscribe": {"topics": []},
        "unsubscribe": {"topics": []},
        "revoke_device": {"device_id": "x"},
        "rename_device": {"device_id": "x", "name": "x"},
        "set_device_role": {"device_id": "x", "role": "guest"},
        "update_capabilities": {"capabilities": {}},
        "suggest": {"kind": "skip"},
        "answer_suggestion": {"suggestion_id": "x", "accept": True},
        "withdraw_suggestion": {"suggestion_id": "x"},
        "get_item": {"item": {"path": "minute.mp4"}},
        "set_watched": {"item": {"path": "minute.mp4"}, "watched": True},
        "respond_takeover": {"request_id": "x", "accept": True},
        "cancel_takeover": {"request_id": "x"},
        "release_authority": {"lease": 1},
        "server_interrupt": {"item": {"path": "minute.mp4"}},
        "server_seek": {"position": 1.0},
        "server_set_volume": {"volume": 50},
        "server_set_mute": {"muted": True},
        "server_set_rate": {"rate": 1.0},
        "server_set_fullscreen": {"fullscreen": True},
        "queue_add": {"items": [{"path": "minute.mp4"}]},
        "queue_remove": {"ids": ["x"]},
        "queue_move": {"id": "x"},
        "queue_jump": {"id": "x"},
        "queue_set_mode": {"repeat": "off", "shuffle": False},
        "queue_share": {"shared": True},
        "queue_copy": {"source": "mine", "mode": "append"},
    }
    leased = {method: {"lease": 1} for method, command in COMMANDS.items() if issubclass(command, ScreenCommand)}
    targeted = {method: {"target": "server"} for method in COMMANDS if method in QUEUES}
    async with dial(running) as remote:
        for method in sorted(set(COMMANDS) - {"register"}):
            params = {**needed.get(method, {}), **leased.get(method, {}), **targeted.get(method, {})}
            assert await remote.refused(method, **params) == "not_registered", method
    assert no_accident(running)


async def test_a_connection_registers_once(running: Daemon) -> None:
    async with owner(running) as remote:
        again = {"protocol": 1, "client_types": ["hls_streaming"], "name": "again", "auth": box(running)}
        assert await remote.refused("register", **again) == "invalid_request"
        assert await remote.do("ping")


async def test_another_protocol_version_is_refused_by_name(running: Daemon) -> None:
    async with dial(running) as remote:
        params = {"protocol": 2, "client_types": ["hls_streaming"], "name": "new", "auth": box(running)}
        assert await remote.refused("register", **params) == "unsupported_protocol"


@pytest.mark.parametrize("kind", NOT_JSON_RPC)
async def test_what_is_no_request_gets_a_typed_error(running: Daemon, kind: str) -> None:
    text, name = NOT_JSON_RPC[kind]
    async with owner(running) as remote:
        await remote.send(text)
        answer = await remote.answer()
        assert answer["error"]["data"]["name"] == name
        assert len(json.dumps(answer)) < 1_000, "the answer does not repeat what was sent"
        assert await remote.do("ping"), "the connection goes on"
    assert no_accident(running)


@pytest.mark.parametrize("kind", WRONG_PARAMETERS)
async def test_wrong_parameters_get_a_typed_error(running: Daemon, kind: str) -> None:
    method, params = WRONG_PARAMETERS[kind]
    async with owner(running) as remote:
        await remote.send(f'{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}')
        answer = await remote.answer()
        assert answer["error"]["data"]["name"] == "invalid_params", answer
        assert len(json.dumps(answer)) < 2_000
        assert await remote.do("ping")
    assert no_accident(running)


async def test_an_unknown_method_is_refused_by_name_even_with_half_a_surrogate_pair_in_it(running: Daemon) -> None:
    async with owner(running) as remote:
        for method in ("explode", "__class__", "\\ud800"):
            await remote.send(f'{{"jsonrpc":"2.0","id":1,"method":"{method}"}}')
            assert (await remote.answer())["error"]["data"]["name"] == "method_not_found"
    assert no_accident(running)


async def test_a_batch_is_answered_in_order_and_its_notifications_are_not(running: Daemon) -> None:
    async with owner(running) as remote:
        entries = [{"jsonrpc": "2.0", "id": n, "method": "ping" if n % 2 else "nonsense"} for n in range(31)]
        await remote.send(json.dumps([*entries, {"jsonrpc": "2.0", "method": "ping"}]))
        answers = await remote.answer()
        assert [answer["id"] for answer in answers] == list(range(31))
        assert ["result" in answer for answer in answers] == [bool(n % 2) for n in range(31)]


@pytest.mark.parametrize("frame", ["{", "[]", b"\x00\x01"], ids=["not JSON", "an empty batch", "binary"])
async def test_three_frames_of_nonsense_close_the_connection_with_4400(running: Daemon, frame: str | bytes) -> None:
    async with dial(running) as remote:
        for _ in range(3):
            await remote.send(frame)
        assert await remote.close_code() == 4400


async def test_who_does_not_register_is_closed_with_4408_after_five_seconds(running: Daemon) -> None:
    async with dial(running) as remote:
        began = monotonic()
        assert await remote.close_code() == 4408
        assert 4.8 <= monotonic() - began < 6.5


async def test_bad_tokens_are_closed_with_4401(running: Daemon) -> None:
    async with dial(running) as remote:
        params = {"protocol": 1, "client_types": ["hls_streaming"], "name": "thief", "auth": {"device_token": "a" * 43}}
        assert await remote.refused("register", **params) == "forbidden"
        assert await remote.close_code() == 4401


async def test_a_frame_larger_than_256_kib_is_closed_with_1009(running: Daemon) -> None:
    async with owner(running) as remote:
        await remote.send(PING % ('{"x":"' + "a" * 300_000 + '"}'))
        assert await remote.close_code() == 1009


async def test_a_frame_of_just_less_than_256_kib_is_read(running: Daemon) -> None:
    async with owner(running) as remote:
        await remote.send(PING % ('{"x":"' + "a" * (256 * 1024 - 200) + '"}'))
        assert (await remote.answer())["error"]["data"]["name"] == "invalid_params"


async def test_a_frame_that_announces_100_mb_is_closed_before_any_of_it_is_held(running: Daemon) -> None:
    before = resident(running.process.pid)
    with upgraded(running.port) as line:
        line.send(masked(0x81, b"", length=100_000_000))
        assert line.close_code() == 1009
    assert resident(running.process.pid) - before < 2 * 1024**2


async def test_a_message_of_a_million_fragments_is_closed_before_256_kib_are_held(running: Daemon) -> None:
    before, sent = resident(running.process.pid), 0
    with upgraded(running.port) as line:
        chunk = masked(0x00, b"a") * 1_000
        line.send(masked(0x01, b"a"))
        try:
            for _ in range(1_000):
                line.send(chunk)
                sent += 1_000
        except OSError:
            assert sent < 1_000_000
        else:
            assert line.close_code() == 1009
    assert resident(running.process.pid) - before < 8 * 1024**2
    async with owner(running) as remote:
        assert await remote.do("ping")
    assert no_accident(running)


@pytest.mark.alone
async def test_a_flood_is_refused_and_after_five_seconds_closed_with_4429_and_others_notice_nothing(
    running: Daemon,
) -> None:
    slowest = 0.0
    async with owner(running) as other, owner(running) as flood, anyio.create_task_group() as group:
        codes: list[int | None] = []

        async def pour() -> None:
            try:
                while True:
                    for _ in range(20):
                        await flood.send(PING % "{}")
                    for _ in range(20):
                        if "error" in (answer := await flood.answer()):
                            assert answer["error"]["data"]["name"] == "rate_limited"
            except websockets.ConnectionClosed:
                codes.append(flood.socket.close_code)

        began = monotonic()
        group.start_soon(pour)
        while not codes and monotonic() - began < 12:
            asked = monotonic()
            await other.do("ping")
            slowest = max(slowest, monotonic() - asked)
            await anyio.sleep(0.02)  # below the rate limit: this client is not the flood
        assert codes == [4429]
        assert 4.9 <= monotonic() - began < 10
    assert slowest < 0.25
    assert no_accident(running)


async def test_events_of_one_state_become_one_and_no_number_is_left_out(running: Daemon) -> None:
    edits = [{"target": "mine", "repeat": "off", "shuffle": number % 2 == 0} for number in range(31)]
    batch = [
        {"jsonrpc": "2.0", "id": f"b{number}", "method": "queue_set_mode", "params": edit}
        for number, edit in enumerate(edits)
    ]
    async with owner(running) as remote:
        await remote.do("ping")
        first = max([event["params"]["seq"] for event in remote.events], default=0)
        remote.events.clear()
        for _ in range(3):
            await remote.send(json.dumps(batch))
            answers = await remote.answer()
            assert [answer["id"] for answer in answers] == [request["id"] for request in batch]
        await remote.do("ping")
        told = [event["params"] for event in remote.events if event["method"] == "queue_changed"]
        seqs = [event["params"]["seq"] for event in remote.events]
        assert 3 <= len(told) < 60, "of 93 edits, some are told together"
        assert seqs == list(range(first + 1, first + 1 + len(seqs)))
        assert told[-1]["shuffle"] is True


async def test_a_closing_client_is_forgotten_at_once(running: Daemon) -> None:
    async with owner(running) as watcher:
        async with dial(running) as remote:
            me = (await remote.register(box(running), name="leaves"))["client_id"]
            await remote.do("goodbye", reason="bedtime")
            assert await remote.close_code() == 1000
        rows = await watcher.do("get_all_clients_status")
        assert me not in [row["client_id"] for row in rows]


async def test_connections_that_vanish_leave_no_descriptor(running: Daemon) -> None:
    before = open_descriptors(running)
    for _ in range(50):
        upgraded(running.port).socket.close()
    await eventually(lambda: open_descriptors(running) <= before, within=3, what="descriptors as before")

from __future__ import annotations

import pytest

from protocol.errors import CloseCode
from tests.services.house import BOTH, BOX_TOKEN, House, Remote


@pytest.fixture
async def owner(house: House) -> Remote:
    return await house.owner()


async def test_registering_tells_who_one_is_and_a_new_device_its_token(house: House) -> None:
    remote = await house.guest("member")
    assert remote.registered["role"] == "member"
    assert (remote.registered["resumed"], remote.registered["seq"]) == (False, 0)
    again = house.connect()
    answer = await again.register("the same phone", {"device_token": remote.registered["device_token"]})
    assert "device_token" not in answer
    assert answer["client_id"] != remote.registered["client_id"]


async def test_another_version_of_the_protocol_is_refused_before_anything_is_looked_at(house: House) -> None:
    remote = house.connect()
    auth = {"device_token": "nobody's"}
    assert (
        await remote.refused("register", protocol=2, client_types=BOTH, name="x", auth=auth) == "unsupported_protocol"
    )
    assert remote.peer.closed is None


async def test_resuming_within_the_grace_period_restores_the_client_with_its_stream(
    house: House, owner: Remote
) -> None:
    status = await owner.watch()
    owner.hang_up()
    await house.clock.advance(30)
    again = house.connect()
    answer = await again.register("owner", {"device_token": BOX_TOKEN}, resume=owner.resume(owner.me.session.seq))
    assert answer["client_id"] == owner.registered["client_id"]
    assert (answer["resumed"], "snapshot" in answer) == (True, False)
    assert (await again.call("hls_status"))["stream_id"] == status["stream_id"]


async def test_resuming_after_too_many_events_comes_with_a_snapshot(house: House, owner: Remote) -> None:
    await owner.watch()
    await owner.call("subscribe", topics=["clients"])
    owner.hang_up()
    for _ in range(1_100):
        owner.me.session.number(('{"seq":', "}"))
    owner.stream.seek(109.9)
    again = house.connect()
    answer = await again.register("owner", {"device_token": BOX_TOKEN}, resume=owner.resume(1))
    assert answer["snapshot"]["stream"]["timeline"]["position"] == 109.9
    assert [row["client_id"] for row in answer["snapshot"]["clients"]] == [answer["client_id"]]
    assert again.peer.words() == ["answer 1"]


async def test_who_hears_of_clients_hears_of_its_own_return_once_and_in_order(house: House, owner: Remote) -> None:
    await owner.call("subscribe", topics=["clients"])
    owner.hang_up()
    again = house.connect()
    answer = await again.register("owner", {"device_token": BOX_TOKEN}, resume=owner.resume())
    assert again.peer.words() == ["answer 1", "client_changed", "client_changed"]
    assert [event["seq"] for event in again.peer.events("client_changed")] == [1, answer["seq"]]


async def test_a_snapshot_shows_clients_only_to_those_who_hear_of_them(house: House, owner: Remote) -> None:
    owner.hang_up()
    again = house.connect()
    answer = await again.register("owner", {"device_token": BOX_TOKEN}, resume=owner.resume(99))
    assert answer["snapshot"]["stream"] == {"state": "idle", "epoch": 0}
    assert answer["snapshot"]["authority"] == {"state": "free"}
    assert answer["snapshot"]["screen"]["state"] == "idle"
    assert "clients" not in answer["snapshot"]


async def test_resuming_too_late_makes_a_new_client(house: House, owner: Remote) -> None:
    owner.hang_up()
    await house.clock.advance(61)
    again = house.connect()
    answer = await again.register("owner", {"device_token": BOX_TOKEN}, resume=owner.resume())
    assert answer["resumed"] is False
    assert answer["client_id"] != owner.registered["client_id"]


async def test_anothers_session_is_not_resumed_and_its_owner_notices_nothing(house: House, owner: Remote) -> None:
    thief = house.connect()
    wish = {"protocol": 1, "client_types": BOTH, "name": "x", "auth": {"device_token": BOX_TOKEN}}
    resume = {**owner.resume(), "resume_token": "guessed"}
    assert await thief.refused("register", **wish, resume=resume) == "session_in_use"
    assert owner.peer.closed is None
    assert owner.peer.words() == ["answer 1"]
    assert await thief.refused("ping") == "not_registered"


async def test_goodbye_ends_everything_and_closes_after_its_answer(house: House, owner: Remote) -> None:
    await owner.watch()
    assert await owner.call("goodbye", reason="bye") == {}
    assert owner.peer.closed == (CloseCode.GOODBYE, "goodbye")
    assert (len(house.clients), len(house.streams), house.encoder.living) == (0, 0, [])
    assert house.store.directories[0].removed


async def test_nothing_is_started_after_goodbye_in_the_same_batch(house: House, owner: Remote) -> None:
    await owner.send([owner.request("goodbye"), owner.request("request_hls_stream", item={"path": "copied.mp4"})])
    answers = owner.peer.messages()[-1]
    assert answers[1]["error"]["data"]["name"] == "not_registered"
    assert house.encoder.runs == []


async def test_ping_tells_the_servers_clock(house: House, owner: Remote) -> None:
    assert await owner.call("ping") == {"clock": house.clock.now()}


async def test_topics_are_added_and_taken_away(owner: Remote) -> None:
    assert await owner.call("subscribe", topics=["clients", "server", "clients"]) == {
        "topics": ["authority", "clients", "queue", "screen", "server", "stream"]
    }
    assert await owner.call("unsubscribe", topics=["queue", "clients"]) == {
        "topics": ["authority", "screen", "server", "stream"]
    }


async def test_the_contract_is_shown_to_everybody(house: House) -> None:
    guest = await house.guest()
    assert await guest.call("rpc.discover") == {"openrpc": "1.3.2"}


async def test_an_owner_makes_a_code_that_opens_the_page(house: House, owner: Remote) -> None:
    code = await owner.call("create_pairing_code", role="guest")
    assert code["url"] == f"http://box:8765/#pair={code['code']}"
    assert (code["role"], code["expires_in"]) == ("guest", 600.0)
    remote = house.connect()
    assert (await remote.register("phone", {"pairing_code": code["code"]}))["role"] == "guest"


async def test_devices_are_listed_with_whether_they_are_here(house: House, owner: Remote) -> None:
    here = await house.guest()
    await house.clock.advance(1)
    gone = await house.guest("member")
    gone.hang_up()
    rows = (await owner.call("list_devices"))["devices"]
    assert [(row["name"], row["connected"]) for row in rows] == [("guest", True), ("member", False)]
    assert here.registered["device_token"] not in str(rows)


async def test_a_revoked_device_is_thrown_out_with_all_its_clients(house: House, owner: Remote) -> None:
    phone = await house.guest()
    second = house.connect()
    await second.register("second", {"device_token": phone.registered["device_token"]})
    second.hang_up()
    await phone.watch()
    assert await owner.call("revoke_device", device_id=phone.me.device.device_id) == {}
    assert phone.peer.closed == (CloseCode.BAD_TOKEN, "revoked")
    await house.clock.settle()
    assert (len(house.clients), len(house.streams)) == (1, 0)
    again = house.connect()
    wish = {"protocol": 1, "client_types": BOTH, "name": "x"}
    auth = {"device_token": phone.registered["device_token"]}
    assert await again.refused("register", **wish, auth=auth, resume=phone.resume()) == "forbidden"


async def test_a_device_that_is_not_there_cannot_be_revoked(owner: Remote) -> None:
    assert await owner.refused("revoke_device", device_id="nobody") == "item_not_found"

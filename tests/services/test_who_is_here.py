"""Who is here: every change of it is told to those who listen, activity is true, and what nobody uses is let go."""

from __future__ import annotations

import pytest

from controller.core import abandoned
from controller.core.abandoned import ABANDONED_AFTER
from controller.core.playlist import VIDEO, SegmentId
from controller.core.session import QUIET_AFTER
from tests.services.house import House, Remote
from tests.services.sofa import hold

SOON = 300.0
"""Seconds that stand for two hours where the same is shown again and again."""


@pytest.fixture
async def owner(house: House) -> Remote:
    """Hears of clients."""
    one = await house.owner()
    await one.call("subscribe", topics=["clients"])
    return one


def words(owner: Remote) -> list[str]:
    """What was told about clients since the last time."""
    found = [word for word in owner.peer.words() if word.startswith("client_")]
    owner.peer.take()
    return found


async def test_coming_going_and_every_change_between_are_told(house: House, owner: Remote) -> None:
    phone = await house.guest("member")
    assert words(owner) == ["client_joined"]
    await phone.call("request_hls_stream", item={"path": "copied.mp4"})
    assert owner.peer.events("client_changed")[-1]["stream"]["state"] == "starting"
    await phone.call("stop_hls_stream")
    assert "stream" not in owner.peer.events("client_changed")[-1]
    words(owner)
    lease = await hold(phone)
    assert owner.peer.events("client_changed")[-1]["holds_authority"] is True
    await phone.call("release_authority", lease=lease)
    assert owner.peer.events("client_changed")[-1]["holds_authority"] is False
    words(owner)
    phone.hang_up()
    (event,) = owner.peer.events("client_changed")
    assert (event["health"], event["connected"]) == ("lingering", False)
    words(owner)
    await house.clock.advance(61)
    assert words(owner) == ["client_left"]


async def test_a_row_tells_the_device_and_when_it_last_did_something(house: House, owner: Remote) -> None:
    phone = await house.guest()
    await phone.watch()
    house.encoder.last.make(0)
    await house.clock.advance(40)
    phone.stream.machine.ask(SegmentId(VIDEO, 0), house.clock.now())
    (row,) = await owner.call("get_all_clients_status", name="GUE")
    assert (row["device_id"], row["device_name"]) == (phone.registered["device_id"], "guest")
    assert row["health"] == "quiet"
    assert row["last_active"] == pytest.approx(house.clock.now(), abs=0.01)
    assert row["last_seen"] == pytest.approx(house.clock.now() - 40, abs=0.01)


async def test_health_is_live_then_quiet_then_lingering(house: House, owner: Remote) -> None:
    phone = await house.guest()
    seen = []
    for seconds in (0, QUIET_AFTER - 1, 2):
        await house.clock.advance(seconds)
        (row,) = await owner.call("get_all_clients_status", name="guest")
        seen.append(row["health"])
    phone.hang_up()
    (row,) = await owner.call("get_all_clients_status", state="lingering")
    assert [*seen, row["health"]] == ["live", "live", "quiet", "lingering"]


async def test_a_stream_that_nobody_uses_for_two_hours_is_let_go_with_its_files(house: House, owner: Remote) -> None:
    phone = await house.guest()
    await phone.watch()
    await phone.call("hls_pause")
    phone.peer.take()
    await house.clock.advance(ABANDONED_AFTER - 1)
    assert house.streams.of(phone.me.client_id) is not None
    words(owner)
    await house.clock.advance(2)
    assert house.streams.of(phone.me.client_id) is None
    assert house.store.directories[0].removed
    assert phone.peer.events("stream_changed")[-1]["state"] == "idle"
    assert words(owner) == ["client_changed"]
    assert await phone.refused("get_hls_url") == "no_stream"
    assert (await phone.call("request_hls_stream", item={"path": "copied.mp4"}))["state"] == "starting"


@pytest.mark.parametrize("use", ["fetch", "report", "pause", "resume", "rate", "seek"])
async def test_every_use_of_a_stream_gives_it_its_whole_time_again(
    house: House, owner: Remote, use: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(abandoned, "ABANDONED_AFTER", SOON)
    phone = await house.guest()
    await phone.watch()
    await phone.call("hls_pause")
    await house.clock.advance(SOON - 60)
    match use:
        case "fetch":
            phone.stream.machine.ask(SegmentId(VIDEO, 0), house.clock.now())
        case "report":
            phone.stream.report(0.0, False)
        case "pause":
            phone.stream.pause()
        case "resume":
            phone.stream.resume()
        case "rate":
            phone.stream.set_rate(2.0)
        case "seek":
            phone.stream.seek(10.0)
    await house.clock.advance(SOON - 1)
    assert house.streams.of(phone.me.client_id) is not None
    await house.clock.advance(2)
    assert house.streams.of(phone.me.client_id) is None


async def test_a_client_that_is_busy_with_other_things_keeps_its_stream_until_it_is_quiet(
    house: House, owner: Remote
) -> None:
    phone = await house.guest()
    await phone.watch()
    await phone.call("hls_pause")
    await house.clock.advance(ABANDONED_AFTER - 10)
    await phone.call("browse")
    await house.clock.advance(QUIET_AFTER - 1)
    assert house.streams.of(phone.me.client_id) is not None
    await house.clock.advance(2)
    assert house.streams.of(phone.me.client_id) is None


async def test_a_stream_that_ends_by_itself_is_not_watched_any_more(house: House, owner: Remote) -> None:
    phone = await house.guest()
    await phone.watch()
    await phone.call("stop_hls_stream")
    await phone.watch()
    await house.clock.advance(ABANDONED_AFTER - 1)
    assert house.streams.of(phone.me.client_id) is not None
    await house.clock.advance(QUIET_AFTER + 2)
    assert house.streams.of(phone.me.client_id) is None
    assert [directory.removed for directory in house.store.directories] == [True, True]


async def test_who_is_here_is_not_for_guests_not_even_for_those_who_were_members(house: House, owner: Remote) -> None:
    phone, other = await house.guest(), await house.guest("member")
    heard = await phone.call("subscribe", topics=["server", "clients"])
    assert "server" in heard["topics"]
    assert "clients" not in heard["topics"]
    await phone.call("subscribe", topics=["server"])
    await other.call("subscribe", topics=["clients"])
    phone.hang_up()
    assert len(other.peer.events("client_changed")) == 1
    await owner.call("set_device_role", device_id=other.registered["device_id"], role="guest")
    await house.clock.advance(61)
    assert len(other.peer.events("client_changed")) == 1
    assert other.peer.events("client_left") == []

"""The commands to the screen: the gate before each of them, and what each does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from protocol.commands.screen import COMMANDS, ScreenCommand
from tests.fakes.facts import film
from tests.fakes.screen import FakeFilm
from tests.services.house import House, Remote
from tests.services.sofa import OTHER, Before, hold, play

SCREEN_COMMANDS = [command for command in COMMANDS if issubclass(command, ScreenCommand)]
PARAMS: dict[str, dict[str, Any]] = {
    "server_play": {"item": {"path": OTHER}},
    "server_interrupt": {"item": {"path": OTHER}},
    "server_seek": {"position": 90.0},
    "server_set_volume": {"volume": 1},
    "server_set_mute": {"muted": True},
    "server_set_rate": {"rate": 2.0},
    "server_set_tracks": {"audio_track": 0, "subtitle_track": 0},
    "server_set_fullscreen": {"fullscreen": False},
}


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen; a film plays from 30 s on, and there is one before and after it in the queue."""
    remote = await house.owner("Ann")
    await remote.call("queue_add", target="server", items=[{"path": OTHER}, {"path": OTHER}])
    house.screen.queue.jump(house.screen.queue.items[0].id)
    await play(remote, position=30.0)
    return remote


@pytest.mark.parametrize("command", SCREEN_COMMANDS, ids=lambda command: command.method)
async def test_a_lease_that_is_not_the_present_one_is_refused_and_nothing_is_done(
    house: House, ann: Remote, command: type[ScreenCommand]
) -> None:
    bob = await house.owner("Bob")
    await bob.watch()
    stranger = await house.guest()
    method, params = command.method, PARAMS.get(command.method, {})
    before = Before(house)
    assert await bob.refused(method, lease=1, **params) == "not_authority"
    assert await stranger.refused(method, lease=7, **params) == "not_authority"
    assert await ann.refused(method, lease=0, **params) == "stale_lease"
    assert await ann.refused(method, lease=2, **params) == "stale_lease"
    assert await ann.refused(method, **params) == "invalid_params"
    before.assert_same()
    await bob.call("request_takeover", override=True)
    await ann.call("request_takeover", override=True)
    before.reign = house.authority.machine.reign
    assert await ann.refused(method, lease=1, **params) == "stale_lease"
    assert await bob.refused(method, lease=2, **params) == "stale_lease"
    calls = len(house.players.calls)
    await house.clock.advance(0.1)
    before.assert_same()
    assert (house.players.calls[calls:], len(house.streams), house.probe.checks[1:]) == ([], 1, [])


async def test_a_replayed_command_is_answered_again_and_not_executed(house: House, ann: Remote) -> None:
    await ann.call("queue_add", target="server", items=[{"path": OTHER}])
    for command in SCREEN_COMMANDS:
        if command.method == "send_to_screen":
            await ann.watch(OTHER)
        request = ann.request(command.method, lease=1, **PARAMS.get(command.method, {}))
        await ann.send(request)
        first = ann.peer.messages()[-1]
        assert first["result"]["state"] in {"playing", "paused", "idle"}, command.method
        scene, queue = house.screen.machine.scene, house.screen.queue.version
        ann.peer.take()
        await ann.send(request)
        assert ann.peer.messages() == [first], command.method
        assert (house.screen.machine.scene, house.screen.queue.version) == (scene, queue), command.method


async def test_each_command_does_what_it_says(house: House, ann: Remote) -> None:
    async def now(method: str, **params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await ann.call(method, lease=1, **params)
        await house.clock.settle()
        return answer

    player = house.players.last
    assert (await now("server_pause"))["state"] == "paused"
    assert player.state == "paused"
    assert (await now("server_resume"))["state"] == "playing"
    assert (await now("server_seek", position=60.0))["timeline"]["position"] == 60.0
    assert player.position == pytest.approx(60.0, abs=0.1)
    assert (await now("server_seek", position=1e9))["timeline"]["position"] == 119.0
    assert (await now("server_seek", position=-5.0))["timeline"]["position"] == 0.0
    assert (await now("server_set_volume", volume=30))["volume"] == 30
    assert (await now("server_set_mute", muted=True))["muted"] is True
    assert (await now("server_set_rate", rate=0.5))["timeline"]["rate"] == 0.5
    assert (await now("server_set_fullscreen", fullscreen=False))["fullscreen"] is False
    tracks = (await now("server_set_tracks", audio_track=0, subtitle_track=0))["tracks"]
    assert (tracks["audio"][0]["selected"], tracks["subtitles"][0]["selected"]) == (True, True)
    assert (await now("server_set_tracks", subtitle_track=-1))["tracks"]["subtitles"][0]["selected"] is False
    assert (await now("server_next"))["title"] == "encoded"
    assert (await now("server_previous"))["title"] == "copied"
    assert (await now("server_stop"))["state"] == "idle"
    assert (await now("server_play"))["title"] == "copied"
    assert player is house.players.last


async def test_tracks_that_the_film_does_not_have_are_refused(house: House, ann: Remote) -> None:
    for tracks in ({"audio_track": 1}, {"subtitle_track": 1}):
        assert await ann.refused("server_set_tracks", lease=1, **tracks) == "invalid_params"
    house.add("mute.mkv", film())
    await ann.call("server_play", lease=1, item={"path": "mute.mkv"})
    for tracks in ({"audio_track": 0}, {"subtitle_track": 0}):
        assert await ann.refused("server_set_tracks", lease=1, **tracks) == "invalid_params"


async def test_playing_without_an_item_goes_on_or_begins_the_queue(house: House, ann: Remote) -> None:
    await ann.call("server_pause", lease=1)
    assert (await ann.call("server_play", lease=1))["state"] == "playing"
    await ann.call("server_stop", lease=1)
    status = await ann.call("server_play", lease=1, position=10.0)
    assert (status["title"], status["timeline"]["position"]) == ("copied", pytest.approx(10.0, abs=0.1))
    await ann.call("server_stop", lease=1)
    await ann.call("queue_clear", target="server")
    for method in ("server_play", "server_next", "server_previous"):
        assert await ann.refused(method, lease=1) == "empty_queue"


async def test_playing_is_guarded_as_a_handover_is(house: House, ann: Remote) -> None:
    before = Before(house)
    assert await ann.refused("server_play", lease=1, item={"path": "none.mp4"}) == "item_not_found"
    assert await ann.refused("server_play", lease=1, item={"path": "broken.mp4"}) == "not_playable"
    before.assert_same()
    house.players.films[Path("/films") / OTHER] = FakeFilm(120.0, plays=False)
    assert await ann.refused("server_play", lease=1, item={"path": OTHER}) == "screen_failed"
    assert "error" not in await ann.call("server_status")
    await house.clock.advance(1)
    before.assert_same(paused_for=0.6)


async def test_everybody_may_know_how_the_screen_is(house: House, ann: Remote) -> None:
    status = await (await house.guest()).call("server_status")
    assert (status["state"], status["title"], status["duration"]) == ("playing", "copied", 120.0)
    assert "error" not in status


async def test_a_phone_that_only_watches_commands_nothing(house: House, ann: Remote) -> None:
    phone = await house.owner("phone", client_types=["hls_streaming"])
    assert await phone.refused("request_takeover") == "wrong_client_type"
    assert await phone.refused("server_pause", lease=1) == "wrong_client_type"


async def test_a_command_is_told_to_everybody_before_it_is_answered(house: House, ann: Remote) -> None:
    bob = await house.owner("Bob")
    for remote in (ann, bob):
        remote.peer.take()
    await ann.call("server_set_volume", lease=1, volume=30)
    assert ann.peer.words()[0] == "screen_changed"
    assert [event["volume"] for event in bob.peer.events("screen_changed")] == [30]


async def test_who_lets_go_and_takes_again_has_another_lease(house: House) -> None:
    ann = await house.owner("Ann")
    first = await hold(ann)
    await ann.call("release_authority", lease=first)
    assert await hold(ann) > first
    assert await ann.refused("server_stop", lease=first) == "stale_lease"


async def test_what_was_answered_is_kept_and_a_store_that_hangs_holds_nobody_up(house: House) -> None:
    ann = await house.owner("Ann")
    await play(ann, position=30.0)
    await ann.call("server_set_volume", lease=1, volume=23)
    assert '"volume":23' in house.kept.texts["screen"]

    async def never() -> None:
        await anyio.sleep_forever()

    house.queues.stored = never
    began = house.clock.now()
    await ann.call("server_pause", lease=1)
    assert house.clock.now() - began < 0.5

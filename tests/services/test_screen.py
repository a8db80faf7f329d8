"""The screen's life: its player comes and goes, and every fault leaves it where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from controller.services.screen import SharedScreen
from protocol.errors import NotPlayable, ScreenUnavailable
from protocol.values import PathRef
from tests.fakes.facts import copied_film
from tests.fakes.screen import FakeFilm
from tests.services.house import House, Remote
from tests.services.sofa import FILM, OTHER, Before, begin, hold, item_on

SHORT = "short.mp4"


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen; three films are there, one of ten seconds."""
    house.add(SHORT, copied_film(10.0))
    remote = await house.owner("Ann")
    await hold(remote)
    remote.peer.take()
    return remote


async def command(remote: Remote, method: str, **params: Any) -> Any:
    return await remote.call(method, lease=remote.house.authority.machine.lease, **params)


async def queue(remote: Remote, *paths: str) -> None:
    await remote.call("queue_add", target="server", items=[{"path": path} for path in paths])


@pytest.mark.parametrize("state", ["idle", "paused", "playing"])
@pytest.mark.parametrize("how", ["kill", "hang"])
async def test_a_lost_player_is_replaced_and_goes_on_at_the_same_place(
    house: House, ann: Remote, state: str, how: str
) -> None:
    if state != "idle":
        await command(ann, "server_play", item={"path": FILM}, position=40.0)
        await command(ann, "server_set_rate", rate=2.0)
        await house.clock.advance(6)
    if state == "paused":
        await command(ann, "server_pause")
        await house.clock.advance(1)
    before, first = Before(house), house.players.last
    first.kill() if how == "kill" else first.hang()
    at = house.clock.now()
    await command(ann, "server_set_volume", volume=20)
    assert house.clock.now() == at
    before.scene = house.screen.machine.scene
    await house.clock.advance(4.5)
    assert house.players.last is not first
    assert (len(house.players.living), house.players.overlaps) == (1, 0)
    gone = 3.3 if how == "hang" else 0.3
    before.assert_same(paused_for=gone - (0.5 if how == "hang" else 0.0))
    await command(ann, "server_play", item={"path": OTHER})


async def test_a_seek_while_the_player_hangs_is_where_the_next_one_begins(house: House, ann: Remote) -> None:
    await command(ann, "server_play", item={"path": FILM})
    house.players.last.hang()
    await command(ann, "server_seek", position=90.0)
    await house.clock.advance(3.5)
    assert house.players.last.position == pytest.approx(90.5, abs=1.0)


async def test_a_film_that_always_ends_its_player_is_given_up_and_the_queue_goes_on(house: House, ann: Remote) -> None:
    house.players.films[Path("/films") / SHORT] = FakeFilm(10.0, lasts=1.0)
    await queue(ann, FILM)
    await command(ann, "server_play", item={"path": SHORT})
    await house.clock.advance(6)
    assert item_on(house) == FILM
    assert house.screen.playing


async def test_without_libvlc_the_screen_is_off_and_authority_works(house: House) -> None:
    screen = SharedScreen(house.clock, house.secrets, house.library, house.probe, None, "No VLC here.")
    await screen.run()
    house.screen._players, house.screen._missing = None, "No VLC here."
    ann, bob = await house.owner("Ann"), await house.owner("Bob")
    lease = await hold(ann)
    for method, params in (("server_play", {"item": {"path": FILM}}), ("server_pause", {}), ("server_next", {})):
        assert await ann.refused(method, lease=lease, **params) == "screen_unavailable"
    assert await bob.refused("request_takeover", item={"path": FILM}) == "screen_unavailable"
    status = await bob.call("server_status")
    assert (status["state"], status["error"]["message"]) == ("off", "No VLC here.")
    assert await bob.refused("continue_here") == "no_stream"
    assert (await bob.call("request_takeover", override=True))["state"] == "granted"


async def test_a_player_that_never_starts_is_no_screen_for_half_a_minute(house: House, ann: Remote) -> None:
    house.players.cannot_start = True
    house.players.last.kill()
    await house.clock.advance(0.1)
    with pytest.raises(ScreenUnavailable):
        house.screen.require()
    status = ann.peer.events("screen_changed")[-1]
    assert (status["state"], status["error"]["data"]["hint"]) == ("off", "Run: matinee doctor")
    house.players.cannot_start = False
    await house.clock.advance(30)
    assert (await ann.call("server_status"))["state"] == "idle"


async def test_a_player_that_is_just_being_started_is_not_hopeless(house: House, ann: Remote) -> None:
    house.players.ends_at_once, house.players.starts_after = True, 1.0
    house.players.last.kill()
    await house.clock.advance(2.5)
    assert house.screen.problem is None
    await house.clock.advance(1)
    assert house.screen.problem is not None


async def test_a_film_whose_place_in_the_queue_is_gone_or_that_finds_none_plays_all_the_same(
    house: House, ann: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queue(ann, FILM, OTHER)
    entry = house.screen.queue.items[1]
    jumping = begin(ann, "queue_jump", target="server", id=entry.id)
    await house.clock.advance(0.1)
    house.screen.queue.clear()
    assert "result" in await jumping
    assert (item_on(house), house.screen.queue.current) == (OTHER, None)
    monkeypatch.setattr("controller.core.queue.MOST", 0)
    await command(ann, "server_play", item={"path": SHORT})
    assert (item_on(house), house.screen.queue.current, len(house.players.players)) == (SHORT, None, 1)


async def test_a_command_that_is_cancelled_leaves_everything_as_it_was(house: House, ann: Remote) -> None:
    await command(ann, "server_play", item={"path": FILM})
    before = Before(house)
    house.probe.check_takes = 0.5
    for wait in (0.1, 0.6):
        playing = begin(ann, "server_play", lease=1, item={"path": OTHER})
        await house.clock.advance(wait)
        playing.cancel()
        await house.clock.settle()
        assert (house.screen.trials.busy, item_on(house)) == (False, FILM)
    assert house.screen.machine.error is not None
    assert house.screen.machine.error.message == "It was called off."
    await house.clock.advance(1)
    before.assert_same(paused_for=0.4)


async def test_a_film_that_is_unknown_is_refused_before_anything_is_touched(house: House) -> None:
    with pytest.raises(NotPlayable):
        await house.screen.film(PathRef(path="broken.mp4"))

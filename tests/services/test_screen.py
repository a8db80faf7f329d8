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
    await house.clock.advance(10)
    assert item_on(house) == SHORT
    await house.clock.advance(3)
    assert (item_on(house), house.screen.playing, house.screen.machine.lost) == (FILM, True, None)


@pytest.fixture
async def given_up(house: House, ann: Remote) -> Remote:
    """Ann's film has ended its player too often; it was at 40 s, at twice its rate."""
    await command(ann, "server_play", item={"path": FILM}, position=40.0)
    await command(ann, "server_set_rate", rate=2.0)
    await command(ann, "server_set_tracks", subtitle_track=0)
    house.players.on_player = lambda player: player.kill()
    house.players.last.kill()
    await house.clock.advance(8)
    house.players.on_player = lambda _player: None
    await house.clock.advance(3)
    return ann


async def test_a_film_that_was_given_up_is_still_told_with_the_reason(house: House, given_up: Remote) -> None:
    assert house.players.living
    status = await given_up.call("server_status")
    assert (status["state"], status["item"], status["title"]) == ("failed", {"path": FILM}, "copied")
    assert status["error"]["message"] == "VLC ends whenever it plays this film."
    line = status["timeline"]
    assert (line["playing"], line["rate"], line["position"]) == (False, 2.0, pytest.approx(40.0, abs=0.5))
    assert status["duration"] == 120.0
    assert given_up.peer.events("screen_changed")[-1]["item"] == {"path": FILM}


@pytest.mark.parametrize("method", ["server_resume", "server_play"])
async def test_a_film_that_was_given_up_is_tried_again_from_where_it_was(
    house: House, given_up: Remote, method: str
) -> None:
    status = await command(given_up, method)
    assert (status["state"], status["item"], "error" in status) == ("playing", {"path": FILM}, False)
    assert (status["timeline"]["rate"], status["tracks"]["subtitles"][0]["selected"]) == (2.0, True)
    assert house.screen.position() == pytest.approx(40.0, abs=0.5)
    await house.clock.advance(2)
    assert house.players.last.position == pytest.approx(44.0, abs=0.8)


async def test_a_film_that_fails_again_is_given_up_as_before(house: House, given_up: Remote) -> None:
    before = await given_up.call("server_status")
    house.players.films[Path("/films") / FILM] = FakeFilm(120.0, plays=False)
    assert await given_up.refused("server_resume", lease=1) == "screen_failed"
    assert await given_up.call("server_status") == before


async def test_a_stop_forgets_a_film_that_was_given_up(house: House, given_up: Remote) -> None:
    status = await command(given_up, "server_stop")
    assert (status["state"], "item" in status, "error" in status) == ("idle", False, False)
    assert (await command(given_up, "server_resume"))["state"] == "idle"
    assert house.players.last.state == "none"


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
    assert (status["error"]["data"]["retryable"], screen.absent) == (False, True)
    assert await bob.refused("continue_here") == "screen_unavailable"
    assert (await bob.call("request_takeover", override=True))["state"] == "granted"


async def test_a_player_that_never_starts_is_no_screen_for_half_a_minute(house: House, ann: Remote) -> None:
    house.players.cannot_start = True
    house.players.last.kill()
    await house.clock.advance(2)
    with pytest.raises(ScreenUnavailable):
        house.screen.require()
    status = ann.peer.events("screen_changed")[-1]
    assert (status["state"], status["error"]["message"]) == ("off", "VLC failed to start 3 times in a row.")
    data = status["error"]["data"]
    assert (data["retryable"], data["retry_after_s"], data["hint"]) == (True, 30.0, "Run: matinee doctor")
    house.players.cannot_start, house.players.starts_after = False, 0.5
    await house.clock.advance(10)
    left = (await ann.call("server_status"))["error"]["data"]["retry_after_s"]
    assert left == pytest.approx(19.0, abs=0.6)
    await house.clock.advance(left)
    assert (await ann.call("server_status"))["error"]["data"]["retry_after_s"] == 1.0
    await house.clock.advance(1)
    assert (await ann.call("server_status"))["state"] == "idle"


async def test_players_that_somebody_kills_before_they_are_ready_are_started_again_and_again(
    house: House, ann: Remote
) -> None:
    await command(ann, "server_play", item={"path": FILM}, position=40.0)
    house.players.killed_at_once, house.players.starts_after = True, 0.2
    house.players.last.kill()
    await house.clock.advance(20)
    assert (house.screen.problem, house.screen.state) == (None, "loading")
    house.players.killed_at_once = False
    await house.clock.advance(3)
    assert (house.screen.state, house.screen.machine.error) == ("playing", None)
    assert house.screen.position() == pytest.approx(40.0, abs=3.0)


async def test_a_player_that_is_just_being_started_is_not_hopeless(house: House, ann: Remote) -> None:
    house.players.ends_at_once, house.players.starts_after = True, 1.0
    house.players.last.kill()
    await house.clock.advance(3.4)
    assert house.screen.problem is None
    await house.clock.advance(0.2)
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
    assert house.screen.machine.error is None
    await house.clock.advance(1)
    before.assert_same(paused_for=0.4)


async def test_a_film_that_is_unknown_is_refused_before_anything_is_touched(house: House) -> None:
    with pytest.raises(NotPlayable):
        await house.screen.film(PathRef(path="broken.mp4"))


async def test_a_film_put_on_while_the_player_hangs_is_shown_by_the_next_one(house: House, ann: Remote) -> None:
    await command(ann, "server_play", item={"path": FILM})
    await house.clock.advance(2)
    house.players.last.hang()
    began = house.clock.now()
    status = await command(ann, "server_play", item={"path": OTHER}, position=20.0)
    assert (status["state"], status["item"]) == ("playing", {"path": OTHER})
    assert house.clock.now() - began == pytest.approx(3.3, abs=0.2)
    assert len(house.players.players) == 2


async def test_a_film_for_which_no_player_comes_in_time_fails_and_the_one_before_comes_back(
    house: House, ann: Remote
) -> None:
    await command(ann, "server_play", item={"path": FILM})
    await house.clock.advance(2)
    before = Before(house)
    house.players.starts_after = 4.0
    house.players.last.hang()
    began = house.clock.now()
    assert await ann.refused("server_play", lease=1, item={"path": OTHER}) == "screen_failed"
    assert house.clock.now() - began == pytest.approx(5.0, abs=0.01)
    await house.clock.advance(3)
    before.assert_same(paused_for=7.3)


async def test_a_film_that_fails_on_an_idle_screen_leaves_it_idle(house: House, ann: Remote) -> None:
    house.players.films[Path("/films") / FILM] = FakeFilm(120.0, plays=False)
    before = await ann.call("server_status")
    assert await ann.refused("server_play", lease=1, item={"path": FILM}) == "screen_failed"
    assert await ann.call("server_status") == before
    assert before["state"] == "idle"

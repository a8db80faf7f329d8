"""The same promises, kept by VLC with real films and by a player for whom films are numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from controller.adapters.vlc.player import VlcPlayers
from controller.core.screen_calls import (
    Close,
    Hold,
    Open,
    Seek,
    SetAudio,
    SetFullscreen,
    SetMute,
    SetRate,
    SetSubtitle,
    SetText,
    SetVolume,
)
from controller.ports import PlayerEnd, PlayerLost
from tests import films
from tests.fakes.beside import Beside
from tests.fakes.clock import VirtualTimeLoop
from tests.fakes.screen import FakeFilm, FakePlayers
from tests.screen_stage import Stage, Story, perform

pytestmark = pytest.mark.alone

NEAR = 0.6
"""Seconds: a player tells its time every quarter of a second, and the machine may be busy."""
FILMS = {"b_frames": FakeFilm(12.5), "hevc_ac3": FakeFilm(12.5), "several_tracks": FakeFilm(12.5, audio=2, subtitles=2)}
NO_FILM = Path(__file__)

Run = Callable[[Story], None]


@pytest.fixture(params=["real", "fake"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a story with a living player, in a loop where its time goes."""

    def with_vlc(story: Story) -> None:
        asyncio.run(perform(VlcPlayers(display=False), story))

    def with_fake(story: Story) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(perform(FakePlayers({films.make(name): film for name, film in FILMS.items()}), story))

    return with_vlc if request.param == "real" else with_fake


def test_a_player_begins_with_nothing_on(run: Run) -> None:
    async def story(stage: Stage) -> None:
        (first,) = stage.reports
        assert (first.epoch, first.state, first.shown, first.time) == (0, "none", False, None)
        assert first.rate == 1
        assert not first.fullscreen

    run(story)


def test_a_film_is_shown_from_its_position_on(run: Run) -> None:
    async def story(stage: Stage) -> None:
        report = await stage.show(1, "b_frames", 7.5)
        assert report.state == "playing"
        assert report.time == pytest.approx(7.5, abs=NEAR)
        assert {each.state for each in stage.reports if each.epoch == 1 and not each.shown} <= {"opening", "playing"}
        assert all(each.time is None for each in stage.reports if not each.shown)
        await stage.until(lambda report: (report.time or 0) > 8.5)

    run(story)


def test_a_film_that_begins_in_a_pause_is_shown_and_stands_still_until_it_may_go_on(run: Run) -> None:
    async def story(stage: Stage) -> None:
        report = await stage.show(1, "hevc_ac3", 5.0, paused=True)
        assert report.state == "paused"
        assert report.time == pytest.approx(5, abs=NEAR)
        assert all(each.state != "playing" for each in stage.reports)
        told = len(stage.reports)
        await anyio.sleep(0.6)
        assert len(stage.reports) == told
        await stage.call(Hold(False))
        report = await stage.until(
            lambda report: report.state == "playing" and report.time != stage.reports[told - 1].time
        )
        assert report.time == pytest.approx(5, abs=2 * NEAR)

    run(story)


def test_a_film_pauses_and_goes_on_where_it_was(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames", 2.0)
        await stage.call(Hold(True))
        held = await stage.until(lambda report: report.state == "paused")
        await anyio.sleep(1.2)
        assert stage.reports[-1] == held
        await stage.call(Hold(False))
        report = await stage.until(lambda report: report.state == "playing" and report.time != held.time)
        assert report.time is not None
        assert held.time is not None
        assert 0 < report.time - held.time < 2 * NEAR

    run(story)


@pytest.mark.parametrize("paused", [False, True])
def test_a_seek_goes_there(run: Run, paused: bool) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames", 2.0, paused=paused)
        await stage.call(Seek(9.0))
        report = await stage.until(lambda report: (report.time or 0) > 8)
        assert report.time == pytest.approx(9, abs=NEAR)
        assert report.state == ("paused" if paused else "playing")
        await stage.call(Seek(0.0), Hold(False))
        await stage.until(lambda report: 0 < (report.time or 0) < 2)

    run(story)


def test_a_film_at_twice_its_rate_takes_half_its_time(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames", 1.0)
        await stage.call(SetRate(2.0))
        assert (await stage.until(lambda report: report.rate == 2)).state == "playing"
        first = await stage.until(lambda report: (report.time or 0) > 2)
        began = anyio.current_time()
        last = await stage.until(lambda report: (report.time or 0) > 7)
        assert first.time is not None
        assert last.time is not None
        assert (last.time - first.time) / (anyio.current_time() - began) == pytest.approx(2, rel=0.3)

    run(story)


def test_a_rate_ends_with_its_film(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames")
        await stage.call(SetRate(4.0))
        await stage.until(lambda report: report.rate == 4.0)
        report = await stage.show(2, "hevc_ac3", 5.0)
        assert report.rate == 1.0
        assert report.time == pytest.approx(5, abs=NEAR)

    run(story)


def test_a_film_ends_and_was_shown(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames", 11.0)
        report = await stage.until(lambda report: report.state == "ended")
        assert (report.epoch, report.shown) == (1, True)
        assert (await stage.show(2, "b_frames", 3.0)).time == pytest.approx(3, abs=NEAR)

    run(story)


def test_what_is_no_film_ends_and_was_never_shown(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames")
        await stage.call(Open(2, str(NO_FILM), 5.0, False))
        report = await stage.until(lambda report: report.epoch == 2 and report.state == "ended")
        assert not report.shown
        assert all(not each.shown for each in stage.reports if each.epoch == 2)
        assert (await stage.show(3, "b_frames")).epoch == 3

    run(story)


def test_a_file_that_is_not_there_ends_and_was_never_shown(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.call(Open(1, "/nowhere/film.mp4", 0.0, False))
        assert not (await stage.until(lambda report: report.epoch == 1 and report.state == "ended")).shown

    run(story)


def test_another_film_takes_the_place_of_the_one_that_plays(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames", 8.0)
        report = await stage.show(2, "hevc_ac3", 1.0)
        assert report.time == pytest.approx(1, abs=NEAR)
        first = next(index for index, each in enumerate(stage.reports) if each.epoch == 2)
        assert not stage.reports[first].shown
        assert {each.epoch for each in stage.reports[first:]} == {2}

    run(story)


@pytest.mark.parametrize("plays", [True, False])
def test_a_closed_film_is_gone(run: Run, plays: bool) -> None:
    async def story(stage: Stage) -> None:
        await stage.call(Open(1, str(films.make("b_frames") if plays else NO_FILM), 0.0, False))
        await stage.until(lambda report: report.epoch == 1)
        await stage.call(Close())
        report = await stage.until(lambda report: report.state == "none")
        assert report.time is None
        await stage.call(Close())
        told = len(stage.reports)
        await anyio.sleep(0.5)
        assert len(stage.reports) == told
        await stage.show(2, "b_frames")

    run(story)


def test_tracks_are_told_once_they_are_known_and_can_be_chosen(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "several_tracks")
        await stage.until(
            lambda report: report.audio == 0 and report.subtitle is not None
        )  # a film may choose by itself
        await stage.call(SetAudio(1), SetSubtitle(1))
        await stage.until(lambda report: (report.audio, report.subtitle) == (1, 1))
        await stage.call(SetAudio(0), SetSubtitle(0))
        await stage.until(lambda report: (report.audio, report.subtitle) == (0, 0))
        await stage.call(SetSubtitle(-1))
        await stage.until(lambda report: report.subtitle == -1)

    run(story)


def test_a_track_that_is_not_there_changes_nothing_and_is_no_loss(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames")
        assert (await stage.until(lambda report: report.audio == 0)).subtitle is None
        await stage.call(SetAudio(7), SetSubtitle(3))
        report = await stage.until(lambda report: (report.time or 0) > 1)
        assert (report.audio, report.subtitle) == (0, None)

    run(story)


def test_where_nobody_hears_it_no_volume_is_told(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames")
        await stage.call(SetVolume(40), SetMute(True))
        report = await stage.until(lambda report: (report.time or 0) > 1)
        assert (report.volume, report.muted) == (None, None)

    run(story)


def test_fullscreen_is_told_and_outlasts_its_film(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames")
        await stage.call(SetFullscreen(True))
        await stage.until(lambda report: report.fullscreen)
        assert (await stage.show(2, "hevc_ac3")).fullscreen
        await stage.call(SetFullscreen(False))
        await stage.until(lambda report: report.fullscreen is False)

    run(story)


def test_a_line_over_the_picture_may_be_anything(run: Run) -> None:
    async def story(stage: Stage) -> None:
        for text in ("before any film", "100 % – ünï 日本 \N{CLAPPER BOARD}", "two\nlines", ""):
            await stage.call(SetText(text))
        await stage.show(1, "b_frames")
        await stage.call(SetText("Änna takes over in 5"), SetText(""))

    run(story)


@pytest.mark.parametrize("playing", [False, True])
def test_a_killed_player_is_over_at_once_and_cannot_be_called(run: Run, playing: bool) -> None:
    async def story(stage: Stage) -> None:
        if playing:
            await stage.show(1, "b_frames")
        began = anyio.current_time()
        stage.kill()
        await stage.wait(lambda: stage.end)
        assert anyio.current_time() - began < 1
        assert stage.end == PlayerEnd("VLC was ended by signal 9.", killed=True)
        with pytest.raises(PlayerLost):
            await stage.call(Hold(True))

    run(story)


def test_a_player_that_hangs_is_given_up_after_three_seconds(run: Run) -> None:
    async def story(stage: Stage) -> None:
        await stage.show(1, "b_frames")
        began = anyio.current_time()
        stage.hang()
        with pytest.raises(PlayerLost, match="did not answer"):
            await stage.call(Hold(True))
        assert 2.9 < anyio.current_time() - began < 4
        await stage.wait(lambda: stage.end)
        assert anyio.current_time() - began < 4
        assert stage.end == PlayerEnd("VLC did not answer for 3 s.")

    run(story)


def test_who_waits_for_a_player_that_dies_is_told(run: Run) -> None:
    async def story(stage: Stage) -> None:
        stage.hang()
        assert stage.player is not None
        asked = Beside()
        call = asked.start(stage.player.call(Hold(True)))
        began = anyio.current_time()
        await anyio.sleep(0.3)
        stage.kill()
        with pytest.raises(PlayerLost):
            await call
        assert anyio.current_time() - began < 2

    run(story)

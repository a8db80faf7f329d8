"""The gap between wish and word is closed one call at a time, and no call is repeated for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.core.scene import Scene
from controller.core.screen_calls import (
    Call,
    Close,
    Hold,
    Open,
    Report,
    Seek,
    SetAudio,
    SetFullscreen,
    SetMute,
    SetRate,
    SetSubtitle,
    SetText,
    SetVolume,
)
from controller.core.screen_gap import AGAIN_AFTER, TRIES, Gap, Wish
from tests.core.showing import NOW, PLAYED, film, scene


def wish(one: Scene, epoch: int = 1, seeks: int = 0, text: str = "") -> Wish:
    return Wish(one, epoch, seeks, text)


def told(epoch: int = 1, **changes: Any) -> Report:
    """All is as Scene has it from the start."""
    about: dict[str, Any] = {"state": "playing", "shown": True, **PLAYED, **changes}
    return Report(epoch, **about)


def said(gap: Gap, one: Wish, word: Report | None, now: float = NOW) -> list[Call]:
    calls: list[Call] = []
    while call := gap.next_call(one, word, now):
        calls.append(call)
    return calls


def opened(one: Wish) -> Gap:
    """A player that was told to open, and that there is no text."""
    gap = Gap()
    said(gap, one, None)
    said(gap, replace(one, text=""), told(one.epoch))
    return gap


def test_a_film_is_opened_once_where_it_stands_and_nothing_else_is_said_before_it_plays() -> None:
    gap, one = Gap(), wish(scene(position=12.0, paused=True))
    assert said(gap, one, None) == [Open(1, film().path, 12.0, True)]
    assert said(gap, one, Report(1, "opening"), NOW + 60.0) == []


def test_a_film_is_never_opened_in_its_last_second() -> None:
    one = scene()
    assert one.showing is not None
    late = replace(one, showing=replace(one.showing, line=one.showing.line.moved_to(99.75, NOW)))
    assert said(Gap(), wish(late), None) == [Open(1, film().path, 99.0, False)]


def test_the_same_film_put_on_anew_is_opened_anew() -> None:
    gap = opened(wish(scene(), epoch=1))
    assert said(gap, wish(scene(), epoch=2), told(1)) == [Open(2, film().path, 10.0, False)]


def test_a_player_that_still_shows_the_film_of_before_is_not_told_about_this_one() -> None:
    gap = opened(wish(scene(), epoch=1))
    said(gap, wish(scene(), epoch=2), told(1))
    assert said(gap, wish(replace(scene(), volume=30), epoch=2, text="Bob asks"), told(1, volume=100)) == []


@pytest.mark.parametrize("word", [None, Report(1, "none"), Report(1, "ended")])
def test_where_nothing_is_shown_nothing_is_closed(word: Report | None) -> None:
    assert said(Gap(), wish(Scene()), word) == []


@pytest.mark.parametrize("state", ["opening", "playing", "paused"])
def test_a_film_that_is_not_wished_any_more_is_closed_whichever_it_is(state: str) -> None:
    assert said(opened(wish(scene())), wish(Scene(), epoch=2), told(1, state=state)) == [Close()]


def test_a_close_without_effect_is_said_three_times() -> None:
    gap, times = opened(wish(scene())), [NOW + AGAIN_AFTER * tick for tick in range(20)]
    assert [call for at in times for call in said(gap, wish(Scene(), epoch=2), told(1), at)] == [Close()] * TRIES


def test_every_film_that_is_stopped_is_closed() -> None:
    gap = Gap()
    for epoch in (1, 3, 5):
        said(gap, wish(scene(), epoch=epoch), Report(epoch - 2, "none"))
        assert said(gap, wish(Scene(), epoch=epoch + 1), told(epoch)) == [Close()]
        assert said(gap, wish(Scene(), epoch=epoch + 1), Report(epoch, "none")) == []


@pytest.mark.parametrize(
    ("change", "call"),
    [
        ({"volume": 30}, SetVolume(30)),
        ({"muted": True}, SetMute(True)),
        ({"fullscreen": False}, SetFullscreen(False)),
    ],
)
def test_what_outlasts_a_film_is_set_when_it_differs(change: dict[str, Any], call: Call) -> None:
    gap = opened(wish(scene()))
    assert said(gap, wish(replace(scene(), **change)), told()) == [call]
    assert said(gap, wish(replace(scene(), **change)), told(**change), NOW + 60.0) == []


@pytest.mark.parametrize(
    ("changes", "call"),
    [
        ({"paused": True}, Hold(True)),
        ({"rate": 1.5}, SetRate(1.5)),
        ({"audio": 1}, SetAudio(1)),
        ({"subtitle": 0}, SetSubtitle(0)),
    ],
)
def test_what_belongs_to_a_film_is_set_when_it_differs(changes: dict[str, Any], call: Call) -> None:
    assert said(opened(wish(scene())), wish(scene(**changes)), told()) == [call]


def test_a_player_that_has_paused_by_itself_is_told_to_go_on() -> None:
    assert said(opened(wish(scene())), wish(scene()), told(state="paused")) == [Hold(False)]


def test_volume_and_sound_track_wait_until_there_is_sound() -> None:
    one = wish(replace(scene(audio=1), volume=30, muted=True))
    gap = opened(wish(scene()))
    assert said(gap, one, told(audio=None, volume=None, muted=None)) == []
    assert said(gap, one, told()) == [SetVolume(30), SetMute(True), SetAudio(1)]


def test_subtitles_wait_until_there_are_some() -> None:
    gap = opened(wish(scene()))
    assert said(gap, wish(scene(subtitle=0)), told(subtitle=None)) == []
    assert said(gap, wish(scene(subtitle=0)), told()) == [SetSubtitle(0)]


def test_tracks_that_nobody_chose_are_left_to_the_player() -> None:
    assert said(opened(wish(scene())), wish(scene()), told(audio=3, subtitle=2)) == []


def test_a_rate_that_the_player_holds_with_seven_digits_is_that_rate() -> None:
    assert said(opened(wish(scene(rate=1.1))), wish(scene(rate=1.1)), told(rate=1.100000023841858), NOW + 60.0) == []


def test_a_rate_waits_for_the_first_frame() -> None:
    gap = opened(wish(scene()))
    assert said(gap, wish(scene(rate=4.0)), told(shown=False)) == []
    assert said(gap, wish(scene(rate=4.0)), told()) == [SetRate(4.0)]


def test_what_the_player_does_not_tell_is_said_once() -> None:
    gap, silent = opened(wish(scene())), told(rate=None, volume=None, muted=None, fullscreen=None)
    calls = [SetRate(1.5), SetVolume(30), SetMute(False), SetFullscreen(True)]
    one = wish(replace(scene(rate=1.5), volume=30))
    assert said(gap, one, silent) == calls
    assert said(gap, one, silent, NOW + 60.0) == []


def test_a_call_without_effect_is_made_again_after_a_second_and_three_times_in_all() -> None:
    gap, one = opened(wish(scene())), wish(replace(scene(), volume=30))
    times = [NOW + 0.25 * tick for tick in range(40)]
    assert [at for at in times if said(gap, one, told(), at)] == [NOW, NOW + AGAIN_AFTER, NOW + 2 * AGAIN_AFTER]


def test_after_three_vain_calls_another_value_is_tried_at_once() -> None:
    gap = opened(wish(scene()))
    for at in range(5):
        said(gap, wish(replace(scene(), volume=30)), told(), NOW + at)
    assert said(gap, wish(replace(scene(), volume=31)), told(), NOW + 5.0) == [SetVolume(31)]


def test_what_the_player_changes_by_itself_later_is_put_right_again() -> None:
    gap, one = opened(wish(scene())), wish(replace(scene(), volume=30))
    for at in range(5):
        said(gap, one, told(), NOW + at)
    assert said(gap, one, told(volume=30), NOW + 5.0) == []
    assert said(gap, one, told(volume=80), NOW + 6.0) == [SetVolume(30)]


def test_a_seek_is_said_once_and_goes_where_the_film_should_be_by_then() -> None:
    gap, one = opened(wish(scene())), scene(position=50.0)
    assert one.showing is not None
    moving = replace(one, showing=replace(one.showing, line=one.showing.line.resumed(NOW)))
    assert said(gap, wish(moving, seeks=1), told(), NOW + 0.5) == [Seek(50.5)]
    assert said(gap, wish(moving, seeks=1), told(), NOW + 60.0) == []


def test_ten_seeks_at_once_are_one_call() -> None:
    assert said(opened(wish(scene())), wish(scene(position=70.0), seeks=10), told()) == [Seek(70.0)]


def test_a_seek_before_the_film_is_opened_is_where_it_opens() -> None:
    gap = Gap()
    assert said(gap, wish(scene(position=70.0), seeks=3), None) == [Open(1, film().path, 70.0, False)]
    assert said(gap, wish(scene(position=70.0), seeks=3), told()) == [SetText("")]


def test_the_line_over_the_picture_is_written_once_for_every_film_and_whenever_it_changes() -> None:
    gap = opened(wish(scene()))
    assert said(gap, wish(scene(), text="Bob asks"), told()) == [SetText("Bob asks")]
    assert said(gap, wish(scene(), text="Bob asks"), told(), NOW + 60.0) == []
    assert said(gap, wish(scene(), epoch=2, text="Bob asks"), told(1))[0] == Open(2, film().path, 10.0, False)
    assert said(gap, wish(scene(), epoch=2, text="Bob asks"), told(2)) == [SetText("Bob asks")]

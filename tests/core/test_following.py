"""When a film is over, by its timeline and by its player's word, and when the next should be made ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.following import GRACE, READY_BEFORE, Watched, over_at, ready_at
from controller.core.timeline import Timeline

PLAYING = Timeline(100.0, 1_000.0, 120.0)
ENDED = Timeline(120.0, 1_020.0, 120.0, playing=False)


def still(position: float) -> Timeline:
    return replace(ENDED, position=position)


def test_what_plays_is_not_over() -> None:
    assert over_at(Watched(PLAYING, heard=1_000.0)) is None
    assert over_at(Watched(replace(PLAYING, position=120.0))) is None


def test_without_reports_it_is_over_when_the_timeline_is() -> None:
    assert over_at(Watched(ENDED)) == 1_020.0
    assert over_at(Watched(still(119.9))) is None


@pytest.mark.parametrize(
    ("heard", "since", "over"), [(1_015.0, None, 1_023.0), (1_015.0, 1_010.0, 1_023.0), (1_015.0, 1_050.0, 1_053.0)]
)
def test_a_player_that_tells_its_position_has_a_moment_to_say_that_it_is_there(
    heard: float, since: float | None, over: float
) -> None:
    assert over_at(Watched(ENDED, heard=heard, since=since)) == over
    assert over_at(Watched(still(119.9), heard=heard, since=since)) is None
    assert GRACE == 3.0


@pytest.mark.parametrize(("position", "over"), [(120.0, 1_020.0), (119.7, 1_020.0), (119.6, None), (60.0, None)])
def test_a_player_that_says_where_it_stands_is_believed(position: float, over: float | None) -> None:
    assert over_at(Watched(still(position), heard=1_020.0, since=1_020.0)) == over


@pytest.mark.parametrize("heard", [None, 1_010.0, 1_020.0, 1_021.0])
def test_what_somebody_has_paused_is_not_over_not_even_at_its_end(heard: float | None) -> None:
    for position in (119.8, 120.0):
        assert over_at(Watched(still(position), stopped=True, heard=heard)) is None


@pytest.mark.parametrize(("rate", "ready"), [(1.0, 1_000.0), (2.0, 990.0), (0.5, 1_020.0)])
def test_the_next_is_made_ready_twenty_seconds_as_they_pass_before_the_end(rate: float, ready: float) -> None:
    assert ready_at(Watched(replace(PLAYING, rate=rate))) == ready
    assert READY_BEFORE == 20.0


@pytest.mark.parametrize("line", [PLAYING, ENDED, still(110.0)])
def test_nothing_is_made_ready_beside_an_encoder_that_has_work_to_do(line: Timeline) -> None:
    assert ready_at(Watched(line, busy=True)) is None
    assert ready_at(Watched(line)) is not None


@pytest.mark.parametrize(("position", "rate", "near"), [(100.0, 1.0, True), (99.9, 1.0, False), (80.0, 2.0, True)])
def test_of_what_stands_still_the_next_is_made_ready_if_the_end_is_near(
    position: float, rate: float, near: bool
) -> None:
    assert ready_at(Watched(replace(still(position), rate=rate), stopped=True)) == (1_020.0 if near else None)

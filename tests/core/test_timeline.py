"""A timeline is a position as a function of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.timeline import LONGER, PLAUSIBLE_DRIFT, Departures, Timeline
from tests.core.making import modest

DURATION = 100.0
moments = st.floats(0, 1e6)
places = st.floats(0, DURATION)
rates = st.sampled_from([0.25, 1.0, 1.5, 4.0])
timelines = st.builds(Timeline, places, moments, st.just(DURATION), st.booleans(), rates)


def test_a_playing_timeline_moves_by_its_rate_and_a_paused_one_stands() -> None:
    assert Timeline(10.0, 5.0, DURATION).now(8.0) == 13.0
    assert Timeline(10.0, 5.0, DURATION, rate=2.0).now(8.0) == 16.0
    assert Timeline(10.0, 5.0, DURATION, playing=False).now(8.0) == 10.0


def test_another_rate_moves_nothing_until_time_goes_on() -> None:
    line = Timeline(10.0, 5.0, DURATION).at_rate(2.0, 8.0)
    assert (line.now(8.0), line.now(10.0)) == (13.0, 17.0)


@given(timeline=timelines, now=st.floats(-1e7, 1e7))
@modest(40)
def test_the_position_is_always_within_the_film(timeline: Timeline, now: float) -> None:
    assert 0.0 <= timeline.now(now) <= DURATION


@given(timeline=timelines, wait=st.floats(0, 1e4), more=st.floats(0, 1e4))
@modest(40)
def test_the_position_never_falls_as_time_goes_on(timeline: Timeline, wait: float, more: float) -> None:
    assert timeline.now(timeline.at + wait) <= timeline.now(timeline.at + wait + more)


@given(timeline=timelines, wait=st.floats(0, 1e3))
@modest(40)
def test_pausing_and_resuming_at_once_changes_no_position(timeline: Timeline, wait: float) -> None:
    now = timeline.at + wait
    there = timeline.now(now)
    assert timeline.paused(now).now(now + 50) == there
    assert timeline.paused(now).resumed(now).now(now) == pytest.approx(there)
    assert timeline.paused(now).resumed(now).playing


@pytest.mark.parametrize(
    ("wish", "place"), [(-1.0, 0.0), (0.0, 0.0), (42.5, 42.5), (DURATION, DURATION), (1e308, DURATION)]
)
def test_a_move_leads_to_the_nearest_place_in_the_film(wish: float, place: float) -> None:
    moved = Timeline(10.0, 5.0, DURATION, playing=False, rate=2.0).moved_to(wish, 9.0)
    assert moved == Timeline(place, 9.0, DURATION, playing=False, rate=2.0)


@pytest.mark.parametrize("drift", [-PLAUSIBLE_DRIFT, 0.0, PLAUSIBLE_DRIFT])
def test_a_report_within_half_a_second_is_no_news(drift: float) -> None:
    timeline = Timeline(10.0, 5.0, DURATION)
    assert timeline.reported(13.0 + drift, playing=True, now=8.0) is timeline


@pytest.mark.parametrize("drift", [-0.75, 0.75])
def test_a_report_further_off_is_believed(drift: float) -> None:
    reported = Timeline(10.0, 5.0, DURATION).reported(13.0 + drift, playing=True, now=8.0)
    assert reported == Timeline(13.0 + drift, 8.0, DURATION)


def test_a_report_of_another_state_is_believed_at_its_position() -> None:
    reported = Timeline(10.0, 5.0, DURATION).reported(13.1, playing=False, now=8.0)
    assert reported == Timeline(13.1, 8.0, DURATION, playing=False)


def test_a_report_from_a_little_behind_the_film_is_the_film_s_end() -> None:
    assert Timeline(10.0, 5.0, DURATION).reported(DURATION + LONGER, playing=True, now=8.0).position == DURATION


@pytest.mark.parametrize("position", [DURATION + LONGER + 0.1, 9e5, 1e300])
def test_a_report_from_where_no_film_is_is_not_believed(position: float) -> None:
    timeline = Timeline(10.0, 5.0, DURATION)
    assert timeline.reported(position, playing=False, now=8.0) is timeline


def test_a_timeline_that_stands_still_never_ends() -> None:
    timeline = Timeline(10.0, 5.0, DURATION, playing=False)
    assert timeline.ends_at() is None
    assert not timeline.finished(1e9)
    assert Timeline(DURATION, 5.0, DURATION, playing=False).finished(5.0)


def test_the_end_comes_sooner_at_a_higher_rate() -> None:
    assert Timeline(20.0, 5.0, DURATION).ends_at() == 85.0
    assert Timeline(20.0, 5.0, DURATION, rate=4.0).ends_at() == 25.0


@given(timeline=st.builds(Timeline, places, moments, st.just(DURATION), rate=rates))
@modest(80)
def test_a_timeline_is_finished_when_its_end_has_come(timeline: Timeline) -> None:
    ends = timeline.ends_at()
    assert ends is not None
    assert timeline.finished(ends)
    assert timeline.now(ends) == pytest.approx(DURATION)


def test_a_report_made_before_a_seek_is_explained_for_a_second() -> None:
    gone = Departures()
    gone.add(Timeline(10.0, 0.0, DURATION), 5.0)
    assert [gone.explain(position, 5.5) for position in (13.9, 14.1, 15.5, 16.0, 16.1)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert gone.explain(15.5, 5.99)
    assert not gone.explain(15.5, 6.0)


def test_every_seek_of_the_last_second_is_remembered() -> None:
    gone = Departures()
    gone.add(Timeline(10.0, 0.0, DURATION, playing=False), 5.0)
    gone.add(Timeline(50.0, 5.0, DURATION, playing=False), 5.5)
    assert gone.explain(10.0, 5.75)
    assert gone.explain(50.0, 5.75)
    assert not gone.explain(90.0, 5.75)
    gone.add(Timeline(90.0, 5.5, DURATION, playing=False), 6.25)
    assert not gone.explain(10.0, 6.25)
    assert gone.explain(50.0, 6.25)

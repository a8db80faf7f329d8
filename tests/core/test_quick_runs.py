"""Runs that encode no picture: where they end, where the next one begins, and what their end says of the film's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.elsewhere import Coming, comes
from controller.core.playlist import VIDEO, SegmentId
from controller.core.segment_plan import SegmentPlan
from controller.core.stream import HOLD_AHEAD, RELEASE_AHEAD, SETTLE, UNFETCHED_AFTER, Stream
from controller.core.stream_phase import Completed, Failed, Idle
from controller.core.throttle import LEAST_AHEAD, LONGEST, SEGMENT, end_of_quick, end_of_run
from protocol.errors import EmptyOutput
from tests.core.making import BOTH, SOUND, audio, complete, make, modest, pass_time, plan, video, wanted


def quick(position: float = 0.0) -> Stream:
    """A stream of 100 segments of two seconds, which are only copied."""
    return Stream(plan(), BOTH, position, 0.0, quick=frozenset(BOTH))


def here(one: Stream) -> tuple[int, int | None]:
    """Where the wanted run begins and ends."""
    run = wanted(one)
    return run.start, run.until


def through() -> Stream:
    """One whose first run has come to its end."""
    one = quick()
    make(one, 0, 30, 0.2)
    return one


@pytest.mark.parametrize(
    ("lengths", "index", "playhead", "until"),
    [
        ([4.0] * 100, 0, 0.0, 15),
        ([4.0] * 100, 0, 0.3, 15),
        ([4.0] * 100, 0, 1.0, 16),
        ([4.0] * 100, 5, 0.0, 15),
        ([4.0] * 100, 40, 0.0, 41),
        ([4.0] * 15, 0, 0.0, None),
        ([4.0] * 16, 0, 0.0, 15),
        ([7.0] * 100, 0, 0.0, 9),
        ([10.0] * 100, 0, 3.0, 6),
        ([30.0] * 100, 0, 0.0, 2),
        ([30.0] * 100, 0, 10.0, 2),
        ([30.0] * 100, 2, 10.0, 3),
        ([100.0] * 2, 0, 0.0, 1),
        ([100.0] * 2, 1, 0.0, None),
    ],
)
def test_a_quick_run_ends_a_minute_ahead_and_makes_one_segment_at_least(
    lengths: list[float], index: int, playhead: float, until: int | None
) -> None:
    cuts = tuple(7.0 + sum(lengths[:n]) for n in range(len(lengths) + 1))
    assert end_of_quick(SegmentPlan(cuts), index, playhead) == until


def test_a_quick_run_ends_sooner_where_there_is_little_room() -> None:
    assert end_of_quick(plan(), 0, 0.0, cramped=True) == 8
    assert end_of_quick(plan(), 20, 0.0, cramped=True) == 21


@given(lengths=st.lists(st.floats(0.5, 30.0), min_size=1, max_size=60), playhead=st.floats(0.0, 600.0))
@modest()
def test_what_a_quick_run_makes_is_never_further_ahead_than_it_must(lengths: list[float], playhead: float) -> None:
    plan = SegmentPlan(tuple(sum(lengths[:n]) for n in range(len(lengths) + 1)))
    start = plan.index_at(playhead)
    until = end_of_quick(plan, start, playhead) or len(plan)
    assert until > start
    assert until == start + 1 or plan.end(until - 1) <= playhead + HOLD_AHEAD + SEGMENT
    assert until == len(plan) or plan.end(until) >= playhead + HOLD_AHEAD


def test_a_run_that_has_come_to_its_end_is_wanted_no_more_and_the_film_goes_on() -> None:
    one = quick()
    assert here(one) == (0, 30)
    make(one, 0, 29, 0.1)
    assert one.wanted
    make(one, 29, 30, 0.2)
    assert one.phase == Idle()
    assert (one.made.length, one.is_complete, one.busy) == (100, False, False)
    one.on_ended(1, Completed(), 0.3)
    assert one.phase == Idle()


def test_the_next_run_begins_there_when_less_than_half_a_minute_lies_before_the_viewer() -> None:
    one = through()
    one.ask(video(20), 0.5)
    one.report(30.0, True, 30.0)
    assert one.wanted is None, "what a player takes in advance is no measure"
    assert pass_time(one, 30.0, 31.0) == 31.0
    one.report(30.5, True, 31.0)
    assert here(one) == (30, 46)
    make(one, 30, 46, 31.2)
    one.report(61.0, True, 61.5)
    assert one.wanted is None
    one.report(63.0, True, 63.0)
    assert here(one) == (46, 62)


def test_the_last_run_of_a_film_has_no_end_and_tells_where_the_film_has_one() -> None:
    one = quick(150.0)
    assert here(one) == (75, None)
    make(one, 75, 99, 0.2)
    complete(one, 0.3)
    assert one.made.length == 99
    assert one.phase == Idle()


def test_who_waits_beyond_the_end_of_a_run_gets_another_one_at_once() -> None:
    one = quick()
    one.on_started(1, 0.0)
    make(one, 0, 3, 2.0)
    assert not one.ask(video(32), 2.0)
    pass_time(one, 2.0, 2.0 + SETTLE)
    assert here(one) == (32, 62)


def test_who_waits_for_what_comes_after_a_run_that_is_through_waits_for_the_next_one() -> None:
    one = through()
    assert not one.ask(video(30), 2.0)
    assert here(one) == (30, 31)
    one.on_made(2, audio(30), 2.1)
    assert here(one) == (30, 31)
    one.on_made(2, video(30), 2.1)
    assert one.wanted is None
    assert not one.ask(video(31), 2.2), "who asks for what is further ahead than that is there"
    pass_time(one, 2.2, 3.3)
    assert here(one) == (31, 61)


def test_nobody_who_is_silent_gets_another_run() -> None:
    one = through()
    pass_time(one, 0.2, 500.0)
    assert one.wanted is None
    assert one.next_deadline() is None


def test_a_run_ends_sooner_when_the_stream_has_as_much_as_it_may() -> None:
    one = quick()
    for index in range(30):
        for rendition in BOTH:
            one.on_made(1, SegmentId(rendition, index), 0.2, size=10)
    one.allow(600, 0.3)
    one.report(40.0, True, 40.0)
    assert one.wanted is None, "what a held run would not go on for is no reason to begin one"
    one.report(46.0, True, 46.0)
    assert here(one) == (30, 31)
    assert LEAST_AHEAD < RELEASE_AHEAD


def test_only_what_is_quick_has_an_end() -> None:
    one = Stream(plan(), BOTH, 0.0, 0.0, hurries=True, quick=frozenset({SOUND}))
    assert wanted(one).until is None
    for index in range(30):
        one.on_made(1, video(index), 1.0)
    one.tick(UNFETCHED_AFTER)
    assert not one.ask(audio(0), 30.0)
    assert (wanted(one).renditions, wanted(one).until) == (frozenset({SOUND}), 30)


def test_a_sound_that_catches_up_with_the_picture_does_not_go_on_with_it_before_its_time() -> None:
    one = Stream(plan(), BOTH, 0.0, 0.0, hurries=True, quick=frozenset({SOUND}))
    for index in range(28):
        one.on_made(1, video(index), 1.0)
    one.tick(UNFETCHED_AFTER)
    one.ask(audio(0), 21.0)
    one.ask(video(14), 21.0)
    epoch = wanted(one).epoch
    for index in range(28):
        one.on_made(epoch, audio(index), 21.5)
    assert one.wanted is None
    one.report(26.5, True, 26.5)
    assert (wanted(one).start, wanted(one).renditions) == (28, frozenset(BOTH))


def test_a_run_that_ends_before_its_end_is_followed_by_one_without_that_tells_the_films() -> None:
    one = quick()
    make(one, 0, 20, 0.2)
    complete(one, 0.3)
    assert (one.phase, one.made.length) == (Idle(), 100)
    one.report(15.0, True, 15.0)
    assert here(one) == (20, None)
    complete(one, 15.5)
    assert (one.phase, one.made.length) == (Idle(), 20)
    pass_time(one, 15.5, 500.0)
    assert one.wanted is None


def test_a_run_without_an_end_makes_what_the_one_before_had_left_out() -> None:
    one = quick()
    make(one, 0, 20, 0.2)
    complete(one, 0.3)
    one.ask(video(20), 1.0)
    pass_time(one, 1.0, 1.2)
    assert here(one) == (20, None)
    make(one, 20, 100, 1.5)
    complete(one, 1.5)
    assert (one.made.length, one.has(audio(99))) == (100, True)


def test_the_end_of_a_film_that_is_shorter_than_told_is_found_where_a_run_ended() -> None:
    one = through()
    one.report(31.0, True, 31.0)
    assert here(one) == (30, 46)
    complete(one, 31.2)
    assert (one.phase, one.made.length) == (Idle(), 30)


@pytest.mark.parametrize("before", [0, 30])
def test_who_waits_for_what_is_not_in_the_film_is_told(before: int) -> None:
    one = quick()
    make(one, 0, before, 0.2)
    one.ask(video(before), 1.0)
    pass_time(one, 1.0, 1.2)
    complete(one, 1.2)
    assert isinstance(one.phase, Failed)
    assert isinstance(one.phase.error, EmptyOutput)


def test_a_run_with_an_end_is_no_help_beyond_that() -> None:
    one = quick()
    one.on_started(1, 0.0)
    make(one, 0, 5, 1.0)
    coming = one.coming(VIDEO, 0, 1.0)
    assert coming == Coming(5, 10.0, measured=1.0, until=30)
    assert comes([coming], plan(), 14, 0.0, waited=True)
    assert not comes([replace(coming, until=14)], plan(), 14, 0.0, waited=True)


def test_no_run_makes_more_segments_than_can_be_told_to_ffmpeg() -> None:
    day = SegmentPlan(tuple(2.0 * number for number in range(43_201)))
    assert end_of_run(day, 100, 200.0, quick=False) == 100 + LONGEST
    assert end_of_run(day, 43_200 - LONGEST, 0.0, quick=False) is None
    assert end_of_run(day, 100, 200.0, quick=True) == end_of_quick(day, 100, 200.0)

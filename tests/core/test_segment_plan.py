"""A segment plan cuts a film into pieces that ascend, cover it and fall where frames begin."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.core.segment_plan import (
    COPY_TARGET,
    GRID_TARGET,
    FrameGrid,
    SegmentPlan,
    at_keyframes,
    longest_gap,
    on_grid,
)
from tests.core.making import modest

RATES = [
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(5),
    Fraction(1, 3),
]
durations = st.floats(0.04, 300.0)
rates = st.sampled_from(RATES)


@st.composite
def keyframe_lists(draw: st.DrawFn) -> tuple[float, ...]:
    """Ascending times to the microsecond, as containers have them."""
    first = draw(st.integers(0, 2_000_000))
    gaps = draw(st.lists(st.integers(40_000, 12_000_000), max_size=15))
    times = [first]
    for gap in gaps:
        times.append(times[-1] + gap)
    return tuple(time / 1_000_000 for time in times)


@given(duration=durations, rate=rates, target=st.sampled_from([GRID_TARGET, COPY_TARGET]))
@modest(50)
def test_grid_boundaries_ascend_and_cover_the_film(duration: float, rate: Fraction, target: float) -> None:
    plan = on_grid(duration, rate, target)
    assert plan.boundaries[0] == plan.origin == 0.0
    assert plan.boundaries[-1] == plan.duration == duration
    assert all(sooner < later for sooner, later in pairwise(plan.boundaries))


@given(duration=durations, rate=rates)
@modest(50)
def test_grid_boundaries_are_whole_frames(duration: float, rate: Fraction) -> None:
    for cut in on_grid(duration, rate).boundaries[:-1]:
        frame = round(Fraction(cut) * rate)
        assert cut == float(frame / rate)


@given(duration=durations, rate=rates)
@modest(50)
def test_grid_segments_are_alike_and_the_last_is_half_to_one_and_a_half_as_long(
    duration: float, rate: Fraction
) -> None:
    plan = on_grid(duration, rate)
    step = float(max(1, round(2 * rate)) / rate)
    lengths = [plan.length(i) for i in range(len(plan))]
    assert all(math.isclose(length, step, abs_tol=1e-9) for length in lengths[:-1])
    assert lengths[-1] <= 1.5 * step + 1e-9
    if len(plan) > 1:
        assert lengths[-1] >= 0.5 * step - 1e-9


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate >= 1])
def test_a_grid_segment_is_two_seconds_long_to_the_nearest_frame(rate: Fraction) -> None:
    assert abs(on_grid(100.0, rate).length(0) - GRID_TARGET) <= 0.5 / rate


def test_a_film_shorter_than_a_segment_is_one_segment() -> None:
    assert on_grid(0.3, Fraction(25)).boundaries == (0.0, 0.3)
    assert len(on_grid(3.0, Fraction(25))) == 1
    assert on_grid(3.001, Fraction(25)).boundaries == (0.0, 2.0, 3.001)


def test_frames_longer_than_a_segment_make_segments_of_one_frame() -> None:
    assert on_grid(9.0, Fraction(1, 3)).boundaries == (0.0, 3.0, 6.0, 9.0)


@given(keyframes=keyframe_lists(), rest=st.floats(0.0, 10.0))
@modest(50)
def test_copied_video_is_cut_at_keyframes_only_from_the_first_to_the_end(
    keyframes: tuple[float, ...], rest: float
) -> None:
    end = keyframes[-1] + rest
    plan = at_keyframes(keyframes, end)
    assert plan.origin == keyframes[0]
    assert set(plan.boundaries[:-1]) <= set(keyframes)
    assert all(sooner < later for sooner, later in pairwise(plan.boundaries))
    assert plan.boundaries[-1] == max(end, plan.boundaries[-2] + 0.001)


@given(keyframes=keyframe_lists(), rest=st.floats(0.5, 10.0))
@modest(50)
def test_copied_segments_are_the_shortest_that_last_four_seconds(keyframes: tuple[float, ...], rest: float) -> None:
    plan = at_keyframes(keyframes, keyframes[-1] + rest)
    for index in range(len(plan) - 1):
        start, cut = plan.boundaries[index], plan.boundaries[index + 1]
        assert cut - start >= COPY_TARGET
        assert not [frame for frame in keyframes if start < frame < cut and frame - start >= COPY_TARGET]
    if len(plan) > 1:
        assert plan.length(len(plan) - 1) >= COPY_TARGET / 4


def test_an_end_before_the_first_keyframe_still_leaves_one_segment() -> None:
    assert at_keyframes((2.0,), 1.0).boundaries == (2.0, 2.001)


@pytest.mark.parametrize(
    ("keyframes", "end", "gap"), [((0.0, 2.0, 5.0), 6.0, 3.0), ((0.0, 2.0), 12.0, 10.0), ((0.0,), 31.0, 31.0)]
)
def test_the_longest_gap_counts_the_way_to_the_end(keyframes: tuple[float, ...], end: float, gap: float) -> None:
    assert longest_gap(keyframes, end) == gap


def boundaries_agree(plan: SegmentPlan) -> None:
    """Segments follow one another, and every playlist time is in the segment that says so."""
    assert plan.start(0) == 0.0
    assert plan.end(len(plan) - 1) == plan.duration
    for index in range(len(plan)):
        assert math.isclose(plan.length(index), plan.end(index) - plan.start(index), rel_tol=1e-6)
        assert plan.index_at(plan.start(index)) == index
        assert plan.index_at((plan.start(index) + plan.end(index)) / 2) == index
        assert plan.index_at(math.nextafter(plan.end(index), 0.0)) == index


@given(duration=st.floats(0.04, 60.0), rate=rates)
@modest(30)
def test_a_time_is_in_the_segment_that_begins_with_it_on_a_grid(duration: float, rate: Fraction) -> None:
    boundaries_agree(on_grid(duration, rate))


@given(keyframes=keyframe_lists())
@example(keyframes=(0.510138, 4.680976))
@modest(50)
def test_a_time_is_in_the_segment_that_begins_with_it_in_copied_video(keyframes: tuple[float, ...]) -> None:
    boundaries_agree(at_keyframes(keyframes, keyframes[-1] + 5.0))


def test_times_outside_the_film_are_in_its_first_or_last_segment() -> None:
    plan = SegmentPlan((1.0, 5.0, 9.0))
    assert [plan.index_at(at) for at in (-1e308, -0.1, 0.0, 3.9, 4.0, 8.0, 1e308)] == [0, 0, 0, 0, 1, 1, 1]


@given(
    origin=st.floats(0.0, 2.0),
    step=st.sampled_from([1024 / 48_000, 1024 / 44_100, 1001 / 24_000, 0.04]),
    later=st.floats(0.0, 10_000.0),
)
@modest(80)
def test_a_cut_separates_the_frames_before_a_time_from_those_at_or_after_it(
    origin: float, step: float, later: float
) -> None:
    grid, time = FrameGrid(origin, step), origin + later
    cut, number = grid.cut(time), grid.first_at(time)
    assert origin + (number - 1) * step < cut < origin + number * step
    assert origin + number * step >= time - 2e-6
    assert origin + (number - 1) * step < time


def test_a_frame_that_rounding_moved_by_less_than_a_microsecond_keeps_its_side() -> None:
    grid = FrameGrid(0.0, 0.04)
    for number in range(0, 100_000, 997):
        time = number * 0.04
        assert grid.first_at(time - 5e-7) == grid.first_at(time) == grid.first_at(time + 5e-7) == number


@given(duration=durations, rate=rates, quick=st.integers(0, 5))
@modest(60)
def test_the_first_segments_may_be_cut_in_two_and_the_others_are_where_they_were(
    duration: float, rate: Fraction, quick: int
) -> None:
    plain, quicker = on_grid(duration, rate), on_grid(duration, rate, quick=quick)
    assert set(plain.boundaries) <= set(quicker.boundaries)
    halves = min(quick, len(plain) - 1) if plain.length(0) * rate > 1 else 0
    assert len(quicker) == len(plain) + halves
    assert list(quicker.boundaries) == sorted(set(quicker.boundaries))
    for cut in quicker.boundaries[:-1]:
        assert cut * rate == pytest.approx(round(cut * rate), abs=1e-6)
    if halves:
        assert quicker.length(0) <= plain.length(0) / 2 + 1e-9


def test_pictures_that_last_longer_than_a_segment_are_not_cut_in_two() -> None:
    assert on_grid(10.0, Fraction(1, 2), quick=2) == on_grid(10.0, Fraction(1, 2))


def test_the_first_copied_segments_need_be_only_half_as_long() -> None:
    keyframes = tuple(float(second) for second in range(0, 40, 2))
    assert at_keyframes(keyframes, 40.0, quick=2).boundaries[:6] == (0.0, 2.0, 4.0, 8.0, 12.0, 16.0)
    assert at_keyframes(keyframes[::3], 40.0, quick=2) == at_keyframes(keyframes[::3], 40.0)


@given(origin=st.floats(0.0, 10.0), step=st.floats(0.01, 1.0), time=st.floats(0.0, 300.0))
@modest()
def test_the_nearest_frame_is_half_a_frame_away_at_most(origin: float, step: float, time: float) -> None:
    assert abs(FrameGrid(origin, step).nearest(time) - time) <= step / 2 + 1e-6

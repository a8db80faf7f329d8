"""A stream's machine, fact by fact: what a client does and what is asked for."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.playlist import VIDEO, SegmentId
from controller.core.stream import SETTLE, SPACING, UNFETCHED_AFTER, Stream
from controller.core.stream_phase import Completed, Crashed, Outcome
from tests.core.making import (
    LENGTH,
    Encoder,
    audio,
    complete,
    crash,
    make,
    modest,
    pass_time,
    plan,
    running,
    stream,
    video,
    wanted,
)


def test_a_new_stream_wants_a_run_from_its_position_at_once() -> None:
    one = stream(position=51.0, began=7.0)
    assert one.wanted == running(1, 25)
    assert one.timeline.now(7.0) == 51.0
    assert one.state(7.0) == "starting"


def test_a_stream_that_begins_before_the_film_begins_at_its_start() -> None:
    one = stream(position=-5.0)
    assert one.timeline.position == 0.0
    assert wanted(one).start == 0


@pytest.mark.parametrize("position", [LENGTH, LENGTH + 1, 1e308])
def test_a_stream_that_begins_at_the_end_wants_nothing_and_is_finished(position: float) -> None:
    one = stream(position=position)
    assert one.wanted is None
    assert one.state(0.0) == "finished"
    pass_time(one, 0.0, 1_000.0)
    assert one.wanted is None
    assert one.epoch == 0


def test_a_stream_plays_once_the_segment_at_its_position_is_whole_in_every_rendition() -> None:
    one = stream()
    epoch = wanted(one).epoch
    assert one.on_made(epoch, video(0), 1.0)
    assert one.state(1.0) == "starting"
    assert one.on_made(epoch, audio(0), 1.0)
    assert one.state(1.0) == "playing"


def test_a_paused_stream_says_so_and_its_position_stands() -> None:
    one = stream()
    make(one, 0, 5, 1.0)
    one.pause(4.0)
    assert one.state(9.0) == "paused"
    assert one.timeline.now(9.0) == 4.0
    one.resume(10.0)
    assert one.state(10.0) == "playing"
    assert one.timeline.now(11.0) == 5.0


def test_at_the_end_of_the_film_the_timeline_stops_by_itself() -> None:
    one = stream(position=190.0)
    make(one, 95, 100, 1.0)
    complete(one, 1.0)
    assert one.next_deadline() == 10.0
    one.tick(10.0)
    assert not one.timeline.playing
    assert one.state(11.0) == "finished"
    assert one.next_deadline() is None


def test_a_report_that_agrees_changes_nothing_and_one_that_differs_moves_the_timeline() -> None:
    one = stream()
    assert not one.report(5.2, playing=True, now=5.0)
    assert one.report(3.0, playing=True, now=5.0)
    assert one.timeline.now(6.0) == 4.0


def test_a_report_from_before_a_seek_moves_nothing_and_one_from_after_it_does() -> None:
    one = stream()
    one.seek(100.0, 5.0)
    assert not one.report(4.8, playing=False, now=5.5)
    assert one.timeline.now(5.5) == 100.5
    assert one.heard is None
    assert one.report(101.5, playing=True, now=5.5)
    assert one.report(4.8, playing=True, now=6.0), "a second later, the player must mean it"
    assert one.timeline.now(6.0) == 4.8


def test_a_short_seek_leaves_reports_that_fit_both_places() -> None:
    one = stream()
    one.seek(5.3, 5.0)
    assert one.report(5.5, playing=False, now=5.25)
    assert not one.timeline.playing


def test_a_segment_exists_only_within_the_plan_and_its_renditions() -> None:
    one = Stream(plan(), (VIDEO,), 0.0, 0.0)
    assert one.exists(video(0))
    assert one.exists(video(99))
    assert not one.exists(video(100))
    assert not one.exists(video(-1))
    assert not one.exists(audio(0))


def test_who_asks_for_a_whole_segment_gets_it_and_who_asks_early_waits() -> None:
    one = stream()
    make(one, 0, 2, 1.0)
    assert one.ask(video(1), 2.0)
    assert not one.ask(video(2), 2.0)
    assert wanted(one).epoch == 1


def test_a_run_that_comes_by_soon_is_waited_for() -> None:
    one = stream()
    assert not one.ask(video(4), 0.0)
    assert one.wanted == running(1, 0)


def test_a_segment_further_away_than_the_run_makes_soon_gets_a_run_of_its_own() -> None:
    one = stream()
    make(one, 0, 1, 2.0)
    assert not one.ask(video(6), 2.0)
    pass_time(one, 2.0, 2.0 + SETTLE)
    assert one.wanted == running(2, 6)


@pytest.mark.parametrize(
    ("made", "index", "same_run"), [(3, 15, True), (3, 16, False), (10, 40, True), (10, 41, False)]
)
def test_a_fast_run_is_waited_for_over_four_seconds_of_its_making_and_a_minute_of_film_at_most(
    made: int, index: int, same_run: bool
) -> None:
    one = stream()
    one.on_started(1, 0.0)
    make(one, 0, made, 1.0)
    assert one.speed(1.0) == made * 2.0
    one.ask(video(index), 1.0)
    pass_time(one, 1.0, 1.5)
    assert one.wanted == (running(1, 0) if same_run else running(2, index))


def test_a_segment_before_the_run_began_gets_a_run_of_its_own() -> None:
    one = stream(position=100.0)
    one.ask(video(49), 5.0)
    assert one.wanted == running(2, 49)


def test_the_latest_who_asked_is_served_first_and_the_others_after() -> None:
    one = stream()
    one.ask(video(40), 5.0)
    one.ask(video(80), 5.0)
    pass_time(one, 5.0, 6.0)
    assert wanted(one).start == 80
    one.on_made(wanted(one).epoch, video(80), 7.0)
    one.withdraw(video(80), 7.0)
    pass_time(one, 7.0, 9.0)
    assert wanted(one).start == 40


def test_a_segment_stays_wanted_until_the_last_who_waited_for_it_withdrew() -> None:
    one = stream()
    one.ask(video(40), 5.0)
    one.ask(video(40), 5.0)
    one.withdraw(video(40), 5.1)
    pass_time(one, 5.1, 6.0)
    assert wanted(one).start == 40


def test_an_ask_that_is_withdrawn_before_its_run_starts_costs_no_run() -> None:
    one = stream()
    one.on_started(1, 4.9)
    one.ask(video(40), 5.0)
    one.withdraw(video(40), 5.1)
    pass_time(one, 5.1, 50.0)
    assert one.wanted is None
    assert one.epoch == 1


def test_withdrawing_what_nobody_asked_for_changes_nothing() -> None:
    one = stream()
    one.withdraw(video(3), 1.0)
    assert one.wanted == running(1, 0)


def test_a_seek_within_the_film_moves_run_timeline_and_epoch() -> None:
    one = stream()
    assert one.seek(101.0, 9.0) == (101.0, False)
    assert one.timeline.now(10.0) == 102.0
    assert one.wanted == running(3, 50)


@pytest.mark.parametrize(
    ("position", "inside"),
    [
        (-1.0, 0.0),
        (-1e308, 0.0),
        (float("-inf"), 0.0),
        (LENGTH + 0.001, LENGTH),
        (1e308, LENGTH),
        (float("inf"), LENGTH),
    ],
)
def test_a_clamped_seek_moves_the_timeline_and_starts_nothing(position: float, inside: float) -> None:
    one = stream(position=20.0)
    before = one.wanted
    assert one.seek(position, 5.0) == (inside, True)
    assert one.timeline.position == inside
    assert one.epoch == 2
    assert one.wanted == before
    pass_time(one, 5.0, 500.0)
    assert one.epoch == 2


def test_a_seek_to_exactly_the_end_is_no_clamp_and_starts_nothing() -> None:
    one = stream(position=20.0)
    before = one.wanted
    assert one.seek(LENGTH, 5.0) == (LENGTH, False)
    assert one.wanted == before
    assert one.state(5.0) == "finished"
    pass_time(one, 5.0, 500.0)
    assert one.epoch == 2


def test_a_seek_into_what_is_made_starts_at_the_first_hole_the_viewer_reaches_soon() -> None:
    one = stream()
    make(one, 0, 10, 1.0)
    one.ask(video(60), 10.0)
    one.withdraw(video(60), 11.0)
    assert wanted(one).start == 60
    one.seek(4.0, 12.0)
    pass_time(one, 12.0, 13.0)
    assert wanted(one).start == 10


def test_a_seek_into_a_long_stretch_that_is_made_starts_nothing() -> None:
    one = stream()
    make(one, 0, 40, 1.0)
    one.tick(UNFETCHED_AFTER)
    one.seek(4.0, 30.0)
    pass_time(one, 30.0, 100.0)
    assert one.wanted is None


def test_a_seek_to_the_last_whole_segments_looks_no_further_than_the_film() -> None:
    one = stream(position=196.0)
    make(one, 98, 100, 1.0)
    complete(one, 1.0)
    one.seek(197.0, 2.0)
    assert one.wanted is None
    assert one.ask(audio(99), 3.0)
    assert one.wanted is None


def test_a_moving_target_ends_the_old_run_at_once_and_starts_the_next_when_it_stands_still() -> None:
    one = stream()
    one.on_started(1, 10.0)
    one.seek(100.0, 10.1)
    assert one.wanted is None
    assert one.next_deadline() == pytest.approx(10.1 + SETTLE)
    pass_time(one, 10.1, 10.1 + SETTLE)
    assert wanted(one).start == 50


def test_a_target_that_never_stands_still_gets_a_run_after_the_spacing_all_the_same() -> None:
    one = stream()
    one.on_started(1, 10.0)
    for step in range(1, 13):
        one.seek(40.0 + step * 10, 10.0 + step / 10)
    pass_time(one, 11.2, 10.0 + SPACING)
    assert wanted(one).start == 80


@pytest.mark.parametrize("player", [False, True], ids=["alone", "with_a_player_that_asks"])
@given(seed=st.integers(0, 10_000))
@modest(examples=4)
def test_fifty_seeks_a_second_for_ten_seconds_start_at_most_twelve_runs_and_the_last_seek_wins(
    player: bool, seed: int
) -> None:
    one, chance = stream(began=100.0), random.Random(seed)
    encoder, now, asked = Encoder(one, 100), 100.0, None
    position = 0.0
    for step in range(500):
        pass_time(one, now, 100.0 + step * 0.02)
        encoder.follow(now)
        now = 100.0 + step * 0.02
        position = (position + chance.uniform(60, 140)) % LENGTH
        one.seek(position, now)
        if player:
            if asked:
                one.withdraw(asked, now)
            asked = SegmentId(VIDEO, one.plan.index_at(position))
            one.ask(asked, now)
        encoder.follow(now)
    pass_time(one, now, now + 2.0)
    encoder.follow(now + 2.0)
    assert len(encoder.runs) <= 12
    assert wanted(one).start == one.plan.index_at(position)
    assert all(later.epoch > sooner.epoch for sooner, later in pairwise(encoder.runs))


def test_ten_quick_seeks_end_in_one_encoder() -> None:
    one = stream()
    one.on_started(1, 0.0)
    for step in range(10):
        one.seek(20.0 * (9 - step), 0.1 + step / 100)
    pass_time(one, 0.2, 2.0)
    assert one.epoch == 1 + 10 + 1


def test_what_is_made_ahead_counts_up_to_the_first_hole_in_any_rendition() -> None:
    one = stream(position=20.0)
    make(one, 10, 13, 1.0)
    one.on_made(1, video(13), 1.0)
    assert one.ahead() == 6.0
    one = stream(position=196.0)
    make(one, 98, 100, 1.0)
    assert one.ahead() == 4.0


def test_a_run_that_goes_on_in_another_process_has_the_speed_of_that_one() -> None:
    one = stream(0.0)
    one.on_started(1, 0.0)
    make(one, 0, 10, 1.0)
    one.on_started(1, 2.0)
    assert one.speed(3.0) == 0.0
    make(one, 10, 13, 4.0)
    assert one.speed(4.0) == 3.0


def test_a_run_has_no_speed_before_its_first_segment_and_nothing_has_without_a_run() -> None:
    one = stream()
    one.on_started(1, 5.0)
    assert one.speed(5.0) == 0.0
    assert one.speed(6.0) == 0.0
    make(one, 0, 3, 7.0)
    assert one.speed(7.0) == 3.0
    crash(one, 8.0)
    assert one.speed(8.0) == 0.0


@pytest.mark.parametrize("outcome", [Completed(), Crashed("exit status 1")])
def test_facts_of_another_epoch_are_ignored(outcome: Outcome) -> None:
    one = stream()
    one.seek(100.0, 5.0)
    present = one.wanted
    assert not one.on_made(1, video(0), 6.0)
    assert not one.has(video(0))
    one.on_started(1, 6.0)
    one.on_ended(1, outcome, 6.0)
    assert one.wanted == present
    assert one.restarts == 0


def test_a_segment_outside_the_plan_is_never_taken() -> None:
    one = stream()
    assert not one.on_made(1, video(100), 1.0)
    assert not one.on_made(1, video(-1), 1.0)


def test_a_segment_made_twice_is_news_once() -> None:
    one = stream()
    assert one.on_made(1, video(0), 1.0)
    assert not one.on_made(1, video(0), 1.0)

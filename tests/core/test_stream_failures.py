"""A stream's machine when runs fail, end empty or end early; and deadlines that must not be spun on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.playlist import VIDEO
from controller.core.stream import BACK_OFF, UNFETCHED_AFTER, Stream
from controller.core.stream_phase import BackingOff, Failed, Idle
from protocol.errors import EmptyOutput, EncoderFailed
from tests.core.making import (
    LENGTH,
    SOUND,
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


def error_of(one: Stream) -> type[Exception] | None:
    """What the stream gave up with."""
    return type(one.phase.error) if isinstance(one.phase, Failed) else None


def give_up(one: Stream, now: float) -> float:
    """Let every run crash at once until there are no more."""
    for _ in BACK_OFF:
        crash(one, now, reason="exit status 1")
        due = one.next_deadline()
        assert due is not None
        now = pass_time(one, now, due)
    crash(one, now, reason="exit status 1")
    return now


def test_a_crashed_run_is_tried_again_after_half_a_second_two_and_five_and_then_given_up() -> None:
    one, now = stream(), 1.0
    for failures, pause in enumerate((0.5, 2.0, 5.0), start=1):
        crash(one, now)
        assert one.phase == BackingOff(now + pause)
        assert one.restarts == failures
        assert one.wanted is None
        one.tick(now + pause - 0.001)
        assert one.wanted is None
        now += pause
        assert one.next_deadline() == now
        one.tick(now)
        assert one.wanted == running(1 + failures, 0)
    crash(one, now, reason="exit status 1")
    assert error_of(one) is EncoderFailed
    assert isinstance(one.phase, Failed)
    assert one.phase.error.hint == "exit status 1"
    assert one.state(now) == "failed"
    assert one.restarts == 3


def test_a_stream_that_gave_up_wants_nothing_any_more_whatever_time_passes() -> None:
    one = stream()
    now = give_up(one, 1.0)
    epoch = one.epoch
    pass_time(one, now, 10_000.0)
    assert one.epoch == epoch
    assert error_of(one) is EncoderFailed


def crash_after_each_segment(one: Stream, times: int, now: float, pause: float) -> float:
    """Each run makes what is asked for after it has failed once, and fails again."""
    for done in range(times):
        one.ask(video(done), now)
        crash(one, now)
        assert one.phase == BackingOff(now + BACK_OFF[0])
        now = pass_time(one, now, now + BACK_OFF[0])
        assert wanted(one).start == done
        make(one, done, done + 1, now)
        one.withdraw(video(done), now)
        now += pause
    return now


def test_progress_begins_a_new_row_of_failures() -> None:
    one = stream()
    crash_after_each_segment(one, 10, 1.0, 20.0)
    assert one.restarts == 10


def test_more_than_three_failures_in_a_minute_are_too_many_whatever_was_made_between() -> None:
    one = stream()
    now = crash_after_each_segment(one, 3, 1.0, 1.0)
    crash(one, now)
    assert error_of(one) is EncoderFailed


def test_another_way_of_making_it_gets_one_chance_and_all_of_them_once_it_has_made_something() -> None:
    one = stream()
    now = crash_after_each_segment(one, 3, 1.0, 1.0)
    crash(one, now)
    one.renew(now)
    assert wanted(one).start == 3
    crash(one, now)
    assert error_of(one) is EncoderFailed
    one.renew(now)
    make(one, 3, 4, now)
    crash(one, now)
    assert one.phase == BackingOff(now + BACK_OFF[0])


def test_making_again_what_is_there_is_no_progress() -> None:
    one, now = stream(), 1.0
    one.on_made(1, video(0), now)
    for _ in range(len(BACK_OFF) + 1):
        one.on_made(wanted(one).epoch, video(0), now)
        crash(one, now)
        now = pass_time(one, now, now + BACK_OFF[-1])
    assert error_of(one) is EncoderFailed


def test_a_seek_gives_a_failed_stream_another_chance_with_all_its_retries() -> None:
    one = stream()
    now = give_up(one, 1.0)
    one.seek(100.0, now + 2)
    assert one.wanted == running(6, 50)
    give_up(one, now + 3)
    assert error_of(one) is EncoderFailed
    assert one.restarts == 6


@pytest.mark.parametrize("position", [-1.0, LENGTH, LENGTH + 1])
def test_a_seek_to_where_nothing_can_be_watched_gives_no_other_chance(position: float) -> None:
    one = stream()
    now = give_up(one, 1.0)
    one.seek(position, now + 1)
    assert error_of(one) is EncoderFailed


def test_an_ask_gives_a_failed_stream_no_other_chance() -> None:
    one = stream()
    now = give_up(one, 1.0)
    assert not one.ask(video(0), now + 1)
    one.withdraw(video(0), now + 2)
    pass_time(one, now, now + 100)
    assert error_of(one) is EncoderFailed


def test_a_failed_stream_still_gives_what_is_whole() -> None:
    one = stream()
    make(one, 0, 1, 0.5)
    one.ask(video(1), 0.5)
    now = give_up(one, 1.0)
    assert one.ask(video(0), now)
    assert error_of(one) is EncoderFailed


def test_an_empty_run_fails_at_once_and_is_not_started_again() -> None:
    one = stream()
    complete(one, 1.0)
    assert error_of(one) is EmptyOutput
    pass_time(one, 1.0, 10_000.0)
    assert one.epoch == 1
    assert one.restarts == 0


def test_a_run_that_ends_without_one_rendition_of_its_first_segment_is_empty() -> None:
    one = stream(position=190.0)
    one.on_made(1, video(95), 1.0)
    complete(one, 2.0)
    assert error_of(one) is EmptyOutput


def test_a_run_that_passes_its_first_segment_without_making_it_is_empty() -> None:
    one = stream()
    one.on_made(1, video(1), 1.0)
    assert error_of(one) is EmptyOutput
    assert one.wanted is None


def test_a_run_that_passes_a_later_segment_is_followed_by_one_that_begins_there() -> None:
    one = stream()
    make(one, 0, 3, 1.0)
    make(one, 4, 5, 2.0)
    one.ask(video(3), 3.0)
    pass_time(one, 3.0, 4.0)
    assert one.wanted == running(2, 3)


def test_a_film_that_is_shorter_than_its_plan_is_not_looked_for_beyond_its_end() -> None:
    one = stream(position=180.0)
    make(one, 90, 97, 1.0)
    complete(one, 2.0)
    assert one.phase == Idle()
    assert one.ask(video(95), 3.0)
    assert one.wanted is None
    one.seek(191.0, 4.0)
    assert one.wanted is None


def test_who_waits_beyond_the_end_of_a_short_film_learns_that_there_is_nothing() -> None:
    one = stream(position=180.0)
    make(one, 90, 97, 1.0)
    one.ask(video(98), 1.5)
    complete(one, 2.0)
    pass_time(one, 2.0, 3.0)
    assert wanted(one).start == 98
    complete(one, 4.0)
    assert error_of(one) is EmptyOutput


def test_a_crash_before_anybody_asked_is_retried_from_the_first_hole() -> None:
    one = stream()
    make(one, 0, 5, 1.0)
    crash(one, 2.0)
    pass_time(one, 2.0, 3.0)
    assert one.wanted == running(2, 5)


def test_a_crash_when_nobody_waits_is_retried_from_the_first_hole() -> None:
    one = stream()
    one.ask(video(0), 0.5)
    make(one, 0, 5, 1.0)
    one.withdraw(video(0), 1.0)
    crash(one, 2.0)
    pass_time(one, 2.0, 3.0)
    assert one.wanted == running(2, 5)


def test_a_crash_after_the_last_segment_leaves_nothing_to_retry() -> None:
    one = stream(position=196.0)
    make(one, 98, 100, 1.0)
    crash(one, 2.0)
    assert one.next_deadline() == 2.5
    one.tick(2.5)
    assert one.phase == Idle()


def test_an_ask_during_the_back_off_waits_for_its_end() -> None:
    one = stream()
    crash(one, 1.0)
    assert not one.ask(video(50), 1.1)
    assert one.phase == BackingOff(1.5)
    one.tick(1.5)
    assert one.wanted == running(2, 50)


def test_a_seek_during_the_back_off_waits_for_its_end() -> None:
    one = stream()
    crash(one, 1.0)
    one.seek(100.0, 1.1)
    assert one.phase == BackingOff(1.5)
    one.tick(1.5)
    assert one.wanted == running(3, 50)


def test_a_run_that_made_all_that_is_waited_for_did_not_end_empty() -> None:
    one = stream(position=190.0)
    one.ask(video(95), 0.5)
    make(one, 95, 100, 1.0)
    complete(one, 1.0)
    assert one.phase == Idle()


def test_who_waited_for_a_segment_that_is_whole_starts_no_run() -> None:
    one = stream(position=190.0)
    make(one, 95, 99, 1.0)
    one.ask(video(99), 5.0)
    make(one, 99, 100, 6.0)
    complete(one, 6.0)
    assert one.phase == Idle()
    one.withdraw(video(99), 6.0)
    assert one.epoch == 1


def test_who_waited_for_a_segment_that_is_whole_does_not_stand_before_one_who_waits_still() -> None:
    one = stream()
    one.ask(video(40), 5.0)
    one.ask(video(80), 5.0)
    pass_time(one, 5.0, 6.0)
    one.on_made(wanted(one).epoch, video(80), 7.0)
    pass_time(one, 7.0, 9.0)
    assert wanted(one).start == 40


def test_a_back_off_that_ends_in_silence_starts_no_run() -> None:
    one = stream()
    crash(one, UNFETCHED_AFTER - 0.25)
    pass_time(one, UNFETCHED_AFTER - 0.25, UNFETCHED_AFTER + 10)
    assert one.wanted is None
    assert one.epoch == 1


def test_somebody_who_waits_is_no_silence_to_spin_on() -> None:
    one = stream()
    one.ask(video(0), 0.0)
    pass_time(one, 0.0, 100.0)
    one.withdraw(video(0), 100.0)
    pass_time(one, 100.0, 199.0)
    assert one.wanted is None


@given(position=st.floats(0, LENGTH), began=st.floats(0, 1e6))
@modest(examples=60)
def test_a_tick_at_the_end_of_the_film_stops_the_timeline(position: float, began: float) -> None:
    one = Stream(plan(), (VIDEO,), position, began)
    one.report(position, playing=True, now=began)
    pass_time(one, began, began + LENGTH + 1)
    assert not one.timeline.playing
    assert one.state(began + LENGTH + 1) == "finished"


def test_a_stream_of_sound_alone_fails_and_recovers_alike() -> None:
    one = Stream(plan(), (SOUND,), 0.0, 0.0)
    give_up(one, 1.0)
    one.seek(100.0, 20.0)
    assert one.on_made(wanted(one).epoch, audio(50), 21.0)
    assert one.state(21.0) == "playing"

"""When a stream's encoder rests: in silence, far ahead of the viewer, and where everything is made."""

from __future__ import annotations

from collections.abc import Callable

from controller.core.abandoned import ABANDONED_AFTER, abandoned_at
from controller.core.session import QUIET_AFTER
from controller.core.stream import IDLE_AFTER, UNFETCHED_AFTER
from controller.core.stream_phase import Idle
from tests.core.making import LENGTH, audio, complete, make, pass_time, running, stream, video, wanted


def test_the_encoder_of_a_stream_that_nobody_fetched_ends_after_twenty_seconds() -> None:
    one = stream(began=3.0)
    assert one.next_deadline() == 3.0 + UNFETCHED_AFTER
    one.tick(3.0 + UNFETCHED_AFTER - 0.001)
    assert one.wanted is not None
    one.tick(3.0 + UNFETCHED_AFTER)
    assert one.phase == Idle()


def test_the_encoder_of_a_viewer_who_fell_silent_ends_after_a_minute() -> None:
    one = stream()
    make(one, 0, 1, 1.0)
    assert one.ask(video(0), 2.0)
    one.tick(2.0 + IDLE_AFTER - 0.001)
    assert one.wanted is not None
    assert one.next_deadline() == 2.0 + IDLE_AFTER
    one.tick(2.0 + IDLE_AFTER)
    assert one.wanted is None
    pass_time(one, 62.0, 199.0)
    assert one.wanted is None


def test_a_report_a_seek_and_an_ask_break_the_silence_and_a_pause_does_not() -> None:
    one = stream()
    make(one, 0, 3, 1.0)
    one.report(10.0, playing=True, now=10.0)
    assert one.next_deadline() == 10.0 + UNFETCHED_AFTER
    one.seek(4.0, 20.0)
    assert one.next_deadline() == 20.0 + UNFETCHED_AFTER
    one.ask(video(2), 30.0)
    assert one.next_deadline() == 30.0 + IDLE_AFTER
    one.pause(40.0)
    assert one.next_deadline() == 30.0 + IDLE_AFTER


def test_after_a_silence_the_next_ask_starts_the_encoder_again() -> None:
    one = stream()
    make(one, 0, 3, 1.0)
    one.tick(UNFETCHED_AFTER)
    assert one.ask(audio(1), 90.0)
    assert one.wanted == running(2, 3)


def test_a_run_is_held_a_minute_ahead_of_the_viewer_and_released_under_half_a_minute() -> None:
    one = stream()
    make(one, 0, 28, 1.0)
    assert not wanted(one).held
    make(one, 28, 29, 1.0)
    assert one.wanted == running(1, 0, held=True), "the minute is full with the segment that it works at"
    one.ask(video(28), 2.0)
    assert wanted(one).held, "what a player takes in advance is no measure"
    one.report(28.0, True, 28.0)
    assert wanted(one).held
    one.report(29.0, True, 29.0)
    assert one.wanted == running(1, 0, held=False)


def test_a_run_is_held_when_a_part_of_it_is_a_minute_ahead_unless_the_rest_is_far_behind() -> None:
    one = stream()
    make(one, 0, 15, 1.0)
    for index in range(15, 40):
        one.on_made(1, audio(index), 1.0)
    one.on_made(1, video(14), 1.0)
    assert wanted(one).held
    one.report(0.5, True, 1.1)
    assert not wanted(one).held
    for index in range(15, 20):
        one.on_made(1, video(index), 1.2)
    assert wanted(one).held


def test_a_player_that_only_fetches_is_where_its_timeline_says() -> None:
    one = stream()
    make(one, 0, 30, 1.0)
    one.ask(video(20), 29.9)
    assert wanted(one).held
    one.ask(video(21), 30.1)
    assert not wanted(one).held


def test_a_held_run_is_released_when_somebody_waits() -> None:
    one = stream()
    make(one, 0, 30, 1.0)
    one.ask(video(30), 2.0)
    assert one.wanted == running(1, 0, held=False)


def test_a_run_that_has_made_all_is_not_held_so_that_it_ends() -> None:
    one = stream(position=LENGTH - 66.0)
    first = one.plan.index_at(LENGTH - 66.0)
    make(one, first, len(one.plan) - 1, 1.0)
    assert wanted(one).held
    make(one, len(one.plan) - 1, len(one.plan), 1.1)
    assert not wanted(one).held


def test_a_run_ends_when_what_lies_before_it_is_made_already() -> None:
    one = stream(position=100.0)
    make(one, 50, 60, 1.0)
    one.seek(80.0, 20.0)
    pass_time(one, 20.0, 21.0)
    assert wanted(one).start == 40
    make(one, 40, 49, 22.0)
    assert one.wanted is not None
    make(one, 49, 50, 23.0)
    assert one.wanted is None
    assert one.ask(video(45), 24.0)
    assert one.wanted is None, "what lies before the viewer is enough for more than half a minute"
    assert one.ask(video(50), 31.0)
    assert wanted(one).start == 60


def test_a_run_that_has_made_everything_is_left_to_end_by_itself() -> None:
    one = stream(position=196.0)
    make(one, 98, 100, 1.0)
    assert one.wanted is not None
    complete(one, 2.0)
    assert one.phase == Idle()


def test_a_stream_knows_when_it_was_used_last() -> None:
    one = stream(began=10.0)
    assert one.used == 10.0
    uses: list[Callable[[float], object]] = [
        one.pause,
        one.resume,
        lambda now: one.set_rate(2.0, now),
        lambda now: one.seek(50.0, now),
        lambda now: one.report(50.0, True, now),
        lambda now: one.ask(video(25), now),
    ]
    for number, use in enumerate(uses, 1):
        use(100.0 * number)
        assert one.used == 100.0 * number
    one.tick(5_000.0)
    assert one.used == 600.0


def test_a_stream_is_abandoned_two_hours_after_its_last_use_unless_its_client_is_busy() -> None:
    assert abandoned_at(1_000.0, 500.0) == 1_000.0 + ABANDONED_AFTER
    assert abandoned_at(1_000.0, 9_000.0) == 9_000.0 + QUIET_AFTER

"""What a stream tells those who let another one follow it: who paused it, whether its encoder is done, whose silence counts."""

from __future__ import annotations

from controller.core.stream import UNFETCHED_AFTER
from controller.core.stream_phase import Crashed
from tests.core.making import complete, make, pass_time, stream, video


def test_a_stream_is_stopped_by_a_pause_and_not_by_a_player_that_stands_still() -> None:
    one = stream()
    assert not one.stopped
    one.report(3.0, playing=False, now=3.0)
    assert not one.stopped
    one.pause(4.0)
    one.report(3.0, playing=False, now=5.0)
    assert one.stopped
    one.resume(6.0)
    assert not one.stopped
    one.pause(7.0)
    one.report(3.0, playing=True, now=8.0)
    assert not one.stopped


def test_a_film_that_has_ended_is_not_stopped() -> None:
    one = stream()
    one.tick(one.plan.duration)
    assert not one.timeline.playing
    assert not one.stopped


def test_a_stream_is_busy_until_its_encoder_is_done() -> None:
    one = stream()
    assert one.busy
    assert one.empty
    make(one, 0, len(one.plan), 1.0)
    assert one.busy
    assert not one.empty
    complete(one, 2.0)
    assert not one.busy


def test_a_stream_is_busy_while_a_run_is_still_to_come() -> None:
    one = stream()
    make(one, 0, 3, 1.0)
    one.on_ended(one.epoch, Crashed("it broke"), 2.0)
    assert one.wanted is None
    assert one.busy
    one.seek(60.0, 2.1)
    assert one.busy


def test_a_stream_that_has_failed_is_not_busy() -> None:
    one = stream()
    complete(one, 1.0)
    assert one.state(1.0) == "failed"
    assert not one.busy


def test_of_a_viewer_who_is_expected_no_silence_counts_before() -> None:
    one = stream()
    one.expect(23.0)
    pass_time(one, 0.0, 23.0 + UNFETCHED_AFTER - 0.1)
    assert one.wanted is not None
    pass_time(one, 43.0, 44.0)
    assert one.wanted is None
    assert one.ask(video(0), 45.0) is False
    one.expect(10.0)
    assert one.next_deadline() != 10.0

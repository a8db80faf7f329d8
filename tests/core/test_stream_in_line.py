"""A stream whose encoder has to wait for its turn."""

from __future__ import annotations

import pytest

from controller.core.condition import condition
from controller.core.elsewhere import Coming
from controller.core.playlist import VIDEO
from controller.core.stream import IDLE_AFTER, Stream
from controller.core.stream_phase import Idle, InLine
from tests.core.making import BOTH, SOUND, audio, make, pass_time, plan, running, video, wanted


def in_line(position: float = 0.0) -> Stream:
    one = Stream(plan(), BOTH, position, 0.0, hurries=True, asleep=True, rationed=True)
    one.wake(0.0)
    assert one.phase == InLine(0.0)
    return one


def test_it_waits_for_as_long_as_it_takes_and_its_time_stands() -> None:
    one = in_line(20.0)
    pass_time(one, 0.0, 5_000.0)
    assert (one.state(5_000.0), one.epoch, one.next_deadline()) == ("waiting", 0, None)
    assert one.timeline.now(5_000.0) == 20.0
    assert condition(one, 5_000.0) == "waiting"


def test_it_begins_when_it_is_its_turn_and_its_viewer_has_twenty_seconds_to_come() -> None:
    one = in_line(20.0)
    one.admit(5_000.0)
    assert (wanted(one).start, one.epoch, one.state(5_000.0)) == (10, 1, "starting")
    assert one.timeline.now(5_003.0) == 23.0
    pass_time(one, 5_000.0, 5_019.0)
    assert one.wanted
    pass_time(one, 5_019.0, 5_021.0)
    assert one.phase == Idle()


def test_who_has_been_silent_has_to_wait_again_but_not_who_plays() -> None:
    one = in_line()
    one.admit(0.0)
    make(one, 0, 4, 1.0)
    assert one.ask(video(0), 1.0)
    one.seek(100.0, 2.0)
    pass_time(one, 2.0, 4.0)
    assert wanted(one).start == 50
    pass_time(one, 4.0, 3.0 + IDLE_AFTER)
    assert one.phase == Idle()
    one.seek(0.0, 100.0)
    one.ask(video(4), 100.0)
    pass_time(one, 100.0, 102.0)
    assert isinstance(one.phase, InLine)
    assert (one.played, one.timeline.playing) == (True, True)


def test_a_picture_that_comes_from_elsewhere_ends_the_waiting_and_sound_alone_does_not() -> None:
    one = in_line()
    one.adopt(audio(0), 1, 1.0)
    assert one.ask(audio(0), 1.0)
    assert isinstance(one.phase, InLine)
    assert not one.admitted
    one.ask(video(0), 2.0)
    one.adopt(video(0), 1, 3.0)
    one.withdraw(video(0), 3.0)
    assert one.timeline.now(4.0) == pytest.approx(1.0)
    pass_time(one, 3.0, 5.0)
    assert wanted(one).start == 1


def test_who_is_in_line_stays_there_when_a_request_is_given_up() -> None:
    one = in_line(20.0)
    assert not one.ask(video(10), 1.0)
    one.withdraw(video(10), 21.0)
    assert (one.phase, one.state(21.0)) == (InLine(0.0), "waiting")
    one.admit(30.0)
    assert wanted(one).start == 10


def test_no_report_lets_time_pass_in_line() -> None:
    one = in_line(20.0)
    one.report(21.0, True, 1.0)
    assert (one.timeline.now(500.0), one.state(500.0)) == (21.0, "waiting")
    one.admit(500.0)
    assert one.timeline.now(501.0) == 22.0


def test_one_for_whom_somebody_else_makes_it_is_not_in_line() -> None:
    one = in_line()
    one.look_around({VIDEO: [Coming(0, 5.0)], SOUND: [Coming(0, 5.0)]}, 1.0)
    assert one.state(1.0) == "starting"
    for segment in (video(0), audio(0)):
        one.adopt(segment, 1, 1.5)
    assert one.state(1.5) == "starting", "nobody has paused"
    one.look_around({}, 2.0)
    assert one.phase == InLine(2.0)
    assert one.ask(video(0), 3.0)
    assert (one.state(3.0), one.timeline.playing) == ("playing", True)


def test_what_is_copied_does_not_wait() -> None:
    one = Stream(plan(), BOTH, 0.0, 0.0, hurries=False, asleep=True, rationed=True)
    one.wake(0.0)
    assert one.wanted == running(1, 0)
    one.hurries = True
    one.renew(1.0)
    assert one.phase == InLine(1.0)
    one.hurries = False
    one.renew(2.0)
    pass_time(one, 2.0, 4.0)
    assert wanted(one).start == 0


def test_a_pause_in_line_is_kept_and_a_word_to_go_on_does_not_move_time() -> None:
    one = in_line()
    one.resume(1.0)
    assert (one.timeline.playing, one.goes_on) == (False, True)
    one.pause(2.0)
    assert not one.goes_on
    one.admit(3.0)
    assert not one.timeline.playing
    one.resume(4.0)
    assert one.timeline.playing


def test_the_frontier_is_what_lacks_first_when_nothing_runs() -> None:
    one = in_line(20.0)
    assert one.frontier == 10
    one.admit(0.0)
    make(one, 10, 13, 1.0)
    assert one.frontier == 13

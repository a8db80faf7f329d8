"""A stream's machine when there is no room, when a run gets nowhere, when the film is another one, when files are lost."""

from __future__ import annotations

from controller.core.stream import BACK_OFF, UNFETCHED_AFTER
from controller.core.stream_phase import BackingOff, Idle, NoRoom, OutOfRoom
from controller.core.vitals import Pulse
from protocol.errors import EncoderStalled, SourceChanged
from tests.core.making import audio, complete, make, pass_time, running, stream, video, wanted
from tests.core.test_stream_failures import error_of


def test_a_full_disk_is_no_failure_and_is_tried_again_every_second() -> None:
    one, now = stream(), 1.0
    one.ask(video(0), now)
    for _ in range(20):
        one.on_ended(wanted(one).epoch, OutOfRoom(), now)
        assert (one.phase, one.state(now), one.wanted) == (NoRoom(now + 1.0), "failed", None)
        now = pass_time(one, now, now + 1.0)
    assert (one.restarts, one.state(now)) == (0, "failed"), "told once, not at each try"
    make(one, 0, 1, now)
    assert one.has(video(0))
    assert one.state(now) == "playing"


def test_nobody_waits_for_room_when_nobody_wants_anything() -> None:
    one = stream()
    one.on_ended(wanted(one).epoch, OutOfRoom(), 1.0)
    pass_time(one, 1.0, UNFETCHED_AFTER + 2)
    assert one.phase == Idle()


def test_a_film_that_has_changed_is_given_up_at_once() -> None:
    one = stream()
    one.give_up(SourceChanged())
    assert error_of(one) is SourceChanged


def test_a_run_that_gets_nowhere_is_tried_again_like_one_that_crashed() -> None:
    one, now = stream(), 0.0
    one.ask(video(0), now)
    one.on_started(1, now)
    for second in range(8):
        one.feel(1, Pulse(0, 0.0), float(second))
        assert one.wanted == running(1, 0)
        assert one.is_quiet(float(second)) is (second >= 2)
    one.feel(1, Pulse(0, 0.0), 8.0)
    assert one.phase == BackingOff(8.0 + BACK_OFF[0])
    one.feel(1, Pulse(0, 0.0), 9.0)
    assert one.phase == BackingOff(8.0 + BACK_OFF[0])


def test_a_run_that_stalls_again_and_again_is_given_up_as_stalled() -> None:
    one, now = stream(), 0.0
    one.ask(video(0), now)
    while True:
        if run := one.wanted:
            one.on_started(run.epoch, now)
            for _ in range(10):
                one.feel(run.epoch, Pulse(0, 0.0), now)
                now += 1.0
        if error_of(one) is EncoderStalled:
            break
        now = pass_time(one, now, now + 5.0)
    assert one.restarts == 3


def test_a_held_run_is_not_expected_to_get_anywhere() -> None:
    one = stream()
    make(one, 0, 31, 1.0)
    assert wanted(one).held
    for second in range(100):
        one.feel(1, Pulse(0, 0.0), 1.0 + second)
    assert wanted(one).held


def test_what_is_lost_is_made_again_when_somebody_wants_it() -> None:
    one = stream()
    make(one, 0, 31, 1.0)
    one.lose([video(0), audio(0)], 2.0)
    assert not one.ask(video(0), 2.0)
    now = pass_time(one, 2.0, 4.0)
    assert wanted(one).start == 0
    make(one, 0, 1, now)
    assert one.has(video(0))


def test_a_run_whose_first_segment_is_lost_since_has_not_fallen_short() -> None:
    one = stream()
    make(one, 0, 5, 1.0)
    one.lose([video(0)], 2.0)
    one.ask(video(0), 2.0)
    now = pass_time(one, 2.0, 4.0)
    assert error_of(one) is None
    assert (wanted(one).start, wanted(one).epoch) == (0, 2)
    assert now == 4.0


def test_a_seek_to_nowhere_makes_nothing_however_often_one_looks_around() -> None:
    one = stream()
    make(one, 0, 100, 1.0)
    complete(one, 1.0)
    one.lose([video(5), audio(5)], 4.0)
    assert one.wanted is None
    one.seek(-1.0, 5.0)
    for second in range(5, 15):
        one.look_around({}, float(second))
        one.tick(float(second))
    assert one.wanted is None


def test_one_who_lives_on_what_others_make_makes_nothing_after_a_seek_to_nowhere_until_they_ask() -> None:
    one = stream()
    make(one, 0, 100, 1.0)
    complete(one, 1.0)
    one.adopt(video(40), 1, 4.0)
    one.lose([video(5), audio(5)], 4.0)
    one.seek(-1.0, 5.0)
    for second in range(5, 10):
        one.look_around({}, float(second))
        one.tick(float(second))
    assert one.wanted is None
    one.ask(video(0), 10.0)
    one.look_around({}, 11.0)
    pass_time(one, 11.0, 13.0)
    assert wanted(one).start == 5

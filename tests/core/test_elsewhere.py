"""What comes from somebody else's run, and when it is not waited for."""

from __future__ import annotations

import pytest

from controller.core.elsewhere import Coming, comes
from controller.core.playlist import VIDEO, Rendition
from controller.core.stream import Stream
from controller.core.stream_phase import Idle, Running
from tests.core.making import BOTH, SOUND, audio, make, pass_time, plan, running, stream, video, wanted

HERE = dict.fromkeys(BOTH, Coming(10, 1.0))


@pytest.mark.parametrize(
    ("coming", "index", "waited", "soon"),
    [
        (None, 10, False, False),
        (Coming(10, 0.0), 10, True, True),
        (Coming(10, 0.0), 9, False, False),
        (Coming(10, 0.0), 14, True, True),
        (Coming(10, 0.0), 15, True, False),
        (Coming(10, 10.0), 30, True, True),
        (Coming(10, 10.0, held=True), 10, True, False),
        (Coming(10, 10.0, held=True), 10, False, True),
        (Coming(9, 10.0, held=True), 9, False, False),
    ],
)
def test_a_run_is_waited_for_when_it_gets_there_soon_and_a_held_one_while_there_is_enough(
    coming: Coming | None, index: int, waited: bool, soon: bool
) -> None:
    assert comes(coming, plan(), index, 0.0, waited=waited) is soon


def beside(elsewhere: dict[Rendition, Coming], position: float = 20.0) -> Stream:
    """A stream that wakes up with others there already."""
    one = Stream(plan(), BOTH, position, 0.0, asleep=True)
    one.look_around(elsewhere, 0.0)
    one.wake(0.0)
    return one


def test_a_viewer_close_behind_another_starts_no_encoder_and_waits_for_nothing() -> None:
    one = beside(HERE)
    assert (one.phase, one.next_deadline()) == (Idle(), 200.0 - 20.0)
    assert not one.ask(video(10), 1.0)
    assert one.wanted is None
    one.adopt(video(10), 5, 1.0)
    assert one.has(video(10))
    assert one.made.bytes == 5


def test_one_who_is_elsewhere_gets_an_encoder_of_their_own() -> None:
    assert wanted(beside(HERE, 100.0)) == running(1, 50)
    one = beside(HERE)
    one.seek(100.0, 1.0)
    pass_time(one, 1.0, 3.0)
    assert wanted(one).start == 50


def test_an_encoder_begins_when_the_other_one_is_no_more() -> None:
    one = beside(HERE)
    one.look_around({}, 2.0)
    pass_time(one, 2.0, 4.0)
    assert wanted(one) == running(1, 10)


def test_only_what_does_not_come_from_elsewhere_is_made() -> None:
    one = beside({VIDEO: Coming(10, 1.0)})
    assert wanted(one) == Running(1, 10, frozenset({SOUND}))
    make(one, 10, 12, 1.0)
    assert one.has(audio(11))
    assert wanted(one).epoch == 1, "the picture comes by itself"
    one.look_around({}, 2.0)
    one.ask(video(10), 2.0)
    pass_time(one, 2.0, 4.0)
    assert VIDEO in wanted(one).renditions


def test_what_is_adopted_while_asleep_is_not_made() -> None:
    one = Stream(plan(), BOTH, 0.0, 0.0, asleep=True)
    for index in range(31):
        one.adopt(video(index), 1, 0.0)
        one.adopt(audio(index), 1, 0.0)
    one.wake(0.0)
    assert one.phase == Idle()


def test_a_run_tells_others_how_far_it_is_for_what_it_makes_by_its_present_recipe() -> None:
    one = stream()
    one.on_started(1, 0.0)
    make(one, 0, 5, 1.0)
    assert one.coming(VIDEO, 0, 2.0) == Coming(5, 5.0)
    assert one.coming(VIDEO, 1, 2.0) is None
    assert one.coming(Rendition("audio-7"), 0, 2.0) is None
    one.seek(-1.0, 2.0)
    make(one, 5, 31, 2.0)
    assert one.coming(SOUND, 0, 2.0) == Coming(31, 31.0, held=True)

"""What comes from somebody else's run, and when it is not waited for."""

from __future__ import annotations

import pytest

from controller.core.elsewhere import Coming, comes, followed
from controller.core.playlist import VIDEO, Rendition
from controller.core.stream import Stream
from controller.core.stream_phase import Idle, Running
from tests.core.making import BOTH, SOUND, audio, make, pass_time, plan, running, stream, video, wanted

HERE = {rendition: [Coming(10, 1.0)] for rendition in BOTH}


@pytest.mark.parametrize(
    ("coming", "index", "waited", "soon"),
    [
        (Coming(10, 0.0), 10, True, True),
        (Coming(10, 0.0), 9, False, False),
        (Coming(10, 0.0), 11, True, True),
        (Coming(10, 0.0), 12, True, False),
        (Coming(10, 0.0), 14, False, True),
        (Coming(10, 0.0), 15, False, False),
        (Coming(10, 10.0), 20, True, True),
        (Coming(10, 10.0), 21, True, False),
        (Coming(10, 10.0), 30, False, True),
        (Coming(10, 10.0, held=True), 10, True, False),
        (Coming(10, 10.0, held=True), 10, False, True),
        (Coming(10, 10.0, quiet=True), 10, True, False),
        (Coming(10, 10.0, quiet=True), 10, False, True),
        (Coming(9, 10.0, held=True), 9, False, False),
    ],
)
def test_a_run_is_waited_for_when_it_gets_there_soon_and_one_that_stands_still_while_there_is_enough(
    coming: Coming, index: int, waited: bool, soon: bool
) -> None:
    assert comes([coming], plan(), index, 0.0, waited=waited) is soon


def test_of_several_runs_any_will_do_that_gets_there_soon() -> None:
    runs = [Coming(30, 1.0), Coming(10, 1.0), Coming(2, 1.0)]
    assert comes(runs, plan(), 10, 20.0, waited=True)
    assert not comes(runs, plan(), 20, 40.0, waited=True)
    assert not comes([], plan(), 10, 20.0, waited=False)


def test_the_run_that_a_viewer_lives_on_is_the_nearest_that_works() -> None:
    runs = [Coming(30, 1.0), Coming(10, 1.0, held=True), Coming(9, 1.0), Coming(2, 1.0)]
    assert followed(runs, 10) == Coming(9, 1.0)
    assert followed(runs, 1) is None


def test_a_viewer_lives_on_somebody_elses_run_until_their_own_makes_the_picture() -> None:
    one = beside(HERE)
    assert one.followed == Coming(10, 1.0)
    one.seek(100.0, 1.0)
    pass_time(one, 1.0, 3.0)
    assert one.followed is None


def test_what_others_have_is_taken_as_far_as_a_run_would_make_it() -> None:
    one = beside(HERE)
    picture = [segment.index for segment in one.to_take() if segment.rendition == VIDEO]
    assert (picture[0], picture[-1]) == (10, 40)
    one.allow(0.0, 1.0)
    assert max(segment.index for segment in one.to_take()) == 25, "no further than it would be made when there is room"
    one.ask(video(24), 1.0)
    assert max(segment.index for segment in one.to_take()) == 39, "a player that is that far gets what comes after it"


def test_what_somebody_waits_for_is_taken_first_wherever_it_is() -> None:
    one = beside(HERE)
    one.ask(video(60), 1.0)
    one.ask(video(9), 1.0)
    first, second, *_ = one.to_take()
    assert [first, second] == [video(60), video(9)]


def beside(elsewhere: dict[Rendition, list[Coming]], position: float = 20.0) -> Stream:
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
    one = beside({VIDEO: [Coming(10, 1.0)]})
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
    assert one.coming(VIDEO, 0, 2.0) == Coming(5, 5.0, measured=2.0)
    assert one.coming(VIDEO, 1, 2.0) is None
    assert one.coming(Rendition("audio-7"), 0, 2.0) is None
    one.seek(-1.0, 2.0)
    make(one, 5, 31, 2.0)
    assert one.coming(SOUND, 0, 2.0) == Coming(31, 31.0, held=True, measured=2.0)

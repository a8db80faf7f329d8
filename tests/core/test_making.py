"""What is made when a viewer changes the language or the quality, and when haste comes before beauty."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.core.making import SETTLE
from controller.core.playlist import VIDEO, Rendition, SegmentId, sound_of
from controller.core.stream import Stream
from controller.core.stream_phase import Idle, Running
from controller.core.throttle import BUILT
from tests.core.making import BOTH, LENGTH, SOUND, complete, make, pass_time, plan, stream, video, wanted

OTHER = sound_of(1)
THREE: tuple[Rendition, ...] = (VIDEO, SOUND, OTHER)


def other(index: int) -> SegmentId:
    return SegmentId(OTHER, index)


def two_languages(position: float = 0.0) -> Stream:
    """A stream of which picture and first sound are made half a minute ahead, and whose run goes on."""
    one = stream(position, renditions=THREE)
    make(one, 0, 15, 1.0)
    return one


def make_only(one: Stream, rendition: Rendition, first: int, after: int, now: float) -> None:
    for index in range(first, after):
        one.on_made(wanted(one).epoch, SegmentId(rendition, index), now)


def test_only_the_picture_and_the_first_sound_are_made_at_first() -> None:
    assert wanted(stream(renditions=THREE)).renditions == {VIDEO, SOUND}
    assert wanted(stream(renditions=(SOUND, OTHER))).renditions == {SOUND}
    assert wanted(stream(renditions=(VIDEO,))).renditions == {VIDEO}


def test_who_asks_for_another_sound_gets_a_run_that_makes_it_alone_where_the_picture_is_there() -> None:
    one = two_languages()
    assert not one.ask(other(2), 5.0)
    assert wanted(one) == Running(2, 2, frozenset({OTHER}))


def test_a_run_of_sound_alone_goes_on_to_where_the_picture_ends_although_somebody_waits_there() -> None:
    one = two_languages()
    one.ask(video(15), 5.0)
    one.ask(other(2), 5.0)
    make_only(one, OTHER, 2, 4, 5.1)
    assert wanted(one).renditions == {OTHER}, "the picture that is waited for is at segment 15"
    make_only(one, OTHER, 4, 15, 5.2)
    pass_time(one, 5.2, 5.2 + SETTLE)
    assert wanted(one) == Running(3, 15, frozenset({VIDEO, OTHER}))


def test_when_nobody_waits_it_is_followed_by_one_that_makes_the_picture_too() -> None:
    one = two_languages()
    one.ask(other(2), 5.0)
    make_only(one, OTHER, 2, 16, 5.1)
    assert wanted(one) == Running(3, 15, frozenset({VIDEO, OTHER}))


def test_a_chosen_sound_is_made_from_where_the_viewer_is() -> None:
    one = two_languages()
    one.choose(OTHER, 8.5)
    assert one.made.demanded == {VIDEO, OTHER}
    assert wanted(one) == Running(2, 4, frozenset({OTHER}))
    assert one.used == 8.5


def test_whoever_waits_is_served_before_a_sound_that_was_chosen_meanwhile() -> None:
    one = two_languages()
    one.ask(video(15), 5.0)
    one.choose(OTHER, 5.0)
    assert wanted(one).start == 15
    assert VIDEO in wanted(one).renditions


@pytest.mark.parametrize("sound", [SOUND, VIDEO, sound_of(7)])
def test_choosing_what_is_played_already_or_is_none_changes_nothing(sound: Rendition) -> None:
    one = two_languages()
    one.choose(sound, 8.0)
    assert wanted(one) == Running(1, 0, frozenset(BOTH))
    assert one.made.demanded == frozenset(BOTH)


def test_going_back_to_the_first_sound_finds_what_was_made_of_it() -> None:
    one = two_languages()
    one.choose(OTHER, 2.0)
    assert wanted(one).start == 1
    one.choose(SOUND, 3.0)
    assert wanted(one) == Running(3, 15, frozenset(BOTH))
    assert one.ask(SegmentId(SOUND, 1), 3.5)


def test_a_sound_that_is_a_little_ahead_of_the_picture_is_made_with_it_all_the_same() -> None:
    one = stream()
    make(one, 0, 5, 1.0)
    one.on_made(1, SegmentId(SOUND, 5), 1.0)
    one.seek(4.0, 2.0)
    one.ask(video(60), 2.5)
    pass_time(one, 2.5, 4.0)
    one.withdraw(video(60), 4.0)
    one.seek(4.0, 5.0)
    pass_time(one, 5.0, 7.0)
    assert wanted(one) == Running(wanted(one).epoch, 5, frozenset(BOTH))


def test_a_film_of_which_only_one_sound_was_made_to_the_end_is_not_over_for_the_picture() -> None:
    one = stream(150.0, renditions=THREE)
    make(one, 75, 90, 1.0)
    one.ask(other(75), 1.5)
    make_only(one, OTHER, 75, 79, 1.6)
    complete(one, 1.7)
    assert one.made.length == 100
    one.ask(video(90), 2.0)
    pass_time(one, 2.0, 4.0)
    assert wanted(one) == Running(3, 90, frozenset({VIDEO, OTHER}))


# ── haste ─────────────────────────────────────────────────────────────────────────────────────────


def hasty(position: float = 0.0) -> Stream:
    return Stream(plan(), BOTH, position, 0.0, hurries=True)


def test_a_run_makes_haste_until_enough_is_there_and_one_that_takes_its_time_goes_on() -> None:
    one = hasty(50.0)
    assert wanted(one).eager
    make(one, 25, 34, 1.0)
    assert wanted(one).eager
    make(one, 34, 35, 1.0)
    assert wanted(one) == Running(2, 35, frozenset(BOTH))
    assert BUILT == 35 * 2.0 - 50.0


def test_it_does_so_while_somebody_waits_too() -> None:
    one = hasty()
    one.on_started(1, 0.0)
    make(one, 0, 9, 1.0)
    one.ask(video(11), 1.0)
    make(one, 9, 11, 1.1)
    assert wanted(one) == Running(2, 11, frozenset(BOTH))


def test_a_short_rest_of_the_film_is_made_in_one_go() -> None:
    one = hasty(LENGTH - 35.0)
    make(one, 82, 95, 1.0)
    assert wanted(one).epoch == 1


def test_a_seek_makes_haste_again_also_by_a_player_that_tells_nothing_but_what_it_wants() -> None:
    jumps: list[Callable[[Stream], object]] = [lambda one: one.seek(150.0, 5.0), lambda one: one.ask(video(75), 5.0)]
    for jump in jumps:
        one = hasty()
        make(one, 0, 12, 1.0)
        assert not wanted(one).eager
        jump(one)
        pass_time(one, 5.0, 6.0)
        assert (wanted(one).start, wanted(one).eager) == (75, True)


def test_a_report_tells_how_much_is_there_for_the_viewer() -> None:
    one = hasty()
    make(one, 0, 8, 1.0)
    one.report(9.0, playing=True, now=9.0)
    make(one, 8, 14, 9.5)
    assert wanted(one).eager
    make(one, 14, 15, 9.5)
    assert not wanted(one).eager


def test_a_run_of_sound_alone_never_hurries() -> None:
    one = Stream(plan(), THREE, 0.0, 0.0, hurries=True)
    make(one, 0, 15, 1.0)
    one.ask(other(1), 2.0)
    pass_time(one, 2.0, 3.0)
    assert wanted(one) == Running(3, 1, frozenset({OTHER}))


# ── a jump ────────────────────────────────────────────────────────────────────────────────────────


def test_who_jumps_does_not_wait_for_a_run_that_would_come_by_later_than_another_one() -> None:
    one = stream()
    one.on_started(1, 0.0)
    make(one, 0, 3, 3.0)
    assert not one.ask(video(6), 3.0)
    assert wanted(one).epoch == 1, "a player that fetches on waits for it"
    one.withdraw(video(6), 3.0)
    one.seek(12.5, 3.0)
    pass_time(one, 3.0, 4.0)
    assert (wanted(one).start, one.wanted == Running(3, 6, frozenset(BOTH))) == (6, True)


def test_a_run_that_is_quick_enough_is_waited_for_after_a_jump_too() -> None:
    one = stream()
    one.on_started(1, 0.0)
    make(one, 0, 10, 0.5)
    one.seek(30.0, 0.5)
    pass_time(one, 0.5, 2.0)
    assert wanted(one).epoch == 1


# ── another recipe ────────────────────────────────────────────────────────────────────────────────


def test_what_is_made_in_another_way_goes_on_where_the_old_run_was() -> None:
    one = stream()
    make(one, 0, 5, 1.0)
    assert one.renew(2.0) == []
    assert wanted(one) == Running(2, 5, frozenset(BOTH), recipe=1)


def test_of_what_is_made_again_nothing_is_taken_back_that_somebody_has_and_needs() -> None:
    one = stream()
    make(one, 0, 5, 1.0)
    one.ask(video(0), 1.0)
    one.ask(video(2), 1.0)
    assert one.renew(2.0, again=[VIDEO]) == [video(1), video(3), video(4)]
    assert wanted(one) == Running(2, 3, frozenset(BOTH), recipe=1)
    assert one.has(video(0))
    assert one.has(SegmentId(SOUND, 4))


def test_what_lies_far_enough_ahead_is_made_again_though_somebody_has_it() -> None:
    one = stream()
    make(one, 0, 15, 1.0)
    for index in range(10):
        one.ask(video(index), 1.0)
    one.report(5.0, playing=True, now=2.0)
    assert one.spared(2.0) == 4
    assert one.renew(2.0, again=[VIDEO], after=one.spared(2.0)) == [video(index) for index in range(4, 15)]
    assert wanted(one) == Running(2, 4, frozenset({VIDEO}), recipe=1, eager=False)
    assert one.has(video(3))
    make_only(one, VIDEO, 4, 6, 3.0)
    assert not one.ask(video(6), 3.0), "what was theirs before is not theirs any more"
    assert one.renew(3.0, again=[VIDEO]) == [video(4), video(5)]


def test_a_player_that_goes_faster_can_do_without_what_lies_further_ahead() -> None:
    one = stream()
    assert [one.spared(0.0), one.spared(2.5)] == [2, 3]
    one.set_rate(4.0, 2.5)
    assert one.spared(2.5) == 6


def test_what_somebody_waited_for_counts_as_theirs() -> None:
    one = stream()
    one.ask(video(0), 0.5)
    make(one, 0, 1, 1.0)
    assert one.renew(2.0, again=[VIDEO]) == []


def test_another_recipe_gives_a_stream_that_failed_another_chance() -> None:
    one = stream()
    complete(one, 1.0)
    assert one.state(1.0) == "failed"
    one.ask(video(0), 2.0)
    one.renew(3.0)
    assert wanted(one).recipe == 1


def test_another_recipe_while_nothing_runs_and_nothing_is_taken_back_starts_nothing() -> None:
    one = stream()
    make(one, 0, 100, 1.0)
    complete(one, 1.0)
    one.renew(2.0)
    assert one.phase == Idle()
    assert one.recipe == 1

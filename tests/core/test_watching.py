"""Where a film was left, and whether it was watched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.timeline import Timeline
from controller.core.watching import JUMP, PLAYED, SPACING, Memory, Seat, Sight, Sitting, Unsaved, remembered
from tests.core.making import modest

LENGTH = 3600.0
AT = 1_800_000_000.0
FILM, OTHER = Seat("ann", "film"), Seat("ann", "other")


class Viewer:
    """Somebody in front of a film of an hour, and what is remembered of it; a minute is looked at every ten seconds."""

    def __init__(self, position: float = 0.0, before: Memory | None = None, duration: float = LENGTH) -> None:
        self.time = 0.0
        self.line = Timeline(position, 0.0, duration)
        self.sitting = Sitting(self.line, 0.0)
        self.memory = remembered(before, self.sitting.sight, AT)

    def look(self, line: Timeline | None = None) -> None:
        self.line = line or self.line
        sight = self.sitting.look(self.line, self.time)
        if sight:
            self.memory = remembered(self.memory, sight, AT + self.time)

    def play(self, seconds: float) -> None:
        while seconds > 0:
            step = min(10.0, seconds)
            self.time, seconds = self.time + step, seconds - step
            self.look()

    def jump(self, position: float) -> None:
        self.look(self.line.moved_to(position, self.time))

    @property
    def left_at(self) -> float | None:
        return self.memory.left_at if self.memory else None

    @property
    def watched(self) -> bool:
        return self.memory is not None and self.memory.watched


@pytest.mark.parametrize(
    ("duration", "position", "counts"),
    [
        (3600.0, 29.9, False), (3600.0, 30.0, True), (600.0, 11.9, False), (600.0, 12.0, True),
        (600.0, 539.9, True), (600.0, 540.0, False), (0.0, 0.0, False),
    ],
)  # fmt: skip
def test_the_beginning_and_the_last_tenth_are_no_places_to_go_on_from(
    duration: float, position: float, counts: bool
) -> None:
    assert Sight(position, duration).counts is counts


def test_a_film_that_was_played_is_left_where_it_is() -> None:
    one = Viewer()
    one.play(20)
    assert one.memory is None
    one.play(5)
    one.play(16)
    assert one.memory == Memory(LENGTH, AT + 41.0, 41.0, watched=False)


def test_a_place_that_is_opened_is_left_there_and_standing_still_is_no_news() -> None:
    one = Viewer(1000.0)
    one.look(replace(one.line, playing=False))
    one.time = 500.0
    one.look()
    assert one.memory == Memory(LENGTH, AT, 1000.0, watched=False)


def test_what_was_left_stays_while_somebody_glances_at_the_beginning() -> None:
    before = Memory(LENGTH, AT - 5, 1000.0, watched=False)
    one = Viewer(0.0, before)
    one.play(29)
    assert one.memory is before
    one.play(1)
    assert one.left_at == 30.0


def test_playing_into_the_last_tenth_is_having_watched_and_the_place_is_forgotten() -> None:
    one = Viewer(3200.0)
    one.play(30)
    assert (one.left_at, one.watched) == (3230.0, False)
    one.play(10)
    assert (one.left_at, one.watched) == (None, True)
    one.play(400)
    assert one.memory == Memory(LENGTH, AT + 40.0, None, watched=True)


def test_a_jump_into_the_last_tenth_counts_as_soon_as_it_is_played_there() -> None:
    one = Viewer(1000.0)
    one.play(60)
    one.jump(3500.0)
    assert (one.left_at, one.watched) == (1060.0, False)
    one.play(0.4)
    assert (one.left_at, one.watched) == (1060.0, False)
    one.play(0.1)
    assert (one.left_at, one.watched) == (None, True)


def test_a_jump_to_the_very_end_alone_is_no_watching() -> None:
    one = Viewer(1000.0)
    one.jump(LENGTH)
    one.play(60)
    assert (one.left_at, one.watched) == (1000.0, False)


def test_the_end_that_is_reached_by_playing_counts() -> None:
    one = Viewer(1000.0)
    one.jump(LENGTH - 0.3)
    assert not one.watched
    one.play(0.25)
    assert one.watched


def test_a_short_film_is_watched_at_its_end() -> None:
    one = Viewer(duration=20.0)
    one.play(9)
    assert one.memory == Memory(20.0, AT + 9.0, 9.0, watched=False)
    one.jump(18.5)
    one.play(1)
    assert (one.left_at, one.watched) == (None, True)


def test_a_player_that_waits_and_catches_up_has_not_jumped() -> None:
    one = Viewer(3500.0)
    one.play(6)
    one.jump(one.line.now(one.time) - JUMP)
    one.play(4)
    assert one.watched


def test_watching_again_keeps_that_it_was_watched_and_remembers_the_new_place() -> None:
    one = Viewer(0.0, Memory(LENGTH, AT - 5, None, watched=True))
    one.play(29)
    assert (one.left_at, one.watched) == (None, True)
    one.play(31)
    assert (one.left_at, one.watched) == (60.0, True)
    one.jump(3300.0)
    one.play(10)
    assert (one.left_at, one.watched) == (None, True)


def test_going_back_after_the_end_is_seen_as_both() -> None:
    one = Viewer(3580.0)
    one.time = 25.0
    one.jump(600.0)
    assert (one.left_at, one.watched) == (600.0, True)


@pytest.mark.parametrize("duration", [LENGTH - 1.5, LENGTH + 1.5])
def test_a_file_of_another_length_is_another_film(duration: float) -> None:
    before = Memory(LENGTH, AT, 1000.0, watched=True)
    assert not before.is_of(duration)
    assert remembered(before, Sight(5.0, duration), AT) is None
    assert remembered(before, Sight(90.0, duration), AT) == Memory(duration, AT, 90.0, watched=False)
    assert before.is_of(LENGTH + 0.5)
    assert remembered(before, Sight(5.0, LENGTH + 0.5), AT) is before


memories = st.none() | st.builds(
    Memory, st.sampled_from([LENGTH, 100.0]), st.floats(0, AT), st.none() | st.floats(30, 80), st.booleans()
)
sights = st.builds(Sight, st.floats(0, LENGTH), st.just(LENGTH), st.booleans())
steps = st.lists(
    st.tuples(st.floats(0, 30), st.none() | st.floats(0, LENGTH), st.booleans(), st.sampled_from([0.25, 1.0, 4.0])),
    max_size=20,
)


@given(before=memories, sight=sights)
@modest(200)
def test_a_place_that_is_remembered_always_counts_and_what_was_watched_stays_so(
    before: Memory | None, sight: Sight
) -> None:
    after = remembered(before, sight, AT)
    if sight.counts:
        assert after is not None
        assert after.left_at == sight.position
    if before and before.duration == LENGTH and before.watched:
        assert after is not None
        assert after.watched
    if after is not None and after is not before:
        assert (after.duration, after.at) == (LENGTH, AT)
        assert after.left_at is not None or after.watched
    assert remembered(after, replace(sight, watched=False), AT) is after


@given(steps=steps)
@modest(200)
def test_a_film_is_watched_only_when_enough_was_played_in_one_piece(
    steps: list[tuple[float, float | None, bool, float]],
) -> None:
    one, played, longest, ended = Viewer(), 0.0, 0.0, False
    for seconds, jump, playing, rate in steps:
        before = one.line.now(one.time)
        one.time += seconds
        there = one.line.now(one.time)
        played += there - before
        longest, ended = max(longest, played), ended or (there > before and there >= LENGTH - 1.0)
        place = there if jump is None else jump
        one.look(Timeline(place, one.time, LENGTH, playing, rate))
        if abs(place - there) > JUMP:
            played = 0.0
        assert one.left_at is None or Sight(one.left_at, LENGTH).counts
        if one.watched:
            assert longest >= PLAYED or ended


@given(jumps=st.lists(st.floats(0, LENGTH), max_size=10))
@modest(80)
def test_jumping_about_never_watches_anything(jumps: list[float]) -> None:
    one = Viewer()
    for position in jumps:
        one.jump(position)
    assert not one.watched
    assert one.left_at == next((p for p in reversed(jumps) if Sight(p, LENGTH).counts), None)


def test_news_is_written_at_once_and_then_every_five_seconds() -> None:
    unsaved = Unsaved()
    assert (unsaved.next_deadline(), unsaved.take(0.0)) == (None, [])
    unsaved.note(FILM, 10.0)
    unsaved.note(OTHER, 10.0)
    assert unsaved.next_deadline() == 10.0
    assert unsaved.take(10.0) == [FILM, OTHER]
    unsaved.note(FILM, 11.0)
    unsaved.note(FILM, 14.0)
    assert unsaved.next_deadline() == 10.0 + SPACING
    assert unsaved.take(14.9) == []
    assert unsaved.take(15.0) == [FILM]
    assert unsaved.next_deadline() is None


def test_the_last_news_waits_for_nothing() -> None:
    unsaved = Unsaved()
    unsaved.note(FILM, 10.0)
    unsaved.take(10.0)
    unsaved.hasten(FILM, 11.0)
    assert unsaved.next_deadline() is None, "it is written already"
    unsaved.note(FILM, 12.0)
    unsaved.hasten(FILM, 12.0)
    assert unsaved.take(12.0) == [FILM]


def test_everything_can_be_taken_at_the_end() -> None:
    unsaved = Unsaved()
    unsaved.note(FILM, 10.0)
    unsaved.take(10.0)
    unsaved.note(FILM, 11.0)
    unsaved.note(OTHER, 11.0)
    assert unsaved.take_all(11.0) == [FILM, OTHER]
    assert unsaved.take_all(11.0) == []

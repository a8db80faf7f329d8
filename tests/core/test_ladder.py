"""A stream that becomes smaller by itself before its player runs dry, and larger again when all is well."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from controller.core.ladder import CALM, CALM_AT_MOST, DROPPED, DROPPED_WITHIN, SETTLE, Encoding, Ladder, Playing
from controller.core.wish import Pressure, Rung
from tests.core.making import modest

SLOW, WELL = Encoding(0.8, 5.0, 2.0, at_rest=False), Encoding(3.0, 5.0, 20.0, at_rest=False)
REST = Encoding(0.0, 0.0, 60.0, at_rest=True)


def ladder(height: int = 1080, *, chosen: bool = False) -> Ladder:
    return Ladder(height, 0.0, chosen=chosen)


def pressed(one: Ladder, box: Encoding, seconds: float, now: float) -> float:
    """The box tells the same for so long."""
    end = now + seconds
    while now < end:
        now += 1.0
        one.on_encoding(box, 1.0, now)
    return now


def test_at_first_a_stream_is_whole() -> None:
    assert ladder().wanted is None


def test_a_box_that_is_too_slow_first_makes_haste_and_then_less() -> None:
    one, now, seen = ladder(), 0.0, []
    for _ in range(8):
        now += 5.0
        one.on_encoding(SLOW, 1.0, now)
        seen.append(one.wanted)
    why: Pressure = "server_too_slow"
    assert seen[:5] == [
        Rung(why, haste=True),
        Rung(why, 720, haste=True),
        Rung(why, 480, haste=True),
        Rung(why, 360, haste=True),
        Rung(why, 360, haste=True, blank=True),
    ]
    assert seen[5:] == [seen[4]] * 3, "there is nothing below"


def test_a_small_film_has_fewer_rungs() -> None:
    assert ladder(400).rungs == [
        None,
        Rung("server_too_slow", haste=True),
        Rung("server_too_slow", 360, haste=True),
        Rung("server_too_slow", 360, haste=True, blank=True),
    ]
    assert ladder(200).rungs[-1] == Rung("server_too_slow", None, haste=True, blank=True)


def test_it_is_noticed_before_the_player_runs_dry() -> None:
    one = ladder()
    one.on_encoding(Encoding(0.9, 5.0, 20.0, at_rest=False), 1.0, 10.0)
    assert one.wanted is None, "200 s are left"
    one.on_encoding(Encoding(0.5, 5.0, 7.0, at_rest=False), 1.0, 10.0)
    assert one.wanted == Rung("server_too_slow", haste=True), "14 s are left"


def test_who_watches_faster_needs_more() -> None:
    one = ladder()
    one.on_encoding(Encoding(1.5, 5.0, 5.0, at_rest=False), 1.0, 10.0)
    assert one.wanted is None
    one.on_encoding(Encoding(1.5, 5.0, 5.0, at_rest=False), 2.0, 10.0)
    assert one.wanted is not None


def test_what_was_measured_for_a_moment_only_means_nothing() -> None:
    one = ladder()
    one.on_encoding(Encoding(0.1, 3.0, 0.0, at_rest=False), 1.0, 10.0)
    assert one.wanted is None


def test_after_a_step_the_next_run_is_measured_anew() -> None:
    one = ladder()
    one.on_encoding(SLOW, 1.0, 5.0)
    one.on_encoding(Encoding(0.8, 3.0, 2.0, at_rest=False), 1.0, 8.0)
    assert one.step == 1
    one.on_encoding(SLOW, 1.0, 9.0)
    assert one.step == 2


def test_a_box_that_makes_haste_already_is_helped_by_less_alone() -> None:
    one = ladder()
    one.on_encoding(Encoding(0.8, 5.0, 2.0, at_rest=False, eager=True), 1.0, 5.0)
    assert one.wanted == Rung("server_too_slow", 720, haste=True)
    chosen = ladder(chosen=True)
    chosen.on_encoding(Encoding(0.8, 5.0, 2.0, at_rest=False, eager=True), 1.0, 5.0)
    assert chosen.wanted == Rung("server_too_slow", haste=True)


def test_when_all_has_been_well_for_a_while_it_steps_up_and_waits_longer_after_a_step_that_failed() -> None:
    one = ladder()
    now = pressed(one, SLOW, 1, 0.0)
    now = pressed(one, WELL, CALM - 2, now)
    assert one.step == 1
    now = pressed(one, WELL, 4, now)
    assert one.wanted is None
    now = pressed(one, SLOW, 1, now)
    assert one.step == 1
    now = pressed(one, REST, 2 * CALM - 2, now)
    assert one.step == 1
    pressed(one, REST, 4, now)
    assert one.step == 0


def test_a_box_that_just_manages_does_not_step_up() -> None:
    one = ladder()
    now = pressed(one, SLOW, 1, 0.0)
    pressed(one, Encoding(1.1, 9.0, 20.0, at_rest=False), 10 * CALM, now)
    assert one.step == 1


def test_a_player_that_waits_although_enough_is_there_has_a_slow_connection() -> None:
    one = ladder()
    one.on_playing(Playing(stalled=True), 2.0, 10.0)
    assert one.wanted is None, "it is the box that is late"
    one.on_playing(Playing(stalled=True), 30.0, 10.0)
    assert one.wanted == Rung("connection_too_slow", 720, haste=True)
    now = pressed(one, REST, CALM + 1, 10.0)
    assert one.wanted is None, "haste alone would not make it smaller"
    one.on_playing(Playing(stalled=True), 30.0, now + SETTLE + 1)
    assert one.step == 2


def test_a_connection_that_carries_less_than_the_stream_needs_is_too_slow() -> None:
    one = Ladder(1080, 0.0, needs=7_160)
    one.on_playing(Playing(kbps=7_200.0), 30.0, 10.0)
    assert one.wanted is None
    one.on_playing(Playing(kbps=3_000.0), 30.0, 10.0)
    assert one.wanted == Rung("connection_too_slow", 720, haste=True)
    one.needs = 4_160
    one.on_playing(Playing(kbps=3_000.0), 30.0, 11.0)
    assert one.wanted == Rung("connection_too_slow", 720, haste=True), "it still plays what was made before"
    one.on_playing(Playing(kbps=3_000.0), 30.0, 10.0 + SETTLE)
    assert one.wanted == Rung("connection_too_slow", 480, haste=True)


def test_a_player_that_drops_pictures_gets_smaller_ones() -> None:
    one = ladder()
    for second in range(20):
        one.on_playing(Playing(dropped=second), 30.0, 10.0 + second)
    assert one.wanted is None, "one a second is nothing"
    one.on_playing(Playing(dropped=19 + DROPPED), 30.0, 30.0)
    assert one.wanted == Rung("player_too_slow", 720, haste=True)


def test_a_count_of_dropped_pictures_that_falls_is_of_another_film() -> None:
    one = ladder()
    one.on_playing(Playing(dropped=500), 30.0, 10.0)
    one.on_playing(Playing(dropped=0), 30.0, 11.0)
    one.on_playing(Playing(dropped=DROPPED - 1), 30.0, 11.0 + DROPPED_WITHIN)
    assert one.wanted is None


def test_what_somebody_has_chosen_is_made_in_haste_but_never_smaller() -> None:
    one = ladder(chosen=True)
    now = pressed(one, SLOW, 60.0, 0.0)
    assert one.wanted == Rung("server_too_slow", haste=True)
    one = ladder(chosen=True)
    one.on_playing(Playing(stalled=True), 30.0, now)
    assert one.wanted is None


class LadderMachine(RuleBasedStateMachine):
    """Any box and any player, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.now, self.steps, self.moved = Ladder(1080, 0.0), 0.0, 0, float("-inf")

    @rule(seconds=st.floats(0.1, 40.0))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(
        speed=st.floats(0, 4),
        measured=st.floats(0, 20),
        ahead=st.floats(0, 60),
        at_rest=st.booleans(),
        rate=st.sampled_from([0.25, 1.0, 4.0]),
    )
    def encode(self, speed: float, measured: float, ahead: float, at_rest: bool, rate: float) -> None:
        before = self.one.step
        self.one.on_encoding(Encoding(speed, measured, ahead, at_rest), rate, self.now)
        self.look(before)
        if at_rest or measured < 4.0 or speed >= rate:
            assert self.one.step <= before, "a box that is quick enough is no reason to go down"

    @rule(
        stalled=st.booleans(),
        dropped=st.none() | st.integers(0, 200),
        kbps=st.none() | st.floats(0, 9_000),
        ahead=st.floats(0, 60),
    )
    def play(self, stalled: bool, dropped: int | None, kbps: float | None, ahead: float) -> None:
        before, moved = self.one.step, self.moved
        self.one.on_playing(Playing(stalled, dropped, kbps), ahead, self.now)
        self.look(before)
        assert self.one.step >= before
        assert self.one.step == before or self.now >= moved + SETTLE

    def look(self, before: int) -> None:
        if self.one.step < before:
            assert self.now >= self.moved + CALM
        if self.one.step != before:
            self.moved = self.now

    @invariant()
    def a_step_is_always_one_of_the_rungs(self) -> None:
        assert 0 <= self.one.step < len(self.one.rungs)
        assert (self.one.wanted is None) is (self.one.step == 0)
        assert self.one._calm <= CALM_AT_MOST


LadderMachine.TestCase.settings = modest(examples=40, steps=40)
TestLadder = LadderMachine.TestCase

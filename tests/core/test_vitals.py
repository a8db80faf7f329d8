"""Whether a run gets anywhere: a segment, a word, some work; and when that is not enough."""

from __future__ import annotations

from controller.core.vitals import SOME_WORK, SPINS_AFTER, STALLED_AFTER, Pulse, Vitals


def stalls_at(pulses: list[Pulse], seconds: float = 1.0) -> float | None:
    """When a run is stalled whose pulse is taken every second, if it is."""
    vitals = Vitals(0.0)
    for count, pulse in enumerate(pulses, start=1):
        if vitals.is_stalled(pulse, count * seconds):
            return count * seconds
    return None


def test_a_run_that_does_nothing_is_stalled_after_eight_seconds() -> None:
    assert stalls_at([Pulse(3, 1.5)] * 20) == STALLED_AFTER


def test_it_is_quiet_before_it_is_stalled() -> None:
    vitals = Vitals(10.0)
    assert [vitals.is_quiet(now) for now in (10.0, 11.9, 12.0)] == [False, False, True]
    vitals.moved(12.5)
    assert not vitals.is_quiet(14.0)


def test_a_word_of_progress_is_enough_for_eight_more() -> None:
    assert stalls_at([Pulse(0, 0.0)] * 5 + [Pulse(1, 0.0)] * 20) == 6 + STALLED_AFTER


def test_on_a_starved_machine_a_little_work_is_enough() -> None:
    starved = [Pulse(0, second // 7 * 2 * SOME_WORK) for second in range(40)]
    assert stalls_at(starved) is None


def test_a_segment_is_enough_for_eight_more() -> None:
    vitals = Vitals(0.0)
    vitals.is_stalled(Pulse(0, 0.0), 1.0)
    vitals.moved(7.0)
    assert not vitals.is_stalled(Pulse(0, 0.0), 14.0)
    assert vitals.is_stalled(Pulse(0, 0.0), 15.0)


def test_work_without_any_progress_is_not_enough_for_ever() -> None:
    spinning = [Pulse(5, 2.0 * second) for second in range(100)]
    assert stalls_at(spinning) == SPINS_AFTER / 2.0 + 1


def test_work_with_progress_is_never_a_stall() -> None:
    assert stalls_at([Pulse(second // 5, 2.0 * second) for second in range(300)]) is None

"""When the machine has time for what nobody waits for."""

from __future__ import annotations

from controller.core.leisure import QUIET, Leisure


def test_a_machine_that_was_quiet_for_long_enough_is_idle() -> None:
    leisure = Leisure(0.0)
    assert not leisure.is_idle(QUIET - 0.1)
    assert leisure.next_deadline(1.0) == QUIET
    assert leisure.is_idle(QUIET)
    assert leisure.next_deadline(QUIET) is None


def test_an_encoder_that_works_needs_all_of_it() -> None:
    leisure = Leisure(0.0)
    leisure.observe(1, 50.0)
    assert not leisure.is_idle(1_000.0)
    assert leisure.next_deadline(1_000.0) is None


def test_quiet_is_counted_from_when_the_last_encoder_was_done() -> None:
    leisure = Leisure(None)
    for working, now in ((2, 1.0), (1, 2.0), (0, 3.0), (0, 9.0)):
        leisure.observe(working, now)
    assert leisure.next_deadline(9.0) == 3.0 + QUIET
    assert leisure.is_idle(3.0 + QUIET)
    leisure.observe(1, 14.0)
    leisure.observe(0, 14.5)
    assert not leisure.is_idle(15.0)

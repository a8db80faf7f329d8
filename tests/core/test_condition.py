"""An encoder's condition is told by facts: what it makes, how it failed, what is left."""

from __future__ import annotations

import pytest

from controller.core.condition import condition
from controller.core.stream_phase import BackingOff, Failed, OutOfRoom
from protocol.errors import EmptyOutput, EncoderFailed, EncoderStalled, MatineeError
from protocol.values import EncoderCondition
from tests.core.making import LENGTH, complete, make, stream, wanted


def test_a_run_works_is_slow_is_held_and_has_finished() -> None:
    one = stream()
    one.on_started(1, 0.0)
    assert condition(one, 1.0) == "working", "nothing is known of its speed yet"
    make(one, 0, 2, 1.0)
    assert [condition(one, now) for now in (3.9, 4.1)] == ["working", "slow"]
    make(one, 2, 31, 5.0)
    assert condition(one, 5.0) == "held"
    one.seek(LENGTH - 1, 6.0)
    one.tick(10.0)
    make(one, 99, 100, 10.0)
    complete(one, 10.0)
    assert condition(one, 10.0) == "finished"


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (EncoderFailed(), "crashed"),
        (EncoderStalled(), "stalled"),
        (EmptyOutput(), "empty"),
    ],
)
def test_a_failure_is_told_by_its_kind(error: MatineeError, word: EncoderCondition) -> None:
    one = stream()
    for phase in (BackingOff(5.0, error), Failed(error)):
        one.phase = phase
        assert condition(one, 1.0) == word


def test_without_room_or_work_it_says_so() -> None:
    one = stream()
    one.on_ended(wanted(one).epoch, OutOfRoom(), 1.0)
    assert condition(one, 1.0) == "no_room"
    one.tick(60.0)
    assert condition(one, 60.0) == "idle"

"""How a stream's encoder does, in one word that is told from facts."""

from __future__ import annotations

from typing import assert_never

from controller.core.ladder import MEASURED
from controller.core.stream import Stream
from controller.core.stream_phase import BackingOff, Failed, Idle, InLine, NoRoom, Running
from protocol.errors import EmptyOutput, EncoderStalled, MatineeError
from protocol.values import EncoderCondition


def condition(stream: Stream, now: float) -> EncoderCondition:
    """Working, slower than the film is watched, held; why it failed last; or that nothing is left to make, or wanted."""
    match stream.phase:
        case Running(held=True):
            return "held"
        case Running():
            is_slow = stream.measured(now) >= MEASURED and stream.speed(now) < stream.timeline.rate
            return "slow" if is_slow else "working"
        case BackingOff(error=error) | Failed(error=error):
            return _failure(error)
        case NoRoom():
            return "no_room"
        case InLine():
            return "waiting"
        case Idle():
            return "finished" if stream.is_complete else "idle"
        case _ as never:  # pragma: no cover
            assert_never(never)


def _failure(error: MatineeError | None) -> EncoderCondition:
    match error:
        case EncoderStalled():
            return "stalled"
        case EmptyOutput():
            return "empty"
        case _:
            return "crashed"

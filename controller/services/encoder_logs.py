"""Listens to every run of every encoder, and keeps what it did and said for a while."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

import anyio
import structlog

from controller.core.encoder_log import DAMAGE, EncoderLog, RunLog, StreamLog
from controller.core.playlist import SegmentId
from controller.core.stream_phase import Completed, Crashed, Outcome, OutOfRoom, Stalled
from controller.ports import Clock, EncodeJob, Encoder, EncoderListener, EncoderRun
from controller.services.clients import ClientManager
from protocol.events import ServerWarning

log = structlog.get_logger(__name__)

LOOKED_INTO = 4_096
"""Characters of one piece of what is said in which damage is looked for: a flood costs no more than that."""


class EncoderLogs:
    """Implements `ports.Encoder` by another one. `outcomes` counts how runs ended: completed, crashed, stopped."""

    def __init__(self, clock: Clock, clients: ClientManager, encoder: Encoder) -> None:
        self._clock, self._clients, self._encoder = clock, clients, encoder
        self.log = EncoderLog()
        self.outcomes: Counter[str] = Counter()

    async def encode(self, job: EncodeJob, listener: EncoderListener) -> Outcome:
        """As the other one does. Raises: as it does."""
        stream, run = self._open(job)
        heard = _Heard(job, listener, self._clock, stream, run, self._warn)
        how, why = "stopped", "stopped, because it was not wanted any more"
        try:
            outcome = await self._encoder.encode(replace(job, on_said=heard.on_said), heard)
            how, why = _told(outcome)
            return outcome
        except OSError as error:
            how, why = "crashed", f"could not go on: {error.strerror or type(error).__name__}"
            raise
        except anyio.get_cancelled_exc_class():
            if verdict := job.verdict():
                how, why = _told(verdict)
            raise
        finally:
            self.outcomes[how] += 1
            stream.crashed = how == "crashed"
            run.finish(self._clock.now())
            run.note("ended", f"{why} · {heard.summary}", self._clock.now())

    def _warn(self, stream: StreamLog) -> None:
        """The film of a stream is damaged in places: its viewer should know, once."""
        log.warning("film is damaged", stream=stream.stream_id)
        client = self._clients.get(stream.client_id)
        detail = f"“{stream.title}” is damaged in places. What is good of it is played."
        self._clients.publish(ServerWarning(name="film_damaged", detail=detail), [client] if client else [])

    def _open(self, job: EncodeJob) -> tuple[StreamLog, RunLog]:
        client, source = self._clients.get(job.client_id), job.source
        hidden = {f"{source.parent}/": "", f"{job.directory.root}/": ""}
        return self.log.open(
            job.client_id, job.stream_id, client.name if client else "", source.stem, job.epoch, hidden
        )


@dataclass(slots=True)
class _Heard:
    """Passes on what a run tells, and writes it down. Implements `ports.EncoderListener`."""

    job: EncodeJob
    listener: EncoderListener
    clock: Clock
    stream: StreamLog
    run: RunLog
    warn: Callable[[StreamLog], None]
    made: int = 0
    reached: float = 0.0

    @property
    def summary(self) -> str:
        """What it made."""
        if not self.made:
            return "made nothing"
        return f"made {self.made} segment{'s' * (self.made > 1)}, up to {self.reached:.1f} s"

    def on_started(self, run: EncoderRun) -> None:
        again, self.run.pid = self.run.pid is not None, run.pid
        plan = self.job.delivery.plan
        where = plan.boundaries[min(self.job.start, len(plan))] - plan.origin
        words = "goes on in another process" if again else f"started at {where:.1f} s of the film"
        what = ", ".join(sorted(self.job.renditions))
        restart = f" · restart {self.stream.restarts}" if self.stream.restarts else ""
        self.run.note("started", f"{words}: {what}{' · in haste' if self.job.eager else ''}{restart}", self.clock.now())
        self.listener.on_started(run)

    def on_made(self, segment: SegmentId, made: Path) -> None:
        plan = self.job.delivery.plan
        self.made += 1
        self.reached = max(self.reached, plan.boundaries[segment.index + 1] - plan.origin)
        self.listener.on_made(segment, made)

    def on_said(self, words: bytes) -> None:
        """It said something on its standard error."""
        said = os.fsdecode(words)
        self.run.hear(said, self.clock.now())
        if not self.stream.damaged and DAMAGE.search(said, 0, LOOKED_INTO):
            self.stream.damaged = True
            self.warn(self.stream)


def _told(outcome: Outcome) -> tuple[str, str]:
    """An outcome in one word, and for people."""
    match outcome:
        case Completed():
            return "completed", "came to its end"
        case Crashed(reason):
            return "crashed", reason
        case Stalled():
            return "stalled", "got nowhere"
        case OutOfRoom():
            return "no_room", "found no room on the disk"
        case _ as never:  # pragma: no cover
            assert_never(never)

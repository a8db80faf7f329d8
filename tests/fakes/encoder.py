"""An encoder that makes segments out of nothing, as fast, as slowly and as badly as the test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import anyio
import anyio.lowlevel

from controller.core.playlist import Rendition, SegmentId
from controller.core.stream_phase import Completed, Crashed, Outcome
from controller.core.vitals import Pulse
from controller.ports import EncodeJob, EncoderListener, Usage

Script = Literal[
    "by hand", "makes all", "crashes at once", "makes one and crashes", "ends empty", "cannot start", "has a bug"
]
"""What a run does by itself. `by hand`: nothing, until the test calls `make` and `end`."""
FIRST_PID = 4_000
WHOLE = b"\x47" * 188


@dataclass(slots=True)
class FakeRun:
    """One run, living or past; implements `ports.EncoderRun`. It has `worked` so many seconds of CPU."""

    job: EncodeJob
    pid: int
    listener: EncoderListener
    directory: Path
    alive: bool = True
    cancelled: bool = False
    held: bool = False
    holds: int = 0
    stuck: bool = False
    beats: int = 0
    worked: float = 0.0
    _outcome: Outcome | None = None
    _over: anyio.Event = field(default_factory=anyio.Event)
    _released: anyio.Event = field(default_factory=anyio.Event)

    def hold(self, held: bool) -> None:
        """Stop, or go on; telling it twice is no change."""
        if held is not self.held:
            self.held = held
            self.holds += held
            if not held:
                self._released.set()
                self._released = anyio.Event()

    def usage(self) -> Usage | None:
        """A steady 50 % while it lives."""
        return Usage(cpu=50.0, rss=40_000_000) if self.alive else None

    def pulse(self) -> Pulse | None:
        """As the test has it beat; by itself it works well."""
        self.beats += not self.stuck
        return Pulse(self.beats, self.worked) if self.alive else None

    def make(self, index: int, rendition: Rendition | None = None) -> None:
        """Make segment `index` of one rendition, or of all of them, and say so."""
        assert self.alive, "a run that is over makes nothing"
        for each in (each for each in self.job.delivery.renditions if each in self.job.renditions):
            if rendition in (None, each):
                made = self.directory / f"{each}-{index + 1}.ts"
                made.write_bytes(WHOLE)
                self.listener.on_made(SegmentId(each, index), made)

    def say(self, words: bytes) -> None:
        """Complain."""
        self.job.on_said(words)

    def end(self, outcome: Outcome) -> None:
        """End by itself."""
        self._outcome = outcome
        self._over.set()

    async def wait_released(self) -> None:
        """Until it is not held."""
        while self.held:
            await self._released.wait()

    async def wait_over(self) -> Outcome:
        """Until the test ended it."""
        await self._over.wait()
        assert self._outcome is not None
        return self._outcome


@dataclass(slots=True)
class FakeEncoder:
    """Implements `ports.Encoder`. `script` is for the runs to come, `speed` in film seconds per second,
    `cost` in seconds of CPU per film second.

    `gone` holds sources that can no longer be opened; `dying` is how long a cancelled run takes to end; `runs`
    remembers every run. Two living runs of one client are a failure of whoever started them: `overlaps` has the
    epochs of the second ones. A client is known by the folder that the directories of its streams lie in.
    """

    script: Script = "by hand"
    speed: float = 10.0
    cost: float = 0.0
    dying: float = 0.0
    gone: set[Path] = field(default_factory=set)
    runs: list[FakeRun] = field(default_factory=list)
    overlaps: list[int] = field(default_factory=list)
    on_run: Callable[[FakeRun], None] = lambda _run: None

    @property
    def living(self) -> list[FakeRun]:
        """Runs that are not over."""
        return [run for run in self.runs if run.alive]

    @property
    def last(self) -> FakeRun:
        """The newest run."""
        return self.runs[-1]

    async def encode(self, job: EncodeJob, listener: EncoderListener) -> Outcome:
        """One run, to its end. Raises: OSError."""
        if self.script == "cannot start":
            raise FileNotFoundError(2, "No such file or directory")
        if self.script == "has a bug":
            raise ZeroDivisionError
        directory = job.directory.run_directory(job.epoch)
        if any(run.job.directory.root.parent == job.directory.root.parent for run in self.living):
            self.overlaps.append(job.epoch)
            raise AssertionError("two living runs of one client")
        run = FakeRun(job, FIRST_PID + len(self.runs), listener, directory)
        self.runs.append(run)
        try:
            listener.on_started(run)
            self.on_run(run)
            return await self._perform(run)
        except anyio.get_cancelled_exc_class():
            run.cancelled = True
            with anyio.CancelScope(shield=True):
                await anyio.sleep(self.dying)
            raise
        finally:
            run.alive = False

    async def _perform(self, run: FakeRun) -> Outcome:
        if run.job.source in self.gone:
            await anyio.lowlevel.checkpoint()
            return Crashed("No such file or directory")
        match self.script:
            case "makes all":
                await self._make(run, run.job.end)
                return Completed()
            case "makes one and crashes":
                await self._make(run, run.job.start + 1)
                return Crashed("it broke")
            case "crashes at once":
                await anyio.lowlevel.checkpoint()
                return Crashed("it broke")
            case "ends empty":
                await anyio.lowlevel.checkpoint()
                return Completed()
            case _:
                return await run.wait_over()

    async def _make(self, run: FakeRun, end: int) -> None:
        plan = run.job.delivery.plan
        for index in range(run.job.start, min(end, len(plan))):
            await anyio.sleep(plan.length(index) / self.speed)
            await run.wait_released()
            run.worked += self.cost * plan.length(index)
            run.make(index)

"""Makes the small pictures for the scrubbers of those who watch, one film at a time, while nobody needs the machine.

Which film: the one whose stream was opened last, of those that have none. A run stands still while an encoder works, and
ends with the last stream of its film. A film of which none can be made is not tried again while the daemon lives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import anyio

from controller.core.leisure import Leisure
from controller.core.media import MediaFacts
from controller.core.tiling import Tiling, tiling_of
from controller.ports import Clock, EncoderRun, SourceFile
from controller.services.client_stream import HLSClientStream
from controller.services.guard import guarded
from controller.services.stream_spec import Thumbnails
from controller.services.streams import Streams


class Sheets(Protocol):
    """Sheets of small pictures, kept by film."""

    def find(self, source: SourceFile, tiling: Tiling) -> Path | None:
        """The folder with a film's sheets, if there is one."""
        ...

    async def make(
        self, source: SourceFile, facts: MediaFacts, tiling: Tiling, on_started: Callable[[EncoderRun], None]
    ) -> Path | None:
        """Make them, and keep them; None when that cannot be done. Cancelled: nothing of it is left, nor runs."""
        ...


@dataclass(slots=True)
class _Job:
    """The film that is at work; `run` is its process, once there is one."""

    source: SourceFile
    tiling: Tiling
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    run: EncoderRun | None = None


class ThumbnailMaker:
    """The maker. `run` must be running for anything to be made."""

    def __init__(self, clock: Clock, streams: Streams, sheets: Sheets) -> None:
        self._clock, self._streams, self._sheets = clock, streams, sheets
        self._open: dict[str, HLSClientStream] = {}
        self._hopeless: set[SourceFile] = set()
        self._leisure = Leisure(clock.now())
        self._wake = anyio.Event()
        self._job: _Job | None = None
        streams.listen(self._changed, self._ended)

    def _changed(self, stream: HLSClientStream) -> None:
        spec = stream.spec
        if spec.stream_id not in self._open and self._streams.of(spec.client_id) is stream:
            self._open[spec.stream_id] = stream
            self._find(stream)
        self._wake.set()

    def _ended(self, stream: HLSClientStream) -> None:
        self._open.pop(stream.spec.stream_id, None)
        self._wake.set()

    def _find(self, stream: HLSClientStream) -> None:
        """What was made for this film before."""
        tiling = tiling_of(stream.spec.facts)
        folder = self._sheets.find(stream.spec.source, tiling) if tiling else None
        if tiling and folder:
            stream.show_thumbnails(Thumbnails(folder, tiling))

    def _wanted(self) -> tuple[_Job, MediaFacts] | None:
        """The film whose stream was opened last, of those that lack what can be made."""
        for stream in reversed(self._open.values()):
            source, facts = stream.spec.source, stream.spec.facts
            if stream.thumbnails is None and source not in self._hopeless and (tiling := tiling_of(facts)):
                return _Job(source, tiling), facts
        return None

    async def run(self) -> None:
        """Make them, until cancelled."""
        async with anyio.create_task_group() as group:
            while True:
                self._wake = anyio.Event()
                now = self._clock.now()
                self._leisure.observe(self._streams.working, now)
                if self._job:
                    self._steer(self._job, now)
                elif self._leisure.is_idle(now) and (found := self._wanted()):
                    self._job, facts = found
                    group.start_soon(self._make, self._job, facts)
                deadline = self._leisure.next_deadline(now)
                with anyio.move_on_after(None if deadline is None else deadline - now):
                    await self._wake.wait()

    def _steer(self, job: _Job, now: float) -> None:
        """Let it stand still while somebody needs the machine; end it when nobody has the film open any more."""
        if not any(stream.spec.source == job.source for stream in self._open.values()):
            job.scope.cancel()
        elif job.run:
            job.run.hold(not self._leisure.is_idle(now))

    async def _make(self, job: _Job, facts: MediaFacts) -> None:
        """A fault of ours in it costs that film its pictures, and nobody anything else."""
        with job.scope:
            if await guarded(self._attempt(job, facts), "thumbnails failed", title=job.source.title):
                self._hopeless.add(job.source)
        self._job = None
        self._wake.set()

    async def _attempt(self, job: _Job, facts: MediaFacts) -> None:
        def started(run: EncoderRun) -> None:
            job.run = run
            self._wake.set()

        folder = await self._sheets.make(job.source, facts, job.tiling, started)
        if folder is None:
            self._hopeless.add(job.source)
        else:
            self._show(job.source, Thumbnails(folder, job.tiling))

    def _show(self, source: SourceFile, thumbnails: Thumbnails) -> None:
        for stream in list(self._open.values()):
            if stream.spec.source == source:
                stream.show_thumbnails(thumbnails)

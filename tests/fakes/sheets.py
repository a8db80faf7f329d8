"""Sheets of small pictures that are made when the test says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from controller.core.media import MediaFacts
from controller.core.tiling import Tiling, sheet_name
from controller.core.vitals import Pulse
from controller.ports import EncoderRun, SourceFile, Usage


@dataclass(slots=True)
class FakeSheetRun:
    """One run; implements `ports.EncoderRun`."""

    source: SourceFile
    pid: int = 5_000
    held: bool = False
    alive: bool = True
    _over: anyio.Event = field(default_factory=anyio.Event)
    _good: bool = True

    def hold(self, held: bool) -> None:
        """Stop, or go on."""
        self.held = held

    def pulse(self) -> Pulse | None:
        """Nobody takes it."""
        return None

    def usage(self) -> Usage | None:
        """Nothing worth telling."""
        return None

    def end(self, *, good: bool = True) -> None:
        """It is through."""
        self._good = good
        self._over.set()

    async def wait_over(self) -> bool:
        """Until the test ended it; whether it went well."""
        try:
            await self._over.wait()
            return self._good
        finally:
            self.alive = False


@dataclass(slots=True)
class FakeSheets:
    """Implements `services.thumbnails.Sheets`; `runs` are all that there were. With `at_once` they end by themselves."""

    root: Path
    at_once: bool = False
    broken: bool = False
    runs: list[FakeSheetRun] = field(default_factory=list)
    kept: dict[tuple[SourceFile, Tiling], Path] = field(default_factory=dict)

    def find(self, source: SourceFile, tiling: Tiling) -> Path | None:
        """What was made before."""
        return self.kept.get((source, tiling))

    async def make(
        self, source: SourceFile, facts: MediaFacts, tiling: Tiling, on_started: Callable[[EncoderRun], None]
    ) -> Path | None:
        """Make them; a film without a picture has none."""
        if self.broken:
            raise ZeroDivisionError
        run = FakeSheetRun(source)
        self.runs.append(run)
        on_started(run)
        if self.at_once:
            run.end(good=facts.video is not None and source.size > 0)
        if not await run.wait_over():
            return None
        folder = self.root / f"sheets-{len(self.kept)}"
        folder.mkdir(parents=True)
        for number in range(tiling.sheets):
            (folder / sheet_name(number)).write_bytes(b"\xff\xd8")
        self.kept[source, tiling] = folder
        return folder

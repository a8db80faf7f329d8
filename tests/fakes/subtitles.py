"""Subtitles that are known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from controller.core.media import SubtitleFacts
from controller.core.script import script_of
from controller.core.subtitles import Window
from controller.core.webvtt import Cue, in_order
from controller.ports import SourceFile
from protocol.errors import NotPlayable, Overloaded


@dataclass(slots=True)
class FakeSubtitles:
    """Implements `ports.SubtitleReader`: `texts` says what is in a file; one that is not there cannot be read.

    A look takes `takes` seconds and `reads` counts them; while it is `lost`, nothing is read in time.
    """

    texts: dict[Path, Sequence[Cue]] = field(default_factory=dict)
    takes: float = 0.0
    reads: int = 0
    lost: bool = False
    _known: dict[tuple[SourceFile, int, Window], tuple[Cue, ...]] = field(default_factory=dict)

    async def cues(self, source: SourceFile, track: SubtitleFacts, window: Window) -> tuple[Cue, ...]:
        """What is seen within a window. Raises: NotPlayable, Overloaded."""
        key = source, track.index, window
        if key not in self._known:
            self.reads += 1
            await anyio.sleep(self.takes)
            if self.lost:
                raise Overloaded(retry_after_s=2.0)
            if source.path not in self.texts or track.kind != "text":
                raise NotPlayable
            seen = (cue for cue in self.texts[source.path] if cue.start < window.end and cue.end > window.start)
            self._known[key] = tuple(in_order(seen))
        return self._known[key]

    async def write_script(self, source: SourceFile, track: SubtitleFacts, target: Path) -> None:
        """The whole of it as an ASS script. Raises: NotPlayable, Overloaded."""
        await anyio.sleep(self.takes)
        if self.lost:
            raise Overloaded(retry_after_s=2.0)
        if source.path not in self.texts or track.kind != "text":
            raise NotPlayable
        await anyio.Path(target).write_text(script_of(self.texts[source.path]))

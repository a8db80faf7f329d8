"""What a stream is of, and what its makers and fetchers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import anyio

from controller.core.delivery import Delivery
from controller.core.media import MediaFacts
from controller.core.sidecars import shown
from controller.core.stream_phase import Running
from controller.core.tiling import Tiling
from controller.ports import EncodeJob, SourceFile, StreamDirectory
from protocol.errors import Overloaded
from protocol.values import ItemRef, StreamId


class SegmentLate(Overloaded):
    """The segment is on its way and not here yet: 503 with Retry-After."""

    sentence = "This part of the film is not ready yet."


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """What a stream shows; it never changes."""

    client_id: str
    stream_id: StreamId
    token: str
    item: ItemRef
    source: SourceFile
    facts: MediaFacts
    position: float
    sidecars: tuple[SourceFile, ...] = ()
    """The files of the subtitles that are not in the film, in the order of their tracks."""

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of these files, for people."""
        return tuple(shown(source.path.name) for source in self.sidecars)

    def job(
        self, film: Path, delivery: Delivery, run: Running, directory: StreamDirectory, *, yields: bool
    ) -> EncodeJob:
        """A run of the encoder for it; `film` is where the file is to be read."""
        return EncodeJob(
            film,
            self.facts,
            delivery,
            run.start,
            run.epoch,
            directory,
            run.renditions,
            run.eager,
            yields,
            run.until,
            self.sidecars,
            self.client_id,
            self.stream_id,
        )

    @property
    def path(self) -> str:
        """The part of every path of the stream that is its own."""
        return f"{self.client_id}/{self.token}"


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """Small pictures of the whole film: sheets in a folder, and how they are laid out."""

    folder: Path
    tiling: Tiling


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Turn:
    """One client's streams take turns: one encoder of theirs is alive at a time, whichever it belongs to."""

    lock: anyio.Lock = field(default_factory=lambda: anyio.Lock(fast_acquire=True))

"""What streams need from outside: room for their files, and an encoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controller.core.delivery import Delivery
from controller.core.media import MediaFacts
from controller.core.playlist import Rendition, SegmentId
from controller.core.room import Disk
from controller.core.stream_phase import Outcome
from controller.core.vitals import Pulse
from controller.ports.library import SourceFile


class StreamDirectory(Protocol):
    """The files of one stream."""

    @property
    def root(self) -> Path:
        """The directory itself; every file of the stream lies below it."""
        ...

    @property
    def used_bytes(self) -> int:
        """How much is published or adopted and was not withdrawn. It is counted, so it costs nothing to ask."""
        ...

    async def hold(self, film: Path) -> Path:
        """Where a film can be read as long as the stream lives, even if it is deleted meanwhile. Raises: OSError."""
        ...

    def run_directory(self, epoch: int) -> Path:
        """A directory for one run of the encoder to write to, made anew."""
        ...

    def publish(self, made: Path, segment: SegmentId) -> int:
        """Put a whole segment where it is served from; answers its size in bytes. Raises: OSError."""
        ...

    def adopt(self, other: Path, segment: SegmentId) -> int | None:
        """Have a segment of another directory in this one, too; its size in bytes, or None when it is gone. Nothing is
        copied: what is removed in one place stays in the other.
        """
        ...

    def withdraw(self, segment: SegmentId) -> None:
        """Take a published segment away; it is no mistake when there is none."""
        ...

    def path(self, segment: SegmentId) -> Path:
        """Where a published segment lies."""
        ...

    def has(self, segment: SegmentId) -> bool:
        """Whether its file is there: somebody else may have removed it."""
        ...

    def has_room(self) -> bool:
        """Whether its disk has room for more, with something to spare."""
        ...

    def drop_run(self, epoch: int) -> None:
        """Remove what a run left unpublished."""
        ...

    async def remove(self) -> None:
        """Remove the directory with everything in it."""
        ...


class SegmentStore(Protocol):
    """Where streams keep their files."""

    def create(self, client_id: str, stream_id: str) -> StreamDirectory:
        """A new, empty directory. Raises: OSError."""
        ...

    def used_bytes(self) -> int:
        """How much room all streams take: the sum of theirs, but for what several have, which counts once."""
        ...

    def disk(self) -> Disk:
        """The disk that they are on."""
        ...


@dataclass(frozen=True, slots=True)
class EncodeJob:
    """One run of the encoder: make these `renditions` of `delivery` from segment `start` on into `directory`, to the film's
    end or as far as the segment `until`, without that. With `eager`, haste comes before beauty; with `yields`, others come
    before both. `beside` are the files of the external subtitles, in the order of their tracks. `on_said` hears what it
    complains of, in pieces as they come, and must not wait; whose stream it is for is of no matter to the encoder, nor is
    the `verdict` of whoever ends the run before it is through.
    """

    source: Path
    facts: MediaFacts
    delivery: Delivery
    start: int
    epoch: int
    directory: StreamDirectory
    renditions: frozenset[Rendition]
    eager: bool = False
    yields: bool = False
    until: int | None = None
    beside: tuple[SourceFile, ...] = ()
    client_id: str = ""
    stream_id: str = ""
    on_said: Callable[[bytes], None] = lambda _words: None
    verdict: Callable[[], Outcome | None] = lambda: None

    @property
    def end(self) -> int:
        """The first segment that it does not make."""
        return len(self.delivery.plan) if self.until is None else self.until


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process uses: `cpu` in percent of one core since it was last asked, `rss` in bytes."""

    cpu: float
    rss: int


class EncoderRun(Protocol):
    """A living run."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    def hold(self, held: bool) -> None:
        """Stop it in its tracks, or let it go on."""
        ...

    def usage(self) -> Usage | None:
        """What it uses, or None when it is gone."""
        ...

    def pulse(self) -> Pulse | None:
        """What it has to show for itself so far, or None when it is gone."""
        ...


class EncoderListener(Protocol):
    """Who wants to know about a run. Called on the event loop; must not wait."""

    def on_started(self, run: EncoderRun) -> None:
        """It is alive; told again when it goes on in another process."""
        ...

    def on_made(self, segment: SegmentId, made: Path) -> None:
        """A segment is whole and lasts as long as planned; it lies at `made`."""
        ...


class Encoder(Protocol):
    """Runs FFmpeg."""

    async def encode(self, job: EncodeJob, listener: EncoderListener) -> Outcome:
        """Run to the end. Cancelled: the process is gone before this returns (2 s at most, then it is killed)."""
        ...

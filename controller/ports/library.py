"""What the services need to know of films: the folders, what is in a file, its subtitles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from controller.core.media import MediaFacts, SubtitleFacts
from controller.core.subtitles import Window
from controller.core.webvtt import Cue
from protocol.results import Folder


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file inside the library: its real path (symlinks resolved) and what tells its content from another's.

    `modified_ns` is the later of its two times of change: a copied file may bring an old one along.
    """

    path: Path
    size: int
    modified_ns: int
    title: str
    inode: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A file of subtitles beside a film, and what its name tells of it."""

    source: SourceFile
    facts: SubtitleFacts


@dataclass(frozen=True, slots=True)
class Entry:
    """A film as the folder lists it. `path` is None when the name is not UTF-8; `media_id` always works.

    `source` is its file, if that was looked at for this.
    """

    media_id: str
    path: str | None
    title: str
    size: int
    source: SourceFile | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FolderPage:
    """What is in a folder, or what a query found, in natural order."""

    path: str
    folders: Sequence[Folder]
    entries: Sequence[Entry]
    total: int


class Library(Protocol):
    """The folders that were given, and nothing outside them."""

    def media_id(self, path: str | None, media_id: str | None) -> str:
        """The one id of what is referred to, however that was written; looks at no file. Raises: ItemNotFound."""
        ...

    async def resolve(self, path: str | None, media_id: str | None) -> SourceFile:
        """The file behind a reference. Raises: ItemNotFound, NotPlayable (not a regular file)."""
        ...

    async def changed(self, sources: Sequence[SourceFile]) -> list[SourceFile]:
        """Those that are another file now, or shorter than they were. One that is gone has not changed: who has it open
        reads on; nor has one that grows.
        """
        ...

    async def sidecars(self, path: str | None, media_id: str | None) -> tuple[Sidecar, ...]:
        """The subtitle files beside a film, in natural order; regular, not large. Raises: ItemNotFound (no folder)."""
        ...

    async def entry(self, path: str | None, media_id: str | None) -> Entry:
        """How the folder lists that file. Raises: ItemNotFound, NotPlayable."""
        ...

    async def films(self, path: str | None, media_id: str | None) -> list[Entry]:
        """The film, or all films of a folder and of those in it, in natural order. Raises: ItemNotFound, NotPlayable."""
        ...

    async def page(self, path: str, query: str | None, offset: int, limit: int) -> FolderPage:
        """Part of a listing. Raises: ItemNotFound (no such folder)."""
        ...


class MediaProbe(Protocol):
    """Looks into a film without trusting it."""

    async def facts(self, source: SourceFile) -> MediaFacts:
        """What is known of a film; remembered while the file stays the same. Raises: NotPlayable."""
        ...

    def known(self, source: SourceFile) -> MediaFacts | None:
        """The same, if it is remembered already."""
        ...

    def study(self, source: SourceFile) -> None:
        """Find out beside, and remember, what there was no time for when somebody waited; never waits."""
        ...

    async def check(self, source: SourceFile, position: float) -> None:
        """Open a film and decode one picture (or some sound) at a position. Raises: NotPlayable."""
        ...


class SubtitleReader(Protocol):
    """Reads the text of subtitles out of films, and of files beside them, without trusting either."""

    async def cues(self, source: SourceFile, track: SubtitleFacts, window: Window) -> tuple[Cue, ...]:
        """What a text track shows within a window, in order: cues that cross its edges whole. Remembered while the
        file stays the same.

        Raises:
            NotPlayable: it cannot be read.
            Overloaded: not in time; another try may succeed.
        """
        ...

    async def write_script(self, source: SourceFile, track: SubtitleFacts, target: Path) -> None:
        """Write a whole file beside a film into `target`, which must not be there, as an ASS script in UTF-8: a styled
        one as it is, else its cues.

        Raises:
            NotPlayable: it cannot be read.
            Overloaded: not in time; another try may succeed.
        """
        ...

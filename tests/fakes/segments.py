"""Streams' directories below a folder of the test, without threads, and a disk that can be as full as the test says."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

from controller.core.playlist import SegmentId
from controller.core.room import Disk


class FakeDirectory:
    """Implements `ports.StreamDirectory`; `published` says what was put out, in order."""

    def __init__(self, root: Path, store_has_room: Callable[[], bool] = lambda: True) -> None:
        self._root, self.store_has_room = root, store_has_room
        self.published: list[SegmentId] = []
        self.removed = False
        root.mkdir(parents=True)

    @property
    def root(self) -> Path:
        """The directory itself."""
        return self._root

    @property
    def used_bytes(self) -> int:
        """What lies where it is served from."""
        return sum(path.stat().st_size for path in self._root.glob("*") if path.is_file())

    async def hold(self, film: Path) -> Path:
        """The film itself: nothing is deleted here."""
        return film

    def run_directory(self, epoch: int) -> Path:
        """A directory for a run."""
        path = self._root / f"run-{epoch}"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def publish(self, made: Path, segment: SegmentId) -> int:
        """Move a segment out. Raises: FileNotFoundError."""
        size = made.stat().st_size
        made.rename(self.path(segment))
        self.published.append(segment)
        return size

    def adopt(self, other: Path, segment: SegmentId) -> int | None:
        """Take it over, if it is there."""
        if not other.exists():
            return None
        self.path(segment).unlink(missing_ok=True)
        self.path(segment).hardlink_to(other)
        return other.stat().st_size

    def withdraw(self, segment: SegmentId) -> None:
        """Take it away."""
        self.path(segment).unlink(missing_ok=True)

    def path(self, segment: SegmentId) -> Path:
        """Where it lies then."""
        return self._root / segment.name

    def has(self, segment: SegmentId) -> bool:
        """Whether its file is there."""
        return self.path(segment).exists()

    def has_room(self) -> bool:
        """Whether the store has room."""
        return self.store_has_room()

    def drop_run(self, epoch: int) -> None:
        """Remove what a run left."""
        shutil.rmtree(self._root / f"run-{epoch}", ignore_errors=True)

    async def remove(self) -> None:
        """Remove everything."""
        self.removed = True
        shutil.rmtree(self._root, ignore_errors=True)
        if self._root.parent.is_dir() and not any(self._root.parent.iterdir()):
            self._root.parent.rmdir()


class FakeSegmentStore:
    """Implements `ports.SegmentStore`; `room` is what the disk holds, in bytes; with none left nothing is created."""

    def __init__(self, root: Path, room: int = 10**12) -> None:
        self._root, self.room = root, room
        self.directories: list[FakeDirectory] = []

    def create(self, client_id: str, stream_id: str) -> FakeDirectory:
        """A new directory. Raises: OSError."""
        if self.disk().free <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        directory = FakeDirectory(self._root / client_id / stream_id, lambda: self.disk().free > 0)
        self.directories.append(directory)
        return directory

    def used_bytes(self) -> int:
        """Bytes of all that is published, each file once."""
        places = [path for directory in self.directories for path in directory.root.glob("*") if path.is_file()]
        return sum({path.stat().st_ino: path.stat().st_size for path in places}.values())

    def disk(self) -> Disk:
        """As large as its room."""
        return Disk(self.room, self.room - self._taken())

    def _taken(self) -> int:
        files = [path.stat() for path in self._root.rglob("*") if path.is_file()]
        return sum({file.st_ino: file.st_size for file in files}.values())

"""The files of streams, below one directory per run of the daemon.

    CACHE/run-<id>/owner.lock               held (flock) while that daemon lives
    CACHE/run-<id>/<client>/<stream>/       video-12.ts …  what is served
    CACHE/run-<id>/<client>/<stream>/run-3/ what the encoder of epoch 3 is writing

What dead runs left is swept at the start, see `runs`; nothing else in CACHE is touched.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Lock

import anyio.to_thread

from controller.adapters.segments.runs import begin_run, remove, sweep
from controller.core.playlist import SegmentId
from controller.core.room import Disk

SPARED, SPARED_PART = 64 * 1024**2, 0.05
"""Bytes that stay free, or that part of a small disk: what is cut off in the middle of a write is no segment."""


class Ledger:
    """Bytes of files that may lie in several directories: each counts once, for as long as it lies in any."""

    def __init__(self) -> None:
        self.bytes = 0
        self._sizes: dict[int, int] = {}
        self._links: Counter[int] = Counter()

    def hold(self, file: os.stat_result) -> None:
        """It lies in one more."""
        self.bytes += file.st_size - self._sizes.get(file.st_ino, 0)
        self._sizes[file.st_ino] = file.st_size
        self._links[file.st_ino] += 1

    def let_go(self, file: os.stat_result) -> None:
        """It lies in one fewer."""
        self._links[file.st_ino] -= 1
        if not self._links[file.st_ino]:
            del self._links[file.st_ino]
            self.bytes -= self._sizes.pop(file.st_ino)


class CacheDirectory:
    """One stream's files; implements `ports.StreamDirectory`."""

    def __init__(self, root: Path, ledger: Ledger) -> None:
        self.root, self._ledger = root, ledger
        self._files: dict[SegmentId, os.stat_result] = {}
        self.used_bytes = 0
        self._film: int | None = None
        self._opening = Lock()
        self._removed = False
        root.mkdir(parents=True)

    async def hold(self, film: Path) -> Path:
        """Where a film can be read as long as the stream lives, even if it is deleted meanwhile: it is kept open. A folder
        that hangs is not waited for once that is cancelled. Raises: OSError.
        """
        return await anyio.to_thread.run_sync(self._hold, film, abandon_on_cancel=True)

    def _hold(self, film: Path) -> Path:
        if self._film is None:
            opened = os.open(film, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            with self._opening:  # several may have waited for a folder that hung
                if self._film is None and not self._removed:
                    self._film = opened
                else:
                    os.close(opened)
        return film if film.exists() else Path(f"/proc/{os.getpid()}/fd/{self._film}")

    def _let_go(self) -> None:
        with self._opening:
            film, self._film = self._film, None
            if film is not None:
                os.close(film)

    def run_directory(self, epoch: int) -> Path:
        """A directory for a run to write to. When somebody has removed everything, nothing is held any more."""
        if not self.root.exists():
            self._forget_all()
        path = self.root / f"run-{epoch}"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def publish(self, made: Path, segment: SegmentId) -> int:
        """Rename a whole segment to where it is served from (atomic: same file system)."""
        file = made.stat()
        os.rename(made, self.path(segment))
        self._count(segment, file)
        return file.st_size

    def adopt(self, other: Path, segment: SegmentId) -> int | None:
        """Have a segment of another directory in this one, too, by a hard link; it takes no room of its own."""
        mine = self.path(segment)
        try:
            mine.unlink(missing_ok=True)
            os.link(other, mine)
            file = mine.stat()
        except OSError:
            self._forget(segment)
            return None
        self._count(segment, file)
        return file.st_size

    def withdraw(self, segment: SegmentId) -> None:
        """Remove a segment; who has it open already reads on."""
        self.path(segment).unlink(missing_ok=True)
        self._forget(segment)

    def _count(self, segment: SegmentId, file: os.stat_result) -> None:
        self._forget(segment)
        self._files[segment] = file
        self.used_bytes += file.st_size
        self._ledger.hold(file)

    def _forget(self, segment: SegmentId) -> None:
        file = self._files.pop(segment, None)
        if file:
            self.used_bytes -= file.st_size
            self._ledger.let_go(file)

    def _forget_all(self) -> None:
        for segment in list(self._files):
            self._forget(segment)

    def path(self, segment: SegmentId) -> Path:
        """Where a segment is served from."""
        return self.root / segment.name

    def has(self, segment: SegmentId) -> bool:
        """Whether its file is there."""
        return self.path(segment).exists()

    def has_room(self) -> bool:
        """Whether there is more than the least that must stay free."""
        disk = os.statvfs(self.root.parent.parent)
        return disk.f_bavail * disk.f_frsize >= min(SPARED, disk.f_blocks * disk.f_frsize * SPARED_PART)

    def drop_run(self, epoch: int) -> None:
        """Remove what a run left."""
        shutil.rmtree(self.root / f"run-{epoch}", ignore_errors=True)

    async def remove(self) -> None:
        """Remove everything, and the client's directory when it is empty then."""
        self._removed = True
        self._let_go()
        await anyio.to_thread.run_sync(lambda: shutil.rmtree(self.root, ignore_errors=True))
        self._forget_all()
        with suppress(OSError):
            self.root.parent.rmdir()


class SegmentCache:
    """Implements `ports.SegmentStore`. Build it with `open_cache`."""

    def __init__(self, root: Path, lock: int) -> None:
        self._root, self._lock, self._cache = root, lock, root.parent
        self._ledger = Ledger()

    def create(self, client_id: str, stream_id: str) -> CacheDirectory:
        """A new directory. Ids are ours, made of letters, digits, dash and underscore."""
        return CacheDirectory(self._root / client_id / stream_id, self._ledger)

    def used_bytes(self) -> int:
        """Bytes of all that streams have, counted and not looked up."""
        return self._ledger.bytes

    def disk(self) -> Disk:
        """The disk that they are on; one that cannot be asked just now has no room."""
        try:
            usage = shutil.disk_usage(self._cache)
        except OSError:
            return Disk(0, 0)
        return Disk(usage.total, usage.free)

    def close(self) -> None:
        """Leave nothing behind."""
        remove(self._root)
        os.close(self._lock)


def open_cache(cache_dir: Path, run_id: str) -> SegmentCache:
    """This run's cache, after sweeping what dead runs left. `run_id` is 16 hexadecimal digits. Raises: OSError."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    sweep(cache_dir)
    root = cache_dir / f"run-{run_id}"
    return SegmentCache(root, begin_run(root))

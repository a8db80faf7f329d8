"""Segments that are asked for again are served from memory: that takes half the time of the processor that the file takes.

A segment is looked up by its stream and its name, after the token was checked, and is what lies in its file now: the file is
asked for its number, time and size each time. So what was withdrawn is not served, and neither is what was made anew.
"""

from __future__ import annotations

import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from controller.core.hot import Hot, Kept
from controller.core.playlist import SegmentId
from controller.services.client_stream import HLSClientStream
from controller.services.streams import Streams

READERS = 4
"""Segments that are read at once; they are counted only when they are there."""


@dataclass(frozen=True, slots=True)
class HotSegment:
    """One that is held until it is sent."""

    kept: Kept
    tag: str
    modified: float


class HotSegments:
    """The memory of the segments, at most so many bytes of it."""

    def __init__(self, most: int, streams: Streams) -> None:
        self._hot: Hot[tuple[str, SegmentId]] = Hot(most)
        self._readers = anyio.CapacityLimiter(READERS)
        streams.listen(lambda _stream: None, self._ended)

    async def hold(self, stream: HLSClientStream, segment: SegmentId, path: Path) -> HotSegment | None:
        """A segment that was asked for before, if it fits; `release` it. Raises: OSError."""
        key, found = (stream.spec.stream_id, segment), _about(path)
        again, version = self._hot.asked(key), _version(found)
        kept = self._hot.hold(key, version)
        if kept is None and again and self._hot.has_room(found.st_size):
            kept = await self._read(key, version, path)
        return HotSegment(kept, f"{found.st_mtime_ns:x}-{found.st_size:x}", found.st_mtime) if kept else None

    def release(self, segment: HotSegment) -> None:
        """It was sent."""
        self._hot.release(segment.kept)

    async def _read(self, key: tuple[str, SegmentId], version: Hashable, path: Path) -> Kept | None:
        """The segment from its file, if that is still the same."""
        body, read = await anyio.to_thread.run_sync(_content, path, limiter=self._readers)
        return self._hot.hold(key, version) or self._hot.keep(key, version, body) if read == version else None

    def _ended(self, stream: HLSClientStream) -> None:
        self._hot.forget(lambda key: key[0] == stream.spec.stream_id)


def _content(path: Path) -> tuple[bytes, tuple[int, int, int]]:
    """What is in a file, and the version that it is of."""
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        return file.read(), _version(found)


def _about(path: Path) -> os.stat_result:
    return path.stat()


def _version(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size

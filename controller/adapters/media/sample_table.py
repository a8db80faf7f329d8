"""Reads from an MP4's index when every picture is shown, and how large frames are; libavformat keeps to itself all but the decoding times.

ISO/IEC 14496-12: the times are in `moov/trak/mdia/minf/stbl`, as runs: `stts` (how long each picture is decoded after
the one before), `ctts` (how much later it is shown) and `stss` (which ones are keyframes; without it, all); sizes are in
`stsz`. Nothing of
the film itself is read. What is not as it should be is no table; whoever asks has another way.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain, repeat
from operator import add
from struct import error, unpack
from sys import byteorder

MOST_BOXES = 10_000
MOST_SAMPLES = 8_000_000
"""Pictures: more than nine hours at 240 a second."""
PATH = (b"mdia", b"minf", b"stbl")


@dataclass(frozen=True, slots=True)
class Box:
    """Where the content of a box lies."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SampleTable:
    """A track's pictures in the order in which they are decoded, in ticks that begin anywhere; `keyframes` are numbers,
    `sizes` bytes, none when they are not told.
    """

    decoded: list[int]
    shown: list[int]
    keyframes: list[int]
    sizes: array[int] = field(default_factory=lambda: array("I"))


def read_table(descriptor: int, track: int) -> SampleTable | None:
    """The table of the track of this id, if there is a whole one."""
    try:
        stbl = _find(descriptor, track)
        return _table(descriptor, {box.kind: box for box in boxes(descriptor, stbl)}) if stbl else None
    except (OSError, error, ValueError, OverflowError):
        return None


def read_sizes(descriptor: int, track: int) -> array[int]:
    """The bytes of each frame of the track of this id; none when there is no whole table of them."""
    try:
        stbl = _find(descriptor, track)
        return _sizes(descriptor, {box.kind: box for box in boxes(descriptor, stbl)}) if stbl else array("I")
    except (OSError, error, ValueError, OverflowError):
        return array("I")


def is_fragmented(descriptor: int) -> bool:
    """Whether there is more of the index than what is in `moov` (§8.8.1)."""
    try:
        movie = _movie(descriptor)
        return movie is not None and _child(descriptor, movie, b"mvex") is not None
    except (OSError, error, ValueError, OverflowError):
        return False


def boxes(descriptor: int, within: Box) -> Iterator[Box]:
    """The boxes in a box. Raises: ValueError (they are not as they should be)."""
    at = within.start
    for _ in range(MOST_BOXES):
        head = os.pread(descriptor, 16, at)
        if at >= within.end or len(head) < 8:
            return
        size, kind = unpack(">I4s", head[:8])
        content = at + 8
        if size == 1:
            (size,), content = unpack(">Q", head[8:16]), at + 16
        end = at + size if size else within.end
        if not content <= end <= within.end:
            raise ValueError("a box that is larger than what it is in")
        yield Box(kind, content, end)
        at = end
    raise ValueError("more boxes than anybody needs")


def _find(descriptor: int, track: int) -> Box | None:
    movie = _movie(descriptor)
    if movie is None:
        return None
    for box in boxes(descriptor, movie):
        if box.kind == b"trak" and _number(descriptor, box) == track:
            found: Box | None = box
            for kind in PATH:
                found = _child(descriptor, found, kind) if found else None
            return found
    return None


def _movie(descriptor: int) -> Box | None:
    return _child(descriptor, Box(b"", 0, os.fstat(descriptor).st_size), b"moov")


def _child(descriptor: int, within: Box, kind: bytes) -> Box | None:
    return next((box for box in boxes(descriptor, within) if box.kind == kind), None)


def _number(descriptor: int, track: Box) -> int | None:
    """A track's id (§8.3.2): behind two times, which version 1 writes longer."""
    head = _child(descriptor, track, b"tkhd")
    if head is None:
        return None
    content = os.pread(descriptor, 24, head.start)
    number: int = unpack(">I", content[20:24] if content[:1] == b"\1" else content[12:16])[0]
    return number


def _table(descriptor: int, within: dict[bytes, Box]) -> SampleTable | None:
    steps = _runs(descriptor, within.get(b"stts"))
    if not steps or not 0 < (count := sum(steps[::2])) <= MOST_SAMPLES:
        return None
    decoded = list(accumulate(_spread(steps, signed=False), initial=0))[:count]
    shown = decoded
    if offsets := _runs(descriptor, within.get(b"ctts")):
        if sum(offsets[::2]) != count:
            return None
        shown = list(map(add, decoded, _spread(offsets, signed=True)))
    keyframes = list(range(count))
    if b"stss" in within:
        keyframes = [number - 1 for number in _numbers(descriptor, within[b"stss"], 1)]
        if not keyframes or keyframes[0] < 0 or keyframes[-1] >= count or sorted(set(keyframes)) != keyframes:
            return None
    sizes = _sizes(descriptor, within)
    return SampleTable(decoded, shown, keyframes, sizes if len(sizes) == count else array("I"))


def _sizes(descriptor: int, within: dict[bytes, Box]) -> array[int]:
    """§8.7.3.2: one size for all and how many there are, or 0 and a table."""
    box = within.get(b"stsz")
    if box is None:
        return array("I")
    size: int
    count: int
    size, count = unpack(">II", os.pread(descriptor, 8, box.start + 4))
    if size == 0:
        return _numbers(descriptor, Box(box.kind, box.start + 4, box.end), 1)
    return array("I", [size]) * min(count, MOST_SAMPLES)


def _spread(runs: array[int], *, signed: bool) -> Iterator[int]:
    """Runs of (how many, value) as single values. Offsets are signed in practice, whatever their version says."""
    values = (value - 2**32 if signed and value >= 2**31 else value for value in runs[1::2])
    return chain.from_iterable(map(repeat, values, runs[::2]))


def _runs(descriptor: int, box: Box | None) -> array[int]:
    return _numbers(descriptor, box, 2) if box else array("I")


def _numbers(descriptor: int, box: Box, each: int) -> array[int]:
    """The numbers of a table: version and flags, how many entries, then so many numbers each. Raises: ValueError."""
    head = os.pread(descriptor, 8, box.start)
    (entries,) = unpack(">I", head[4:8])
    wanted = entries * each * 4
    if wanted > min(box.end - box.start - 8, MOST_SAMPLES * 8):
        raise ValueError("a table that is larger than its box")
    numbers = array("I")
    numbers.frombytes(os.pread(descriptor, wanted, box.start + 8))
    if byteorder == "little":
        numbers.byteswap()
    if len(numbers) != entries * each:
        raise ValueError("a table that is cut off")
    return numbers

"""Finds the end of a film that does not say how long it is: recorded live, or never finished."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

from av.container import InputContainer

from controller.adapters.media.keyframes import Unplayable

CLUSTER = b"\x1f\x43\xb6\x75"
GUESSED = frozenset({"aac", "mp3", "ac3", "eac3", "dts"})
"""Sound without a container, whose length libavformat reckons from how dense its beginning is: four times too long was
seen where a quiet beginning takes few bits.
"""
LONGEST = 48 * 3600.0
"""Seconds beyond which no file is believed: there is a plan with every cut, and a subtitle may stay for 49 days."""
RAW = 2.5
"""How many times as patiently such a file is read: there is no picture to be looked for."""
TIMESTAMP, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
SEGMENT, INFO, DURATION = 0x18538067, 0x1549A966, 0x4489
HEAD = 64 * 1024
"""Bytes at the beginning of a Matroska file in which it says how long it is."""
TAIL, LONGEST_TAIL = 1024 * 1024, 32 * 1024 * 1024
"""Bytes at the end of a Matroska file that are searched for its last cluster, at first and at most."""


def told_duration(container: InputContainer, descriptor: int) -> float:
    """What a film says of its length, seconds; 0 when it says nothing or nonsense, or only its bit rate was multiplied."""
    name, told = container.format.name, (container.duration or 0) / 1_000_000
    if name in GUESSED or told > LONGEST or (name.startswith("matroska") and not _tells_duration(descriptor)):
        return 0.0
    return told


def find_end(
    container: InputContainer, start: float, size: int, descriptor: int, patience: float
) -> tuple[float, bool]:
    """Film time of the end, and whether that is but a guess. Raises: Unplayable."""
    if container.format.name.startswith("matroska") and (end := _end_of_blocks(container, start, size, descriptor)) > 0:
        return end, False
    raw = container.format.name in GUESSED
    end, guessed = _read_on(container, start, size, patience * RAW if raw else patience)
    if end <= 0:
        raise Unplayable("This file does not say how long it is, and there is nothing to find that out from.")
    return end, guessed


def _end_of_blocks(container: InputContainer, start: float, size: int, descriptor: int) -> float:
    ticks, base = _last_block(descriptor, size), container.streams[0].time_base
    return float(ticks * base) + _step(container) - start if ticks and base else 0.0


def _step(container: InputContainer) -> float:
    """Seconds of one picture."""
    rate = container.streams.video[0].average_rate if container.streams.video else None
    return float(1 / rate) if rate else 0.0


def _read_on(container: InputContainer, start: float, size: int, patience: float) -> tuple[float, bool]:
    """The end by reading on; when that takes too long, a guess: where it would be if the rest were as dense."""
    tracks = [*container.streams.video, *container.streams.audio]
    until, ends = time.monotonic() + patience, {track.index: 0 for track in tracks}
    share = 1.0
    for packet in container.demux(tracks):
        if packet.pts is not None:
            ends[packet.stream_index] = max(ends[packet.stream_index], packet.pts + (packet.duration or 0))
        if packet.pos and packet.pos > 0 and time.monotonic() > until:
            share = packet.pos / size
            break
    seconds = [float(ends[stream.index] * stream.time_base) for stream in tracks if stream.time_base]
    return (max(seconds, default=0.0) - start) / share, share < 1


# ── Matroska (RFC 9559) ───────────────────────────────────────────────────────────────────────────


def _tells_duration(descriptor: int) -> bool:
    """Whether there is a length among what stands before the film; where that does not begin with it, libavformat knows."""
    head = os.pread(descriptor, HEAD, 0)
    first = _element(head, 0)
    segment = _element(head, first.end) if first and first.end else None
    within = _children(head, _Element(SEGMENT, segment.start, None)) if segment else ()
    about = next((element for element in within if element.kind == INFO), None)
    return about is None or any(element.kind == DURATION for element in _children(head, about))


@dataclass(frozen=True, slots=True)
class _Element:
    """An element of EBML: `end` is None when its size is not known."""

    kind: int
    start: int
    end: int | None


def _last_block(descriptor: int, size: int) -> int:
    """The latest time of a block in the last cluster, ticks; 0 when there is none to be found."""
    length = TAIL
    while length <= LONGEST_TAIL:
        tail = os.pread(descriptor, length, max(0, size - length))
        at = len(tail)
        while (at := tail.rfind(CLUSTER, 0, at)) >= 0:
            if found := _latest(tail, at):
                return found
        if length >= size:
            break
        length *= 4
    return 0


def _latest(data: bytes, at: int) -> int:
    """The latest time in a cluster that perhaps begins here, ticks."""
    cluster = _element(data, at)
    begin, latest = None, 0
    for element in _children(data, cluster):
        content = data[element.start : element.end]
        if element.kind == TIMESTAMP:
            begin = int.from_bytes(content)
        elif begin is not None and element.kind == SIMPLE_BLOCK:
            latest = max(latest, begin + _offset(data, element))
        elif begin is not None and element.kind == BLOCK_GROUP:
            blocks = [inner for inner in _children(data, element) if inner.kind == BLOCK]
            latest = max([latest, *(begin + _offset(data, block) for block in blocks)])
    return latest


def _offset(data: bytes, block: _Element) -> int:
    """How much later than its cluster a block is: two bytes behind the number of its track."""
    _, behind = _number(data, block.start, keep_marker=False)
    return int.from_bytes(data[behind : behind + 2], signed=True) if behind else 0


def _children(data: bytes, parent: _Element | None) -> Iterator[_Element]:
    """What is in an element and is whole."""
    at, end = (parent.start, parent.end or len(data)) if parent else (0, 0)
    while at < min(end, len(data)):
        element = _element(data, at)
        if element is None or element.end is None or element.end > len(data):
            return
        yield element
        at = element.end


def _element(data: bytes, at: int) -> _Element | None:
    kind, behind = _number(data, at, keep_marker=True)
    size, start = _number(data, behind, keep_marker=False) if behind else (0, 0)
    if not start:
        return None
    unknown = size == (1 << 7 * (start - behind)) - 1
    return _Element(kind, start, None if unknown else start + size)


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A number of variable length and where it ends; (0, 0) when there is none."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    if not first or at + length > len(data):
        return 0, 0
    value = int.from_bytes(data[at : at + length])
    return (value if keep_marker else value & ((1 << 7 * length) - 1)), at + length

"""Reads from a Matroska film's index how long its subtitles last; libavformat keeps to itself all but their beginnings.

RFC 9559 §5.1.5: `Cues` lie anywhere in the `Segment`, mostly at its end, where its `SeekHead` says. Each `CuePoint` has
a time, and for every track that something begins in a `CueTrackPositions`, which tells of subtitles how long they last
(`CueDuration`). Nothing of the film itself is read. What is not as it should be is no index; whoever asks has another
way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

EBML, SEGMENT, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
SEEK_HEAD, SEEK, SEEK_ID, SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
CUES, CUE_POINT, CUE_TIME = 0x1C53BB6B, 0xBB, 0xB3
CUE_TRACK_POSITIONS, CUE_DURATION = 0xB7, 0xB2
LARGEST = 4 * 1024 * 1024
"""Bytes of an index, or of what tells where it is."""
MOST_ELEMENTS, MOST_HEADS = 1_000, 8
"""Elements of a film that are passed on the way to its index, and lists of where it may be."""
HEAD = 12
"""Bytes of an element's id and size, at most."""

Element = tuple[int, int, int]
"""An id, and from where to where its content goes."""


def lasting(descriptor: int) -> frozenset[tuple[int, int]]:
    """When something begins that the index tells the length of, and that length: ticks of the film."""
    try:
        body = _cues(descriptor)
    except (OSError, ValueError):
        return frozenset()
    return _parsed(body) if body else frozenset()


@lru_cache(maxsize=4)
def _parsed(body: bytes) -> frozenset[tuple[int, int]]:
    """Windows of one film are asked for one after another."""
    try:
        return frozenset(_points(body))
    except ValueError:
        return frozenset()


def _points(body: bytes) -> Iterator[tuple[int, int]]:
    for kind, start, end in _elements(body, 0, len(body)):
        if kind != CUE_POINT or body.find(CUE_DURATION, start, end) < 0:
            continue
        inside = list(_elements(body, start, end))
        begins = next((_number(body, *where) for what, *where in inside if what == CUE_TIME), None)
        for what, first, last in inside:
            if begins is not None and what == CUE_TRACK_POSITIONS:
                told = (_number(body, *where) for what, *where in _elements(body, first, last) if what == CUE_DURATION)
                yield from ((begins, length) for length in told)


def _cues(descriptor: int) -> bytes | None:
    """The content of the index, if there is one."""
    size = os.fstat(descriptor).st_size
    segment = next((found for found in _top(descriptor, 0, size) if found[0] == SEGMENT), None)
    if segment is None:
        return None
    _, start, end = segment
    heads = [start]
    for place in heads:
        for kind, first, last in _top(descriptor, place, end):
            if kind == CUES:
                return _content(descriptor, first, last)
            if kind == CLUSTER:
                break
            if kind == SEEK_HEAD:
                more = islice(_places(_content(descriptor, first, last)), MOST_HEADS - len(heads))
                heads += [start + other for other in more]
    return None


def _places(head: bytes) -> Iterator[int]:
    """Where a SeekHead says that an index is, or another one like it."""
    for kind, start, end in _elements(head, 0, len(head)):
        if kind == SEEK:
            told = {what: _number(head, *where) for what, *where in _elements(head, start, end)}
            if told.get(SEEK_ID) in (CUES, SEEK_HEAD) and SEEK_POSITION in told:
                yield told[SEEK_POSITION]


def _top(descriptor: int, at: int, end: int) -> Iterator[Element]:
    """The elements in a file from a place on. Raises: ValueError, OSError."""
    for _ in range(MOST_ELEMENTS):
        if at >= end:
            return
        kind, start, stop = _element(os.pread(descriptor, HEAD, at), 0, end - at)
        yield kind, at + start, at + stop
        at += stop
    raise ValueError("more elements than anybody needs")


def _elements(body: bytes, at: int, end: int) -> Iterator[Element]:
    """The elements in another one. Raises: ValueError."""
    while at < end:
        kind, start, stop = _element(body, at, end)
        yield kind, start, stop
        at = stop


def _element(body: bytes, at: int, end: int) -> Element:
    """The one that begins there; one of unknown size goes on to the end. Raises: ValueError."""
    kind, start = _coded(body, at, marked=True)
    size, start = _coded(body, start, marked=False)
    stop = end if size is None else start + size
    if kind is None or not at < start <= stop <= end:
        raise ValueError("an element that is larger than what it is in")
    return kind, start, stop


def _coded(body: bytes, at: int, *, marked: bool) -> tuple[int | None, int]:
    """A number of variable size (RFC 8794 §4), None when it says that it is unknown, and where it ends."""
    first = body[at] if at < len(body) else 0
    length = 9 - first.bit_length()
    whole = body[at : at + length]
    if not first or len(whole) < length:
        raise ValueError("a number that is cut off")
    number = int.from_bytes(whole)
    if marked:
        return number, at + length
    number &= (1 << 7 * length) - 1
    return None if number == (1 << 7 * length) - 1 else number, at + length


def _number(body: bytes, start: int, end: int) -> int:
    return int.from_bytes(body[start : min(end, start + 8)])


def _content(descriptor: int, start: int, end: int) -> bytes:
    body = os.pread(descriptor, min(end - start, LARGEST), start)
    if len(body) < end - start:
        raise ValueError("larger than an index is")
    return body

"""Reads subtitles in the worker process: a window of a track in a film, or a file beside it.

Of a film only what the window takes is read. Where the container's index knows every sample of the track (MP4), just
those are; elsewhere packets of the picture or a sound tell how far the reading is, and it begins a little before the
window, for cues that have begun by then. What lasts longer is found by Matroska's index, which tells how long each cue is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Discard

from controller.adapters.media.cue_index import lasting
from controller.adapters.media.encodings import decode
from controller.adapters.media.examine import codec_of
from controller.adapters.media.keyframes import Unplayable
from controller.core.subtitle_files import read
from controller.core.subtitles import LOOK_BACK, Window
from controller.core.webvtt import CONVERTERS, Cue, in_order

LONG_LOOK_BACK, CHEAP = 150.0, 64 * 1024 * 1024
"""Seconds to read back instead where no index tells, if so many of the film have no more bytes than that."""
MOST_EARLIER = 50
"""Cues that began earlier, of one window."""
BEHIND = 2.0
"""Seconds by which subtitles may lie later in a file than the picture that they belong to."""
BUDGET = 6.0
"""Seconds that a window may take."""
UNSAID = 5.0
"""Seconds that a cue lasts which does not say how long, unless another follows sooner."""
LARGEST_PACKET = 64 * 1024
MOST_CUES, MOST_TEXT = 5_000, 1_000_000
"""Cues and characters of one window."""
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes of a file beside a film."""


class Late(Exception):
    """The window could not be read in time; what was read is in the machine's memory now, so another try is quicker."""


_Packet = tuple[float, float | None, bytes]
"""Beginning, end and payload, film time."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A cue whose end may be unknown."""

    start: float
    end: float | None
    text: str


def in_film(container: InputContainer, descriptor: int, size: int, index: int, window: Window) -> list[Cue]:
    """What a track of a film shows within a window; a film of `size` bytes, whose file is there to be read beside.

    Raises: Unplayable (there is no such text), Late.
    """
    track = container.streams[index] if 0 <= index < len(container.streams) else None
    codec = codec_of(track) if track is not None else ""
    if track is None or track.type != "subtitle" or codec not in CONVERTERS:
        raise Unplayable("There is no such text in this film.")
    reading = _Reading(container, track)
    found = [
        _Found(max(0.0, at), end, text)
        for at, end, payload in reading.packets(window, descriptor, size)
        if (text := CONVERTERS[codec](payload)) and (end is None or end > window.start)
    ]
    return within(_ended(sorted(found, key=lambda one: one.start)), window)


def in_file(body: bytes, codec: str, language: str | None, window: Window) -> list[Cue]:
    """What a file of subtitles shows within a window."""
    return within(_parsed(body, codec, language), window)


def within(cues: Iterable[Cue], window: Window) -> list[Cue]:
    """Those that are seen within a window, as many as there is room for."""
    seen: list[Cue] = []
    room = MOST_TEXT
    for cue in in_order(cue for cue in cues if cue.start < window.end and cue.end > window.start):
        room -= len(cue.text)
        if room < 0 or len(seen) == MOST_CUES:
            break
        seen.append(cue)
    return seen


@lru_cache(maxsize=4)
def _parsed(body: bytes, codec: str, language: str | None) -> tuple[Cue, ...]:
    """Windows of one file are asked for one after another."""
    return tuple(read(decode(body, language), codec))


class _Reading:
    """A track of a film, read here and there within the time that a window may take."""

    def __init__(self, container: InputContainer, track: Any) -> None:
        self._container, self._track, self._clock = container, track, _clock(container, track)
        self._start = (container.start_time or 0) / 1_000_000
        self._until = time.monotonic() + BUDGET
        for stream in container.streams:
            stream.discard = Discard.default if stream in (track, self._clock) else Discard.all

    def packets(self, window: Window, descriptor: int, size: int) -> Iterator[_Packet]:
        """What may be seen within a window, in any order; some of it twice, and some that is over."""
        place = window.start
        if self._clock is not None:
            self._seek(self._clock, place - LOOK_BACK)  # Matroska's index is read at the first seek
            lengths = self._lengths(descriptor)
            place -= LOOK_BACK if lengths else self._look_back(size)
            for begins in self._begun(lengths, window.start, place):
                yield from self._at(begins)
        self._seek(self._track if self._clock is None else self._clock, place)
        yield from self._from_here(window)

    def _lengths(self, descriptor: int) -> dict[int, int]:
        """When the track's cues begin, and how long they last, in its ticks; empty when the index does not tell of all."""
        known = {entry.timestamp for entry in self._track.index_entries}
        told: dict[int, int] = {}
        for begins, length in (
            lasting(descriptor) if known and self._container.format.name.startswith("matroska") else ()
        ):
            if begins in known:
                told[begins] = max(length, told.get(begins, 0))
        return told if len(told) == len(known) else {}

    def _begun(self, lengths: dict[int, int], at: float, before: float) -> list[int]:
        """The latest that began before a time and are still seen at another."""
        base = float(self._track.time_base)
        film = ((begins, begins * base - self._start, length * base) for begins, length in lengths.items())
        return sorted(begins for begins, start, length in film if start < before and start + length > at)[
            -MOST_EARLIER:
        ]

    def _look_back(self, size: int) -> float:
        """How far to read back without an index: as far as costs little."""
        seconds = (self._container.duration or 0) / 1_000_000
        return LONG_LOOK_BACK if seconds and size / seconds * LONG_LOOK_BACK <= CHEAP else LOOK_BACK

    def _at(self, begins: int) -> Iterator[_Packet]:
        """What begins at a tick that the index knows."""
        at = float(begins * self._track.time_base) - self._start
        self._seek(self._track, at)
        for packet in self._read(at):
            if packet.pts == begins:
                yield self._told(packet)
            elif packet.pts > begins:
                break

    def _from_here(self, window: Window) -> Iterator[_Packet]:
        """What begins where the reading stands, and before the end of the window."""
        for count, packet in enumerate(self._read(window.end)):
            told = self._told(packet)
            if told[0] >= window.end or count == MOST_CUES:
                break
            yield told

    def _read(self, end: float) -> Iterator[Any]:
        """The track's packets, for as long as the film is not past a time. Raises: Late."""
        streams = [self._track] if self._clock is None else [self._track, self._clock]
        with suppress(FFmpegError):  # what is damaged ends here, as it does in players
            for packet in self._container.demux(*streams):
                if time.monotonic() > self._until:
                    raise Late
                if packet.pts is None:
                    continue
                if packet.stream_index == self._track.index:
                    if packet.size:
                        yield packet
                elif float(packet.pts * packet.time_base) - self._start > end + BEHIND:
                    break

    def _told(self, packet: Any) -> _Packet:
        at = float(packet.pts * packet.time_base) - self._start
        end = at + float(packet.duration * packet.time_base) if packet.duration else None
        return at, end, memoryview(packet)[:LARGEST_PACKET].tobytes()

    def _seek(self, lead: Any, at: float) -> None:
        """Before what is seen at a time of the film, as near as the index of a track knows."""
        with suppress(FFmpegError):  # what cannot be sought in is read from where it is
            self._container.seek(max(round((self._start + at) / lead.time_base), lead.start_time or 0), stream=lead)


def _clock(container: InputContainer, track: Any) -> Any:
    """The track by which the reading knows where it is; None where the subtitles' own samples are found by an index."""
    if container.format.name.startswith("mov") and len(track.index_entries):
        return None
    return next(iter([*container.streams.video, *container.streams.audio]), None)


def _ended(found: list[_Found]) -> Iterator[Cue]:
    """An end for every cue."""
    following = (cue.start for cue in [*found[1:], _Found(math.inf, None, "")])
    for cue, after in zip(found, following, strict=False):
        yield Cue(cue.start, cue.end if cue.end is not None else min(cue.start + UNSAID, after), cue.text)

"""Reads subtitles in the worker process: a window of a track in a film, or a file beside it.

Of a film only what the window takes is read. Where the container's index knows every sample of the track (MP4), just
those are; elsewhere packets of the picture or a sound tell how far the reading is, and it begins a little before the
window, for cues that have begun by then.
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

from controller.adapters.media.encodings import decode
from controller.adapters.media.examine import codec_of
from controller.adapters.media.keyframes import Unplayable
from controller.core.subtitle_files import read
from controller.core.subtitles import Window
from controller.core.webvtt import CONVERTERS, Cue, in_order

LOOK_BACK = 30.0
"""Seconds before a window in which a cue may have begun that is still seen."""
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A cue whose end may be unknown."""

    start: float
    end: float | None
    text: str


def in_film(container: InputContainer, index: int, window: Window) -> list[Cue]:
    """What a track of a film shows within a window. Raises: Unplayable (there is no such text), Late."""
    track = container.streams[index] if 0 <= index < len(container.streams) else None
    codec = codec_of(track) if track is not None else ""
    if track is None or track.type != "subtitle" or codec not in CONVERTERS:
        raise Unplayable("There is no such text in this film.")
    start = (container.start_time or 0) / 1_000_000
    packets = _packets(container, track, start, window)
    found = [
        _Found(max(0.0, at), end, text)
        for at, end, payload in packets
        if (text := CONVERTERS[codec](payload)) and (end is None or end > window.start)
    ]
    return within(_ended(found), window)


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


def _packets(
    container: InputContainer, track: Any, start: float, window: Window
) -> Iterator[tuple[float, float | None, bytes]]:
    """Beginning, end and payload of what may be seen within the window, film time."""
    until, clock = time.monotonic() + BUDGET, _clock(container, track)
    for stream in container.streams:
        stream.discard = Discard.default if stream in (track, clock) else Discard.all
    _seek(container, track, clock, start + window.start)
    streams = [track] if clock is None else [track, clock]
    count = 0
    with suppress(FFmpegError):  # what is damaged ends here, as it does in players
        for packet in container.demux(*streams):
            if time.monotonic() > until:
                raise Late
            if packet.pts is None:
                continue
            at = float(packet.pts * packet.time_base) - start
            if packet.stream_index != track.index:
                if at > window.end + BEHIND:
                    break
            elif at >= window.end or count == MOST_CUES:
                break
            elif packet.size:
                count += 1
                end = at + float(packet.duration * packet.time_base) if packet.duration else None
                yield at, end, memoryview(packet)[:LARGEST_PACKET].tobytes()


def _clock(container: InputContainer, track: Any) -> Any:
    """The track by which the reading knows where it is; None where the subtitles' own samples are found by an index."""
    if container.format.name.startswith("mov") and len(track.index_entries):
        return None
    return next(iter([*container.streams.video, *container.streams.audio]), None)


def _seek(container: InputContainer, track: Any, clock: Any, at: float) -> None:
    """Before what is seen at a time of the container, as near as its index knows."""
    lead = track if clock is None else clock
    place = at if clock is None else at - LOOK_BACK
    with suppress(FFmpegError):  # what cannot be sought in is read from where it is
        container.seek(max(int(place / lead.time_base), lead.start_time or 0), stream=lead)


def _ended(found: list[_Found]) -> Iterator[Cue]:
    """An end for every cue."""
    following = (cue.start for cue in [*found[1:], _Found(math.inf, None, "")])
    for cue, after in zip(found, following, strict=False):
        yield Cue(cue.start, cue.end if cue.end is not None else min(cue.start + UNSAID, after), cue.text)

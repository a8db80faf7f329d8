"""Finds where a film can be cut without decoding it.

A keyframe is a place for a cut when nothing shown before it follows it in the file (a closed group of pictures) and
the picture before it is shown until it comes (no pause in the film, which would be a hole at the cut). A file of
moderate size is read through: that tells everything. A larger one is known by its container's index, checked at a few
places, because the index of an MP4 holds decoding times. A larger one without an index keeps its secret.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from av.container import InputContainer
from av.video.stream import VideoStream

INDEXED = ("mov", "matroska")
SMALL = 192 * 1024 * 1024
"""Bytes up to which a file with an index is read through all the same: some tenths of a second."""
BUDGET = 1.2
"""Seconds for reading through, or for looking at every keyframe of an index."""
SAMPLES = 6
SAMPLED_PACKETS = 12
"""Packets read after a sampled keyframe to find a picture that is shown before it."""
PAUSE = 0.04
"""Seconds longer than usual that the picture before a cut may be shown."""
EDITED = 0.01
"""Seconds before the beginning at which an edit list hides pictures."""


class Unplayable(Exception):
    """Nothing can be made of this file; one sentence for people."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """`keyframes` are the safe ones, film time, ascending; None when they could not be learned in time. `open_gop`
    says that there are unsafe ones; `end` is the end of the film when it was read through, else 0.
    """

    keyframes: tuple[float, ...] | None
    open_gop: bool = False
    trimmed: bool = False
    end: float = 0.0


def find_cuts(container: InputContainer, stream: VideoStream, start: float, duration: float, size: int) -> Cuts:
    """Where to cut. Raises: Unplayable (the file is cut off)."""
    indexed = container.format.name.startswith(INDEXED)
    if indexed:
        _refuse_truncated(stream, size)
    if not indexed or size <= SMALL or duration <= 0:
        return _read_through(container, stream, start)
    return _from_index(container, stream, start)


def read_to_end(container: InputContainer, start: float) -> float:
    """The end of a film that does not say its length, by reading it; 0 when that takes too long."""
    until, end = time.monotonic() + BUDGET, 0.0
    container.seek(container.start_time or 0)
    for packet in container.demux():
        if packet.pts is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base) - start)
        if time.monotonic() > until:
            return 0.0
    return end


def _refuse_truncated(stream: VideoStream, size: int) -> None:
    """An index that points beyond the end tells of a copy that was never finished."""
    entries = stream.index_entries
    last = entries[-1] if len(entries) else None
    if last is not None and last.pos + last.size > size:
        raise Unplayable("This file ends too early: it was cut off, or its copy is not finished.")


def _longest_step(stream: VideoStream) -> float:
    rate = stream.average_rate or stream.guessed_rate or 25
    return float(1 / rate) + PAUSE


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Any]:
    return (packet for packet in container.demux(stream) if packet.size)


# ── by reading ────────────────────────────────────────────────────────────────────────────────────


def _read_through(container: InputContainer, stream: VideoStream, start: float) -> Cuts:
    """Every packet of the picture, for as long as there is time."""
    until, longest = time.monotonic() + BUDGET, _longest_step(stream)
    safe: list[float] = []
    latest, unsafe, trimmed, current = None, False, False, None
    for packet in _packets(container, stream):
        if packet.pts is None:
            return Cuts(None)
        at = float(packet.pts * packet.time_base) - start
        if latest is None:
            trimmed = packet.is_discard or at < -EDITED
        if packet.is_keyframe:
            current = at if latest is None or at - latest <= longest else None
            if current is not None:
                safe.append(current)
        elif current is not None and at < current and safe[-1] == current:
            unsafe = True
            safe.pop()
            current = None
        latest = at if latest is None else max(latest, at)
        if time.monotonic() > until:
            return Cuts(None, unsafe, trimmed)
    end = 0.0 if latest is None else latest + longest - PAUSE
    return Cuts(tuple(round(at, 6) for at in safe) or None, unsafe and len(safe) < 2, trimmed, end)


# ── by the index ──────────────────────────────────────────────────────────────────────────────────


def _from_index(container: InputContainer, stream: VideoStream, start: float) -> Cuts:
    base = stream.time_base
    assert base is not None
    container.seek(min(0, stream.start_time or 0), stream=stream)
    first = next(_packets(container, stream), None)
    if first is None or first.pts is None:
        return Cuts(None)
    trimmed = bool(first.is_discard) or float(first.pts * base) - start < -EDITED
    container.seek(int(stream.start_time or 0) + int(10 / base), stream=stream)
    entries = list(stream.index_entries)
    times = sorted({entry.timestamp for entry in entries if entry.is_keyframe})
    if not times:
        return Cuts(None, trimmed=trimmed)
    shown, open_gop = _presentation(container, stream, times, first.pts - times[0])
    if shown is None or open_gop:
        return Cuts(None, open_gop, trimmed)
    if container.format.name.startswith("mov"):
        shown = _without_pauses(
            shown, sorted(entry.timestamp for entry in entries), _longest_step(stream) / float(base)
        )
    return Cuts(tuple(round(float(tick * base) - start, 6) for tick in shown), False, trimmed)


def _presentation(
    container: InputContainer, stream: VideoStream, times: list[int], usual: int
) -> tuple[list[int] | None, bool]:
    """When the keyframes of the index are shown, and whether a sampled one is unsafe. Where all samples are shown
    equally late all others are, too; else every single one is looked at, while there is time.
    """
    delays = set()
    for at in {*times[:: max(1, len(times) // SAMPLES)], times[-1]}:
        delay, opened = _sample(container, stream, at, usual)
        if opened or delay is None:
            return None, opened
        delays.add(delay)
    if len(delays) == 1:
        delay = delays.pop()
        return [at + delay for at in times], False
    until, found = time.monotonic() + BUDGET, set()
    for at in times:
        container.seek(at + usual, stream=stream)
        packet = next(_packets(container, stream), None)
        if packet is None or packet.pts is None or time.monotonic() > until:
            return None, False
        found.add(packet.pts)
    return sorted(found), False


def _sample(container: InputContainer, stream: VideoStream, at: int, usual: int) -> tuple[int | None, bool]:
    """How much later than its index entry a keyframe is shown, and whether a picture behind it is shown before it."""
    container.seek(at + usual, stream=stream)
    keyframe: int | None = None
    for number, packet in enumerate(_packets(container, stream)):
        if keyframe is None:
            if not packet.is_keyframe or packet.pts is None or number > SAMPLED_PACKETS:
                return None, False
            keyframe = packet.pts
        elif packet.pts is not None and packet.pts < keyframe:
            return keyframe - at, True
        if number >= SAMPLED_PACKETS:
            break
    return (None, False) if keyframe is None else (keyframe - at, False)


def _without_pauses(shown: list[int], decoded: list[int], longest: float) -> list[int]:
    """The keyframes without those after a pause. Decoding times are presentation times, a few pictures late, so the
    step before a picture is the step before its time among them.
    """
    kept = shown[:1]
    for at in shown[1:]:
        place = bisect_left(decoded, at)
        if not 0 < place < len(decoded) or decoded[place] - decoded[place - 1] <= longest:
            kept.append(at)
    return kept

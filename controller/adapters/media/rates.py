"""How many bits a film's tracks take: exactly, where every frame's size is known; else what the container tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from operator import sub
from typing import Any

from controller.core.sound import CHANNEL_KBPS, STREAMED, packed_rates
from controller.core.transport import packed, packed_about

WINDOW = 2.0
"""Seconds over which a sound may be dense: the shortest time for which a player of copied segments would notice."""
LOOKS = 8
"""Parts in which that is looked at …"""
BETWEEN = 1.05
"""… and how much more may be in two seconds that begin within a part."""
MANY, SOME = 10_000, 16
"""Of so many frames it is enough to weigh every sixteenth."""
BLOCK = 8
"""Bytes around a frame in Matroska."""


def told_rate(stream: Any) -> float:
    """A sound's bits per second by what is told of it; what usual ones take when nothing is."""
    context = stream.codec_context
    told = next((stream.metadata[key] for key in ("BPS", "BPS-eng") if key in stream.metadata), "")
    rate = int(told) if told.isascii() and told.isdecimal() else 0
    return float(rate or context.bit_rate or context.channels * CHANNEL_KBPS * 1000)


def sound_rates(codec: str, stream: Any, sizes: Sequence[int]) -> tuple[int, int] | None:
    """A sound's bits per second in MPEG-TS, on average and in its densest two seconds; None of one that it cannot carry.
    `sizes` are those of its frames, as far as they are known.
    """
    sample_rate = stream.codec_context.sample_rate
    if codec not in STREAMED:
        return None
    if not sizes:
        return packed_rates(codec, sample_rate, told_rate(stream))
    frames = sample_rate / STREAMED[codec][1]
    some = packed(sizes[:: SOME if len(sizes) > MANY else 1])
    average = 8 * frames * sum(some) / len(some)
    step = round(WINDOW * frames / LOOKS)
    ends = [0, *accumulate(sum(sizes[first : first + step]) for first in range(0, len(sizes), step))]
    windows = list(map(sub, ends[LOOKS:], ends)) or [0]
    first = windows.index(max(windows)) * step
    dense = packed(sizes[first : first + LOOKS * step])
    peak = 8 * frames * sum(dense) / len(dense)
    return round(average), round(max(average, peak) * BETWEEN)


def between(sizes: Iterable[int], keyframes: Sequence[int]) -> tuple[int, ...]:
    """The bytes in MPEG-TS from each keyframe to the next, of frames of so many bytes; keyframes by their numbers."""
    ends = [0, *accumulate(packed(sizes))]
    return tuple(ends[later] - ends[start] for start, later in pairwise([*keyframes, len(ends) - 1]))


def between_places(
    places: Sequence[tuple[float, int]], end: tuple[float, int], frame_rate: float, others: float
) -> tuple[int, ...]:
    """The same about a picture of which only times (seconds) and places (bytes) of its keyframes are known, while `others`
    bytes a second are of other tracks. Where several share a place, as they do in a large cluster, it is divided by time.
    """
    found: list[int] = []
    marks = [*places, end]
    first = 0
    while first < len(places):
        last = next(n for n in range(first + 1, len(marks)) if n == len(places) or marks[n][1] > marks[first][1])
        seconds = max(marks[last][0] - marks[first][0], 1 / frame_rate)
        frames = seconds * frame_rate
        size = max(0.0, marks[last][1] - marks[first][1] - seconds * others - frames * BLOCK)
        share = packed_about(size, frames) / seconds
        found += [round(share * max(0.0, later[0] - mark[0])) for mark, later in pairwise(marks[first : last + 1])]
        first = last
    return tuple(found)

"""The times at which a stream is cut, known before anything is encoded.

A plan is made once per stream and never changes: the playlist is written from it, every run of the encoder is
told its cuts, and two runs that meet at a boundary join without a gap because both derive the cut from here.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

GRID_TARGET = 2.0
"""Seconds per segment of encoded video: a segment has to be whole before it is served, so short is a quick start."""
COPY_TARGET = 4.0
"""Seconds per segment of copied video, at least: copying is quick, fewer requests are better."""
QUICK = 2
"""Segments at the beginning of a film that are half as long: the first picture is there in half the time."""
LONGEST_COPY = 30.0
"""Keyframes further apart than this would make segments that a phone has to load for too long."""
MEDIA_OFFSET = 10.0
"""Seconds of media time at film time 0. The same in every run of an encoder; larger than any B-frame delay, so that
nothing is ever negative.
"""


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """Segment *i* covers `[boundaries[i], boundaries[i + 1])` in film time; there is at least one.

    All is told in seconds of film, from the first boundary on. Of these, `rate` go by in a second of the playlist: 1,
    unless the film is made slower or faster for a player that cannot do that. Playlist time is then film time / rate.
    """

    boundaries: tuple[float, ...]
    rate: float = 1.0

    def __len__(self) -> int:
        return len(self.boundaries) - 1

    @property
    def origin(self) -> float:
        """Film time at which the playlist begins."""
        return self.boundaries[0]

    @property
    def duration(self) -> float:
        """Seconds from the first boundary to the last."""
        return self.boundaries[-1] - self.boundaries[0]

    def start(self, index: int) -> float:
        """Where a segment begins."""
        return self.boundaries[index] - self.origin

    def end(self, index: int) -> float:
        """Where a segment ends."""
        return self.boundaries[index + 1] - self.origin

    def length(self, index: int) -> float:
        """How much of the film a segment holds."""
        return self.boundaries[index + 1] - self.boundaries[index]

    def seconds(self, index: int) -> float:
        """How long a segment plays, the EXTINF of RFC 8216 §4.3.2.1."""
        return self.length(index) / self.rate

    def index_at(self, position: float) -> int:
        """The segment that holds a position; those outside are in the first or last."""
        origin = self.origin
        found = bisect_right(self.boundaries, position, key=lambda boundary: boundary - origin) - 1
        return min(max(found, 0), len(self) - 1)


def on_grid(
    duration: float, rate: Fraction, target: float = GRID_TARGET, *, quick: int = 0, speed: float = 1.0
) -> SegmentPlan:
    """Cuts every `target` seconds, moved to the nearest whole frame of `rate`: the plan for encoded tracks. The first
    `quick` segments are cut in two.

    A rest shorter than half a segment joins the one before it. At another `speed`, grid and target are the playlist's.
    """
    if speed != 1.0:
        made = on_grid(duration / speed, rate, target, quick=quick)
        return SegmentPlan((*(cut * speed for cut in made.boundaries[:-1]), duration), speed)
    frames = max(1, round(Fraction(target) * rate))
    step = Fraction(frames) / rate
    count = max(1, math.ceil(Fraction(duration) / step - Fraction(1, 2)))
    halves = (i * step + frames // 2 / rate for i in range(min(quick, count - 1) if frames > 1 else 0))
    cuts = sorted([*(i * step for i in range(count)), *halves])
    return SegmentPlan((*(cut.numerator / cut.denominator for cut in cuts), duration))


def at_keyframes(
    keyframes: tuple[float, ...], end: float, target: float = COPY_TARGET, *, quick: int = 0
) -> SegmentPlan:
    """Cuts at the first keyframe that is `target` or more after the cut before: the plan for copied video. Of the first
    `quick` segments half of that is enough.
    """
    cuts = [keyframes[0]]
    for keyframe in keyframes:
        least = target / 2 if len(cuts) <= quick else target
        if keyframe - cuts[-1] >= least and end - keyframe >= target / 4:
            cuts.append(keyframe)
    return SegmentPlan((*cuts, max(end, cuts[-1] + 0.001)))


def longest_gap(keyframes: tuple[float, ...], end: float) -> float:
    """The longest time without a keyframe, which is the longest segment that copying can make."""
    return max(later - sooner for sooner, later in zip(keyframes, (*keyframes[1:], end), strict=True))


@dataclass(frozen=True, slots=True)
class FrameGrid:
    """Where a track's frames begin: `origin + n * step`. Cuts fall half way between two frames, so that rounding
    on the way through containers never moves a frame across a cut.
    """

    origin: float
    step: float

    def first_at(self, time: float) -> int:
        """Number of the first frame that begins at or after a time (to a microsecond)."""
        return math.ceil((time - self.origin) / self.step - 1e-6 / self.step)

    def nearest(self, time: float) -> float:
        """When the frame begins that is nearest to a time."""
        return self.origin + round((time - self.origin) / self.step) * self.step

    def cut(self, time: float) -> float:
        """A cut that separates the frames before a time from those at or after it."""
        return self.origin + (self.first_at(time) - 0.5) * self.step

"""The small pictures of a scrubber: how many of a film, how large, and how they lie on sheets.

A sheet is one image of COLUMNS by ROWS pictures, filled row by row. Picture *n* is what a film shows at `n * every`
seconds, as far as its keyframes go.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from controller.core.media import MediaFacts, VideoFacts

COLUMNS, ROWS = 5, 5
WIDEST, HIGHEST = 240, 180
STEPS = (2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds that may lie between two pictures."""
MOST = 750
"""Pictures of a film: one in ten seconds of two hours."""
DEEPEST = 86_400.0
"""Seconds of a film beyond which there are no pictures."""
INDEX = "thumbnails.vtt"


@dataclass(frozen=True, slots=True)
class Tiling:
    """`count` pictures of `width` by `height`, one every `every` seconds of a film of `duration`."""

    every: float
    count: int
    width: int
    height: int
    duration: float

    @property
    def sheets(self) -> int:
        """How many images that makes."""
        return -(-self.count // (COLUMNS * ROWS))


def tiling_of(facts: MediaFacts) -> Tiling | None:
    """How a film is laid out; None when there is nothing to be seen."""
    if facts.video is None:
        return None
    duration = min(facts.duration, DEEPEST)
    every = next((step for step in STEPS if duration / step <= MOST), STEPS[-1])
    width, height = _size(facts.video)
    return Tiling(every, max(1, -int(-duration // every)), width, height, facts.duration)


def _size(video: VideoFacts) -> tuple[int, int]:
    """As large as there is room, upright, with square pixels and even sides."""
    aspect = Fraction(*video.sample_aspect) if min(video.sample_aspect) > 0 else Fraction(1)
    width, height = Fraction(video.width) * aspect, Fraction(video.height)
    if video.rotation % 180:
        width, height = height, width
    scale = min(WIDEST / width, HIGHEST / height)
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


def sheet_name(number: int) -> str:
    """The name of an image, counted from 0."""
    return f"thumbnails-{number}.jpg"


def webvtt(tiling: Tiling) -> str:
    """Which part of which image belongs to which time, as WebVTT with media fragments (W3C `#xywh=`)."""
    lines = ["WEBVTT", ""]
    for number in range(tiling.count):
        sheet, place = divmod(number, COLUMNS * ROWS)
        row, column = divmod(place, COLUMNS)
        begin = number * tiling.every
        end = tiling.duration if number == tiling.count - 1 else begin + tiling.every
        where = f"{column * tiling.width},{row * tiling.height},{tiling.width},{tiling.height}"
        lines += [f"{_clock(begin)} --> {_clock(end)}", f"{sheet_name(sheet)}#xywh={where}", ""]
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"

"""What a player reads in a media playlist: where each segment begins and ends."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Segments:
    """Segment *i* lasts from `cuts[i]` to `cuts[i + 1]`, in seconds from the film's beginning."""

    cuts: tuple[float, ...]

    @property
    def duration(self) -> float:
        """How long the film is."""
        return self.cuts[-1]

    def at(self, position: float) -> int:
        """The segment that holds a position."""
        return min(max(bisect_right(self.cuts, position + 1e-6) - 1, 0), len(self.cuts) - 2)


def read(text: str) -> Segments:
    """The segments of a media playlist."""
    lengths = [float(line[8:].split(",")[0]) for line in text.splitlines() if line.startswith("#EXTINF:")]
    return Segments((0.0, *accumulate(lengths)))

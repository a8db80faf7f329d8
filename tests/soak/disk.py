"""How far ahead of a viewer a stream's directory reaches, as seen from outside.

The daemon promises that nothing is made further than 60 s and a segment ahead of the viewer, while nobody waits for it. What
was made before somebody went back is kept as long as there is room, however far ahead it lies then: that is no work, and
saves it later. So what lies there when somebody seeks, or is made just then by a run that is being ended and is not too far
from where they were, is judged again once the viewer is near enough to it, or when it has gone and is there anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from tests.soak.player import ENDED_WITHIN, Player

MOST_AHEAD = 60.0 + 4.0
"""Seconds: as far as encoders go before they are held, and a segment."""
SERVED = re.compile(r"(?:video|audio-\d+)-(\d+)\.ts")
WRITTEN = re.compile(r"run-\d+")


@dataclass(slots=True)
class Reach:
    """The record of one player's stream; `most` is the furthest that was judged."""

    player: Player
    cache: Path
    most: float = 0.0
    samples: int = 0
    _left: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Look into its directory."""
        player = self.player
        ends = {name: player.segments.cuts[index] for name, index in self._files()}
        far = {name for name, end in ends.items() if end - player.position > MOST_AHEAD}
        self._left &= far
        if monotonic() - player.moved < ENDED_WITHIN:
            self._left |= {one for one in far if one in self._known or ends[one] - player.came_from <= MOST_AHEAD}
        judged = [end - player.position for name, end in ends.items() if name not in self._left]
        self.most = max(self.most, *judged, 0.0)
        self.samples += 1
        self._known = {*ends}

    def _files(self) -> Iterator[tuple[str, int]]:
        """What lies there, and up to which cut it reaches: a file that is being written, up to where it begins."""
        for root in self.cache.glob(f"run-*/{self.player.client_id}/*"):
            for place, _, names in os.walk(root):
                for name in names:
                    found = SERVED.fullmatch(name)
                    if found and WRITTEN.fullmatch(Path(place).name):
                        yield f"{place}/{name}", min(max(int(found[1]) - 1, 0), len(self.player.segments.cuts) - 1)
                    elif found:
                        yield f"{place}/{name}", int(found[1]) + 1

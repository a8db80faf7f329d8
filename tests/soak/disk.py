"""How far ahead of a viewer a stream's directory reaches, as seen from outside.

The daemon promises that nothing lies further than 60 s and a segment ahead of the viewer. What lies there when somebody seeks
back, and what is made just then by a run that is being ended, has a moment to go.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.soak.player import ENDED_WITHIN, Player

MOST_AHEAD = 60.0 + 4.0
"""Seconds: as far as encoders go before they are held, and a segment."""
GONE_WITHIN = ENDED_WITHIN + 1.5
"""Seconds after a seek in which what is too far ahead then is gone: once a second it is looked for."""
SERVED = re.compile(r"(?:video|audio-\d+)-(\d+)\.ts")
WRITTEN = re.compile(r"run-\d+")


@dataclass(slots=True)
class Reach:
    """The record of one player's stream; `most` is the furthest that was judged."""

    player: Player
    cache: Path
    most: float = 0.0
    samples: int = 0

    def look(self) -> None:
        """Look into its directory."""
        player = self.player
        ahead = [player.segments.cuts[index] - player.position for _, index in self._files()]
        if monotonic() - player.moved < GONE_WITHIN:
            ahead = [seconds for seconds in ahead if seconds <= MOST_AHEAD]
        self.most = max(self.most, *ahead, 0.0)
        self.samples += 1

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

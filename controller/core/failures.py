"""How often the encoder of a stream may fail: the pause before each retry, and an end to them.

Contract. 0.5, 2 and 5 seconds pass before the first, second and third retry in a row; a new segment ends the row. Three
retries within 60 seconds, in a row or not, are all: then this way of making the film has failed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

BACK_OFF = (0.5, 2.0, 5.0)
"""Seconds before the first, second and third retry of a failed run."""
WITHIN = 60.0
"""Seconds within which there are no more retries than these."""


@dataclass(slots=True)
class Failures:
    """The record of one stream."""

    _row: int = 0
    _times: deque[float] = field(default_factory=deque)

    def pause(self, now: float) -> float | None:
        """One more failure: seconds before the retry, or None when there is none."""
        while self._times and self._times[0] <= now - WITHIN:
            self._times.popleft()
        if len(BACK_OFF) in {self._row, len(self._times)}:
            return None
        self._times.append(now)
        self._row += 1
        return BACK_OFF[self._row - 1]

    def progress(self) -> None:
        """Something new was made."""
        self._row = 0

    def forgive(self) -> None:
        """The viewer is elsewhere: what was does not count."""
        self._row = 0
        self._times.clear()

    def another_way(self) -> None:
        """From now on it is made in another way, which gets one chance, and three more once it has made something."""
        if self._row or self._times:
            self._row = len(BACK_OFF)
        self._times.clear()

"""How often the screen's player may be lost before somebody gives up: a film, or the player itself.

Contract. A film is blamed for a loss only while it makes no progress; whoever kills VLC by hand never wears it out.
A player is blamed for not starting only when nobody else has ended it.
"""

from __future__ import annotations

from dataclasses import dataclass

ALLOWED = 5
"""Players that a film may lose at one place."""
SAME_PLACE = 1.0
"""Seconds of film that are no progress."""
BACK_OFF = (0.0, 0.5, 1.0, 2.0)
"""Seconds before the next player is started, by how many were lost in a row."""
HOPELESS = 3
"""Players in a row that did not start: then there is no screen for a while."""
TRY_AGAIN_AFTER = 30.0
"""Seconds until another one is tried then."""


def _back_off(count: int) -> float:
    return BACK_OFF[min(max(count - 1, 0), len(BACK_OFF) - 1)]


@dataclass(slots=True)
class Losses:
    """Players that one film, or an empty screen, has lost in a row without any progress between them."""

    count: int = 0
    _place: float | None = None

    def add(self, place: float | None, *, healthy: bool) -> None:
        """Another one is lost, with the film at a place (None: no film), after it did well for a while or not."""
        self.count = 1 if healthy or self._further(place) else self.count + 1
        self._place = place

    def _further(self, place: float | None) -> bool:
        if place is None or self._place is None:
            return place != self._place
        return place - self._place > SAME_PLACE

    def sought(self, place: float) -> None:
        """The film is to go on somewhere else, which may be a better place."""
        if self._place is not None and abs(place - self._place) > SAME_PLACE:
            self.count, self._place = 0, None

    @property
    def too_many(self) -> bool:
        """Whether the film is to be given up."""
        return self.count > ALLOWED

    @property
    def pause(self) -> float:
        """Seconds before the next player."""
        return _back_off(self.count)


@dataclass(slots=True)
class Starts:
    """Players in a row that ended before they were ready; `failed` of them by themselves."""

    count: int = 0
    failed: int = 0
    _again_at: float = float("-inf")

    def ready(self) -> None:
        """One is ready."""
        self.count = self.failed = 0

    def ended(self, now: float, *, killed: bool) -> None:
        """One was not ready when it ended, or was ended by somebody else."""
        self.count += 1
        if not killed:
            self.failed += 1
            self._again_at = now + TRY_AGAIN_AFTER if self.hopeless else now

    @property
    def hopeless(self) -> bool:
        """Whether there is no screen for a while."""
        return self.failed >= HOPELESS

    def pause(self, now: float) -> float:
        """Seconds before the next player."""
        return max(self._again_at - now, _back_off(self.count))

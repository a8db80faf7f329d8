"""Where a seek lands. Until VLC tells a time from there its rate is left alone: it would jump by as much as it differs."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.screen_calls import Report

ECHO = 0.002
"""Seconds within which a time is the one that was asked for: VLC tells it at once, long before it is there."""
NEAR = 2.0
"""Seconds around that in which a film that has landed is found."""
LANDS_WITHIN = 2.0
"""Seconds of playing after which it must have landed, whatever it tells."""


@dataclass(slots=True)
class Landing:
    """A seek on its way. `at` is the time that VLC tells before it has landed; a pause keeps it in the air.

    `seen` says that the film was seen to go on from there.
    """

    at: float
    since: float
    seen: bool = False
    _echoed: bool = False

    def over(self, told: Report, now: float) -> bool:
        """Whether the film plays from where it was sought, by the player's last word."""
        if told.time is None:
            return False
        self._echoed = self._echoed or abs(told.time - self.at) <= ECHO
        if told.state != "playing":
            self.at, self.since = told.time if self._echoed else self.at, now
            return False
        self.seen = self._echoed and ECHO < abs(told.time - self.at) <= NEAR
        return self.seen or now - self.since >= LANDS_WITHIN

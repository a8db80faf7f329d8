"""A client's timeline: position as a function of time. Nothing ticks; whoever wants to know computes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

PLAUSIBLE_DRIFT = 0.5
"""Seconds a report may differ from the computed position before it counts as a correction."""
LONGER = 5.0
"""Seconds by which a player may measure the film longer; what it says from further out is nonsense."""
IN_FLIGHT = 1.0
"""Seconds after a seek in which a report of where the player was before it may still be on its way."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """At `at` the position was `position`; it moves by `rate` per second while `playing`, within [0, duration]."""

    position: float
    at: float
    duration: float
    playing: bool = True
    rate: float = 1.0

    def now(self, now: float) -> float:
        """The position at a time."""
        moved = (now - self.at) * self.rate if self.playing else 0.0
        return min(max(self.position + moved, 0.0), self.duration)

    def moved_to(self, position: float, now: float) -> Timeline:
        """The same timeline at another position."""
        return replace(self, position=min(max(position, 0.0), self.duration), at=now)

    def paused(self, now: float) -> Timeline:
        """Standing still at the present position."""
        return replace(self, position=self.now(now), at=now, playing=False)

    def resumed(self, now: float) -> Timeline:
        """Going on from the present position."""
        return replace(self, position=self.now(now), at=now, playing=True)

    def at_rate(self, rate: float, now: float) -> Timeline:
        """Going on from the present position, faster or slower."""
        return replace(self, position=self.now(now), at=now, rate=rate)

    def reported(self, position: float, playing: bool, now: float) -> Timeline:
        """What the player says, or this very timeline when that is nonsense, or differs too little to tell anybody."""
        if position > self.duration + LONGER:
            return self
        if playing == self.playing and abs(position - self.now(now)) <= PLAUSIBLE_DRIFT:
            return self
        return replace(self.moved_to(position, now), playing=playing)

    def finished(self, now: float) -> bool:
        """Whether the end has been reached."""
        ends_at = self.ends_at()
        return self.position >= self.duration if ends_at is None else now >= ends_at

    def ends_at(self) -> float | None:
        """When the end will be reached, if nothing changes; None while standing still."""
        return self.at + (self.duration - self.position) / self.rate if self.playing else None


@dataclass(slots=True)
class Departures:
    """The timelines that the seeks of the last second have left: reports that tell of them are too old to be believed."""

    _left: list[tuple[Timeline, float]] = field(default_factory=list)

    def add(self, line: Timeline, now: float) -> None:
        """A seek leaves this timeline."""
        self._left = [*self._recent(now), (line, now)]

    def explain(self, position: float, now: float) -> bool:
        """Whether a report of this position may have been made before a seek."""
        return any(self._passed(line, position, now) for line, _ in self._recent(now))

    def _recent(self, now: float) -> list[tuple[Timeline, float]]:
        return [(line, at) for line, at in self._left if now < at + IN_FLIGHT]

    def _passed(self, line: Timeline, position: float, now: float) -> bool:
        """Whether the timeline was there within the time that a report is on its way."""
        return line.now(now - IN_FLIGHT) - PLAUSIBLE_DRIFT <= position <= line.now(now) + PLAUSIBLE_DRIFT

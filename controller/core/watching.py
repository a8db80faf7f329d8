"""What is remembered of a film for one person: where they left it, and whether they have watched it.

    a timeline ──Sitting.look──▶ Sight ──remembered──▶ Memory ──Unsaved──▶ when it is written

Contract. A place counts unless it is in the film's beginning (its first 30 s or 2 %, whichever is less) or in its last
tenth: the last place that counted is where the film was left, also when somebody then glances at the beginning or skips
to the end. A film is watched once it stands in its last tenth and was played there, if only for a moment, or its end
was reached by playing; its place is forgotten then. What was watched stays watched, and can be left anew. A file
of another length is another film. Positions are seconds of film, `at` is Unix seconds, every `now` is monotonic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from controller.core.timeline import Timeline

BEGINNING, BEGINNING_PART = 30.0, 0.02
"""Seconds, and part of the film, of which the lesser is its beginning."""
WATCHED_PART = 0.9
PLAYED = 0.5
"""Seconds of film that must be played without a jump for its last tenth to count as watched …"""
END = 1.0
"""… unless playing led to so many seconds before the end: a player may stop a little early."""
JUMP = 5.0
"""Seconds that a place may differ from the expected one before that is a jump: players wait for data, and catch up."""
SAME_LENGTH = 1.0
"""Seconds by which the same film may be measured differently."""
SPACING = 5.0
"""Seconds between two writes of the same person's same film, but for the last one."""


class Seat(NamedTuple):
    """One person (a device's id) in front of one film (its media id)."""

    person: str
    media_id: str


@dataclass(frozen=True, slots=True)
class Memory:
    """A film of `duration` was left at `left_at`, if it was, and has been `watched` or not; that was new at `at`."""

    duration: float
    at: float
    left_at: float | None
    watched: bool

    def is_of(self, duration: float) -> bool:
        """Whether a film of this length is still the same."""
        return abs(self.duration - duration) <= SAME_LENGTH


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look showed: where the film is, and whether enough was played to have watched it."""

    position: float
    duration: float
    watched: bool = False

    @property
    def counts(self) -> bool:
        """Whether this is a place to go on from."""
        beginning = min(BEGINNING, BEGINNING_PART * self.duration)
        return beginning <= self.position < WATCHED_PART * self.duration


class Sitting:
    """One person in front of one film, from when it is put on until it ends. `line` is the timeline as last seen."""

    def __init__(self, line: Timeline, now: float) -> None:
        self.line = line
        self._place, self._played = line.now(now), 0.0

    @property
    def sight(self) -> Sight:
        """The place as last seen, of which nothing was played yet."""
        return Sight(self._place, self.line.duration)

    def look(self, line: Timeline, now: float) -> Sight | None:
        """What is new since the last look, at a timeline that may be another by now; None when it stood still."""
        before, reached = self._place, self.line.now(now)
        self._played += max(0.0, reached - before)
        watched = self._played > 0 and self._is_watched(reached)
        self.line, self._place = line, line.now(now)
        if abs(self._place - reached) > JUMP:
            self._played = 0.0
        return Sight(self._place, line.duration, watched) if before != self._place or reached != before else None

    def _is_watched(self, place: float) -> bool:
        duration = self.line.duration
        return place >= WATCHED_PART * duration and (self._played >= PLAYED or place >= duration - END)


def remembered(before: Memory | None, sight: Sight, at: float) -> Memory | None:
    """What is remembered after a look; `before` itself when that is no news, None when there is nothing."""
    old = before if before and before.is_of(sight.duration) else None
    watched = sight.watched or (old is not None and old.watched)
    left = old.left_at if old and not sight.watched else None
    if sight.counts:
        left = sight.position
    if left is None and not watched:
        return None
    if old and (old.left_at, old.watched) == (left, watched):
        return old
    return Memory(sight.duration, at, left, watched)


class Unsaved:
    """Which memories are to be written, and when: at once, but each only every five seconds, unless it is the last."""

    def __init__(self) -> None:
        self._due: dict[Seat, float] = {}
        self._written: dict[Seat, float] = {}

    def note(self, seat: Seat, now: float) -> None:
        """There is news of it."""
        self._due.setdefault(seat, max(now, self._written.get(seat, now - SPACING) + SPACING))

    def hasten(self, seat: Seat, now: float) -> None:
        """No more news will follow: if it waits to be written, it waits no longer."""
        if seat in self._due:
            self._due[seat] = now

    def next_deadline(self) -> float | None:
        """When something is to be written, if anything is."""
        return min(self._due.values(), default=None)

    def take(self, now: float) -> list[Seat]:
        """What is to be written now; it counts as written."""
        return self._take([seat for seat, due in self._due.items() if due <= now], now)

    def take_all(self, now: float) -> list[Seat]:
        """Everything that is still to be written."""
        return self._take(list(self._due), now)

    def _take(self, seats: list[Seat], now: float) -> list[Seat]:
        self._written = {seat: at for seat, at in self._written.items() if now < at + SPACING}
        for seat in seats:
            del self._due[seat]
            self._written[seat] = now
        return seats

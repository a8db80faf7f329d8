"""A client's session, which outlives its connections.

    register            connection breaks              60 s
    ─────────▶ Live ──────────────────────▶ Lingering ───────▶ Gone
                ▲                               │                ▲
                └───────── resume ──────────────┘     goodbye ───┘

Contract. Every event gets the next number of its session and is kept in a ring, so that a client that comes back
is told what it missed, or learns that it missed too much. A request id that was answered within the last minute is
answered again, not executed again, as long as the answers of that minute fit into the session's memory.
"""

from __future__ import annotations

import sys
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from protocol.values import Health

GRACE = 60.0
RING = 1024
REMEMBERED_FOR = 60.0
MEMORY = 16 * 1024**2
"""Bytes for stored answers; beyond it the oldest go first. A minute at the rate limit's default (6,200 requests) fits
with 2 KiB an answer. Who asks for more than that, or without a limit, is promised less than a minute.
"""
BESIDE = 400
"""Bytes that a stored answer takes beside its text: its id, its time and its places in the store."""
QUIET_AFTER = 30.0
"""Seconds without a request after which a connected client counts as quiet."""


@dataclass(frozen=True, slots=True)
class Live:
    """A connection is there."""


@dataclass(frozen=True, slots=True)
class Lingering:
    """No connection; gone at `until`."""

    until: float


@dataclass(frozen=True, slots=True)
class Gone:
    """Over, and why."""

    reason: str


Presence = Live | Lingering | Gone


@dataclass(slots=True)
class Session:
    """The machine; `grace` is how long it waits for its client, in seconds, `memory` what answers may take, in bytes."""

    grace: float = GRACE
    memory: int = MEMORY
    presence: Presence = field(default_factory=Live)
    seq: int = 0
    last_seen: float = 0.0
    _ring: deque[tuple[int, str]] | tuple[()] = ()
    _answers: OrderedDict[str | int, tuple[float, str]] = field(default_factory=OrderedDict)
    _stored: int = 0
    _gone_until: int = 0

    def disconnected(self, now: float) -> None:
        """The connection broke."""
        if isinstance(self.presence, Live):
            self.presence = Lingering(now + self.grace)

    def resumed(self, now: float) -> None:
        """The client is back."""
        if not isinstance(self.presence, Gone):
            self.presence, self.last_seen = Live(), now

    def taken_up(self, last_seq: int) -> None:
        """Go on after a restart with the numbers of before: the events up to here are gone, and at least one more."""
        self.seq = self._gone_until = last_seq + 1

    def ended(self, reason: str) -> None:
        """Over, at once."""
        self.presence = Gone(reason)

    def tick(self, now: float) -> None:
        """Time has passed."""
        if isinstance(self.presence, Lingering) and now >= self.presence.until:
            self.presence = Gone("did not come back")

    def next_deadline(self) -> float | None:
        """When `tick` has something to do, if ever."""
        return self.presence.until if isinstance(self.presence, Lingering) else None

    def health(self, now: float) -> Health:
        """How the client is, in one word."""
        if not isinstance(self.presence, Live):
            return "lingering"
        return "quiet" if now - self.last_seen > QUIET_AFTER else "live"

    def number(self, halves: tuple[str, str]) -> str:
        """Give an event its number, keep it, and return its frame."""
        self.seq += 1
        frame = f"{halves[0]}{self.seq}{halves[1]}"
        if isinstance(self._ring, tuple):  # an empty ring is larger than all else of a session
            self._ring = deque(maxlen=RING)
        self._ring.append((self.seq, frame))
        return frame

    def number_instead(self, seq: int, halves: tuple[str, str]) -> str:
        """Give an event the number of an earlier one that nobody has heard yet, and its place."""
        frame = f"{halves[0]}{seq}{halves[1]}"
        place = len(self._ring) - 1 - (self.seq - seq)
        if place >= 0 and not isinstance(self._ring, tuple):
            self._ring[place] = seq, frame
        return frame

    def missed(self, last_seq: int) -> list[str] | None:
        """The events after `last_seq`, or None when the ring no longer holds them all."""
        oldest = self._ring[0][0] - 1 if self._ring else 0
        if not max(oldest, self._gone_until) <= last_seq <= self.seq:
            return None
        return [frame for seq, frame in self._ring if seq > last_seq]

    def answered(self, request: str | int, now: float) -> str | None:
        """The stored answer to a request id, if it was given within the last minute."""
        found = self._answers.get(request)
        return found[1] if found and now - found[0] <= REMEMBERED_FOR else None

    def remember(self, request: str | int, answer: str, now: float) -> None:
        """Store an answer; what is too old is forgotten, and the oldest of what is too much."""
        self._forget(request)
        self._answers[request] = (now, answer)
        self._stored += _cost(answer)
        while self._answers:
            oldest, (at, _) = next(iter(self._answers.items()))
            if self._stored <= self.memory and now - at <= REMEMBERED_FOR:
                return
            self._forget(oldest)

    def _forget(self, request: str | int) -> None:
        found = self._answers.pop(request, None)
        self._stored -= _cost(found[1]) if found else 0


def _cost(answer: str) -> int:
    return sys.getsizeof(answer) + BESIDE

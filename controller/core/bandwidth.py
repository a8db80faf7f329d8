"""How fast bytes may leave: a bucket per client and one for all, each optional.

Contract. Who is about to send asks a bucket and is told how many seconds to wait first; the bytes are spent then and there,
so nobody comes in between. A bucket holds a little (`BURST` seconds) for who has waited too long by a hair: the average is
what was asked for. Fairness is by turns: each client asks for one piece at a time, whatever it has open.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Who = TypeVar("Who", bound=Hashable)
BURST = 0.1
"""Seconds' worth of bytes that may leave at once."""
PIECE, LEAST_PIECE = 64 * 1024, 4 * 1024
"""Bytes that are sent at a time at most, and at least."""
PIECES = 20
"""In a second, where that gives smaller ones: a slow stream trickles and does not hiccup."""


def bytes_per_second(mbps: float | None) -> float | None:
    """From megabits per second; None is no bound."""
    return None if mbps is None else mbps * 1_000_000 / 8


@dataclass(slots=True)
class Bucket:
    """`rate` bytes per second."""

    rate: float
    _spent: float = field(init=False, default=0.0)
    _at: float = field(init=False, default=0.0)

    def spend(self, size: int, now: float) -> float:
        """Seconds to wait before so many bytes may leave, which are spent."""
        self._spent = self._spent_at(now) + size
        self._at = now
        return max(0.0, self._spent / self.rate - BURST)

    def full(self, now: float) -> bool:
        """Whether nothing is missing."""
        return self._spent_at(now) <= 0

    def _spent_at(self, now: float) -> float:
        return max(0.0, self._spent - (now - self._at) * self.rate)


class Bandwidth(Generic[Who]):
    """The buckets. Rates are bytes per second; None is no bound."""

    def __init__(self, per_client: float | None, in_all: float | None) -> None:
        self._per_client = per_client
        self._all = None if in_all is None else Bucket(in_all)
        self._buckets: dict[Who, Bucket] = {}
        slowest = min((rate for rate in (per_client, in_all) if rate is not None), default=None)
        self.piece = PIECE if slowest is None else int(min(PIECE, max(LEAST_PIECE, slowest / PIECES)))

    def __len__(self) -> int:
        return len(self._buckets)

    @property
    def bounded(self) -> bool:
        """Whether anybody has to wait at all."""
        return self._all is not None or self._per_client is not None

    def spend_own(self, who: Who, size: int, now: float) -> float:
        """Seconds that a client waits for itself."""
        if self._per_client is None:
            return 0.0
        bucket = self._buckets.get(who)
        if bucket is None:
            self._buckets = {key: each for key, each in self._buckets.items() if not each.full(now)}
            bucket = self._buckets[who] = Bucket(self._per_client)
        return bucket.spend(size, now)

    def spend_shared(self, size: int, now: float) -> float:
        """Seconds that whoever is next waits for what all have sent."""
        return 0.0 if self._all is None else self._all.spend(size, now)

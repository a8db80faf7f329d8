"""How much of something one may do: a token bucket that says how long to wait, and a bucket for everybody.

Contract. `most` at once, and one more every `every` seconds. Taking is all or nothing; a refusal costs nothing.
A bucket that is full again is forgotten, so that there are never more of them than people who did something lately.
Unlike `core.rate_limit`, which guards the daemon, this is a rule of the house, and whoever breaks it is told what it is.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from math import ceil
from typing import Generic, TypeVar

from protocol.errors import RateLimited

Who = TypeVar("Who", bound=Hashable)
NEARLY = 1e-9
"""What is missing to a whole token by rounding alone."""


@dataclass(slots=True)
class Budget:
    """One bucket. `things` is what it is about, as people call several: "films"."""

    most: int
    every: float
    things: str = "of these"
    _spent: float = field(init=False, default=0.0)
    _at: float = field(init=False, default=0.0)

    def take(self, count: int, now: float) -> None:
        """Spend so many.

        Raises:
            RateLimited: that is more than is left, and after how many seconds it will not be; or more than ever fits.
        """
        if count > self.most:
            sentence = f"No more than {self.most} {self.things} at once."
            raise RateLimited(sentence, hint="Take fewer.", retryable=False)
        spent = self._spent_at(now)
        missing = spent + count - self.most
        if missing > NEARLY:
            each = f"No more than {self.most} {self.things} at once, and one more every {self.every:g} s."
            raise RateLimited(each, retry_after_s=ceil(missing * self.every * 10 - NEARLY) / 10)
        self._spent, self._at = spent + count, now

    def full(self, now: float) -> bool:
        """Whether nothing is missing."""
        return self._spent_at(now) <= NEARLY

    def left(self, now: float) -> int:
        """How many may be taken now."""
        return int(self.most - self._spent_at(now) + NEARLY)

    def _spent_at(self, now: float) -> float:
        return max(0.0, self._spent - (now - self._at) / self.every)


class Budgets(Generic[Who]):
    """A bucket for everybody, all alike; see `Budget`."""

    def __init__(self, most: int, every: float, things: str = "of these") -> None:
        self._most, self._every, self._things = most, every, things
        self._buckets: dict[Who, Budget] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, who: Who, count: int, now: float) -> None:
        """Spend so many of somebody's. Raises: RateLimited."""
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if not bucket.full(now)}
        bucket = self._buckets.get(who) or Budget(self._most, self._every, self._things)
        bucket.take(count, now)
        self._buckets[who] = bucket

    def left(self, who: Who, now: float) -> int:
        """How many somebody may take now."""
        bucket = self._buckets.get(who)
        return bucket.left(now) if bucket else self._most

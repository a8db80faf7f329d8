"""A token bucket per client: bursts are fine, floods are refused, and a flood that goes on is cut off."""

from __future__ import annotations

from dataclasses import dataclass, field

PATIENCE = 5.0
"""Seconds of unbroken refusals after which the connection is closed."""


@dataclass(slots=True)
class RateLimit:
    """`rate` requests per second on average, `burst` at once. A rate of 0 means no limit."""

    rate: float
    burst: float
    _tokens: float = field(init=False)
    _at: float = field(init=False, default=0.0)
    _refusing_since: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._tokens = self.burst

    def admit(self, now: float) -> bool:
        """Whether one more request may pass now."""
        if self.rate <= 0:
            return True
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens >= self.burst / 2:
            self._refusing_since = None
        if self._tokens >= 1:
            self._tokens -= 1
            return True
        if self._refusing_since is None:
            self._refusing_since = now
        return False

    def hopeless(self, now: float) -> bool:
        """Whether refusing has gone on for too long."""
        return self._refusing_since is not None and now - self._refusing_since >= PATIENCE

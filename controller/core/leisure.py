"""Whether the machine has time for what nobody waits for.

    Busy ──── the last encoder ended or is held ────▶ Quiet(since) ──── QUIET seconds ────▶ idle
      ▲                                                   │                                   │
      └────────────────── an encoder works ───────────────┴───────────────────────────────────┘

Contract. It is told how many encoders work whenever that may have changed. It names its next deadline and never waits.
"""

from __future__ import annotations

from dataclasses import dataclass

QUIET = 10.0
"""Seconds without a working encoder: who has just begun to watch, or drags the scrubber, comes back sooner."""


@dataclass(slots=True)
class Leisure:
    """The machine; `quiet_since` is None while an encoder works."""

    quiet_since: float | None

    def observe(self, working: int, now: float) -> None:
        """So many encoders are at work."""
        if working:
            self.quiet_since = None
        elif self.quiet_since is None:
            self.quiet_since = now

    def is_idle(self, now: float) -> bool:
        """Whether something may be done that nobody waits for."""
        return self.quiet_since is not None and now >= self.quiet_since + QUIET

    def next_deadline(self, now: float) -> float | None:
        """When it will be idle if nothing happens; None when it is, or when that is not to be known."""
        return None if self.quiet_since is None or self.is_idle(now) else self.quiet_since + QUIET

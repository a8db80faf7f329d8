"""When a stream may be let go, files and all: nobody has used it for long, and its client does nothing else either."""

from __future__ import annotations

from controller.core.session import QUIET_AFTER

ABANDONED_AFTER = 7_200.0
"""Seconds without a fetch, a report or a command."""


def abandoned_at(used: float, last_seen: float) -> float:
    """The moment, if nothing happens until then: `used` is the stream's last use, `last_seen` its client's last command."""
    return max(used + ABANDONED_AFTER, last_seen + QUIET_AFTER)

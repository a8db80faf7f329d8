"""Whether a segment is worth waiting for: a run will come by, but another one might be there sooner."""

from __future__ import annotations

SOON = 8.0
"""Seconds of film that a run may still be away from a segment for the segment to wait for it, at real-time speed."""
SOON_FACTOR, SOON_MOST = 4.0, 60.0
"""A faster run may be further away: what it makes in this many seconds, up to a bound."""
JUMP_FACTOR = 0.5
"""The same for a segment that somebody has jumped to: another run would be there about as soon, and what lies between is
not wanted.
"""


def is_soon(away: float, speed: float, *, jumped: bool) -> bool:
    """Whether a run that makes `speed` film seconds per second and is so many film seconds away is soon enough there."""
    return away <= min(speed * JUMP_FACTOR if jumped else max(SOON, speed * SOON_FACTOR), SOON_MOST)

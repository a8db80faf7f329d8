"""How many threads an encoder gets beside others.

Contract. A run that somebody waits for, and one that works alone, takes the whole machine. One that works ahead beside
others takes its part of the cores: threads beyond that only wait for each other, and each keeps pictures in memory.
It is decided when a run begins; a run is short enough for that.
"""

from __future__ import annotations


def threads(cores: int, others: int, *, eager: bool) -> int | None:
    """Threads for a run that begins while so many others encode; None is as many as the encoder likes."""
    return None if eager or not others else max(1, cores // (others + 1))

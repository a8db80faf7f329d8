"""How many connections a daemon may have that may open so many files.

Contract. A connection has a socket, and for as long as a film or a segment goes out over it, a file. What is left over is for
encoders (three pipes each, with the ones that wait to be reaped), the screen, the store and the log.
"""

from __future__ import annotations

EACH = 2
"""Descriptors of a connection that is being served."""
OTHERS = 256
"""Descriptors for everything else, when there are as many."""


def most_connections(descriptors: int) -> int:
    """So many, at least one. Of few descriptors, half are for everything else."""
    return max(1, (descriptors - min(OTHERS, descriptors // 2)) // EACH)

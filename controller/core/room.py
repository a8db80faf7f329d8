"""How much of the disk each stream may fill, and when people are warned that there is little.

Contract. A stream's share is the client's quota, and no more than its part of what all streams may have: their quota in
all, and what the disk has above its floor. A warning is told once, before it hurts, and again only after there was room.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

MEBI = 1024**2
FLOOR_MOST = 1024 * MEBI
"""Bytes: the floor of a large disk; a tenth of it would be more than anybody misses."""
OVER_QUOTA = 10.0
"""Seconds for which the least that a film needs may be more than a client's quota, when nothing makes it smaller."""
SOON = 2.5
"""Times the floor: with less free than that, people are warned. A film that is copied takes a floor's worth in a second."""

ROOM_AGAIN = 4.0
"""Times the floor: with more free than that, there is room again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes per client and in all, and the part of the disk that stays free."""

    per_client: int = 512 * MEBI
    in_all: int = 8192 * MEBI
    floor: float = 0.1


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes of the disk, and of what is free of it."""

    size: int
    free: int


def floor_of(disk: Disk, limits: Limits) -> float:
    """Bytes that are to stay free."""
    return min(disk.size * limits.floor, FLOOR_MOST)


def share(disk: Disk, used: int, held: Collection[int], limits: Limits) -> float:
    """Bytes that each stream may have, when each has `held` so many now. That takes `used` so many of the disk: what
    several have counts once there, so there is room for more.
    """
    more = min(limits.in_all - used, disk.free - floor_of(disk, limits))
    return min(limits.per_client, max(0.0, sum(held) + more) / max(1, len(held)))


@dataclass(slots=True)
class Excess:
    """Whether one stream has needed more than its client's quota for too long."""

    since: float | None = None

    def is_too_much(self, now: float, *, over: bool) -> bool:
        """It is `over` now, or not any more."""
        self.since = (self.since or now) if over else None
        return self.since is not None and now - self.since >= OVER_QUOTA


@dataclass(slots=True)
class Scarcity:
    """Whether people are to be warned."""

    told: bool = False

    def is_news(self, disk: Disk, limits: Limits, *, hurts: bool) -> bool:
        """There is little, and nobody was told; `hurts` says that a stream has not what it should have."""
        floor = floor_of(disk, limits)
        if hurts or disk.free < SOON * floor:
            news, self.told = not self.told, True
            return news
        if disk.free > ROOM_AGAIN * floor:
            self.told = False
        return False

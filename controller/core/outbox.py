"""What waits to be sent on one connection: bounded, and the newest state instead of every state.

Contract: entries leave in the order they came. A newer state event takes the place of an older one of its kind, and its
number, so that the numbers of events grow by one on the way; unless an answer stands between them (events caused by a
request are sent before its answer). The bound is 256 messages or 1 MiB; who is over it for 5 s is too slow.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

MOST_MESSAGES = 256
MOST_BYTES = 1024 * 1024
PATIENCE = 5.0


@dataclass(slots=True)
class Outbox:
    """A queue of text frames; sizes are counted in characters, which for our JSON is close to bytes."""

    _entries: OrderedDict[int, str] = field(default_factory=OrderedDict)
    _newest: dict[str, tuple[int, int]] = field(default_factory=dict)
    _count: int = 0
    _size: int = 0
    _over_since: float | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def unsent(self, kind: str) -> int | None:
        """The number of the event that a newer one of this kind takes the place of, if there is one."""
        place, number = self._newest.get(kind, (0, 0))
        return number if place in self._entries else None

    def put(self, text: str, now: float, kind: str | None = None, number: int = 0) -> None:
        """Add a frame. `kind` names the state that an event shows, which has this number; None is an answer or an event that
        must not be replaced.
        """
        place = self._newest.get(kind, (0, 0))[0] if kind else 0
        if place not in self._entries:
            self._count += 1
            place = self._count
        if kind is None:
            self._newest.clear()
        else:
            self._newest[kind] = place, number
        self._size += len(text) - len(self._entries.get(place, ""))
        self._entries[place] = text
        self._mark(now)

    def take(self, now: float) -> str | None:
        """The next frame to send, or None."""
        if not self._entries:
            return None
        _, text = self._entries.popitem(last=False)
        self._size -= len(text)
        self._mark(now)
        return text

    def cut_off_at(self) -> float | None:
        """When this connection is to be cut if it does not get under the bound before."""
        return None if self._over_since is None else self._over_since + PATIENCE

    def _mark(self, now: float) -> None:
        over = len(self._entries) > MOST_MESSAGES or self._size > MOST_BYTES
        if not over:
            self._over_since = None
        elif self._over_since is None:
            self._over_since = now

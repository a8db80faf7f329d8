"""What waits to be sent on one connection: bounded, and the newest state instead of every state.

Contract: entries leave in the order they came, so that the numbers of events only grow on the way. A newer state event
takes an older one of its kind out of the line, unless an answer stands between them (events caused by a request are
sent before its answer). The bound is 256 messages or 1 MiB; who is over it for 5 s is too slow.
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
    _newest: dict[str, int] = field(default_factory=dict)
    _count: int = 0
    _size: int = 0
    _over_since: float | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, text: str, now: float, kind: str | None = None) -> None:
        """Add a frame; `kind` names the state it shows, None is an answer or an event that must not be replaced."""
        self._count += 1
        if kind is None:
            self._newest.clear()
        else:
            self._size -= len(self._entries.pop(self._newest.get(kind, 0), ""))
            self._newest[kind] = self._count
        self._entries[self._count] = text
        self._size += len(text)
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

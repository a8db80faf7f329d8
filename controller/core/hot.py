"""Segments in memory: which are kept, and for how long.

Contract. Only what is asked for again is kept: most segments are fetched once. Never more than `most` bytes, those included that are just being sent: who is sent something holds it, and what is
held is not let go for something new. What does not fit is not kept, and is served from its file. Of what nobody holds, the
one goes first that was not asked for the longest. Something that was made anew is another thing: it has another version.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
REMEMBERED = 1024
"""Segments of which it is known that they were asked for."""


@dataclass(slots=True)
class Kept:
    """One segment; `holders` are answers that are sending it."""

    version: Hashable
    body: bytes
    holders: int = 0
    dropped: bool = False


class Hot(Generic[Key]):
    """The store. Everything that `hold` or `keep` answers is given back by `release`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._asked: OrderedDict[Key, None] = OrderedDict()
        self.used = 0

    def __len__(self) -> int:
        return len(self._kept)

    def asked(self, key: Key) -> bool:
        """Somebody asks for it; answers whether somebody has before."""
        again = key in self._asked
        self._asked[key] = None
        self._asked.move_to_end(key)
        while len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        return again

    def hold(self, key: Key, version: Hashable) -> Kept | None:
        """What is kept, if it is that version; an older one is let go."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.version != version:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        kept.holders += 1
        return kept

    def has_room(self, size: int) -> bool:
        """Whether so many bytes could be kept now."""
        held = sum(len(each.body) for each in self._kept.values() if each.holders)
        return self._dropped_bytes() + held + size <= self._most

    def keep(self, key: Key, version: Hashable, body: bytes) -> Kept | None:
        """Keep and hold it; None when there is no room for it, even without what nobody holds."""
        self._drop(key)
        if not self.has_room(len(body)):
            return None
        for other in [key for key, each in self._kept.items() if not each.holders]:
            if self.used + len(body) <= self._most:
                break
            self._drop(other)
        self._kept[key] = kept = Kept(version, body, holders=1)
        self.used += len(body)
        return kept

    def release(self, kept: Kept) -> None:
        """It was sent."""
        kept.holders -= 1
        if kept.dropped and not kept.holders:
            self.used -= len(kept.body)

    def forget(self, which: Callable[[Key], bool]) -> None:
        """Let go of all of these."""
        for key in [key for key in self._kept if which(key)]:
            self._drop(key)
        for key in [key for key in self._asked if which(key)]:
            del self._asked[key]

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        kept.dropped = True
        if not kept.holders:
            self.used -= len(kept.body)

    def _dropped_bytes(self) -> int:
        """Bytes that are dropped and still being sent."""
        return self.used - sum(len(each.body) for each in self._kept.values())

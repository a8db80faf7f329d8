"""One film, many viewers, one encode: which streams make the same, and who has what of it.

Two streams share a rendition when film, plan and the way it is made are the same. What one of them has made, the others
take into their own directories (by hard links), so each keeps its own address, timeline and files: none notices when
another one leaves, cleans up or fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import NewType, Protocol

from controller.core.elsewhere import Coming
from controller.core.playlist import Rendition, SegmentId

Key = NewType("Key", int)
"""A rendition of a film, made by one plan in one way."""


class Sharer(Protocol):
    """A stream, as the others see it."""

    def path(self, segment: SegmentId) -> Path:
        """Where a segment that it has lies."""
        ...

    def coming(self, key: Key) -> Coming | None:
        """Its run that makes this, if one is wanted."""
        ...

    def look_around(self) -> None:
        """What the others have or make has changed."""
        ...


class Shelf:
    """The record of all streams."""

    def __init__(self) -> None:
        self._keys: dict[Hashable, Key] = {}
        self._count = 0
        self._streams: defaultdict[Key, set[Sharer]] = defaultdict(set)
        self._holders: defaultdict[tuple[Key, int], dict[Sharer, None]] = defaultdict(dict)

    def key(self, *what: Hashable) -> Key:
        """The key of a film, a plan, a rendition and a way of making it."""
        if what not in self._keys:
            self._count += 1
            self._keys[what] = Key(self._count)
        return self._keys[what]

    def join(self, stream: Sharer, keys: Iterable[Key]) -> None:
        """A stream wants these from now on, and nothing else."""
        for streams in self._streams.values():
            streams.discard(stream)
        for key in keys:
            self._streams[key].add(stream)
        self._forget_unused()

    def leave(self, stream: Sharer) -> None:
        """A stream is no more, and its files go."""
        for holders in self._holders.values():
            holders.pop(stream, None)
        self.join(stream, ())

    def put(self, stream: Sharer, key: Key, index: int) -> None:
        """A stream has a segment now. Who has made it tells the others; who only took it over has no news for them."""
        self._holders[key, index][stream] = None

    def drop(self, stream: Sharer, key: Key, index: int) -> None:
        """It has it no more."""
        self._holders[key, index].pop(stream, None)
        if not self._holders[key, index]:
            del self._holders[key, index]

    def tell(self, stream: Sharer, keys: Iterable[Key]) -> None:
        """What a stream makes has changed: who wants the same looks around."""
        for other in {other for key in keys for other in self._streams.get(key, ())} - {stream}:
            other.look_around()

    def where(self, stream: Sharer, key: Key, segment: SegmentId) -> list[Path]:
        """Where others have a segment."""
        holders = self._holders.get((key, segment.index), {})
        return [other.path(segment) for other in holders if other is not stream]

    def coming(self, stream: Sharer, keys: dict[Rendition, Key]) -> dict[Rendition, list[Coming]]:
        """Everybody else's runs for each rendition of which there are any."""
        found = dict[Rendition, list[Coming]]()
        for rendition, key in keys.items():
            runs = [run for other in self._streams.get(key, ()) if other is not stream and (run := other.coming(key))]
            if runs:
                found[rendition] = runs
        return found

    def _forget_unused(self) -> None:
        held = {key for key, _ in self._holders}
        for key in [key for key, streams in self._streams.items() if not streams]:
            del self._streams[key]
        self._keys = {what: key for what, key in self._keys.items() if key in held or key in self._streams}
        for place in [place for place, holders in self._holders.items() if not holders]:
            del self._holders[place]

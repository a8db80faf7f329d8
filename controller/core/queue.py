"""A list of items with a present one; made for one owner, who may be the screen.

Contract. Ids are unique and stay with their items. `version` grows with every edit. There is at most one present
item; when it is removed, what followed it is next.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from protocol.errors import ItemNotFound, Overloaded, VersionConflict
from protocol.values import ItemRef

MOST = 10_000
"""Items in one queue."""


@dataclass(frozen=True, slots=True)
class QueuedItem:
    """An item in its queue."""

    id: str
    item: ItemRef
    title: str
    duration: float | None = None


class ClientQueue:
    """The machine. `place` is the index of the present item, or, when that was removed, of the one before its gap."""

    def __init__(self, items: Sequence[QueuedItem] = (), current_id: str | None = None, version: int = 0) -> None:
        self._items = list(items)
        self._current_id: str | None = None
        self._place = -1
        self.version = version
        if current_id is not None and any(item.id == current_id for item in self._items):
            self._place, self._current_id = self._index(current_id), current_id

    @property
    def items(self) -> tuple[QueuedItem, ...]:
        """All of them, in order."""
        return tuple(self._items)

    @property
    def current(self) -> QueuedItem | None:
        """The present item."""
        return self._items[self._place] if self._current_id is not None else None

    @property
    def next(self) -> QueuedItem | None:
        """What comes after it."""
        return self._at(self._place + 1)

    @property
    def previous(self) -> QueuedItem | None:
        """What came before it."""
        return self._at(self._place - 1 if self._current_id is not None else self._place)

    def find(self, id_: str) -> QueuedItem:
        """The item of an id. Raises: ItemNotFound."""
        return self._items[self._index(id_)]

    def expect(self, version: int | None) -> None:
        """Refuse an edit that was made on an older version. Raises: VersionConflict."""
        if version is not None and version < self.version:
            raise VersionConflict

    def add(self, items: Sequence[QueuedItem], at: Literal["next", "end"] | int = "end") -> None:
        """Put items in; an index counts from 0. Raises: Overloaded (more than 10,000)."""
        if not items:
            return
        if len(self._items) + len(items) > MOST:
            raise Overloaded(f"A queue holds {MOST} items.")
        index = {"next": self._place + 1, "end": len(self._items)}[at] if isinstance(at, str) else at
        index = min(index, len(self._items))
        self._items[index:index] = items
        if index <= self._place:
            self._place += len(items)
        self.version += 1

    def remove(self, ids: Collection[str]) -> None:
        """Take items out; ids that are not there (any more) are no mistake."""
        before = sum(item.id in ids for item in self._items[: self._place + 1])
        if not any(item.id in ids for item in self._items):
            return
        self._items = [item for item in self._items if item.id not in ids]
        self._place -= before
        if self._current_id in ids:
            self._current_id = None
        self.version += 1

    def clear(self) -> None:
        """Take everything out."""
        if self._items:
            self.remove({item.id for item in self._items})

    def jump(self, id_: str) -> QueuedItem:
        """Make an item the present one. Raises: ItemNotFound."""
        self._place, self._current_id = self._index(id_), id_
        self.version += 1
        return self._items[self._place]

    def _index(self, id_: str) -> int:
        for index, item in enumerate(self._items):
            if item.id == id_:
                return index
        raise ItemNotFound("That is not in the queue.")

    def _at(self, index: int) -> QueuedItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

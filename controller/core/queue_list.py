"""The list of a queue: ids in order, their items, and the place in it, which survives the removal of what was there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from controller.core.queue_memory import QueuedItem

NOTHING: Mapping[str, QueuedItem] = MappingProxyType({})


class ItemList:
    """`current_id` is what was made present last, though it may be gone. `place` is its index, or, when it is gone, that
    of the one before its gap; -1 is before all. `ids` is never changed, only replaced: who holds it, holds how it was.
    """

    def __init__(self, items: Sequence[QueuedItem], current_id: str | None, place: int = -1) -> None:
        self.items = {item.id: item for item in items}
        self.ids = list(self.items)
        self.current_id = current_id if current_id in self.items else None
        self.place = (
            min(max(place, -1), len(self.ids) - 1) if self.current_id is None else self.ids.index(self.current_id)
        )

    @property
    def current(self) -> QueuedItem | None:
        """The present item."""
        return self.get(self.current_id)

    @property
    def passed(self) -> list[str]:
        """What is before the present item or the gap, in order."""
        return self.ids[: self.place + (self.current is None)]

    def get(self, id_: str | None) -> QueuedItem | None:
        """The item of an id, if there is one."""
        return self.items.get(id_) if id_ is not None else None

    def at(self, index: int, *, around: bool) -> QueuedItem | None:
        """The item at an index, counting `around` the ends."""
        if around and self.ids:
            return self.items[self.ids[index % len(self.ids)]]
        return self.items[self.ids[index]] if 0 <= index < len(self.ids) else None

    def go(self, id_: str) -> None:
        """Make it the present one."""
        self.place, self.current_id = self.ids.index(id_), id_

    def change(
        self,
        ids: list[str],
        came: Mapping[str, QueuedItem],
        gone: Collection[str],
        *,
        moved: str | None,
        passed: Sequence[str],
    ) -> None:
        """Let `ids` be the list, now that some came, are gone or moved; `passed` are others that belong before the gap."""
        for id_ in gone:
            del self.items[id_]
        self.items.update(came)
        if self.current:
            self.place = ids.index(self.current.id)
        else:
            before = [id_ for id_ in self.ids[: self.place + 1] if id_ != moved]
            self.place = max(self._last_of(before, ids), self._last_of(passed, ids))
        self.ids = ids

    def _last_of(self, before: Sequence[str], ids: list[str]) -> int:
        """The index in `ids` of the last of `before` that is among them, or -1."""
        return next((ids.index(id_) for id_ in reversed(before) if id_ in self.items), -1)

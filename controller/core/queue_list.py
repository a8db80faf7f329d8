"""The list of a queue: ids in order, their items, and the place in it, which survives the removal of what was there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from controller.core.queue_memory import QueuedItem

NOTHING: Mapping[str, QueuedItem] = MappingProxyType({})
FEW = 16
"""Ids that are looked for one by one: of more, each id of the list is looked at."""


@dataclass(frozen=True, slots=True)
class Step:
    """The ids of a list after an edit. The first `head` and the last `tail` of them are those of before; there may be
    more. So whoever keeps something of a long list looks only at what is between them.
    """

    ids: list[str]
    head: int = 0
    tail: int = 0


def put_in(ids: Sequence[str], index: int, came: Iterable[str]) -> Step:
    """With new ones from an index on."""
    index, longer = min(index, len(ids)), list(ids)
    longer[index:index] = came
    return Step(longer, index, len(ids) - index)


def take_out(ids: Sequence[str], gone: Collection[str]) -> Step:
    """Without those; each of them is there."""
    if len(gone) > FEW:
        return Step([id_ for id_ in ids if id_ not in gone])
    places, left = sorted(map(ids.index, gone)), list(ids)
    for place in reversed(places):
        del left[place]
    return Step(left, places[0], len(ids) - 1 - places[-1])


def put_elsewhere(ids: Sequence[str], id_: str, before_id: str | None) -> Step:
    """With one of them before another, or at the end."""
    start, order = ids.index(id_), list(ids)
    del order[start]
    end = len(order) if before_id is None else order.index(before_id)
    order.insert(end, id_)
    return Step(order, min(start, end), len(order) - 1 - max(start, end))


class ItemList:
    """`current_id` is what was made present last, though it may be gone. `place` is its index, or, when it is gone, that
    of the one before its gap; -1 is before all. `ids` is never changed, only replaced: who holds it, holds how it was.
    """

    def __init__(self, items: Sequence[QueuedItem], current_id: str | None, place: int = -1) -> None:
        self.items = {item.id: item for item in items}
        self.ids = list(self.items)
        self._before: Sequence[str] = ()
        self._step = Step(self.ids)
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

    def alike(self, before: Sequence[str]) -> tuple[int, int]:
        """How many ids at the beginning, and how many others at the end, are those of an earlier `ids`, as far as known."""
        if before is self.ids:
            return len(self.ids), 0
        return (self._step.head, self._step.tail) if before is self._before else (0, 0)

    def go(self, id_: str) -> None:
        """Make it the present one."""
        self.place, self.current_id = self.ids.index(id_), id_

    def change(
        self,
        step: Step,
        came: Mapping[str, QueuedItem],
        gone: Collection[str],
        *,
        moved: str | None,
        passed: Sequence[str],
    ) -> None:
        """Take a step, in which some came, are gone or moved; `passed` are others that belong before the gap."""
        for id_ in gone:
            del self.items[id_]
        self.items.update(came)
        self.place = self._place_after(step, moved, passed)
        self._before, self._step, self.ids = self.ids, step, step.ids

    def _place_after(self, step: Step, moved: str | None, passed: Sequence[str]) -> int:
        ids, stays = step.ids, self.place < step.head
        if self.current:
            here = stays and self.place >= 0 and ids[self.place] == self.current.id
            return self.place if here else ids.index(self.current.id)
        if not stays:
            before = [id_ for id_ in self.ids[: self.place + 1] if id_ != moved]
            return max(self._last_of(before, ids), self._last_of(passed, ids))
        return max(self.place, self._last_of(passed, ids))

    def _last_of(self, before: Sequence[str], ids: list[str]) -> int:
        """The index in `ids` of the last of `before` that is among them, or -1."""
        return next((ids.index(id_) for id_ in reversed(before) if id_ in self.items), -1)

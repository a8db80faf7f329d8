"""A list of items with a present one; made for one owner, who may be the screen.

    nothing yet ──jump──► present ──its item is removed──► gap ──jump──► present
                             ▲                              │
                             └──────── undo ────────────────┘

Contract. Ids come from the caller, are unique and stay with their items; `version` grows by one with every change
and never goes back. There is at most one present item; when it is removed, what stood before and after it is previous
and next.

What comes. `next`, `previous` and `after_end` only look, so that a film can be put on first; `jump` then makes it so.
A person's `next` and `previous` pass over "one" and go round with "all"; `after_end` stays with "one".
Shuffled, the list keeps its order and `Shuffle` has another: no item is played twice before every one was played,
added items come among those still to come, `previous` leads back the way that was taken. Unshuffled, the list goes on
from the present item.

Merging. An edit may say on which version it was made. Made on an older one: an addition is merged (an index is taken
as it is), a removal too (what is gone already is no mistake), a move if both its items are still there; `clear`,
`replace` and `set_mode` are refused, for they would undo what their sender has not seen. A version that is newer than
the queue was never its own and is refused. Refused is VersionConflict, and nothing has changed.

Undo. The last edits (20) can be undone, one by one, anybody's or somebody's: what came goes, what went or was moved
comes back beside its neighbours, as what was not yet played, and is the present item again if it was when it went. It
is not kept over a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import eq
from typing import Literal

from controller.core.queue_history import Edit, History
from controller.core.queue_list import NOTHING, ItemList, Step, put_elsewhere, put_in, take_out
from controller.core.queue_memory import QueuedItem, QueueMemory, ShuffleMemory
from controller.core.queue_order import Shuffle
from protocol.errors import ItemNotFound, Overloaded, VersionConflict
from protocol.values import ItemRef, Repeat

__all__ = ["MOST", "ClientQueue", "QueueMemory", "QueuedItem", "ShuffleMemory", "Where"]

MOST = 10_000
"""Items in one queue."""

Where = Literal["next", "end"] | int
"""After the present item, at the end, or at an index from 0."""


class ClientQueue:
    """The machine. Of its edits, `by` says who makes them, for `undo`; `version` is the one they were made on."""

    def __init__(self, items: Sequence[QueuedItem] = (), current_id: str | None = None, version: int = 0) -> None:
        self._list = ItemList(items, current_id)
        self._order: Shuffle | None = None
        self._history = History()
        self.repeat: Repeat = "off"
        self.version = version

    @classmethod
    def restore(cls, memory: QueueMemory) -> ClientQueue:
        """A queue as it was kept; what it says of unknown ids is dropped."""
        queue = cls(version=memory.version)
        queue._take_up(memory)
        return queue

    def _take_up(self, memory: QueueMemory) -> None:
        self._list = ItemList(memory.items, memory.current_id, memory.place)
        self.repeat = memory.repeat
        if memory.shuffle:
            self._order = Shuffle.restore(memory.shuffle, self._list.items.keys(), self._list.current_id)

    def __len__(self) -> int:
        return len(self._list.ids)

    # ── what is there ─────────────────────────────────────────────────────────────────────────────

    @property
    def memory(self) -> QueueMemory:
        """All of it but its undo."""
        current_id = self.current.id if self.current else None
        return QueueMemory(self.items, current_id, self._list.place, self.version, self.repeat, self.order)

    @property
    def items(self) -> tuple[QueuedItem, ...]:
        """All of them, in the order of the list."""
        return tuple(map(self._list.items.__getitem__, self._list.ids))

    @property
    def ids(self) -> Sequence[str]:
        """Those of all items, in the order of the list. It does not change when the queue does."""
        return self._list.ids

    def alike(self, before: Sequence[str]) -> tuple[int, int]:
        """How many ids at the beginning, and how many others at the end, are those of an earlier `ids`, as far as known."""
        return self._list.alike(before)

    @property
    def place(self) -> int:
        """The index of the present item, or, when it is gone, of the one before its gap; -1 is before all."""
        return self._list.place

    @property
    def shuffle(self) -> bool:
        """Whether they come in another order."""
        return self._order is not None

    @property
    def order(self) -> ShuffleMemory | None:
        """That order, with the way that was taken."""
        return self._order.memory if self._order else None

    @property
    def current(self) -> QueuedItem | None:
        """The present item."""
        return self._list.current

    @property
    def next(self) -> QueuedItem | None:
        """What comes when somebody wants the next."""
        if self._order:
            return self._list.get(self._order.next(self._list.ids, again=self._around))
        return self._list.at(self._list.place + 1, around=self._around)

    @property
    def previous(self) -> QueuedItem | None:
        """What comes when somebody wants to go back; to be made present by `jump` with `back`."""
        if self._order:
            return self._list.get(self._order.previous)
        return self._list.at(self._list.place - (self.current is not None), around=self._around)

    def after_end(self) -> QueuedItem | None:
        """What comes by itself when the present item has ended."""
        return self.current if self.repeat == "one" and self.current else self.next

    def find(self, id_: str) -> QueuedItem:
        """The item of an id. Raises: ItemNotFound."""
        if id_ not in self._list.items:
            raise ItemNotFound("That is not in the queue.")
        return self._list.items[id_]

    def expect_room(self, count: int) -> None:
        """Refuse so many more items. Raises: Overloaded."""
        self._check_room(len(self) + count)

    def expect(self, version: int | None) -> None:
        """Refuse an edit that was made on another version. Raises: VersionConflict."""
        if version is not None and version < self.version:
            raise VersionConflict
        self._merge(version)

    # ── going through it ──────────────────────────────────────────────────────────────────────────

    def jump(self, id_: str, *, back: bool = False) -> QueuedItem:
        """Make an item the present one; `back` if it was asked for as `previous`. Raises: ItemNotFound."""
        item = self.find(id_)
        if self._order:
            self._order.go(id_, self._list.ids, again=self._around, back=back)
        self._list.go(id_)
        self.version += 1
        return item

    def begin(self, item: QueuedItem, same: Callable[[ItemRef, ItemRef], bool] = eq) -> None:
        """Make a film that was put on directly the present one: it is that already, or what comes next, or it is new.

        A new one comes after the one of before. `same` says whether two references name the same film.

        Raises:
            Overloaded: the queue is full, and nothing was played that could be dropped.
            ValueError: its id is not new.
        """
        if self.current and same(self.current.item, item.item):
            return
        coming = self.next
        if coming is None or not same(coming.item, item.item):
            self.make_room(1)
            self.add([item], "next")
            coming = item
        self.jump(coming.id)

    def set_mode(self, repeat: Repeat, *, shuffle: bool, seed: str, version: int | None = None) -> None:
        """How it goes on. A new order is made of `seed` when shuffling begins; an old one stays.

        Raises:
            VersionConflict: made on another version.
        """
        self.expect(version)
        if (repeat, shuffle) == (self.repeat, self.shuffle):
            return
        self.repeat = repeat
        if not shuffle:
            self._order = None
        elif self._order is None:
            self._order = Shuffle(seed)
            self._order.add(self._list.ids)
            if self.current:
                self._order.take(self.current.id)
        self.version += 1

    # ── edits ─────────────────────────────────────────────────────────────────────────────────────

    def add(
        self, items: Sequence[QueuedItem], at: Where = "end", *, version: int | None = None, by: str | None = None
    ) -> None:
        """Put new items in.

        Raises:
            Overloaded: more than 10,000; none is added.
            VersionConflict: made on a version that is newer.
            ValueError: an id is not new.
        """
        self._merge(version)
        if not items:
            return
        came = self._new(items, len(self._list.ids))
        index = {"next": self._list.place + 1, "end": len(self._list.ids)}[at] if isinstance(at, str) else max(at, 0)
        self._note(by, came=came)
        self._change(put_in(self._list.ids, index, came), came, soon=at == "next")

    def remove(self, ids: Collection[str], *, version: int | None = None, by: str | None = None) -> None:
        """Take items out; ids that are not there (any more) are no mistake.

        Raises:
            VersionConflict: made on a version that is newer.
        """
        self._merge(version)
        gone = {id_: self._list.items[id_] for id_ in ids if id_ in self._list.items}
        if gone:
            self._note(by, gone=gone)
            self._change(take_out(self._list.ids, gone), gone=gone)

    def move(
        self, id_: str, before_id: str | None = None, *, version: int | None = None, by: str | None = None
    ) -> None:
        """Put an item before another, or at the end.

        Raises:
            ItemNotFound: one of them was never there.
            VersionConflict: one of them is gone since that version, or the version is newer.
        """
        self._merge(version)
        if id_ not in self._list.items or (before_id is not None and before_id not in self._list.items):
            self.expect(version)
            raise ItemNotFound("That is not in the queue.")
        if id_ == before_id:
            return
        step = put_elsewhere(self._list.ids, id_, before_id)
        if step.ids != self._list.ids:
            self._note(by, moved=id_)
            self._change(step, moved=id_)

    def clear(self, *, version: int | None = None, by: str | None = None) -> None:
        """Take everything out. Raises: VersionConflict (made on another version)."""
        self.expect(version)
        self.remove(self._list.ids, by=by)

    def replace(
        self,
        items: Sequence[QueuedItem],
        current_id: str | None = None,
        *,
        version: int | None = None,
        by: str | None = None,
    ) -> None:
        """Take everything out and put new items in, one of which may be the present one; the mode stays.

        Raises:
            Overloaded, ValueError: as `add`.
            ItemNotFound: `current_id` is none of them.
            VersionConflict: made on another version.
        """
        self.expect(version)
        came = self._new(items, 0)
        if current_id is not None and current_id not in came:
            raise ItemNotFound("That is not in the queue.")
        if came or self._list.ids:
            gone = dict(self._list.items)
            self._note(by, came=came, gone=gone)
            self._list.current_id = current_id
            self._change(Step(list(came)), came, gone)

    def undo(self, *, by: str | None = None) -> None:
        """Take the last edit back that still shows: somebody's, or anybody's.

        Raises:
            ItemNotFound: there is none.
            Overloaded: there is no room for what would come back.
        """
        for edit in self._history.latest(by):
            ids = edit.undone(self._list.ids)
            self._check_room(len(ids))
            self._history.drop(edit)
            if ids != self._list.ids:
                self._take_back(edit, ids)
                return
        raise ItemNotFound("There is nothing to undo.")

    def make_room(self, count: int) -> tuple[QueuedItem, ...]:
        """Drop the oldest items that were played before the present one until `count` more fit; not to be undone.

        Returns:
            What was dropped; often nothing.

        Raises:
            Overloaded: too few were played; none is dropped.
        """
        needed = max(len(self._list.ids) + count - MOST, 0)
        played = self._order.played if self._order else self._list.passed
        dropped = {id_: self._list.items[id_] for id_ in played[:needed]}
        self._check_room(len(self._list.ids) - len(dropped) + count)
        if dropped:
            self._change(take_out(self._list.ids, dropped), gone=dropped)
        return tuple(dropped.values())

    # ── how ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def _around(self) -> bool:
        return self.repeat == "all"

    def _merge(self, version: int | None) -> None:
        if version is not None and version > self.version:
            raise VersionConflict("The queue has no such version.")

    def _new(self, items: Sequence[QueuedItem], beside: int) -> dict[str, QueuedItem]:
        self._check_room(beside + len(items))
        came = {item.id: item for item in items}
        if len(came) < len(items) or not came.keys().isdisjoint(self._list.items.keys()):
            raise ValueError("An id is in the queue already.")
        return came

    def _check_room(self, count: int) -> None:
        if count > MOST:
            raise Overloaded(f"A queue holds {MOST} items.")

    def _take_back(self, edit: Edit, ids: list[str]) -> None:
        now = self._list
        if edit.gone and now.current_id in {None, *edit.came}:  # what it put in place of the list goes again
            now.current_id = edit.current_id
        came = {id_: item for id_, item in edit.gone.items() if id_ not in now.items}
        gone = edit.came & now.items.keys()
        passed = edit.before[: edit.place + 1] if edit.current_id == now.current_id else ()
        self._change(Step(ids), came, gone, moved=edit.moved, passed=passed)

    def _note(
        self,
        by: str | None,
        *,
        came: Collection[str] = (),
        gone: Mapping[str, QueuedItem] = NOTHING,
        moved: str | None = None,
    ) -> None:
        now = self._list
        self._history.note(Edit(by, now.ids, now.place, now.current_id, gone, frozenset(came), moved))

    def _change(
        self,
        step: Step,
        came: Mapping[str, QueuedItem] = NOTHING,
        gone: Collection[str] = (),
        *,
        soon: bool = False,
        moved: str | None = None,
        passed: Sequence[str] = (),
    ) -> None:
        """As `ItemList.change`; what came is to come next if it is to be `soon`."""
        self._list.change(step, came, gone, moved=moved, passed=passed)
        if self._order:
            self._order.remove(gone)
            self._order.add(came, soon=soon)
            if self.current:
                self._order.take(self.current.id)
        self.version += 1

"""Keeps every queue: one row for what it is at, and one for each stretch of its items and of its shuffled order.

Stretches are named by what is in them (see `core.chunks`): those of before are there already, and are not written again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from pydantic import Field, TypeAdapter, ValidationError

from controller.core.chunks import Chunk, Chunks
from controller.core.queue import ClientQueue, QueuedItem, QueueMemory, ShuffleMemory
from controller.services.clients import ClientManager
from controller.services.keeping.book import read_all
from controller.services.queues import Queues
from controller.services.screen import SharedScreen
from protocol.values import Repeat, Wire

log = structlog.get_logger(__name__)
Entry = TypeVar("Entry")

SCREEN = "screen"
"""The screen's place among the clients' ids."""
QUEUE, ITEMS, ORDER = "queue:", "items:", "order:"
LISTS: TypeAdapter[list[QueuedItem]] = TypeAdapter(list[QueuedItem])
ORDERS: TypeAdapter[list[str]] = TypeAdapter(list[str])


class KeptOrder(Wire):
    """A shuffled order; `walk` and `ahead` are names of stretches."""

    seed: str
    draws: int
    at: int
    walk: list[str]
    ahead: list[str]


class KeptQueue(Wire):
    """A queue; `items` are names of stretches."""

    version: int
    current_id: str | None = None
    place: int = -1
    repeat: Repeat = "off"
    shared: bool = False
    items: list[str] = Field(default_factory=list)
    shuffle: KeptOrder | None = None


@dataclass(slots=True)
class _Shelf:
    """The rows of one queue. `stored` are the names of those that are; `mark` is what they show, None if unknown."""

    stored: set[str] = field(default_factory=set)
    mark: tuple[ClientQueue, int, bool] | None = None
    next: tuple[set[str], tuple[ClientQueue, int, bool]] | None = None
    items: Chunks = field(default_factory=Chunks)
    walk: Chunks = field(default_factory=Chunks)
    ahead: Chunks = field(default_factory=Chunks)


class QueueBook:
    """A `Book`; the clients must be there before it is taken up."""

    def __init__(self, clients: ClientManager, queues: Queues, screen: SharedScreen) -> None:
        self._clients, self._queues, self._screen = clients, queues, screen
        self._shelves: dict[str, _Shelf] = {}
        self._gone: list[str] = []

    def take_up(self, found: Mapping[str, str]) -> None:
        """Give everybody their queue."""
        for name in found:
            if name.startswith((QUEUE, ITEMS, ORDER)):
                self._shelves.setdefault(name.split(":")[1], _Shelf()).stored.add(name)
        for owner, kept in read_all(KeptQueue, found, QUEUE):
            queue = ClientQueue.restore(_Found(owner, found).memory(kept))
            if owner == SCREEN:
                self._screen.queue = queue
            elif self._clients.get(owner):
                self._queues.take_up(owner, queue, shared=kept.shared)

    def changes(self) -> dict[str, str | None]:
        """What was edited."""
        changes, owners = dict[str, str | None](), set[str]()
        for owner, queue in ((SCREEN, self._screen.queue), *self._queues.everybodys()):
            owners.add(owner)
            shelf = self._shelves.setdefault(owner, _Shelf())
            mark = queue, queue.version, self._queues.shares(owner)
            if shelf.mark != mark:
                changes |= _changes(owner, shelf, mark)
        self._gone = list(self._shelves.keys() - owners)
        for owner in self._gone:
            changes |= dict.fromkeys(self._shelves[owner].stored)
        return changes

    def saved(self) -> None:
        """What was answered last is stored now."""
        for owner in self._gone:
            del self._shelves[owner]
        self._gone = []
        for shelf in self._shelves.values():
            if shelf.next:
                (shelf.stored, shelf.mark), shelf.next = shelf.next, None


def _changes(owner: str, shelf: _Shelf, mark: tuple[ClientQueue, int, bool]) -> dict[str, str | None]:
    """The rows that a queue needs and that are not stored, and those that it needs no more. An unused one needs none."""
    queue, version, shared = mark
    rows = _rows(owner, shelf, queue, shared=shared) if version or shared else {}
    shelf.next = set(rows), mark
    new = rows.keys() - (shelf.stored - {QUEUE + owner})
    texts: dict[str, str | None] = {name: _text(name, rows[name], queue) for name in new}
    return texts | dict.fromkeys(shelf.stored - rows.keys())


Row = KeptQueue | Chunk


def _rows(owner: str, shelf: _Shelf, queue: ClientQueue, *, shared: bool) -> dict[str, Row]:
    """All rows of a queue, by name."""
    items, shuffle, order = shelf.items.cut(queue.ids, *queue.alike(shelf.items.last)), queue.order, None
    prefix, prefix_of_order = f"{ITEMS}{owner}:", f"{ORDER}{owner}:"
    rows: dict[str, Row] = {prefix + chunk.name: chunk for chunk in items}
    if shuffle:
        walk, ahead = shelf.walk.cut(shuffle.walk), shelf.ahead.cut(shuffle.ahead)
        order = KeptOrder(seed=shuffle.seed, draws=shuffle.draws, at=shuffle.at, walk=_names(walk), ahead=_names(ahead))
        rows |= {prefix_of_order + chunk.name: chunk for chunk in (*walk, *ahead)}
    rows[QUEUE + owner] = KeptQueue(
        version=queue.version,
        current_id=queue.current.id if queue.current else None,
        place=queue.place,
        repeat=queue.repeat,
        shared=shared,
        items=_names(items),
        shuffle=order,
    )
    return rows


def _names(chunks: Sequence[Chunk]) -> list[str]:
    return [chunk.name for chunk in chunks]


def _text(name: str, row: Row, queue: ClientQueue) -> str:
    if isinstance(row, KeptQueue):
        return row.model_dump_json(exclude_defaults=True)
    if name.startswith(ITEMS):
        return LISTS.dump_json([queue.find(id_) for id_ in row.ids], exclude_none=True).decode()
    return ORDERS.dump_json(list(row.ids)).decode()


class _Found:
    """Puts the stretches of one queue together again."""

    def __init__(self, owner: str, found: Mapping[str, str]) -> None:
        self._owner, self._found = owner, found
        self._lost = 0

    def memory(self, kept: KeptQueue) -> QueueMemory:
        """The queue; what is lost of it is left out, and said aloud. It has another version then."""
        items = self._whole(ITEMS, kept.items, LISTS)
        shuffle = self._order(kept.shuffle) if kept.shuffle else None
        if self._lost:
            log.warning("a part of a queue is lost", queue=self._owner, parts=self._lost, left=len(items))
        return QueueMemory(
            tuple({item.id: item for item in items}.values()),
            kept.current_id,
            kept.place,
            kept.version + bool(self._lost),
            kept.repeat,
            shuffle,
        )

    def _order(self, kept: KeptOrder) -> ShuffleMemory:
        walk, ahead = self._whole(ORDER, kept.walk, ORDERS), self._whole(ORDER, kept.ahead, ORDERS)
        return ShuffleMemory(kept.seed, kept.draws, tuple(walk), kept.at, tuple(ahead))

    def _whole(self, prefix: str, names: Sequence[str], lists: TypeAdapter[list[Entry]]) -> list[Entry]:
        whole: list[Entry] = []
        for name in names:
            try:
                whole += lists.validate_json(self._found.get(f"{prefix}{self._owner}:{name}", ""))
            except ValidationError:
                self._lost += 1
        return whole

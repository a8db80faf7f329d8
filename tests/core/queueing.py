"""What the tests of the queue share. Ids are single letters where that is possible, and a list of them a string."""

from __future__ import annotations

from collections.abc import Iterable

from controller.core.queue import ClientQueue, QueuedItem
from protocol.values import PathRef, Repeat


def item(id_: str) -> QueuedItem:
    return QueuedItem(id_, PathRef(path=f"{id_}.mkv"), id_)


def items(ids: Iterable[str]) -> list[QueuedItem]:
    return [item(id_) for id_ in ids]


def queue(ids: str = "abcde", current: str | None = "c") -> ClientQueue:
    return ClientQueue(items(ids), current)


def shuffled(ids: str = "abcde", current: str | None = "c", repeat: Repeat = "off", seed: str = "s") -> ClientQueue:
    one = queue(ids, current)
    one.set_mode(repeat, shuffle=True, seed=seed)
    return one


def ids(one: ClientQueue) -> str:
    return "".join(each.id for each in one.items)


def around(one: ClientQueue) -> str:
    """What came before, what is there, and what comes, with a dash for nothing."""
    return "".join(each.id if each else "-" for each in (one.previous, one.current, one.next))


def go_on(one: ClientQueue, times: int = 1) -> str:
    """As a person does, `times` or until there is nothing; the ids passed."""
    passed = ""
    while len(passed) < times and (entry := one.next):
        passed += one.jump(entry.id).id
    return passed


def go_back(one: ClientQueue, times: int = 1) -> str:
    """As a person does, `times` or until there is nothing; the ids passed."""
    passed = ""
    while len(passed) < times and (entry := one.previous):
        passed += one.jump(entry.id, back=True).id
    return passed


def play_through(one: ClientQueue, times: int) -> str:
    """As it goes by itself, `times` or to the end; the ids passed."""
    passed = ""
    while len(passed) < times and (entry := one.after_end()):
        passed += one.jump(entry.id).id
    return passed

"""The last edits of a queue, so that they can be undone, also when others have edited since.

Contract. An undone edit takes out what it brought and puts back what it took, each behind the nearest of those that
stood before it and are still there. What others did since stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from controller.core.queue_memory import QueuedItem

EDITS = 20
"""Edits that can be undone; the oldest are forgotten."""
ITEMS = 10_000
"""Removed items that are remembered for it, in all; the oldest edits are forgotten beyond, never the last one."""


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """What was done, `by` whom, and how it was `before`: ids in order, the place in them, the id made present last."""

    by: str | None
    before: Sequence[str]
    place: int
    current_id: str | None
    gone: Mapping[str, QueuedItem]
    came: frozenset[str]
    moved: str | None

    def undone(self, ids: Sequence[str]) -> list[str]:
        """The order without this edit."""
        there = set(ids)
        gone = self.gone.keys() - there
        back = {id_ for id_ in self.before if (id_ in there if id_ == self.moved else id_ in gone)}
        kept = [id_ for id_ in ids if id_ not in self.came and id_ not in back]
        return _put_back(kept, self.before, back)


class History:
    """At most 20 edits and 10,000 removed items."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    def note(self, edit: Edit) -> None:
        """It was done."""
        self._edits.append(edit)
        while len(self._edits) > EDITS or (len(self._edits) > 1 and self._held > ITEMS):
            del self._edits[0]

    def latest(self, by: str | None) -> Iterator[Edit]:
        """Somebody's edits, or everybody's, the last one first."""
        return iter([edit for edit in reversed(self._edits) if by is None or edit.by == by])

    def drop(self, edit: Edit) -> None:
        """It is undone."""
        self._edits.remove(edit)

    @property
    def _held(self) -> int:
        return sum(len(edit.gone) for edit in self._edits)


def _put_back(kept: Sequence[str], before: Sequence[str], back: Collection[str]) -> list[str]:
    """`kept` with the ids of `back` among them, each behind the nearest one that was before it."""
    there = set(kept)
    behind: dict[str | None, list[str]] = {}
    anchor = None
    for id_ in before:
        if id_ in back:
            behind.setdefault(anchor, []).append(id_)
        elif id_ in there:
            anchor = id_
    order = behind.get(None, [])
    for id_ in kept:
        order.append(id_)
        order.extend(behind.get(id_, ()))
    return order

"""What is told of a queue."""

from __future__ import annotations

from functools import cached_property

from protocol.values import ItemRef, Repeat, Seconds, Wire


class QueueItem(Wire):
    """`id` stays the same wherever the item moves; `by` is the name of who added it to a queue of several people."""

    id: str
    item: ItemRef
    title: str
    duration: Seconds | None = None
    by: str | None = None

    def written(self) -> str:
        """Written once: with every edit of a list, many items are told again that have not changed."""
        return self._written

    @cached_property
    def _written(self) -> str:
        return super().written()


class QueueState(Wire):
    """`version` grows with every change. A long queue is told in part: `items` begins at index `first` of `total`."""

    version: int
    items: list[QueueItem]
    total: int
    current_id: str | None = None
    repeat: Repeat = "off"
    shuffle: bool = False
    first: int = 0

    def written(self) -> str:
        """Put together of what is written of its items."""
        items = ",".join([item.written() for item in self.items])
        return f'{{"items":[{items}],{self.model_dump_json(exclude={"items"}, exclude_none=True)[1:]}'

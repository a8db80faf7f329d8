"""What is told of a queue."""

from __future__ import annotations

from protocol.values import ItemRef, Repeat, Seconds, Wire


class QueueItem(Wire):
    """`id` stays the same wherever the item moves; `by` is the name of who added it to a queue of several people."""

    id: str
    item: ItemRef
    title: str
    duration: Seconds | None = None
    by: str | None = None


class QueueState(Wire):
    """`version` grows with every change. A long queue is told in part: `items` begins at index `first` of `total`."""

    version: int
    items: list[QueueItem]
    total: int
    current_id: str | None = None
    repeat: Repeat = "off"
    shuffle: bool = False
    first: int = 0

"""What a queue holds, and what is kept of it over a restart."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.values import ItemRef, Repeat


@dataclass(frozen=True, slots=True)
class QueuedItem:
    """An item in its queue. `person` has added it, and is called `by`, where several people share a queue."""

    id: str
    item: ItemRef
    title: str
    duration: float | None = None
    by: str | None = None
    person: str | None = None

    def __hash__(self) -> int:
        """By its id alone, which nothing else has: thousands are looked up for every frame."""
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class ShuffleMemory:
    """A shuffled order, see `Shuffle`; `walk` and `ahead` are ids."""

    seed: str
    draws: int = 0
    walk: tuple[str, ...] = ()
    at: int = -1
    ahead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueMemory:
    """All of a queue but its undo. `place` is as in `ClientQueue`; `shuffle` is None while it is off."""

    items: tuple[QueuedItem, ...] = ()
    current_id: str | None = None
    place: int = -1
    version: int = 0
    repeat: Repeat = "off"
    shuffle: ShuffleMemory | None = None

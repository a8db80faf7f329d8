"""Who waits for which segments of a stream."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.core.playlist import Rendition, SegmentId


@dataclass(slots=True)
class _Waiting:
    """How many wait for a segment, and how recent the last of them is."""

    count: int
    order: int


@dataclass(slots=True)
class Asked:
    """The record; true while anybody waits."""

    _waiting: dict[SegmentId, _Waiting] = field(default_factory=dict)
    _order: int = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def latest(self) -> SegmentId:
        """What was asked for last; somebody must be waiting."""
        return max(self._waiting, key=lambda segment: self._waiting[segment].order)

    @property
    def all(self) -> list[SegmentId]:
        """Everything that somebody waits for."""
        return list(self._waiting)

    def add(self, segment: SegmentId) -> None:
        """One more waits."""
        self._order += 1
        waiting = self._waiting.setdefault(segment, _Waiting(0, 0))
        waiting.count, waiting.order = waiting.count + 1, self._order

    def withdraw(self, segment: SegmentId) -> None:
        """One waits no more."""
        if waiting := self._waiting.get(segment):
            waiting.count -= 1
            if waiting.count == 0:
                del self._waiting[segment]

    def met(self, segment: SegmentId) -> bool:
        """It is there: nobody waits for it any more. Answers whether anybody did."""
        return self._waiting.pop(segment, None) is not None

    def of(self, index: int) -> set[Rendition]:
        """The renditions of which somebody waits for this segment."""
        return {segment.rendition for segment in self._waiting if segment.index == index}

"""Which segments of a stream are there, and which are lacking of what its player plays.

Contract. A player plays one picture and one sound: these are `demanded`, at first the picture and the first sound.
A segment that was `served` is taken back only where its player can do without it. Beyond `length` segments the film has nothing, whatever its plan says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from controller.core.playlist import VIDEO, Rendition, SegmentId
from controller.core.segment_plan import SegmentPlan

NEAR = 30.0
"""Seconds of film that a viewer reaches before long."""
SPARED = 20.0
"""Seconds of film for which a track must be there already for a run to leave it out."""


@dataclass(slots=True)
class Made:
    """The record; `renditions` are all that can be had, the leading ones first."""

    plan: SegmentPlan
    renditions: tuple[Rendition, ...]
    demanded: frozenset[Rendition] = field(init=False)
    length: int = field(init=False)
    have: dict[Rendition, set[int]] = field(init=False)
    bytes: int = field(init=False, default=0)
    _sizes: dict[SegmentId, int] = field(init=False, default_factory=dict)
    _served: set[SegmentId] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.have = {rendition: set() for rendition in self.renditions}
        self.length = len(self.plan)
        sounds = [rendition for rendition in self.renditions if rendition != VIDEO]
        self.demanded = frozenset({VIDEO} & {*self.renditions}) | frozenset(sounds[:1])

    @property
    def empty(self) -> bool:
        """Whether there is nothing."""
        return not any(self.have.values())

    def exists(self, segment: SegmentId) -> bool:
        """Whether the plan has such a segment."""
        return segment.rendition in self.have and 0 <= segment.index < len(self.plan)

    def has(self, segment: SegmentId) -> bool:
        """Whether a segment is whole."""
        return segment.index in self.have[segment.rendition]

    def all(self) -> list[SegmentId]:
        """Everything that is there, in order."""
        return [SegmentId(rendition, index) for rendition, there in self.have.items() for index in sorted(there)]

    def demand(self, sound: Rendition) -> None:
        """The player plays this sound now."""
        self.demanded = (self.demanded & {VIDEO}) | {sound}

    def serve(self, segment: SegmentId) -> None:
        """Somebody has it now."""
        self._served.add(segment)

    def drop(self, renditions: Collection[Rendition], after: int) -> list[SegmentId]:
        """Forget what is there of these, but for what was served before the segment `after`; answers what that was."""
        there = [SegmentId(rendition, index) for rendition in renditions for index in sorted(self.have[rendition])]
        dropped = [segment for segment in there if segment.index >= after or segment not in self._served]
        for segment in dropped:
            self.lose(segment)
        self._served.difference_update(dropped)
        return dropped

    def add(self, segment: SegmentId, size: int) -> None:
        """It is there, of so many bytes."""
        self.have[segment.rendition].add(segment.index)
        self.bytes += size - self._sizes.get(segment, 0)
        self._sizes[segment] = size

    def size(self, segment: SegmentId) -> int:
        """The bytes of one that is there."""
        return self._sizes[segment]

    def lose(self, segment: SegmentId) -> None:
        """It is not there any more."""
        self.have[segment.rendition].discard(segment.index)
        self.bytes -= self._sizes.pop(segment, 0)

    def between(self, start: float, end: float) -> list[SegmentId]:
        """What is there and lies between two places of the film, whole."""
        plan = self.plan
        return [one for one in self.all() if plan.start(one.index) >= start and plan.end(one.index) <= end]

    def since(self, index: int) -> list[SegmentId]:
        """What is there from a segment on, in no order."""
        return [SegmentId(rendition, one) for rendition, there in self.have.items() for one in there if one >= index]

    def ready(self, index: int) -> bool:
        """Whether all that is demanded of a segment is there."""
        return all(index in self.have[rendition] for rendition in self.demanded)

    def count_from(self, index: int) -> int:
        """How many segments are ready, without a hole, from one on."""
        end = index
        while end < len(self.plan) and self.ready(end):
            end += 1
        return end - index

    def ahead(self, index: int) -> float:
        """Film seconds that are there, without a hole, from a segment on."""
        return self.plan.boundaries[index + self.count_from(index)] - self.plan.boundaries[index]

    def lacking(self, index: int, waited: Collection[Rendition] = ()) -> set[Rendition]:
        """What is demanded or waited for, and not there, of a segment."""
        return {rendition for rendition in self.demanded.union(waited) if index not in self.have[rendition]}

    def lacks_from(self, rendition: Rendition, index: int) -> int:
        """The first segment from here on of which this is not there; there may be none, which is the film's end."""
        while index in self.have[rendition]:
            index += 1
        return min(index, len(self.plan) - 1)

    def lacking_from(self, index: int, waited: Collection[Rendition] = ()) -> set[Rendition]:
        """What a run that begins here has to make: what is not there, or not for long enough to be left out."""
        after = self.plan.index_at(self.plan.start(index) + SPARED)
        here = range(index, after + 1)
        spared = {rendition for rendition in self.demanded if self.have[rendition].issuperset(here)}
        return self.lacking(index, waited) | (self.demanded - spared)

    def hole_after(self, index: int) -> int | None:
        """The first segment from here on that is not ready, when the viewer will be there before long."""
        near = self.plan.boundaries[index] + NEAR
        while index < self.length and self.plan.boundaries[index] <= near:
            if not self.ready(index):
                return index
            index += 1
        return None

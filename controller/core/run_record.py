"""How far the present run of the encoder has come, how fast, and whether it still gets anywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from controller.core.playlist import Rendition, SegmentId
from controller.core.segment_plan import SegmentPlan
from controller.core.vitals import Pulse, Vitals


@dataclass(slots=True)
class RunRecord:
    """The record; `any` says that the run has made something."""

    plan: SegmentPlan
    any: bool = False
    _next: dict[Rendition, int] = field(default_factory=dict)
    _start: int = 0
    _firsts: set[Rendition] = field(default_factory=set)
    _since: float = 0.0
    _from: int = 0
    _vitals: Vitals = field(default_factory=lambda: Vitals(0.0))

    def begin(self, renditions: Iterable[Rendition], index: int, now: float) -> None:
        """Another run, which makes these from a segment on."""
        self._next, self.any = dict.fromkeys(renditions, index), False
        self._start, self._firsts = index, set()
        self.measure(now)

    def measure(self, now: float) -> None:
        """It goes on, in a process that has just begun or was held: from here on its speed is measured."""
        self._since, self._from = now, self.frontier
        self._vitals.moved(now)

    def makes(self, segment: SegmentId) -> bool:
        """Whether it makes such segments."""
        return segment.rendition in self._next

    def made(self, segment: SegmentId, now: float) -> None:
        """It made one."""
        self._next[segment.rendition] = max(self._next[segment.rendition], segment.index + 1)
        self.any = True
        if segment.index == self._start:
            self._firsts.add(segment.rendition)
        self._vitals.moved(now)

    def is_quiet(self, now: float) -> bool:
        """Whether nothing is heard of it; see `core.vitals`."""
        return self._vitals.is_quiet(now)

    def is_stalled(self, pulse: Pulse, now: float) -> bool:
        """Whether it gets nowhere; see `core.vitals`."""
        return self._vitals.is_stalled(pulse, now)

    @property
    def frontier(self) -> int:
        """The first segment that it has not made of every rendition of its own."""
        return min(self._next.values())

    @property
    def furthest(self) -> int:
        """The first segment that it has not made of any rendition of its own."""
        return max(self._next.values())

    def next_of(self, rendition: Rendition) -> int:
        """The first segment that it has not made of one of its renditions."""
        return self._next[rendition]

    def is_past(self, index: int, renditions: Collection[Rendition]) -> bool:
        """Whether it is past a segment of any of these, or there and does not make it."""
        return any(index < self._next.get(rendition, self.frontier + 1) for rendition in renditions)

    def without_first(self, renditions: Collection[Rendition]) -> bool:
        """Whether it has not made the segment where it began of any of these."""
        return not self._firsts.issuperset(renditions)

    def skipped(self, renditions: Collection[Rendition]) -> bool:
        """Whether it is past the segment where it began and has not made it of any of these."""
        return any(self._next[one] > self._start and one not in self._firsts for one in renditions)

    def until(self, index: int) -> float:
        """Film seconds that it is away from a segment."""
        return self.plan.boundaries[index] - self.plan.boundaries[min(self.frontier, index)]

    def speed(self, now: float) -> float:
        """Film seconds made per second; 0 before its first segment."""
        if self.measured(now) <= 0:
            return 0.0
        return (self.plan.boundaries[self.frontier] - self.plan.boundaries[self._from]) / self.measured(now)

    def measured(self, now: float) -> float:
        """Seconds over which `speed` is measured."""
        return max(0.0, now - self._since)

"""What of a stream is made, what is asked for, what is therefore lacking, and whether it is time to make it.

Contract. Whoever waits comes first, the latest of them before the others; else the target is what is made next. Without
anybody who waits, a run begins only where a held one would go on: what lies half a minute ahead can wait. What comes
from somebody else's run is not made here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from controller.core.asked import Asked
from controller.core.elsewhere import Coming, comes
from controller.core.made import Made
from controller.core.playlist import Rendition, SegmentId
from controller.core.segment_plan import SegmentPlan
from controller.core.throttle import is_held


@dataclass(slots=True)
class Needs:
    """The record, over `made`. `hurries` says that runs can be eager; `quick` is what is made in next to no time;
    `playhead` is where the viewer is; `allowance` is how many bytes of it may be on the disk, `elsewhere` what others
    make of just the same.
    """

    plan: SegmentPlan
    renditions: tuple[Rendition, ...]
    position: float
    began: float
    hurries: bool = False
    quick: frozenset[Rendition] = frozenset()
    allowance: float = float("inf")
    elsewhere: Mapping[Rendition, Collection[Coming]] = field(default_factory=dict)
    playhead: float = field(init=False)
    made: Made = field(init=False)
    _asked: Asked = field(init=False, default_factory=Asked)
    _target: int | None = field(init=False, default=None)
    _viewer: int = field(init=False)

    def __post_init__(self) -> None:
        self.playhead = min(max(self.position, 0.0), self.plan.duration)
        self.made = Made(self.plan, self.renditions)
        self._viewer = self.plan.index_at(self.playhead)
        if self.playhead < self.plan.duration:
            self._target = self.made.hole_after(self._viewer)

    @property
    def empty(self) -> bool:
        """Whether nothing of it is made."""
        return self.made.empty

    def has(self, segment: SegmentId) -> bool:
        """Whether a segment is whole."""
        return self.made.has(segment)

    def exists(self, segment: SegmentId) -> bool:
        """Whether the plan has such a segment."""
        return self.made.exists(segment)

    def ahead(self) -> float:
        """Film seconds that are whole, without a hole, from where the viewer last asked."""
        return self.made.ahead(self._viewer)

    # ── inside ────────────────────────────────────────────────────────────────────────────────────

    def _lacking(self, index: int) -> set[Rendition]:
        """What is demanded or waited for of a segment, and not made."""
        return self.made.lacking(index, self._asked.of(index))

    def _unmet(self) -> int | None:
        """The segment that has to be made first: the latest that somebody waits for, else the target."""
        if self._asked:
            return self._asked.latest.index
        if self._target is not None and not self.made.ready(self._target):
            return self._target
        return None

    def _is_to_make(self, index: int | None) -> bool:
        """Whether a run of our own is wanted for what is lacking of a segment."""
        return index is not None and bool(self._own(self._lacking(index), index))

    def _is_due(self, index: int | None) -> bool:
        """Whether a run may begin at a segment now, as far as the throttle goes."""
        return index is not None and not is_held(
            self._away(index), held=True, waited=bool(self._asked), cramped=self._is_cramped
        )

    def _away(self, index: int) -> float:
        """Film seconds that a segment, or the film's end, is ahead of the viewer."""
        return self.plan.boundaries[index] - self.plan.origin - self.playhead

    def _own(self, renditions: Collection[Rendition], index: int) -> set[Rendition]:
        """Those of the renditions of which what lacks from a segment on does not come from elsewhere."""
        waited, lacks = self._asked.of(index), {each: self.made.lacks_from(each, index) for each in renditions}
        return {
            each
            for each, at in lacks.items()
            if not comes(self.elsewhere.get(each, ()), self.plan, at, self.playhead, waited=each in waited)
        }

    @property
    def _is_cramped(self) -> bool:
        return self.made.bytes >= self.allowance

"""Whether what is lacking here comes from somebody else, whose encoder makes just the same.

Contract. A run that makes the same rendition of the same film by the same plan is as good as one's own for what lies
before it, as long as it gets there soon. One that is held will go on for its own viewer; it is waited for as long as
this viewer has enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.patience import is_soon
from controller.core.segment_plan import SegmentPlan

ENOUGH = 20.0
"""Film seconds before a viewer with which a held run may be waited for."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody else's run: the first segment that it has not made, how fast it makes them, and which one it does not
    make any more.
    """

    frontier: int
    speed: float
    held: bool = False
    until: int | None = None


def comes(coming: Coming | None, plan: SegmentPlan, index: int, playhead: float, *, waited: bool) -> bool:
    """Whether a segment comes from there; `waited` says that somebody here waits."""
    if coming is None or index < coming.frontier or (coming.until is not None and index >= coming.until):
        return False
    if coming.held:
        return not waited and plan.start(index) - playhead >= ENOUGH
    return is_soon(plan.boundaries[index] - plan.boundaries[coming.frontier], coming.speed, jumped=False)

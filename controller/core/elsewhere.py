"""Whether what is lacking here comes from somebody else, whose encoder makes just the same.

Contract. A run that makes the same rendition of the same film by the same plan is as good as one's own for what lies
before it, as long as it gets there soon: whoever lives on it waits at most `LITTLE` longer than with an encoder of their
own. One that is held will go on for its own viewer, and one of which nothing is heard may never: they are waited for as
long as this viewer has enough.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from controller.core.patience import is_soon
from controller.core.segment_plan import SegmentPlan

ENOUGH = 20.0
"""Film seconds before a viewer with which a run that stands still may be waited for."""
LITTLE = 2.0
"""Seconds that an encoder of one's own would take to begin, and then some."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody else's run: the first segment that it has not made, how many film seconds per second it makes, over how
    many seconds that was measured, whether it is held, whether it is in haste, whether nothing is heard of it, and which
    segment it does not make any more.
    """

    frontier: int
    speed: float
    held: bool = False
    eager: bool = False
    quiet: bool = False
    measured: float = 0.0
    until: int | None = None


def comes(runs: Collection[Coming], plan: SegmentPlan, index: int, playhead: float, *, waited: bool) -> bool:
    """Whether a segment comes from one of these runs; `waited` says that somebody here waits."""
    spare = 0.0 if waited else max(0.0, plan.start(index) - playhead)
    return any(_comes(run, plan, index, spare) for run in runs)


def _comes(run: Coming, plan: SegmentPlan, index: int, spare: float) -> bool:
    """The same of one run, when it may take so many seconds before anybody waits."""
    if index < run.frontier or (run.until is not None and index >= run.until):
        return False
    if run.held or run.quiet:
        return spare >= ENOUGH
    away = plan.boundaries[index] - plan.boundaries[run.frontier]
    return is_soon(away, run.speed, jumped=False) and away <= (run.speed or 1.0) * (LITTLE + spare)


def followed(runs: Collection[Coming], index: int) -> Coming | None:
    """The run that somebody lives on who lacks a segment: the nearest that has not come there, if it is at work."""
    before = [run for run in runs if run.frontier <= index and not run.held]
    return max(before, key=lambda run: run.frontier, default=None)

"""When a run of the encoder is held, where a quick one ends, and how much of a stream may lie on the disk.

                60 s ahead of the viewer, or no room for more
    running ─────────────────────────────────────────────────▶ held
       ▲                                                        │
       └──── 30 s ahead, or somebody waits for a segment ───────┘

Contract. Whoever waits for a segment wins over the throttle, always. Up to 60 s and a segment before the viewer are kept,
and 60 s behind; what lies further behind is kept while there is room, what lies further ahead (the viewer has gone back)
is not.

A run that encodes no picture makes minutes of film in the time that it takes to hold it: it is given an end from the
start. The next one begins there as a held one would go on.
"""

from __future__ import annotations

from bisect import bisect_left

from controller.core.segment_plan import SegmentPlan

HOLD_AHEAD, RELEASE_AHEAD = 60.0, 30.0
"""Seconds ahead of the viewer at which the encoder is held, and at which it goes on."""
LEAST_AHEAD = 15.0
"""Seconds ahead of the viewer that are made even when there is little room."""
KEEP_BEHIND, LEAST_BEHIND = 60.0, 6.0
"""Seconds behind the viewer that are kept, and that are kept even when there is little room."""
SEGMENT = 4.0
"""Seconds beyond the sixty that a segment may be long."""
BEHIND = 1.0
"""Seconds that a viewer may be behind the place where they are taken to be: a run that has begun goes to its end."""


def is_held(ahead: float, *, held: bool, waited: bool, cramped: bool = False, reach: float = 0.0) -> bool:
    """Whether a run is held that is so far ahead with all that it makes, and comes to `reach` next with some of it: sound comes
    before the picture. `cramped` says that the stream has as much on the disk as it may.
    """
    if waited:
        return False
    if cramped:
        return ahead >= LEAST_AHEAD
    return ahead >= RELEASE_AHEAD and (held or max(ahead, reach) >= HOLD_AHEAD)


def end_of_quick(plan: SegmentPlan, index: int, playhead: float, *, cramped: bool = False) -> int | None:
    """The first segment that is not made by a quick run which begins at one; None where it goes to the film's end.

    It is as much as a run makes before it is held, and never more than a segment of the usual length beyond that:
    where segments are long, the run ends sooner.
    """
    reach = playhead + (LEAST_AHEAD if cramped else HOLD_AHEAD)
    until = bisect_left(plan.boundaries, reach, key=lambda boundary: boundary - plan.origin)
    if until >= len(plan.boundaries) or plan.boundaries[until] - plan.origin > reach + SEGMENT - BEHIND:
        until -= 1
    until = max(until, index + 1)
    return until if until < len(plan) else None


LONGEST = 8_000
"""Segments that one run makes at most: where each ends is told to FFmpeg in one argument, and Linux takes 128 KiB in one."""


def end_of_run(plan: SegmentPlan, index: int, playhead: float, *, quick: bool, cramped: bool = False) -> int | None:
    """The first segment that is not made by a run which begins at one; None where it goes to the film's end."""
    until = end_of_quick(plan, index, playhead, cramped=cramped) if quick else None
    return until if until is not None or len(plan) - index <= LONGEST else index + LONGEST


BUILT = 20.0
"""Seconds of film from the viewer's place on that are to be there before a run may take its time."""


def is_built(plan: SegmentPlan, frontier: int, playhead: float) -> bool:
    """Whether enough lies before the viewer, and enough is left of the film, for a run that takes its time."""
    reached = plan.boundaries[frontier] - plan.origin
    return reached - playhead >= BUILT and plan.duration - reached >= BUILT

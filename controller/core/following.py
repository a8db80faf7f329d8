"""When one film of a stream is over and the next one has to be there.

A player that tells where it is has the last word on the end: the timeline runs at most `GRACE` seconds ahead of it.
What somebody has paused is not over, however near its end it is. What follows is made ready in the last `READY_BEFORE`
seconds, when the encoder of the present film has nothing left to do, so that there are never two.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.timeline import Timeline

READY_BEFORE = 20.0
"""Seconds, as they pass, before the end."""
GRACE = 3.0
"""Seconds past the end that a player which tells its position has to say that it is there."""
AT_THE_END = 0.3
"""Seconds of film that a player may leave out at the end."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A stream, as far as it matters here.

    `busy`: its encoder is not done; `stopped`: somebody has paused it. `heard` is when its player last told its
    position, `since` when its client was last without a connection; both in seconds of the clock, None for never.
    """

    line: Timeline
    busy: bool = False
    stopped: bool = False
    heard: float | None = None
    since: float | None = None


def over_at(film: Watched) -> float | None:
    """When a film is over for good; None while that cannot be said."""
    line = film.line
    if line.playing or film.stopped:
        return None
    if film.heard is not None and film.heard >= line.at:
        return line.at if line.position >= line.duration - AT_THE_END else None
    if line.position < line.duration:
        return None
    return line.at if film.heard is None else max(line.at, film.since or line.at) + GRACE


def ready_at(film: Watched) -> float | None:
    """From when on the next film should be made ready; None while that cannot be said."""
    line = film.line
    if film.busy:
        return None
    ends_at = line.ends_at()
    if ends_at is not None:
        return ends_at - READY_BEFORE
    return line.at if line.duration - line.position <= READY_BEFORE * line.rate else None

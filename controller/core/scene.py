"""What the screen should be doing, as a value: enough of it to bring everything back after a fault."""

from __future__ import annotations

from dataclasses import dataclass, replace

from controller.core.media import MediaFacts
from controller.core.timeline import Timeline
from protocol.values import ItemRef

LAST = 1.0
"""Seconds before the end that a film is opened at most: beyond it, VLC shows nothing and calls that an end."""


@dataclass(frozen=True, slots=True)
class Film:
    """A film that can be shown; `path` is its file's."""

    item: ItemRef
    path: str
    title: str
    facts: MediaFacts


@dataclass(frozen=True, slots=True)
class Showing:
    """A film on the screen. `line` stands still until its first frame is shown; `paused` is what is wished.

    `audio` and `subtitle` count the film's tracks of that kind; None leaves the choice to VLC, -1 is no subtitle.
    """

    film: Film
    line: Timeline
    paused: bool = False
    audio: int | None = None
    subtitle: int | None = None

    def frozen(self, now: float) -> Showing:
        """The same, standing still where it is."""
        return replace(self, line=self.line.paused(now))


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is on the screen. `parked` comes back when the present film ends."""

    showing: Showing | None = None
    parked: Showing | None = None
    volume: int = 100
    muted: bool = False
    fullscreen: bool = True

    def frozen(self, now: float) -> Scene:
        """The same, standing still where it is."""
        return replace(self, showing=self.showing.frozen(now) if self.showing else None)


def show(
    film: Film,
    position: float,
    now: float,
    *,
    paused: bool = False,
    rate: float = 1.0,
    audio: int | None = None,
    subtitle: int | None = None,
) -> Showing:
    """A film that is to be shown from a position, which is clamped to what can be shown."""
    duration = film.facts.duration
    start = min(max(position, 0.0), max(0.0, duration - LAST))
    return Showing(film, Timeline(start, now, duration, playing=False, rate=rate), paused, audio, subtitle)

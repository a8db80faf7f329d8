"""What the screen's player is told, and what it tells: the words between core.screen and VLC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Open:
    """Play a film from a position; what is on the screen stops. `epoch` comes back in the reports about it."""

    epoch: int
    path: str
    position: float
    paused: bool


@dataclass(frozen=True, slots=True)
class Close:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Pause, or go on."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Seek:
    position: float


@dataclass(frozen=True, slots=True)
class SetRate:
    rate: float


@dataclass(frozen=True, slots=True)
class SetVolume:
    volume: int


@dataclass(frozen=True, slots=True)
class SetMute:
    muted: bool


@dataclass(frozen=True, slots=True)
class SetAudio:
    """By number among the film's audio tracks."""

    track: int


@dataclass(frozen=True, slots=True)
class SetSubtitle:
    """By number among the film's subtitle tracks; -1 is none."""

    track: int


@dataclass(frozen=True, slots=True)
class SetFullscreen:
    fullscreen: bool


@dataclass(frozen=True, slots=True)
class SetText:
    """A line over the picture; empty for none."""

    text: str


Call = Open | Close | Hold | Seek | SetRate | SetVolume | SetMute | SetAudio | SetSubtitle | SetFullscreen | SetText


@dataclass(frozen=True, slots=True)
class Report:
    """What the player says of itself. A time is in seconds; None is what it does not know (yet).

    `shown` says that the film of this epoch has really begun: a frame is there, or its sound.
    """

    epoch: int
    state: Literal["none", "opening", "playing", "paused", "ended"]
    shown: bool = False
    time: float | None = None
    rate: float | None = None
    volume: int | None = None
    muted: bool | None = None
    audio: int | None = None
    subtitle: int | None = None
    fullscreen: bool | None = None

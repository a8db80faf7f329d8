"""What a stream can be doing, and how a run of its encoder can end. The machine over these is `core.stream`."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.core.playlist import Rendition
from protocol.errors import MatineeError


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing has to be made."""


@dataclass(frozen=True, slots=True)
class Running:
    """The run `epoch` should be alive, making `renditions` from segment `start` on by a `recipe`; `held` means stopped
    in its tracks, `eager` that somebody waits and haste comes before beauty. It ends before the segment `until`, if it
    is not to go on to the film's end.
    """

    epoch: int
    start: int
    renditions: frozenset[Rendition]
    recipe: int = 0
    held: bool = False
    eager: bool = False
    until: int | None = None


@dataclass(frozen=True, slots=True)
class BackingOff:
    """The last run failed, of an `error`; the next may start at `until`."""

    until: float
    error: MatineeError | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NoRoom:
    """The disk has no room for what should be made; whether it has is tried again at `until`."""

    until: float


@dataclass(frozen=True, slots=True)
class InLine:
    """A run should be alive, but others encode: it waits for its turn, `since` then."""

    since: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Given up, until the client seeks or asks again."""

    error: MatineeError


Phase = Idle | Running | BackingOff | NoRoom | InLine | Failed


@dataclass(frozen=True, slots=True)
class Completed:
    """The run ended by itself and called that a success."""


@dataclass(frozen=True, slots=True)
class Crashed:
    """The run ended in any other way; `reason` is for people and holds no path."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stalled:
    """The run was ended because it got nowhere."""


@dataclass(frozen=True, slots=True)
class OutOfRoom:
    """The run was ended, or not even begun, because there is no room for what it makes."""


Outcome = Completed | Crashed | Stalled | OutOfRoom

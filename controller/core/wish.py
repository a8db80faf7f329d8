"""What a delivery is decided for: what the client asked for, what its player can do, and what the house allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from controller.core.abilities import Abilities
from protocol.values import DeliveryMode, Quality

HEIGHTS: dict[Quality, int] = {"1080p": 1080, "720p": 720, "480p": 480, "360p": 360}

Pressure = Literal["server_too_slow", "encoder_failed", "disk_too_full", "connection_too_slow", "player_too_slow"]

OFF = -1
"""The subtitle track that is none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody has chosen for a stream, which stays with it; None means the film's own default, or what the
    person chose last. A subtitle track of -1 is none.

    `burn` says that the subtitles are to be drawn into the picture, `direct` that the file itself would do. `beside` is
    the name of the file that the subtitles are in, where they lie beside the film: its number may be another's later.
    """

    quality: Quality = "auto"
    audio_track: int | None = None
    subtitle_track: int | None = None
    burn: bool = False
    direct: bool = False
    beside: str | None = None

    @property
    def for_another_film(self) -> Choice:
        """What of it is meant for the next film, too: its tracks have other numbers."""
        return Choice(self.quality, direct=self.direct)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step down that nobody asked for: at most so high, made in `haste`, or `blank` without any picture; and why."""

    reason: Pressure
    height: int | None = None
    haste: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """What the box's owner allows: whether anything is encoded, and the highest bitrate, in kbit/s."""

    transcoding: bool = True
    max_kbps: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One client's wish for one film; None means the film's own default, or unlimited.

    `direct` says that the file itself would do. `refused` are the ways that this player has failed with on films of
    this kind. `burn` says that the subtitles are to be drawn into the picture. A `rate` other than 1 is one that the film
    has to be made at, for a player that cannot play it slower or faster.
    """

    quality: Quality = "auto"
    audio_track: int | None = None
    subtitle_track: int | None = None
    burn: bool = False
    direct: bool = False
    abilities: Abilities = field(default_factory=Abilities)
    house: House = field(default_factory=House)
    refused: frozenset[DeliveryMode] = frozenset()
    rung: Rung | None = None
    rate: float = 1.0

    @property
    def subtitle(self) -> int:
        """The subtitle track that is chosen, by a word or by what was chosen last; -1 for none."""
        return OFF if self.subtitle_track is None else self.subtitle_track

    @property
    def height(self) -> int | None:
        """The highest picture that is asked for and can be shown."""
        limits = [HEIGHTS.get(self.quality), self.abilities.max_height, self.rung.height if self.rung else None]
        return min((limit for limit in limits if limit is not None), default=None)

    @property
    def max_kbps(self) -> int | None:
        """The highest bitrate that is allowed and can be taken."""
        limits = [self.abilities.max_kbps, self.house.max_kbps]
        return min((limit for limit in limits if limit is not None), default=None)

"""When a stream that nobody made smaller becomes smaller, or larger again, by itself.

                the box makes it too slowly, or fails · it comes too slowly · the player cannot keep up
    whole ────────────────────────────────────────────────────────────────────────────────────────────▶ a rung down
      ▲                                                                                                      │
      └───────────────── all has been well for a while, longer after each step up that failed ───────────────┘

Contract. A step down is decided before the player runs dry: when what is ahead of it is used up within `DRY` seconds
at the present speed, or when it says that it waits, that pictures are dropped, or that it gets less than the stream
needs. After a step everything is measured anew. `wanted` is the rung to be on, with the reason for it; what somebody
has chosen (`chosen`) is made in haste, but never smaller.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from controller.core.media import MediaFacts
from controller.core.picture import USUAL
from controller.core.wish import Pressure, Rung, Wish

HEIGHTS = (720, 480, 360)
DRY = 15.0
"""Seconds within which a player must not run dry."""
MEASURED = 4.0
"""Seconds of encoding before its speed means something."""
ENOUGH = 1.5
"""Film seconds per second, for each second that is watched, that a box makes which can do more."""
CALM = 30.0
"""Seconds in which all must be well before a step up …"""
CALM_AT_MOST = 600.0
"""… which double with every step up that failed, up to here."""
FAILED_WITHIN = 60.0
"""Seconds after a step up within which a step down means that it failed."""
SETTLE = 8.0
"""Seconds after a step in which the player still plays what was made before: what it says of that means nothing."""
DROPPED, DROPPED_WITHIN = 30, 10.0
"""Pictures dropped within so many seconds that say that the player cannot keep up."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the box does: `speed` in film seconds per second over the last `measured` seconds of one run; `ahead` film
    seconds that are there for the viewer; `at_rest` when it is held or done, `eager` when it makes haste already.
    """

    speed: float
    measured: float
    ahead: float
    at_rest: bool
    eager: bool = False


@dataclass(frozen=True, slots=True)
class Playing:
    """How the player does: whether it waits for data, pictures dropped in all, kbit/s that it gets."""

    stalled: bool = False
    dropped: int | None = None
    kbps: float | None = None


@dataclass(slots=True)
class Ladder:
    """The machine for one stream; `height` is of its whole picture, `needs` the kbit/s that it has now."""

    height: int
    now: float
    chosen: bool = False
    needs: int = 0
    step: int = 0
    reason: Pressure = "server_too_slow"
    _since: float = field(init=False)
    _well_since: float = field(init=False)
    _calm: float = CALM
    _rose: float = float("-inf")
    _dropped: deque[tuple[float, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._since = self._well_since = self.now

    @property
    def rungs(self) -> list[Rung | None]:
        """From the whole picture down to none."""
        smaller = [] if self.chosen else [height for height in HEIGHTS if height < self.height]
        last = [] if self.chosen else [Rung(self.reason, smaller[-1] if smaller else None, haste=True, blank=True)]
        hasty = [Rung(self.reason, haste=True)]
        return [None, *hasty, *(Rung(self.reason, height, haste=True) for height in smaller), *last]

    @property
    def is_down(self) -> bool:
        """Whether there is no smaller way left."""
        return self.step >= len(self.rungs) - 1

    @property
    def wanted(self) -> Rung | None:
        """Where to be."""
        if self.step == 0:  # as nearly always, and this is asked every second
            return None
        return self.rungs[min(self.step, len(self.rungs) - 1)]

    def on_encoding(self, box: Encoding, rate: float, now: float) -> None:
        """The box tells how it does; the viewer watches `rate` film seconds per second."""
        if box.at_rest or box.measured < MEASURED:
            self._rise(now, well=box.at_rest or box.ahead >= DRY)
            return
        short = rate - box.speed
        if short > 0 and box.ahead / short < DRY:
            self._down("server_too_slow", now, least=2 if box.eager else 1)
        else:
            self._rise(now, well=box.speed >= ENOUGH * rate)

    def on_failed(self, now: float) -> None:
        """The encoder has failed for good in this way."""
        self._down("encoder_failed", now, least=1)

    def on_no_room(self, now: float) -> None:
        """There is not enough room for what is made."""
        if now >= self._since + SETTLE:
            self._down("disk_too_full", now, least=2)

    def on_playing(self, player: Playing, ahead: float, now: float) -> None:
        """The player tells how it does, while so much is there for it."""
        thin = player.kbps is not None and 0 < player.kbps < self.needs
        settled = now >= self._since + SETTLE and not self.chosen
        if self._drops(player.dropped, now) and settled:
            self._down("player_too_slow", now, least=2)
        elif (player.stalled or thin) and ahead > 2 * MEASURED and settled:
            self._down("connection_too_slow", now, least=2)
        elif player.stalled:
            self._well_since = now

    def _drops(self, dropped: int | None, now: float) -> bool:
        """Whether the player dropped too many pictures of late. A number that falls is of another film."""
        if dropped is None:
            return False
        if self._dropped and dropped < self._dropped[-1][1]:
            self._dropped.clear()
        self._dropped.append((now, dropped))
        while self._dropped[0][0] < now - DROPPED_WITHIN:
            self._dropped.popleft()
        return dropped - self._dropped[0][1] >= DROPPED

    def _down(self, reason: Pressure, now: float, *, least: int) -> None:
        """One step, at least to a rung: haste alone helps only a box that makes none."""
        self._well_since = now
        if self.is_down:
            return
        if now < self._rose + FAILED_WITHIN:
            self._calm = min(2 * self._calm, CALM_AT_MOST)
        self.reason = reason
        self.step = min(max(self.step + 1, least), len(self.rungs) - 1)
        self._moved(now)

    def _rise(self, now: float, *, well: bool) -> None:
        if not well:
            self._well_since = now
        elif self.step > 0 and now >= self._well_since + self._calm:
            self.step -= 1
            if (
                self.reason not in {"server_too_slow", "encoder_failed"} and self.step == 1
            ):  # haste alone would not make it smaller
                self.step = 0
            self._rose = now
            self._moved(now)

    def _moved(self, now: float) -> None:
        self._since = self._well_since = now
        self._dropped.clear()


def ladder_of(facts: MediaFacts, wish: Wish, now: float) -> Ladder | None:
    """What makes a film smaller by itself, if anything may."""
    if facts.video is None or wish.quality in {"original", "audio-only"}:
        return None
    height = min(facts.video.height, wish.height or USUAL)
    return Ladder(height, now, chosen=wish.quality != "auto")

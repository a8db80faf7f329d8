"""Keeps the screen: what is on it, what is parked, how loud it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import anyio
import structlog

from controller.core.scene import Showing, show
from controller.ports import Clock
from controller.services.keeping.book import read
from controller.services.screen import SharedScreen
from protocol.errors import MatineeError
from protocol.values import ItemRef, Wire

log = structlog.get_logger(__name__)

ROW = "screen"
FOUND_WITHIN = 10.0
"""Seconds in which a film of before must be found again; after that the TV is there without it."""


class KeptFilm(Wire):
    """A film on the screen, or parked."""

    item: ItemRef
    position: float
    rate: float
    paused: bool
    audio: int | None = None
    subtitle: int | None = None


class KeptScreen(Wire):
    """The scene."""

    showing: KeptFilm | None = None
    parked: KeptFilm | None = None
    volume: int = 100
    muted: bool = False
    fullscreen: bool = True


class ScreenBook:
    """A `Book`. Until `bring_back` is done nothing changes: that would take the place of what is to be brought back."""

    def __init__(self, clock: Clock, screen: SharedScreen) -> None:
        self._clock, self._screen = clock, screen
        self._stored: str | None = None
        self._next: str | None = None

    def take_up(self, found: Mapping[str, str]) -> None:
        """The screen takes no commands from now on, until it is as it was."""
        self._stored = self._next = found.get(ROW)
        self._screen.coming_back = True

    def changes(self) -> dict[str, str | None]:
        """The scene, if it is another; a handover that is under way is not in it."""
        if self._screen.coming_back:
            return {}
        self._next = self._text()
        return {} if self._next == self._stored else {ROW: self._next}

    def saved(self) -> None:
        """What was answered last is stored now."""
        self._stored = self._next

    def _text(self) -> str:
        scene, now = self._screen.machine.settled, self._clock.now()
        return KeptScreen(
            showing=_film(scene.showing, now),
            parked=_film(scene.parked, now),
            volume=scene.volume,
            muted=scene.muted,
            fullscreen=scene.fullscreen,
        ).model_dump_json(exclude_none=True)

    async def bring_back(self) -> None:
        """Let the screen be as it was."""
        kept, machine = read(KeptScreen, self._stored), self._screen.machine
        machine.adjust(volume=kept.volume, muted=kept.muted, fullscreen=kept.fullscreen)
        showing, parked = await self._showing(kept.showing), await self._showing(kept.parked)
        self._screen.coming_back = False
        self._screen.set_scene(replace(machine.scene, showing=showing, parked=parked))

    async def _showing(self, kept: KeptFilm | None) -> Showing | None:
        """The film again, if it is still there."""
        if kept is None:
            return None
        try:
            with anyio.fail_after(FOUND_WITHIN):
                film = await self._screen.film(kept.item)
        except (MatineeError, TimeoutError) as error:
            log.warning("film of before is gone", reason=str(error) or "its folder does not answer")
            return None
        return show(
            film,
            kept.position,
            self._clock.now(),
            paused=kept.paused,
            rate=kept.rate,
            audio=kept.audio,
            subtitle=kept.subtitle,
        )


def _film(showing: Showing | None, now: float) -> KeptFilm | None:
    if showing is None:
        return None
    return KeptFilm(
        item=showing.film.item,
        position=round(showing.line.now(now), 3),
        rate=showing.line.rate,
        paused=showing.paused,
        audio=showing.audio,
        subtitle=showing.subtitle,
    )

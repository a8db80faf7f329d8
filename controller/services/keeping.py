"""Keeps what must survive a killed daemon: who holds the screen, what is on it and its queue.

Everything is saved in one transaction, in the step after it changed, so that what is found after a kill is a state
that existed. A handover that was under way is not in it. Leases are saved ahead: up to `reserved` they may be granted
without waiting, and the next daemon begins above that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import anyio
import structlog
from pydantic import BaseModel, ValidationError

from controller.core.authority_state import Party
from controller.core.queue import ClientQueue, QueuedItem
from controller.core.scene import Showing, show
from controller.ports import Clock, KeptState, NotStored
from controller.services.authority import ScreenAuthority
from controller.services.clients import ClientManager, KeptClient
from controller.services.screen import SharedScreen
from controller.services.snapshots import queue_state
from protocol.errors import MatineeError
from protocol.results import QueueState
from protocol.values import ItemRef, Wire

log = structlog.get_logger(__name__)

AHEAD = 1_000
"""Leases saved ahead of the last one granted."""
EVERY = 1.0
"""Seconds between saves of the position while a film runs."""
TRY_AGAIN_AFTER = 1.0


class KeptAuthority(Wire):
    """`reserved` is the highest lease that may ever have been granted."""

    reserved: int = 0
    holder: KeptClient | None = None


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


class KeptQueue(Wire):
    """The queue, which is long and seldom changes."""

    queue: QueueState | None = None


Kept = TypeVar("Kept", bound=BaseModel)


class Keeper:
    """Saves after every change, and while a film runs every second."""

    def __init__(
        self, clock: Clock, kept: KeptState, clients: ClientManager, screen: SharedScreen, authority: ScreenAuthority
    ) -> None:
        self._clock, self._kept, self._clients = clock, kept, clients
        self._screen, self._authority = screen, authority
        self._wake = anyio.Event()
        self._saved: dict[str, str] = {}
        self._queue_text: tuple[int, str] | None = None

    def changed(self) -> None:
        """Something that is kept has changed."""
        self._wake.set()

    async def open(self) -> None:
        """Take up what was saved of authority, and reserve leases above all that may have been granted.

        Raises:
            NotStored: no lease can be granted then.
        """
        found = self._saved = await self._kept.load()
        kept = _read(KeptAuthority, found.get("authority"))
        if found.get("authority") and not kept.reserved:  # illegible: more leases than seconds were never granted
            kept = KeptAuthority(reserved=int(self._clock.wall()))
        machine = self._authority.machine
        machine.lease = kept.reserved
        machine.since = self._clock.now()
        if kept.holder:
            client = self._clients.restore(kept.holder)
            machine.restore(Party(client.client_id, client.name, client.device.role), self._clock.now())
        reserved = machine.lease + AHEAD
        await self._save({"authority": self._authority_now(reserved)}, reserved)

    async def run(self) -> None:
        """Bring the screen back, then save, for as long as the daemon lives."""
        self._restore_queue(_read(KeptQueue, self._saved.get("queue")))
        await self._restore_screen(_read(KeptScreen, self._saved.get("screen")))
        while True:
            self._wake = anyio.Event()
            try:
                reserved = self._authority.machine.lease + AHEAD
                texts = {"screen": self._screen_now(), "queue": self._queue_now()}
                await self._save({"authority": self._authority_now(reserved), **texts}, reserved)
            except NotStored as error:
                log.warning("state not saved", reason=str(error))
                await anyio.sleep(TRY_AGAIN_AFTER)
                continue
            with anyio.move_on_after(EVERY if self._screen.playing else None):
                await self._wake.wait()

    async def _save(self, texts: dict[str, str], reserved: int) -> None:
        """What differs from the last time, all or none."""
        new = {name: text for name, text in texts.items() if self._saved.get(name) != text}
        if new:
            await self._kept.save(new)
            self._saved.update(new)
        self._authority.machine.reserve(reserved)

    def _authority_now(self, reserved: int) -> str:
        reign = self._authority.machine.reign
        holder = self._clients.get(reign.holder.client_id) if reign else None
        kept = KeptAuthority(reserved=reserved, holder=self._clients.kept(holder) if holder else None)
        return kept.model_dump_json(exclude_none=True)

    def _screen_now(self) -> str:
        scene, now = self._screen.machine.settled, self._clock.now()
        return KeptScreen(
            showing=_film(scene.showing, now),
            parked=_film(scene.parked, now),
            volume=scene.volume,
            muted=scene.muted,
            fullscreen=scene.fullscreen,
        ).model_dump_json(exclude_none=True)

    def _queue_now(self) -> str:
        """Written anew only when it has changed: 10,000 items take a while."""
        queue = self._screen.queue
        if self._queue_text is None or self._queue_text[0] != queue.version:
            text = KeptQueue(queue=queue_state(queue)).model_dump_json(exclude_none=True)
            self._queue_text = queue.version, text
        return self._queue_text[1]

    def _restore_queue(self, kept: KeptQueue) -> None:
        if kept.queue:
            items = [QueuedItem(entry.id, entry.item, entry.title, entry.duration) for entry in kept.queue.items]
            self._screen.queue = ClientQueue(items, kept.queue.current_id, kept.queue.version)

    async def _restore_screen(self, kept: KeptScreen) -> None:
        machine = self._screen.machine
        machine.adjust(volume=kept.volume, muted=kept.muted, fullscreen=kept.fullscreen)
        showing, parked = await self._showing(kept.showing), await self._showing(kept.parked)
        if machine.showing is None:  # or somebody was faster
            self._screen.set_scene(replace(machine.scene, showing=showing, parked=parked))

    async def _showing(self, kept: KeptFilm | None) -> Showing | None:
        """The film again, if it is still there."""
        if kept is None:
            return None
        try:
            film = await self._screen.film(kept.item)
        except MatineeError as error:
            log.warning("film of before is gone", reason=error.message)
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


def _read(kind: type[Kept], text: str | None) -> Kept:
    """What was saved; something illegible is said aloud and begun anew."""
    try:
        return kind.model_validate_json(text) if text else kind()
    except ValidationError as error:
        log.warning("saved state is illegible", kind=kind.__name__, problems=error.error_count())
        return kind()

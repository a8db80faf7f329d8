"""Opens the stream of a client that comes back after a restart again, where it was; nobody else's."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
import structlog
from anyio.abc import TaskGroup

from controller.core.wish import Choice
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client
from controller.services.guard import guarded
from controller.services.streams import Streams
from protocol.errors import MatineeError
from protocol.values import ItemRef

log = structlog.get_logger(__name__)

WAIT = 1.0
"""Seconds that somebody waits for their stream before they are let in without it; it is opened all the same."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream was: `position` in seconds of film."""

    item: ItemRef
    position: float
    rate: float
    playing: bool
    choice: Choice


@dataclass(slots=True)
class _Opening:
    """A stream on its way."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: anyio.Event = field(default_factory=anyio.Event)


class Returning:
    """`places` are those of clients, by id, that had a stream before the restart and have none yet."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._openings: dict[str, _Opening] = {}
        self._group: TaskGroup | None = None
        self.places: dict[str, Place] = {}
        streams.listen(self._stream_changed)

    async def run(self) -> None:
        """Be the parent of every opening, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            self._group = group
            await anyio.sleep_forever()

    async def bring_back(self, client: Client) -> None:
        """Open the stream of a client, if one waits for it; this waits for it no longer than a second."""
        try:
            await self._wait_stream(client)
        finally:
            client.coming_back = False

    async def _wait_stream(self, client: Client) -> None:
        opening, place = self._openings.get(client.client_id), self.places.get(client.client_id)
        if place and opening is None:
            assert self._group is not None
            opening = self._openings[client.client_id] = _Opening()
            self._group.start_soon(self._open, client, place, opening)
        if opening:
            with anyio.move_on_after(WAIT):
                await opening.done.wait()

    def forget(self, client_id: str) -> None:
        """Another stream is wanted, or none."""
        self.places.pop(client_id, None)
        if opening := self._openings.get(client_id):
            opening.scope.cancel()

    def _stream_changed(self, stream: HLSClientStream) -> None:
        """There is a stream: the one that was on its way, which is as good as open then, or another one."""
        self.forget(stream.spec.client_id)

    async def _open(self, client: Client, place: Place, opening: _Opening) -> None:
        with opening.scope:
            fault = await guarded(self._begin(client, place), "stream of before failed", client=client.client_id)
            if isinstance(fault, MatineeError):
                log.warning("film of before is gone", client=client.client_id, reason=fault.message)
        del self._openings[client.client_id]
        self.places.pop(client.client_id, None)
        opening.done.set()

    async def _begin(self, client: Client, place: Place) -> None:
        stream = await self._streams.open(
            client, place.item, position=place.position, choice=place.choice, rate=place.rate
        )
        if not place.playing:
            stream.pause()

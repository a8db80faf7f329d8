"""Copies a queue into another one: mine, the screen's, or one that somebody shares; with its place, if that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from controller.core.queue import ClientQueue, QueuedItem
from controller.core.scene import Scene, show
from controller.core.timeline import Timeline
from controller.ports import Clock
from controller.services.authority import ScreenAuthority
from controller.services.clients import Client, ClientManager
from controller.services.following import Following
from controller.services.queues import Queues
from controller.services.screen import SharedScreen
from controller.services.streams import Streams
from protocol.commands.queue import QueueCopy, QueueOf
from protocol.errors import EmptyQueue, Forbidden, ItemNotFound, MatineeError
from protocol.values import QueueTarget

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Source:
    """A queue, and whose stream it drives; None is the screen."""

    queue: ClientQueue
    owner: str | None


class Copying:
    """One command: `copy`."""

    def __init__(
        self,
        clock: Clock,
        clients: ClientManager,
        streams: Streams,
        screen: SharedScreen,
        authority: ScreenAuthority,
        queues: Queues,
        following: Following,
    ) -> None:
        self._clock, self._clients, self._streams = clock, clients, streams
        self._screen, self._authority = screen, authority
        self._queues, self._following = queues, following

    async def copy(self, client: Client, wish: QueueCopy) -> None:
        """Copy a queue. With its position, the present film goes on in the other place; it does not end in this one.

        Raises:
            ItemNotFound, Forbidden: it is nobody's queue, or one that is not shared.
            EmptyQueue: there is nothing in it.
            Overloaded: there is no room for all of it.
            MatineeError: the screen cannot show the film, and goes on with what it had.
        """
        source = self._source(client, wish.source)
        items = source.queue.items
        if not items:
            raise EmptyQueue("There is nothing in that queue.")
        copies = self._queues.again(items, by=client if wish.target == "server" else None)
        current = source.queue.current if wish.with_position else None
        begun = copies[items.index(current)] if current else None
        line = self._line(source)
        target = self._queues.at(wish.target, client)
        if wish.mode == "append":
            target.expect_room(len(copies))
        if wish.target == "server" and begun:
            await self._to_screen(client, wish, copies, begun, line)
            return
        self._fill(client, wish, copies, begun)
        if begun:
            self._following.play(client, begun, self._now(line))

    def _source(self, client: Client, source: QueueTarget | QueueOf) -> _Source:
        if not isinstance(source, QueueOf):
            return _Source(self._queues.at(source, client), None if source == "server" else client.client_id)
        other = self._clients.get(source.client_id)
        if other is None:
            raise ItemNotFound("There is no such client.")
        if other is not client and not self._queues.shares(other.client_id):
            raise Forbidden(f"{other.name} does not share this queue.")
        return _Source(self._queues.of(other.client_id), other.client_id)

    def _line(self, source: _Source) -> Timeline | None:
        """The timeline of a queue's present film, if that is what plays."""
        current = source.queue.current
        if source.owner is None:
            showing = self._screen.machine.showing
            item, line = (showing.film.item, showing.line) if showing else (None, None)
        else:
            stream = self._streams.of(source.owner)
            item, line = (stream.spec.item, stream.machine.timeline) if stream else (None, None)
        return line if current and item and self._queues.same_film(current.item, item) else None

    def _now(self, line: Timeline | None) -> float:
        return line.now(self._clock.now()) if line else 0.0

    def _fill(self, client: Client, wish: QueueCopy, copies: Sequence[QueuedItem], begun: QueuedItem | None) -> None:
        queue = self._queues.at(wish.target, client)
        if wish.mode == "replace":
            queue.replace(copies, by=client.client_id)
        else:
            queue.add(copies, by=client.client_id)
        if begun:
            queue.jump(begun.id)
        self._queues.changed(wish.target, client)

    async def _to_screen(
        self,
        client: Client,
        wish: QueueCopy,
        copies: Sequence[QueuedItem],
        begun: QueuedItem,
        line: Timeline | None,
    ) -> None:
        """The film is put on first; the queue changes in the step in which its first frame is there."""
        self._screen.require()
        film = await self._screen.film(begun.item)

        def scene() -> Scene:
            showing = show(film, self._now(line), self._clock.now())
            return replace(self._screen.machine.scene, showing=showing, parked=None)

        def commit() -> None:
            try:
                self._fill(client, wish, copies, begun)
            except MatineeError as error:  # somebody has filled it meanwhile; the film is there all the same
                log.warning("queue not copied", reason=error.message)

        await self._screen.put_on(scene, commit, may=lambda: self._authority.check_holder(client))
        self._screen.on_over()

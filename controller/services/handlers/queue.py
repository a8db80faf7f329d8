"""Handlers of the screen's queue. Members may add; the rest is its holder's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from controller.services.clients import Client
from controller.services.context import Connection, Services
from controller.services.screen import SharedScreen
from controller.services.snapshots import queue_state
from protocol.commands import Command
from protocol.commands.queue import QueueAdd, QueueClear, QueueGet, QueueJump, QueueRemove
from protocol.errors import Forbidden, VersionConflict
from protocol.results import QueueState


def _expect(screen: SharedScreen, version: int | None) -> None:
    """Refuse an edit of an older version, with the present state."""
    try:
        screen.queue.expect(version)
    except VersionConflict as error:
        raise VersionConflict(details={"queue": queue_state(screen.queue).model_dump(exclude_none=True)}) from error


def _held(services: Services, connection: Connection) -> SharedScreen:
    """The screen, for who holds it. Raises: NotAuthority."""
    services.authority.check_holder(connection.me)
    return services.screen


def _may_add(services: Services, me: Client) -> None:
    """Members may always, a guest while holding the screen. Raises: Forbidden."""
    if me.device.role == "guest" and not services.authority.machine.holds(me.client_id):
        raise Forbidden("A guest may not add to the TV's queue.")


async def queue_get(services: Services, _connection: Connection, _command: QueueGet) -> QueueState:
    """What comes."""
    return queue_state(services.screen.queue)


async def queue_add(services: Services, connection: Connection, command: QueueAdd) -> QueueState:
    """More."""
    me, screen = connection.me, services.screen
    _may_add(services, me)
    items = [await screen.queued(item) for item in command.items]
    _may_add(services, me)
    _expect(screen, command.if_version)
    screen.queue.add(items, command.at)
    screen.on_queue_change()
    return queue_state(screen.queue)


async def queue_remove(services: Services, connection: Connection, command: QueueRemove) -> QueueState:
    """Less."""
    screen = _held(services, connection)
    _expect(screen, command.if_version)
    screen.queue.remove(set(command.ids))
    screen.on_queue_change()
    return queue_state(screen.queue)


async def queue_clear(services: Services, connection: Connection, _command: QueueClear) -> QueueState:
    """Nothing."""
    screen = _held(services, connection)
    screen.queue.clear()
    screen.on_queue_change()
    return queue_state(screen.queue)


async def queue_jump(services: Services, connection: Connection, command: QueueJump) -> QueueState:
    """That one, now."""
    screen = _held(services, connection)
    screen.require()
    entry = screen.queue.find(command.id)
    await screen.play_queued(entry, may=lambda: services.authority.check_holder(connection.me))
    return queue_state(screen.queue)


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    QueueGet: queue_get,
    QueueAdd: queue_add,
    QueueRemove: queue_remove,
    QueueClear: queue_clear,
    QueueJump: queue_jump,
}

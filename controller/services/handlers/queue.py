"""Handlers of queues: mine drives my stream, the server's the screen. An answer means that the edit is stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from controller.core.queue import ClientQueue, QueuedItem
from controller.ports import NotStored
from controller.services.clients import Client
from controller.services.context import Connection, Services
from controller.services.snapshots import queue_state
from protocol.commands import Command
from protocol.commands.queue import (
    QueueAdd,
    QueueClear,
    QueueCopy,
    QueueGet,
    QueueJump,
    QueueMove,
    QueueNext,
    QueuePrevious,
    QueueRemove,
    QueueSetMode,
    QueueShare,
    QueueUndo,
)
from protocol.errors import EmptyQueue, Overloaded, VersionConflict
from protocol.queue_state import QueueState
from protocol.results import Done
from protocol.values import QueueTarget

Edit = Callable[[ClientQueue], object]


def _may_edit(services: Services, me: Client, target: QueueTarget) -> None:
    """Mine is mine; the server's is its holder's. Raises: NotAuthority."""
    if target == "server":
        services.authority.check_holder(me)


async def _edit(services: Services, connection: Connection, target: QueueTarget, edit: Edit) -> QueueState:
    """Change a queue, tell it and keep it. Raises: VersionConflict with the present state, and what `edit` does."""
    me = connection.me
    queue = services.queues.at(target, me)
    _may_edit(services, me, target)
    return await _changed(services, me, target, queue, edit)


async def _changed(services: Services, me: Client, target: QueueTarget, queue: ClientQueue, edit: Edit) -> QueueState:
    before = queue.version
    try:
        edit(queue)
    except VersionConflict as error:
        raise VersionConflict(
            error.message, details={"queue": queue_state(queue).model_dump(exclude_none=True)}
        ) from error
    if queue.version != before:
        services.queues.changed(target, me)
    answer = queue_state(queue)
    await _stored(services)
    return answer


async def _stored(services: Services) -> None:
    """Until every change is kept.

    Raises:
        Overloaded: that cannot be just now. The edit is made and told all the same; doing it again would do it twice.
    """
    try:
        await services.queues.stored()
    except (NotStored, Overloaded) as error:
        raise Overloaded(
            "The queue is changed, but cannot be stored just now.",
            hint="Do not send it again. It is stored as soon as that is possible; until then a restart would lose it.",
            retryable=False,
        ) from error


async def queue_get(services: Services, connection: Connection, command: QueueGet) -> QueueState:
    """What comes."""
    return queue_state(services.queues.at(command.target, connection.me), command.first)


async def queue_add(services: Services, connection: Connection, command: QueueAdd) -> QueueState:
    """More."""
    me, target = connection.me, command.target
    queue = services.queues.at(target, me)
    queue.expect_room(len(command.items))  # each is a film at least: what cannot fit is not even looked for
    entries = await services.queues.entries(command.items, by=me if target == "server" else None)
    guest = target == "server" and me.device.role == "guest" and not services.authority.machine.holds(me.client_id)

    def add(queue: ClientQueue) -> None:
        if guest:
            services.queues.add_in_turn(me, entries, command.if_version)
        else:
            queue.add(entries, command.at, version=command.if_version, by=me.client_id)

    return await _changed(services, me, target, queue, add)


async def queue_remove(services: Services, connection: Connection, command: QueueRemove) -> QueueState:
    """Less."""
    me, ids = connection.me.client_id, set(command.ids)
    return await _edit(
        services, connection, command.target, lambda queue: queue.remove(ids, version=command.if_version, by=me)
    )


async def queue_move(services: Services, connection: Connection, command: QueueMove) -> QueueState:
    """Sooner or later."""
    me, wish = connection.me.client_id, command
    return await _edit(
        services,
        connection,
        wish.target,
        lambda queue: queue.move(wish.id, wish.before_id, version=wish.if_version, by=me),
    )


async def queue_clear(services: Services, connection: Connection, command: QueueClear) -> QueueState:
    """Nothing."""
    me = connection.me.client_id
    return await _edit(
        services, connection, command.target, lambda queue: queue.clear(version=command.if_version, by=me)
    )


async def queue_set_mode(services: Services, connection: Connection, command: QueueSetMode) -> QueueState:
    """In which order, and how often."""
    seed, wish = services.queues.seed(), command
    return await _edit(
        services,
        connection,
        wish.target,
        lambda queue: queue.set_mode(wish.repeat, shuffle=wish.shuffle, seed=seed, version=wish.if_version),
    )


async def queue_undo(services: Services, connection: Connection, command: QueueUndo) -> QueueState:
    """As before my last edit."""
    me = connection.me.client_id
    return await _edit(services, connection, command.target, lambda queue: queue.undo(by=me))


async def queue_jump(services: Services, connection: Connection, command: QueueJump) -> QueueState:
    """That one, now."""
    queue = services.queues.at(command.target, connection.me)
    return await _go(services, connection, command.target, lambda: queue.find(command.id), sure=True)


async def queue_next(services: Services, connection: Connection, command: QueueNext) -> QueueState:
    """What comes next, now."""
    if command.target == "server":  # where a film may be parked
        services.authority.check_holder(connection.me)
        await services.screen.next(lambda: services.authority.check_holder(connection.me))
        return await _told(services, connection, command.target)
    queue = services.queues.at(command.target, connection.me)
    return await _go(services, connection, command.target, lambda: queue.next)


async def queue_previous(services: Services, connection: Connection, command: QueuePrevious) -> QueueState:
    """What came before, again."""
    queue = services.queues.at(command.target, connection.me)
    return await _go(services, connection, command.target, lambda: queue.previous, back=True)


async def _go(
    services: Services,
    connection: Connection,
    target: QueueTarget,
    where: Callable[[], QueuedItem | None],
    *,
    back: bool = False,
    sure: bool = False,
) -> QueueState:
    """Play an item: on the screen when its first frame is there, in a stream as soon as no other is wished any more. One
    that is gone by then is passed over, unless we are to be `sure` of it first.
    """
    me = connection.me
    _may_edit(services, me, target)
    entry = where()
    if entry is None:
        raise EmptyQueue("There is nothing there in the queue.")
    if target == "server":
        services.screen.require()
        await services.screen.play_queued(entry, may=lambda: services.authority.check_holder(me), back=back)
    else:
        if sure:
            await services.queues.look_into(entry)
        services.queues.at(target, me).jump(entry.id, back=back)
        services.queues.changed(target, me)
        services.following.play(me, entry)
    return await _told(services, connection, target)


async def _told(services: Services, connection: Connection, target: QueueTarget) -> QueueState:
    answer = queue_state(services.queues.at(target, connection.me))
    await _stored(services)
    return answer


async def queue_copy(services: Services, connection: Connection, command: QueueCopy) -> QueueState:
    """The same list somewhere else. To append it is to add: a member may do that without the screen."""
    adds = command.mode == "append" and not command.with_position and connection.me.device.role != "guest"
    if not adds:
        _may_edit(services, connection.me, command.target)
    await services.copying.copy(connection.me, command)
    return await _told(services, connection, command.target)


async def queue_share(services: Services, connection: Connection, command: QueueShare) -> Done:
    """Everybody's, or mine alone."""
    services.queues.share(connection.me.client_id, command.shared)
    services.announcer.client_changed(connection.me)
    await _stored(services)
    return Done()


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    QueueGet: queue_get,
    QueueAdd: queue_add,
    QueueRemove: queue_remove,
    QueueMove: queue_move,
    QueueClear: queue_clear,
    QueueSetMode: queue_set_mode,
    QueueUndo: queue_undo,
    QueueJump: queue_jump,
    QueueNext: queue_next,
    QueuePrevious: queue_previous,
    QueueCopy: queue_copy,
    QueueShare: queue_share,
}

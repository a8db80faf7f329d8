"""The commands on queues: the screen's, or my own, which drives my stream.

An edit that names `if_version` was made on that version: it is merged if it can be, and otherwise refused with
VersionConflict, whose `details["queue"]` is the present state.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from clients.sdk.library import Caller
from protocol.commands import queue
from protocol.queue_state import QueueState
from protocol.results import Done
from protocol.values import ItemRef, QueueTarget, Repeat


class QueueCommands:
    """A part of `Matinee`. `target` is whose queue: the screen's (`server`) or my own (`mine`)."""

    async def queue_get(self: Caller, *, target: QueueTarget = "server", first: int | None = None) -> QueueState:
        """What comes. A long queue is told in part; `first` is the index at which the part begins."""
        state: QueueState = await self.call(queue.QueueGet(target=target, first=first))
        return state

    async def queue_add(
        self: Caller,
        *items: ItemRef,
        at: Literal["next", "end"] | int = "end",
        target: QueueTarget = "server",
        if_version: int | None = None,
    ) -> QueueState:
        """Add films, or all films of a folder."""
        wish = queue.QueueAdd(target=target, items=list(items), at=at, if_version=if_version)
        state: QueueState = await self.call(wish)
        return state

    async def queue_remove(
        self: Caller, ids: Iterable[str], *, target: QueueTarget = "server", if_version: int | None = None
    ) -> QueueState:
        """Take items out, by their ids in the queue."""
        wish = queue.QueueRemove(target=target, ids=list(ids), if_version=if_version)
        state: QueueState = await self.call(wish)
        return state

    async def queue_move(
        self: Caller,
        item_id: str,
        before_id: str | None = None,
        *,
        target: QueueTarget = "server",
        if_version: int | None = None,
    ) -> QueueState:
        """Put an item before another, or at the end."""
        wish = queue.QueueMove(target=target, id=item_id, before_id=before_id, if_version=if_version)
        state: QueueState = await self.call(wish)
        return state

    async def queue_clear(self: Caller, *, target: QueueTarget = "server", if_version: int | None = None) -> QueueState:
        """Take everything out; what plays goes on."""
        state: QueueState = await self.call(queue.QueueClear(target=target, if_version=if_version))
        return state

    async def queue_jump(self: Caller, item_id: str, *, target: QueueTarget = "server") -> QueueState:
        """Play an item now."""
        state: QueueState = await self.call(queue.QueueJump(target=target, id=item_id))
        return state

    async def queue_next(self: Caller, *, target: QueueTarget = "server") -> QueueState:
        """Play what comes next."""
        state: QueueState = await self.call(queue.QueueNext(target=target))
        return state

    async def queue_previous(self: Caller, *, target: QueueTarget = "server") -> QueueState:
        """Play what came before."""
        state: QueueState = await self.call(queue.QueuePrevious(target=target))
        return state

    async def queue_set_mode(
        self: Caller,
        *,
        repeat: Repeat,
        shuffle: bool,
        target: QueueTarget = "server",
        if_version: int | None = None,
    ) -> QueueState:
        """Repeat nothing, one item or all; in the order of the list or another."""
        wish = queue.QueueSetMode(target=target, repeat=repeat, shuffle=shuffle, if_version=if_version)
        state: QueueState = await self.call(wish)
        return state

    async def queue_undo(self: Caller, *, target: QueueTarget = "server") -> QueueState:
        """Take my last edit back."""
        state: QueueState = await self.call(queue.QueueUndo(target=target))
        return state

    async def queue_copy(
        self: Caller,
        source: QueueTarget | str,
        target: QueueTarget,
        *,
        mode: Literal["replace", "append"] = "replace",
        with_position: bool = False,
    ) -> QueueState:
        """Copy a queue into another: `mine`, `server`, or a client's who shares it, by its id.

        With its position, what plays there goes on here at the same second.
        """
        origins: dict[str, QueueTarget] = {"mine": "mine", "server": "server"}
        origin = origins.get(source) or queue.QueueOf(client_id=source)
        wish = queue.QueueCopy(source=origin, target=target, mode=mode, with_position=with_position)
        state: QueueState = await self.call(wish)
        return state

    async def queue_share(self: Caller, shared: bool) -> Done:
        """Let others copy my queue, or no more."""
        done: Done = await self.call(queue.QueueShare(shared=shared))
        return done

"""Commands on a queue: mine, which drives my stream, or the server's, which drives the screen.

Mine is for clients that watch their own stream. The server's is edited by whoever holds the screen; others may add to
it. An edit that names an older version is merged if it can be: additions always, removals and moves while their items
are there; otherwise it is refused, with the present state in `data.queue`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from protocol.commands.base import Command
from protocol.queue_state import QueueState
from protocol.results import Done
from protocol.values import ItemRef, Label, QueueTarget, Repeat, Wire

Version = Annotated[int, Field(ge=0, le=2**53)]


class QueueOf(Wire):
    """Another client's queue, which that client shares."""

    client_id: Label


class QueueGet(Command):
    """Tells what comes. A long queue is told in parts: this one begins at the item with the index `first`.

    Raises: wrong_client_type.
    """

    method, result = "queue_get", QueueState

    target: QueueTarget
    first: Annotated[int, Field(ge=0, le=10_000)] | None = None


class QueueAdd(Command):
    """Adds items: next, at the end, or at an index. A folder adds all films in it, in natural order.

    A guest who does not hold the screen adds to the server's queue within a budget, and in turn with other people.

    Raises: item_not_found, not_playable, overloaded (more than 10,000), rate_limited, version_conflict.
    """

    method, result = "queue_add", QueueState

    target: QueueTarget
    items: Annotated[list[ItemRef], Field(min_length=1, description="as many as fit into a frame")]
    at: Literal["next", "end"] | Annotated[int, Field(ge=0, le=10_000)] = "end"
    if_version: Version | None = None


class QueueRemove(Command):
    """Removes items; the one that plays goes on. Raises: not_authority, version_conflict."""

    method, result = "queue_remove", QueueState

    target: QueueTarget
    ids: Annotated[list[Label], Field(min_length=1, max_length=10_000)]
    if_version: Version | None = None


class QueueMove(Command):
    """Puts an item before another, or at the end. Raises: not_authority, item_not_found, version_conflict."""

    method, result = "queue_move", QueueState

    target: QueueTarget
    id: Label
    before_id: Label | None = None
    if_version: Version | None = None


class QueueClear(Command):
    """Removes everything; what plays goes on. Raises: not_authority, version_conflict."""

    method, result = "queue_clear", QueueState

    target: QueueTarget
    if_version: Version | None = None


class QueueJump(Command):
    """Plays an item of the queue now. Raises: not_authority, item_not_found, not_playable, screen_failed."""

    method, result = "queue_jump", QueueState

    target: QueueTarget
    id: Label


class QueueNext(Command):
    """Plays what comes next. Raises: not_authority, empty_queue, not_playable, screen_failed."""

    method, result = "queue_next", QueueState

    target: QueueTarget


class QueuePrevious(Command):
    """Plays what came before. Raises: not_authority, empty_queue, not_playable, screen_failed."""

    method, result = "queue_previous", QueueState

    target: QueueTarget


class QueueSetMode(Command):
    """Repeats nothing, one item or all of them; keeps the order of the list or another. Raises: not_authority."""

    method, result = "queue_set_mode", QueueState

    target: QueueTarget
    repeat: Repeat
    shuffle: bool
    if_version: Version | None = None


class QueueUndo(Command):
    """Takes my last edit back that still shows. Raises: not_authority, item_not_found (there is none), overloaded."""

    method, result = "queue_undo", QueueState

    target: QueueTarget


class QueueCopy(Command):
    """Copies a queue into another; with its position, what plays there goes on here at the same second.

    Raises: not_authority, forbidden (not shared), item_not_found (no such client), empty_queue, overloaded.
    """

    method, result = "queue_copy", QueueState

    source: QueueTarget | QueueOf
    target: QueueTarget
    mode: Literal["replace", "append"]
    with_position: bool = False


class QueueShare(Command):
    """Lets others copy my queue, or no more."""

    method, result, family = "queue_share", Done, "hls"

    shared: bool


COMMANDS: tuple[type[Command], ...] = (
    QueueGet,
    QueueAdd,
    QueueRemove,
    QueueMove,
    QueueClear,
    QueueJump,
    QueueNext,
    QueuePrevious,
    QueueSetMode,
    QueueUndo,
    QueueCopy,
    QueueShare,
)

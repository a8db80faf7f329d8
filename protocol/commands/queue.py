"""Commands on a queue; so far the screen's own, as far as the screen needs one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from protocol.commands.base import Command
from protocol.results import QueueState
from protocol.values import ItemRef, Label

Target = Literal["server"]
Version = Annotated[int, Field(ge=0, le=2**53)]


class QueueGet(Command):
    """Tells what comes."""

    method, result = "queue_get", QueueState

    target: Target


class QueueAdd(Command):
    """Adds items: next, at the end, or at an index. Guests must hold the screen.

    Raises: forbidden, item_not_found, not_playable, version_conflict.
    """

    method, result = "queue_add", QueueState

    target: Target
    items: Annotated[list[ItemRef], Field(min_length=1, max_length=500)]
    at: Literal["next", "end"] | Annotated[int, Field(ge=0, le=10_000)] = "end"
    if_version: Version | None = None


class QueueRemove(Command):
    """Removes items; the one that plays goes on. Raises: not_authority, version_conflict."""

    method, result = "queue_remove", QueueState

    target: Target
    ids: Annotated[list[Label], Field(min_length=1, max_length=10_000)]
    if_version: Version | None = None


class QueueClear(Command):
    """Removes everything. Raises: not_authority."""

    method, result = "queue_clear", QueueState

    target: Target


class QueueJump(Command):
    """Plays an item of the queue now. Raises: not_authority, item_not_found, screen_failed."""

    method, result = "queue_jump", QueueState

    target: Target
    id: Label


COMMANDS: tuple[type[Command], ...] = (QueueGet, QueueAdd, QueueRemove, QueueClear, QueueJump)

"""Commands about who may command the screen (PROTOCOL §5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from protocol.commands.base import Command
from protocol.results import AuthorityState, Takeover
from protocol.values import ItemRef, Label, Seconds, clean

Lease = Annotated[int, Field(ge=0, le=2**53)]
"""The fencing token of one reign over the screen: it grows with every grant."""
Message = Annotated[str, StringConstraints(max_length=200), AfterValidator(clean)]


class RequestTakeover(Command):
    """Asks for the screen. Free: granted in the answer. Held: the holder has 15 s to answer, and events tell the end.

    With an item, playing it is part of the handover: authority moves when its first frame is shown. `override`
    (owners only) does not ask.

    Raises: takeover_in_progress, rate_limited (I was just the holder), forbidden, item_not_found, not_playable,
    screen_unavailable, screen_failed.
    """

    method, result, family = "request_takeover", Takeover, "server"

    message: Message | None = None
    item: ItemRef | None = None
    position: Seconds = 0.0
    override: bool = False


class RespondTakeover(Command):
    """The holder's answer; `after_item` grants it when what is playing ends. Raises: takeover_not_found, forbidden."""

    method, result = "respond_takeover", AuthorityState

    request_id: Label
    accept: bool
    after_item: bool = False


class CancelTakeover(Command):
    """Takes my own request back. Raises: takeover_not_found, forbidden."""

    method, result = "cancel_takeover", AuthorityState

    request_id: Label


class ReleaseAuthority(Command):
    """Gives the screen up; what plays goes on. Raises: not_authority, stale_lease."""

    method, result = "release_authority", AuthorityState

    lease: Lease


class GetAuthority(Command):
    """Tells who holds the screen."""

    method, result = "get_authority", AuthorityState


COMMANDS: tuple[type[Command], ...] = (RequestTakeover, RespondTakeover, CancelTakeover, ReleaseAuthority, GetAuthority)

"""Handlers of who may command the screen. An answer that says who holds it now is what a restart would find."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from controller.services.context import Connection, Services
from protocol.commands import Command
from protocol.commands.authority import (
    CancelTakeover,
    GetAuthority,
    ReleaseAuthority,
    RequestTakeover,
    RespondTakeover,
)
from protocol.results import AuthorityState, Takeover


async def request_takeover(services: Services, connection: Connection, command: RequestTakeover) -> Takeover:
    """Ask for the screen."""
    answer = await services.authority.request(connection.me, command)
    await services.wait_kept()
    return answer


async def respond_takeover(services: Services, connection: Connection, command: RespondTakeover) -> AuthorityState:
    """Answer as its holder."""
    services.authority.respond(connection.me, command.request_id, accept=command.accept, after_item=command.after_item)
    answer = services.authority.state_for(connection.me)
    await services.wait_kept()
    return answer


async def cancel_takeover(services: Services, connection: Connection, command: CancelTakeover) -> AuthorityState:
    """Take it back."""
    services.authority.cancel(connection.me, command.request_id)
    return services.authority.state_for(connection.me)


async def release_authority(services: Services, connection: Connection, command: ReleaseAuthority) -> AuthorityState:
    """Give the screen up."""
    services.authority.release(connection.me, command.lease)
    answer = services.authority.state_for(connection.me)
    await services.wait_kept()
    return answer


async def get_authority(services: Services, connection: Connection, _command: GetAuthority) -> AuthorityState:
    """Who holds it."""
    return services.authority.state_for(connection.me)


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    RequestTakeover: request_takeover,
    RespondTakeover: respond_takeover,
    CancelTakeover: cancel_takeover,
    ReleaseAuthority: release_authority,
    GetAuthority: get_authority,
}

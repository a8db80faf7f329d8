"""Handlers that tell who is here and how the box does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from controller.services.context import Connection, Services
from protocol import PROTOCOL_VERSION
from protocol.box import ServerStatus
from protocol.commands import Command
from protocol.commands.status import GetAllClientsStatus, GetServerStatus
from protocol.results import ClientStatus


async def get_all_clients_status(
    services: Services, _connection: Connection, command: GetAllClientsStatus
) -> list[ClientStatus]:
    """Every client that passes the filters."""
    rows = [services.announcer.status_of(client) for client in services.clients]
    return [row for row in rows if _passes(row, command)]


def _passes(row: ClientStatus, wanted: GetAllClientsStatus) -> bool:
    return (
        (wanted.client_type is None or wanted.client_type in row.client_types)
        and (wanted.name is None or wanted.name.casefold() in row.name.casefold())
        and (wanted.state is None or wanted.state in (row.health, row.stream.state if row.stream else "idle"))
    )


async def get_server_status(services: Services, _connection: Connection, _command: GetServerStatus) -> ServerStatus:
    """The box."""
    box = services.box
    return ServerStatus(
        name=box.name,
        version=box.version,
        protocol=PROTOCOL_VERSION,
        uptime_s=round(services.clock.now() - box.started, 3),
        clients=len(services.clients),
        streams=len(services.streams),
        encoders=services.streams.encoders,
        waiting=[],
        load=services.meter.load(),
        cache_bytes=services.store.used_bytes(),
        disk_free=services.store.disk().free,
        limits=box.limits,
        versions=box.versions,
        screen=box.screen,
        video_encoder=box.video_encoder(),
    )


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    GetAllClientsStatus: get_all_clients_status,
    GetServerStatus: get_server_status,
}

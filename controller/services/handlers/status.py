"""Handlers that tell who is here and how the box does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from controller.services.context import Connection, Services
from controller.services.vitals import server_status
from protocol.box import ServerStatus
from protocol.commands import Command
from protocol.commands.status import GetAllClientsStatus, GetEncoderLog, GetServerStatus
from protocol.encoder_log import EncoderLog, LoggedLine, LoggedStream
from protocol.results import ClientStatus

LINES_AT_ONCE = 200
"""Of a log, in one answer: with the longest of lines it is 80 KB."""


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
    return server_status(services)


async def get_encoder_log(services: Services, _connection: Connection, command: GetEncoderLog) -> EncoderLog:
    """What encoders did and said."""
    log = services.logs.log
    lines, more = log.read(command.client_id, command.after, LINES_AT_ONCE)
    return EncoderLog(
        streams=[
            LoggedStream(
                stream_id=one.stream_id,
                client_id=one.client_id,
                client_name=one.client_name,
                title=one.title,
                restarts=one.restarts,
            )
            for one in log.streams(command.client_id)
        ],
        lines=[LoggedLine(stream_id=stream.stream_id, **asdict(line)) for stream, line in lines],
        next=lines[-1][1].number if lines else command.after,
        more=more,
        clock=services.clock.now(),
    )


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    GetAllClientsStatus: get_all_clients_status,
    GetServerStatus: get_server_status,
    GetEncoderLog: get_encoder_log,
}

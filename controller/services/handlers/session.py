"""Handlers of the session family."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from controller.services.context import Connection, Services
from controller.services.snapshots import client_status, screen_status, stream_status
from protocol import PROTOCOL_VERSION
from protocol.commands import Command
from protocol.commands.session import (
    CreatePairingCode,
    Discover,
    Goodbye,
    ListDevices,
    Ping,
    Register,
    RevokeDevice,
    Subscribe,
    Unsubscribe,
)
from protocol.errors import CloseCode, ItemNotFound, UnsupportedProtocol
from protocol.results import Clock, Devices, Done, PairingCode, Registered, Snapshot, Subscribed


async def register(services: Services, connection: Connection, command: Register) -> Registered:
    """Let a client in: by resuming its session, or as a new one."""
    if command.protocol != PROTOCOL_VERSION:
        raise UnsupportedProtocol(f"Version {PROTOCOL_VERSION} is spoken here, not {command.protocol}.")
    device, token = await services.pairing.admit(command.auth, command.name)
    resumed = services.clients.resume(command.resume, device, connection.peer) if command.resume else None
    snapshot = None
    if resumed:
        connection.client, missed = resumed
        connection.missed = missed or []
        snapshot = None if missed is not None else _snapshot(services, connection)
    else:
        connection.client = services.clients.register(command, device, connection.peer)
    return Registered(
        client_id=connection.client.client_id,
        resume_token=connection.client.resume_token,
        device_token=token,
        role=device.role,
        seq=connection.client.session.seq,
        resumed=resumed is not None,
        snapshot=snapshot,
    )


def _snapshot(services: Services, connection: Connection) -> Snapshot:
    now, me, holds = services.clock.now(), connection.me, services.authority.machine.holds
    rows = [client_status(c, services.streams.of(c.client_id), now, holds=holds(c.client_id)) for c in services.clients]
    return Snapshot(
        stream=stream_status(services.streams.of(me.client_id), now),
        authority=services.authority.state_for(me),
        screen=screen_status(services.screen),
        clients=rows if "clients" in me.topics else None,
    )


async def goodbye(services: Services, connection: Connection, command: Goodbye) -> Done:
    """End the client; its connection closes after the answer."""
    client = connection.me
    client.peer = None
    await services.clients.end_now(client, command.reason or "goodbye")
    connection.closing = (CloseCode.GOODBYE, "goodbye")
    return Done()


async def ping(services: Services, _connection: Connection, _command: Ping) -> Clock:
    """Tell the time."""
    return Clock(clock=services.clock.now())


async def subscribe(_services: Services, connection: Connection, command: Subscribe) -> Subscribed:
    """Hear more."""
    connection.me.topics |= set(command.topics)
    return Subscribed(topics=sorted(connection.me.topics))


async def unsubscribe(_services: Services, connection: Connection, command: Unsubscribe) -> Subscribed:
    """Hear less."""
    connection.me.topics -= set(command.topics)
    return Subscribed(topics=sorted(connection.me.topics))


async def discover(services: Services, _connection: Connection, _command: Discover) -> dict[str, Any]:
    """Show the contract."""
    return services.box.openrpc()


async def create_pairing_code(services: Services, _connection: Connection, command: CreatePairingCode) -> PairingCode:
    """Let one more device in."""
    code = services.pairing.issue(command.role)
    return PairingCode(
        code=code.code,
        url=f"{services.box.url}/#pair={code.code}",
        expires_in=round(code.expires - services.clock.now(), 3),
        role=code.role,
    )


async def list_devices(services: Services, _connection: Connection, _command: ListDevices) -> Devices:
    """Who may come in."""
    there = {client.device.device_id for client in services.clients if client.peer}
    devices = await services.pairing.devices()
    return Devices(devices=[d.model_copy(update={"connected": d.device_id in there}) for d in devices])


async def revoke_device(services: Services, _connection: Connection, command: RevokeDevice) -> Done:
    """Throw a device out, with all its clients."""
    if not await services.pairing.revoke(command.device_id):
        raise ItemNotFound("There is no such device.")
    for client in services.clients.of_device(command.device_id):
        if client.peer:
            client.peer.close(CloseCode.BAD_TOKEN, "revoked")
        services.clients.end(client, "revoked")
    return Done()


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    Register: register,
    Goodbye: goodbye,
    Ping: ping,
    Subscribe: subscribe,
    Unsubscribe: unsubscribe,
    Discover: discover,
    CreatePairingCode: create_pairing_code,
    ListDevices: list_devices,
    RevokeDevice: revoke_device,
}

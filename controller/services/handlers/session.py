"""Handlers of the session family."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from controller.services.clients import Client
from controller.services.context import Connection, Services
from controller.services.pairing import NO_DEVICE
from controller.services.snapshots import queue_state, screen_status, stream_status
from protocol import PROTOCOL_VERSION
from protocol.commands import Command
from protocol.commands.session import (
    CreatePairingCode,
    Discover,
    Goodbye,
    ListDevices,
    Ping,
    Register,
    RenameDevice,
    RevokeDevice,
    SetDeviceRole,
    Subscribe,
    Unsubscribe,
    UpdateCapabilities,
)
from protocol.devices import Devices, PairingCode
from protocol.errors import CloseCode, Forbidden, ItemNotFound, UnsupportedProtocol
from protocol.results import Clock, Done, Registered, Snapshot, Subscribed


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
        await services.returning.bring_back(connection.client)
        snapshot = None if missed is not None else _snapshot(services, connection)
    else:
        connection.client = services.clients.register(command, device, connection.peer)
    seq = connection.client.session.seq
    ending = services.authority.ending_for(connection.client)
    if ending and connection.client.hears(ending.topic):
        connection.missed.append(connection.client.number(ending))
    return Registered(
        client_id=connection.client.client_id,
        resume_token=connection.client.resume_token,
        device_token=token,
        device_id=device.device_id,
        device_name=device.name,
        role=device.role,
        seq=seq,
        resumed=resumed is not None,
        snapshot=snapshot,
    )


def _snapshot(services: Services, connection: Connection) -> Snapshot:
    me, streams, announcer = connection.me, services.streams, services.announcer
    watches = "hls_streaming" in me.client_types
    return Snapshot(
        stream=stream_status(streams.of(me.client_id), services.clock.now(), streams.prepared(me.client_id)),
        queue=queue_state(services.queues.of(me.client_id)) if watches else None,
        authority=services.authority.state_for(me),
        screen=screen_status(services.screen),
        clients=[announcer.status_of(client) for client in services.clients] if me.hears("clients") else None,
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


async def subscribe(services: Services, connection: Connection, command: Subscribe) -> Subscribed:
    """Hear more: what is not for its role is left out, and heard as soon as it is."""
    services.clients.listen(connection.me, connection.me.topics.union(command.topics))
    return _heard(connection.me)


async def unsubscribe(services: Services, connection: Connection, command: Unsubscribe) -> Subscribed:
    """Hear less."""
    services.clients.listen(connection.me, connection.me.topics.difference(command.topics))
    return _heard(connection.me)


def _heard(me: Client) -> Subscribed:
    return Subscribed(topics=sorted(topic for topic in me.topics if me.hears(topic)))


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
    """Throw a device out, with all its clients and all that is remembered for it."""
    if not await services.pairing.revoke(command.device_id):
        raise ItemNotFound(NO_DEVICE)
    for client in services.clients.of_device(command.device_id):
        if client.peer:
            client.peer.close(CloseCode.BAD_TOKEN, "revoked")
        services.clients.end(client, "revoked")
    services.watching.forget_person(command.device_id)
    return Done()


async def rename_device(services: Services, connection: Connection, command: RenameDevice) -> Done:
    """Call a device something else."""
    device = connection.me.device
    if device.role != "owner" and device.device_id != command.device_id:
        raise Forbidden(f"A {device.role} may only rename its own device.")
    await services.pairing.rename(command.device_id, command.name)
    services.clients.change_device(command.device_id, name=command.name)
    for client in services.clients.of_device(command.device_id):
        services.authority.client_renamed(client)
    return Done()


async def set_device_role(services: Services, _connection: Connection, command: SetDeviceRole) -> Done:
    """Make it an owner, a member or a guest."""
    await services.pairing.set_role(command.device_id, command.role)
    services.clients.change_device(command.device_id, role=command.role)
    return Done()


async def update_capabilities(services: Services, connection: Connection, command: UpdateCapabilities) -> Done:
    """Another player."""
    services.clients.equip(connection.me, command.capabilities)
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
    RenameDevice: rename_device,
    SetDeviceRole: set_device_role,
    UpdateCapabilities: update_capabilities,
}

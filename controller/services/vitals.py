"""How the box does: what `get_server_status` answers, who subscribes to `server` hears, and Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator

import anyio

from controller.core.stream_phase import BackingOff, Running
from controller.services.client_stream import HLSClientStream
from controller.services.context import Services
from controller.services.streams import Streams
from protocol import PROTOCOL_VERSION
from protocol.box import EncodingLoad, ServerStatus, ServerVitals, WaitingClient
from protocol.events import ServerChanged

EVERY = 5.0
"""Seconds between two tellings of how the box does."""
AT_PLAY = {"starting", "playing"}


def vitals(services: Services) -> ServerVitals:
    """What changes from second to second."""
    streams = services.streams
    return ServerVitals(
        uptime_s=round(services.clock.now() - services.box.started, 3),
        clients=len(services.clients),
        connected=services.clients.connected,
        streams=len(streams),
        encoders=streams.encoders,
        waiting=_line(services),
        load=services.meter.load(),
        cache_bytes=services.store.used_bytes(),
        disk_free=services.store.disk().free,
        daemon=services.meter.daemon(),
        encoding=encoding_load(streams, services.clock.now(), services.tallies.restarts),
    )


def server_status(services: Services) -> ServerStatus:
    """The box, whole."""
    box = services.box
    return ServerStatus(
        **dict(vitals(services)),
        name=box.name,
        version=box.version,
        protocol=PROTOCOL_VERSION,
        limits=box.limits,
        versions=box.versions,
        screen=box.screen,
        video_encoder=box.video_encoder(),
    )


def _line(services: Services) -> list[WaitingClient]:
    return [
        WaitingClient(
            client_id=stream.spec.client_id,
            name=client.name,
            title=stream.spec.source.title,
            position=stream.waiting.position,
            offers=len(stream.waiting.offers),
            eta_s=stream.waiting.eta_s,
        )
        for stream in services.admission.line
        if stream.waiting and (client := services.clients.get(stream.spec.client_id))
    ]


def encoding_load(streams: Streams, now: float, restarts: int) -> EncodingLoad:
    """All encoders together, at server clock `now`."""
    everyone = list(_everyone(streams))
    phases = [stream.machine.phase for stream in everyone]
    used = [usage for stream in everyone if stream.process and (usage := stream.process.usage())]
    speeds = [speed for stream in everyone if stream.is_working and (speed := stream.machine.speed(now)) > 0]
    made = [stream for stream in streams.all() if not stream.is_direct]
    ahead = [stream.machine.ahead() for stream in made if stream.machine.state(now) in AT_PLAY]
    return EncodingLoad(
        working=sum(isinstance(phase, Running) and not phase.held for phase in phases),
        held=sum(isinstance(phase, Running) and phase.held for phase in phases),
        backing_off=sum(isinstance(phase, BackingOff) for phase in phases),
        cpu=round(sum(usage.cpu for usage in used), 1),
        rss=sum(usage.rss for usage in used),
        restarts=restarts,
        slowest=round(min(speeds), 2) if speeds else None,
        least_ahead_s=round(min(ahead), 3) if ahead else None,
    )


def _everyone(streams: Streams) -> Iterator[HLSClientStream]:
    """Every client's own, and what is to follow it."""
    for stream in streams.all():
        yield stream
        if coming := streams.prepared(stream.spec.client_id):
            yield coming


class Pulse:
    """Tells how the box does, every five seconds, while somebody who is connected listens; the newest is enough."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self) -> None:
        """Tell, for as long as the daemon lives."""
        clients = self._services.clients
        while True:
            await anyio.sleep(EVERY)
            hearing = [client for client in clients if client.peer and client.hears("server")]
            if hearing:
                clients.publish(ServerChanged(**dict(vitals(self._services))), hearing)

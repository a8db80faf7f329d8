"""Turns changes into events: in the same step as the change, and only when something is new."""

from __future__ import annotations

from controller.core.stream_phase import Failed
from controller.ports import Clock
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client, ClientManager
from controller.services.snapshots import client_status, error_body, stream_status
from controller.services.streams import Streams
from protocol.events import ClientChanged, ClientJoined, StreamChanged, StreamFailed


class Announcer:
    """Listens to the clients and the streams and tells whom it concerns."""

    def __init__(self, clock: Clock, clients: ClientManager, streams: Streams) -> None:
        self._clock, self._clients, self._streams = clock, clients, streams
        self._told: dict[str, tuple[object, ...]] = {}
        clients.on_joined = self._joined
        clients.on_changed = self._client_changed
        clients.on_gone = self._gone
        streams.on_change = self._stream_changed

    def stream_closed(self, client: Client) -> None:
        """A client's stream is no more."""
        self._told.pop(client.client_id, None)
        client.hear(StreamChanged(state="idle", epoch=0))
        self._client_changed(client)

    def _joined(self, client: Client) -> None:
        status = client_status(client, None, self._clock.now())
        others = (other for other in self._clients if other is not client)
        self._clients.publish(ClientJoined.model_validate(status.model_dump()), others)

    def _client_changed(self, client: Client) -> None:
        if not any("clients" in other.topics for other in self._clients):
            return
        status = client_status(client, self._streams.of(client.client_id), self._clock.now())
        self._clients.publish(ClientChanged.model_validate(status.model_dump()))

    async def _gone(self, client: Client) -> None:
        await self._streams.close(client.client_id)
        self._told.pop(client.client_id, None)

    def _stream_changed(self, stream: HLSClientStream) -> None:
        client = self._clients.get(stream.spec.client_id)
        if client is None or self._streams.of(client.client_id) is not stream:
            return
        now, machine = self._clock.now(), stream.machine
        state = machine.state(now)
        news = (stream.spec.stream_id, state, machine.epoch, machine.timeline, machine.restarts)
        before = self._told.get(client.client_id)
        if before == news:
            return
        self._told[client.client_id] = news
        status = stream_status(stream, now)
        client.hear(StreamChanged.model_validate(status.model_dump()))
        if isinstance(machine.phase, Failed) and (before is None or before[1] != "failed"):
            client.hear(StreamFailed(stream_id=stream.spec.stream_id, error=error_body(machine.phase.error)))
        if before is None or before[:2] != news[:2]:
            self._client_changed(client)

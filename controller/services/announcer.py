"""Turns changes into events: in the same step as the change, and only when something is new."""

from __future__ import annotations

from collections.abc import Callable

from controller.core.session import Live
from controller.core.stream_phase import Failed
from controller.ports import Clock
from controller.services.authority import ScreenAuthority
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client, ClientManager
from controller.services.screen import SharedScreen
from controller.services.snapshots import client_status, error_body, queue_state, screen_status, stream_status
from controller.services.streams import Streams
from protocol.errors import Internal
from protocol.events import ClientChanged, ClientJoined, QueueChanged, ScreenChanged, StreamChanged, StreamFailed


class Announcer:
    """Listens to the clients, the streams and the screen, and tells whom it concerns.

    `on_kept_change` hears of everything that must survive a restart.
    """

    def __init__(
        self, clock: Clock, clients: ClientManager, streams: Streams, screen: SharedScreen, authority: ScreenAuthority
    ) -> None:
        self._clock, self._clients, self._streams = clock, clients, streams
        self._screen, self._authority = screen, authority
        self._told: dict[str, tuple[object, ...]] = {}
        self._told_of_screen: object = None
        self._holder: str | None = None
        self.on_kept_change: Callable[[], None] = lambda: None
        clients.on_joined = self._joined
        clients.on_changed = self._presence_changed
        clients.on_gone = self._gone
        streams.on_change = self._stream_changed
        streams.on_broken = self._stream_broken
        screen.on_change = self._screen_changed
        screen.on_queue_change = self._queue_changed
        authority.on_change = self._holder_changed

    def stream_closed(self, client: Client) -> None:
        """A client's stream is no more."""
        self._told.pop(client.client_id, None)
        client.hear(StreamChanged(state="idle", epoch=0))
        self._client_changed(client)

    def _joined(self, client: Client) -> None:
        status = client_status(client, None, self._clock.now(), holds=False)
        others = (other for other in self._clients if other is not client)
        self._clients.publish(ClientJoined.model_validate(status.model_dump()), others)

    def _client_changed(self, client: Client) -> None:
        if not any("clients" in other.topics for other in self._clients):
            return
        holds = self._authority.machine.holds(client.client_id)
        status = client_status(client, self._streams.of(client.client_id), self._clock.now(), holds=holds)
        self._clients.publish(ClientChanged.model_validate(status.model_dump()))

    def _presence_changed(self, client: Client) -> None:
        if isinstance(client.session.presence, Live):
            self._authority.client_back(client)
        else:
            self._authority.client_away(client)
        self._client_changed(client)

    async def _gone(self, client: Client) -> None:
        self._authority.client_gone(client)
        await self._streams.close(client.client_id)
        self._told.pop(client.client_id, None)

    def _holder_changed(self) -> None:
        """Those whose word it was, and whose it is now, look different in the list of clients."""
        reign = self._authority.machine.reign
        before, self._holder = self._holder, reign.holder.client_id if reign else None
        for client_id in {before, self._holder} - {None}:
            if client := self._clients.get(str(client_id)):
                self._client_changed(client)
        self.on_kept_change()

    def _screen_changed(self) -> None:
        screen = self._screen
        problem = screen.problem is not None
        news = (screen.machine.scene, screen.machine.state, screen.machine.error, problem)
        if news == self._told_of_screen:
            return
        self._told_of_screen = news
        self._clients.publish(ScreenChanged.model_validate(screen_status(screen).model_dump()))
        self.on_kept_change()

    def _queue_changed(self) -> None:
        state = queue_state(self._screen.queue)
        self._clients.publish(QueueChanged.model_validate({**state.model_dump(), "target": "server"}))
        self.on_kept_change()

    def _stream_broken(self, stream: HLSClientStream) -> None:
        client = self._clients.get(stream.spec.client_id)
        if client:
            self.stream_closed(client)
            client.hear(StreamFailed(stream_id=stream.spec.stream_id, error=error_body(Internal())))

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

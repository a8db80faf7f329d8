"""Turns changes into events: in the same step as the change, and only when something is new."""

from __future__ import annotations

from collections.abc import Callable

from controller.core.session import Lingering, Live
from controller.ports import Clock
from controller.services.authority import ScreenAuthority
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client, ClientManager
from controller.services.following import Following
from controller.services.queues import Queues
from controller.services.screen import SharedScreen
from controller.services.snapshots import client_status, error_body, queue_state, screen_status, stream_status
from controller.services.streams import Streams
from controller.services.suggestions import ScreenSuggestions
from protocol.errors import Internal, MatineeError
from protocol.events import ClientChanged, ClientJoined, QueueChanged, ScreenChanged, StreamChanged, StreamFailed
from protocol.results import ClientStatus


class Announcer:
    """Listens to the clients, the streams and the screen, and tells whom it concerns.

    `on_kept_change` hears of everything that must survive a restart.
    """

    def __init__(
        self,
        clock: Clock,
        clients: ClientManager,
        streams: Streams,
        screen: SharedScreen,
        authority: ScreenAuthority,
        suggestions: ScreenSuggestions,
        queues: Queues,
        following: Following,
    ) -> None:
        self._clock, self._clients, self._streams = clock, clients, streams
        self._screen, self._authority, self._suggestions = screen, authority, suggestions
        self._queues, self._following = queues, following
        self._told: dict[str, tuple[object, ...]] = {}
        self._told_of_screen: object = None
        self._holder: str | None = None
        self.on_kept_change: Callable[[], None] = lambda: None
        clients.on_joined = self._joined
        clients.on_changed = self._changed_itself
        clients.on_gone = self._gone
        streams.listen(self._stream_changed)
        streams.on_broken = self._stream_broken
        streams.on_abandoned = self._stream_abandoned
        screen.on_change = self._screen_changed
        screen.on_queue_change = self._queue_changed
        queues.on_change = self._queue_changed
        following.on_stuck = self._stuck
        authority.on_change = self._holder_changed
        authority.on_asked = self._asked

    def stream_closed(self, client: Client) -> None:
        """A client's stream is no more, and none is wanted; told once."""
        self._following.forget(client)
        if self._told.pop(client.client_id, None):
            client.hear(StreamChanged(state="idle", epoch=0))
            self._client_changed(client)

    def status_of(self, client: Client) -> ClientStatus:
        """A client's row in the list of who is here."""
        return client_status(
            client,
            self._streams.of(client.client_id),
            self._clock.now(),
            holds=self._authority.machine.holds(client.client_id),
            queue_length=self._queues.length(client.client_id),
            shares_queue=self._queues.shares(client.client_id),
        )

    def _joined(self, client: Client) -> None:
        status = self.status_of(client)
        others = (other for other in self._clients if other is not client)
        self._clients.publish(ClientJoined.model_validate(status.model_dump()), others)

    def client_changed(self, client: Client) -> None:
        """Something of a client is another than before."""
        self._client_changed(client)
        self.on_kept_change()

    def _client_changed(self, client: Client) -> None:
        if not self._clients.listens("clients"):
            return
        self._clients.publish(ClientChanged.model_validate(self.status_of(client).model_dump()))

    def _changed_itself(self, client: Client) -> None:
        if isinstance(client.session.presence, Live):
            self._authority.client_back(client)
            self._following.client_back(client)
        else:
            self._authority.client_away(client)
        if isinstance(client.session.presence, Lingering):
            self._keep_encoders(client, client.session.presence.until)
        self._client_changed(client)
        self._suggestions.tell_newcomers()

    def _keep_encoders(self, client: Client, until: float) -> None:
        """That nobody fetches while a client is away means nothing: far ahead its encoders are held, not ended."""
        for stream in (self._streams.of(client.client_id), self._streams.prepared(client.client_id)):
            if stream:
                stream.machine.expect(until)

    async def _gone(self, client: Client) -> None:
        self._suggestions.client_gone(client)
        self._authority.client_gone(client)
        self._following.forget(client)
        await self._streams.close(client.client_id)
        self._queues.drop(client.client_id)
        self._told.pop(client.client_id, None)

    def _holder_changed(self) -> None:
        """Those whose word it was, and whose it is now, look different in the list of clients."""
        reign = self._authority.machine.reign
        before, self._holder = self._holder, reign.holder.client_id if reign else None
        for client_id in {before, self._holder} - {None}:
            if client := self._clients.get(str(client_id)):
                self._client_changed(client)
        self._suggestions.tell_newcomers()
        self.on_kept_change()

    def _asked(self) -> None:
        self.on_kept_change()

    def _screen_changed(self) -> None:
        self._tell_of_screen()
        self._authority.screen_changed()

    def _tell_of_screen(self) -> None:
        screen = self._screen
        problem = screen.problem is not None
        news = (screen.machine.scene, screen.machine.state, screen.machine.error, problem)
        if news == self._told_of_screen:
            return
        self._told_of_screen = news
        self._clients.publish(ScreenChanged.model_validate(screen_status(screen).model_dump()))
        self.on_kept_change()

    def _queue_changed(self, client_id: str | None = None) -> None:
        """The queue of a client, or of the screen."""
        queue = self._queues.of(client_id) if client_id else self._screen.queue
        event = QueueChanged.model_construct(**dict(queue_state(queue)), target="mine" if client_id else "server")
        if client_id is None:
            self._clients.publish(event)
        elif client := self._clients.get(client_id):
            client.hear(event)
            self._following.queue_changed(client_id)
            self._client_changed(client)
        self.on_kept_change()

    def _stuck(self, client: Client, error: MatineeError) -> None:
        """Nothing of what was to follow can be played; what was there before stays as it is, if it still is there, and
        has not failed: the event names no stream.
        """
        stream = self._streams.of(client.client_id)
        if stream is None:
            self.stream_closed(client)
        else:
            self._queues.back_to(client.client_id, stream.spec.item)
        client.hear(StreamFailed(stream_id="", error=error_body(error)))

    def _stream_abandoned(self, stream: HLSClientStream) -> None:
        client = self._clients.get(stream.spec.client_id)
        if client and self._streams.of(client.client_id) is None:
            self.stream_closed(client)

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
        error = machine.error
        how = (machine.state(now), error.name if error else None)
        coming = self._streams.prepared(client.client_id)
        following = coming.spec.stream_id if coming else None
        way = (stream.choice, stream.delivery.reasons, stream.thumbnails, stream.waiting)
        news = (stream.spec.stream_id, how, machine.epoch, machine.timeline, machine.restarts, following, way)
        before = self._told.get(client.client_id)
        if before == news:
            return
        self._told[client.client_id] = news
        status = stream_status(stream, now, coming)
        client.hear(StreamChanged.model_validate(status.model_dump()))
        if before is None or before[:2] != news[:2]:
            if error:
                client.hear(StreamFailed(stream_id=stream.spec.stream_id, error=error_body(error)))
            self._client_changed(client)

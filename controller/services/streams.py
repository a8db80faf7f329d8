"""The streams: one per hls client at most, each with its own encoder, timeline, address and directory."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest

import anyio
import structlog
from anyio.abc import TaskGroup

from controller.core.delivery import Wish, decide
from controller.core.session import Gone
from controller.ports import Clock, Encoder, Library, MediaProbe, Secrets, SegmentStore, StreamDirectory
from controller.services.client_stream import HLSClientStream, StreamSpec
from controller.services.clients import Client
from controller.services.guard import guarded
from protocol.errors import MatineeError, NoStream, NotRegistered
from protocol.values import ItemRef, PathRef, Quality, StreamId

log = structlog.get_logger(__name__)


class Streams:
    """The registry: opens, finds and closes streams.

    `on_change` hears of every change of any of them; `on_broken` of one that a fault of ours ended, when it is gone.
    """

    def __init__(
        self,
        clock: Clock,
        secrets: Secrets,
        library: Library,
        probe: MediaProbe,
        store: SegmentStore,
        encoder: Encoder,
    ) -> None:
        self._clock, self._secrets, self._library = clock, secrets, library
        self._probe, self._store, self._encoder = probe, store, encoder
        self._streams: dict[str, HLSClientStream] = {}
        self._group: TaskGroup | None = None
        self.on_change: Callable[[HLSClientStream], None] = lambda _stream: None
        self.on_broken: Callable[[HLSClientStream], None] = lambda _stream: None

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def encoders(self) -> int:
        """How many encoders are alive."""
        return sum(stream.process is not None for stream in self._streams.values())

    async def run(self) -> None:
        """Be the parent of every stream's task, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            self._group = group
            await anyio.sleep_forever()

    def of(self, client_id: str) -> HLSClientStream | None:
        """A client's stream."""
        return self._streams.get(client_id)

    def require(self, client_id: str) -> HLSClientStream:
        """A client's stream. Raises: NoStream."""
        stream = self._streams.get(client_id)
        if stream is None:
            raise NoStream
        return stream

    def find(self, client_id: str, token: str) -> HLSClientStream | None:
        """The stream of a client, for one who knows its token; takes as long for a wrong token as for none."""
        stream = self._streams.get(client_id)
        expected = stream.spec.token if stream else "-" * 43
        same = compare_digest(expected.encode(), token.encode("utf-8", "surrogateescape"))
        return stream if stream and same else None

    async def open(
        self, client: Client, item: ItemRef, *, position: float, quality: Quality, audio_track: int | None
    ) -> HLSClientStream:
        """Start a client's stream of an item, in place of the one it has.

        Raises:
            ItemNotFound, NotPlayable: as the library and the probe say; the old stream goes on then.
        """
        path, media_id = (item.path, None) if isinstance(item, PathRef) else (None, item.media_id)
        source = await self._library.resolve(path, media_id)
        facts = await self._probe.facts(source)
        height = client.capabilities.max_height if client.capabilities else None
        delivery = decide(facts, Wish(quality, audio_track, height))
        while client.client_id in self._streams:  # a replaced connection may be opening one, too: the later wish wins
            await self.close(client.client_id)
        if isinstance(client.session.presence, Gone) or self._group is None:
            raise NotRegistered
        spec = StreamSpec(
            client_id=client.client_id,
            stream_id=StreamId(self._secrets.identity()),
            token=self._secrets.token(),
            item=item,
            source=source,
            facts=facts,
            delivery=delivery,
            quality=quality,
            position=min(max(position, 0.0), delivery.plan.duration),
        )
        stream = HLSClientStream(spec, self._create_directory(spec), self._encoder, self._clock, self._changed)
        self._streams[client.client_id] = stream
        self._group.start_soon(self._live, stream)
        log.info(
            "stream opened",
            client=client.client_id,
            stream=spec.stream_id,
            mode=delivery.mode,
            reasons=list(delivery.reasons),
        )
        self._changed(stream)
        return stream

    async def close(self, client_id: str) -> HLSClientStream | None:
        """End a client's stream, if it has one; its address is dead at once, its encoder and files when this returns."""
        stream = self._streams.pop(client_id, None)
        if stream:
            await stream.close()
            log.info("stream closed", client=client_id, stream=stream.spec.stream_id)
        return stream

    async def _live(self, stream: HLSClientStream) -> None:
        """A stream's life. A fault of ours in it is that client's loss alone: it must not end the whole house."""
        fault = await guarded(stream.run(), "stream failed", stream=stream.spec.stream_id)
        if fault and self._streams.get(stream.spec.client_id) is stream:
            del self._streams[stream.spec.client_id]
            self.on_broken(stream)

    def _create_directory(self, spec: StreamSpec) -> StreamDirectory:
        try:
            return self._store.create(spec.client_id, spec.stream_id)
        except OSError as error:
            raise MatineeError(f"No room for a stream: {error.strerror}.") from error

    def _changed(self, stream: HLSClientStream) -> None:
        self.on_change(stream)

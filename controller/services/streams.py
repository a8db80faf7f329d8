"""The streams: one per hls client at most, each with its own encoder, timeline, address and directory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path

import anyio
import structlog
from anyio.abc import TaskGroup

from controller.core import playlist
from controller.core.delivery import Delivery, Wish, decide
from controller.core.media import MediaFacts
from controller.core.playlist import SegmentId
from controller.core.session import Gone
from controller.core.stream import Crashed, Failed, Outcome, Running, Stream
from controller.ports import (
    Clock,
    EncodeJob,
    Encoder,
    EncoderRun,
    Library,
    MediaProbe,
    Secrets,
    SegmentStore,
    SourceFile,
    StreamDirectory,
)
from controller.services.clients import Client
from protocol.errors import MatineeError, NoStream, NotRegistered, Overloaded
from protocol.values import ItemRef, PathRef, Quality, StreamId

log = structlog.get_logger(__name__)

WAIT_FOR_SEGMENT = 20.0
"""Seconds that a request for a segment is held before it is told to come again."""


class SegmentLate(Overloaded):
    """The segment is on its way and not here yet: 503 with Retry-After."""

    sentence = "This part of the film is not ready yet."


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """What a stream shows; it never changes."""

    client_id: str
    stream_id: StreamId
    token: str
    item: ItemRef
    source: SourceFile
    facts: MediaFacts
    delivery: Delivery
    quality: Quality
    position: float

    @property
    def base(self) -> str:
        """The path that everything of the stream is served under."""
        return f"/hls/{self.client_id}/{self.token}/"

    @property
    def url(self) -> str:
        """The path of the master playlist."""
        return self.base + playlist.MASTER


@dataclass(slots=True)
class _Live:
    """The run that is alive, whatever is wanted."""

    epoch: int
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: anyio.Event = field(default_factory=anyio.Event)
    run: EncoderRun | None = None


class HLSClientStream:
    """A client's stream: tells the machine what happens and keeps the wanted encoder alive.

    Every method but `run`, `wait_segment` and `close` acts at once. `on_change` is called after every change,
    in the same step.
    """

    def __init__(
        self,
        spec: StreamSpec,
        directory: StreamDirectory,
        encoder: Encoder,
        clock: Clock,
        on_change: Callable[[HLSClientStream], None],
    ) -> None:
        self.spec = spec
        self._directory, self._encoder, self._clock, self._on_change = directory, encoder, clock, on_change
        self.machine = Stream(spec.delivery.plan, spec.delivery.renditions, spec.position, clock.now())
        self._live: _Live | None = None
        self._wake = anyio.Event()
        self._waiters: dict[SegmentId, anyio.Event] = {}
        self._closed = False
        self._finished = anyio.Event()

    @property
    def process(self) -> EncoderRun | None:
        """The living encoder."""
        return self._live.run if self._live else None

    # ── what the client does ──────────────────────────────────────────────────────────────────────

    def seek(self, position: float) -> tuple[float, bool]:
        """Move; answers the position and whether it was clamped. The encoder follows by itself."""
        moved = self.machine.seek(position, self._clock.now())
        self._after()
        return moved

    def pause(self) -> None:
        """Stop the timeline."""
        self.machine.pause(self._clock.now())
        self._after()

    def resume(self) -> None:
        """Let the timeline go on."""
        self.machine.resume(self._clock.now())
        self._after()

    def report(self, position: float, playing: bool) -> None:
        """Take the player's word."""
        if self.machine.report(position, playing, self._clock.now()):
            self._after()
        else:
            self._wake.set()

    # ── what is served ────────────────────────────────────────────────────────────────────────────

    def playlist(self, name: str) -> str | None:
        """The text of a playlist, or None when there is none of that name."""
        delivery = self.spec.delivery
        if name == playlist.MASTER:
            return playlist.master(delivery.variant, delivery.renditions)
        for rendition in delivery.renditions:
            if name == playlist.playlist_name(rendition):
                return playlist.media(delivery.plan, rendition, self.spec.position)
        return None

    async def wait_segment(self, segment: SegmentId) -> Path:
        """Where a segment lies, once it is whole.

        Raises:
            NoStream: there is no such segment, or the stream ended meanwhile.
            SegmentLate: it took more than 20 s.
            EncoderFailed, EmptyOutput: it cannot be made.
        """
        if self._closed or not self.machine.exists(segment):
            raise NoStream
        if not self.machine.has(segment):
            self._raise_failure()
        if self.machine.ask(segment, self._clock.now()):
            self._wake.set()
            return self._directory.path(segment)
        waiter = self._waiters.setdefault(segment, anyio.Event())
        self._after()
        try:
            with anyio.move_on_after(WAIT_FOR_SEGMENT):
                await waiter.wait()
        finally:
            self.machine.withdraw(segment, self._clock.now())
            self._wake.set()
        if self._closed:
            raise NoStream
        if self.machine.has(segment):
            return self._directory.path(segment)
        self._raise_failure()
        raise SegmentLate(retry_after_s=1.0)

    # ── its life ──────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Keep the wanted encoder alive until `close`; then nothing of the stream is left."""
        try:
            async with anyio.create_task_group() as group:
                while not self._closed:
                    self._wake = anyio.Event()
                    await self._make_it_so(group)
                if self._live:
                    await self._stop(self._live)
        finally:
            with anyio.CancelScope(shield=True):
                await self._directory.remove()
            self._finished.set()

    async def close(self) -> None:
        """End the stream; its encoder and files are gone when this returns."""
        self._closed = True
        self._wake.set()
        self._release_waiters()
        await self._finished.wait()

    async def _make_it_so(self, group: TaskGroup) -> None:
        """Close the gap between the wanted and the living encoder, or wait until there may be one."""
        wanted, live = self.machine.wanted, self._live
        if live and (wanted is None or wanted.epoch != live.epoch):
            await self._stop(live)
            return
        if wanted and not live:
            self._live = _Live(wanted.epoch)
            group.start_soon(self._encode, self._live, wanted)
        elif wanted and live and live.run:
            live.run.hold(wanted.held)
        deadline = self.machine.next_deadline()
        with anyio.move_on_after(None if deadline is None else max(0.0, deadline - self._clock.now())):
            await self._wake.wait()
            return
        self.machine.tick(self._clock.now())
        self._after()

    async def _stop(self, live: _Live) -> None:
        live.scope.cancel()
        await live.done.wait()

    async def _encode(self, live: _Live, wanted: Running) -> None:
        outcome: Outcome | None = None
        with live.scope:
            outcome = await self._attempt(live, wanted)
        self._directory.drop_run(live.epoch)
        self._live = None
        live.done.set()
        if outcome is not None and not self._closed:
            self.machine.on_ended(live.epoch, outcome, self._clock.now())
            log.info("encoder ended", stream=self.spec.stream_id, epoch=live.epoch, outcome=str(outcome))
        self._after()

    async def _attempt(self, live: _Live, wanted: Running) -> Outcome:
        spec = self.spec
        job = EncodeJob(spec.source.path, spec.facts, spec.delivery, wanted.start, wanted.epoch, self._directory)
        try:
            return await self._encoder.encode(job, _Listener(self, live))
        except OSError as error:
            return Crashed(error.strerror or type(error).__name__)

    def on_started(self, live: _Live, run: EncoderRun) -> None:
        """The encoder of a run is alive."""
        live.run = run
        log.info("encoder started", stream=self.spec.stream_id, epoch=live.epoch, pid=run.pid)
        self.machine.on_started(live.epoch, self._clock.now())
        self._after()

    def on_made(self, live: _Live, segment: SegmentId, made: Path) -> None:
        """A run made a segment; it is served from now on, unless there is one already."""
        if live.scope.cancel_called or self.machine.has(segment):
            made.unlink(missing_ok=True)
        else:
            self._directory.publish(made, segment)
        self.machine.on_made(live.epoch, segment, self._clock.now())
        if self.machine.has(segment) and (waiter := self._waiters.pop(segment, None)):
            waiter.set()
        self._after()

    def _after(self) -> None:
        """After every input: wake the owner of the encoder, tell the client, let nobody wait for what will not come."""
        if isinstance(self.machine.phase, Failed):
            self._release_waiters()
        self._wake.set()
        if not self._closed:
            self._on_change(self)

    def _release_waiters(self) -> None:
        waiters, self._waiters = self._waiters, {}
        for waiter in waiters.values():
            waiter.set()

    def _raise_failure(self) -> None:
        if isinstance(self.machine.phase, Failed):
            error = self.machine.phase.error
            raise type(error)(error.message, hint=error.hint)


@dataclass(frozen=True, slots=True)
class _Listener:
    """Ties what an encoder tells to the run that it belongs to."""

    stream: HLSClientStream
    live: _Live

    def on_started(self, run: EncoderRun) -> None:
        self.stream.on_started(self.live, run)

    def on_made(self, segment: SegmentId, made: Path) -> None:
        self.stream.on_made(self.live, segment, made)


class Streams:
    """The registry: opens, finds and closes streams; `on_change` hears of every change of any of them."""

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
        self._group.start_soon(stream.run)
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

    def _create_directory(self, spec: StreamSpec) -> StreamDirectory:
        try:
            return self._store.create(spec.client_id, spec.stream_id)
        except OSError as error:
            raise MatineeError(f"No room for a stream: {error.strerror}.") from error

    def _changed(self, stream: HLSClientStream) -> None:
        self.on_change(stream)

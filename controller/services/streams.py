"""The streams: one per hls client, and the one that is ready to follow it; each with its own encoder and directory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from hmac import compare_digest
from typing import Protocol
from weakref import WeakValueDictionary

import anyio
import structlog
from anyio.abc import TaskGroup

from controller.core.abandoned import abandoned_at
from controller.core.delivery import Delivery, decide
from controller.core.following import GRACE, READY_BEFORE
from controller.core.ladder import Ladder
from controller.core.media import MediaFacts
from controller.core.session import Gone
from controller.core.subtitles import with_files
from controller.core.wish import Choice, House, Rung, Wish
from controller.ports import Clock, Encoder, Library, MediaProbe, Secrets, SegmentStore, SourceFile, StreamDirectory
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client
from controller.services.guard import guarded
from controller.services.sharing import Shelf
from controller.services.stream_spec import StreamSpec, Turn
from controller.services.tastes import Tastes
from controller.services.trial import May, always
from controller.services.wishes import chosen_now, wish_of
from protocol.errors import DiskFull, NoStream, NotRegistered
from protocol.values import ItemRef, PathRef, StreamId

log = structlog.get_logger(__name__)

Listener = Callable[[HLSClientStream], None]


class Gate(Protocol):
    """Who may encode, and who has to wait."""

    def check(self, old: HLSClientStream | None, *, keeps: bool) -> None:
        """Whether a stream that encodes may be opened in place of an old one, whose place it `keeps`. Raises: AtCapacity."""
        ...

    def keeps_place(self, old: HLSClientStream | None, source: SourceFile) -> bool:
        """Whether a stream of a film that follows this one, or takes its place, need not wait."""
        ...

    def replacing(self, old: HLSClientStream | None) -> AbstractContextManager[None]:
        """Within this, an old stream ends and another one begins: nobody else gets its place."""
        ...


class Streams:
    """The registry: opens, finds and closes streams.

    Who listens hears of every change of any of them, and of their ends, in the same step; `on_broken` hears of one
    that a fault of ours ended, and `on_abandoned` of one that nobody used any more, when it is gone.
    """

    def __init__(
        self,
        clock: Clock,
        secrets: Secrets,
        library: Library,
        probe: MediaProbe,
        store: SegmentStore,
        encoder: Encoder,
        tastes: Tastes,
        house: House | None = None,
        *,
        share: bool = False,
    ) -> None:
        self._clock, self._secrets, self._library = clock, secrets, library
        self._probe, self._store, self._encoder = probe, store, encoder
        self._tastes, self._house = tastes, house or House()
        self._streams: dict[str, HLSClientStream] = {}
        self._prepared: dict[str, HLSClientStream] = {}
        self._ending: list[HLSClientStream] = []
        self._turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
        self._shelf = Shelf() if share else None
        self._group: TaskGroup | None = None
        self._on_change: list[Listener] = []
        self._on_end: list[Listener] = []
        self.on_broken: Listener = lambda _stream: None
        self.on_abandoned: Listener = lambda _stream: None
        self.rescue: Listener = lambda _stream: None
        self.allowance: Callable[[], float] = lambda: float("inf")
        self.gate: Gate | None = None

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def shares(self) -> bool:
        """Whether streams of one film take each other's segments."""
        return self._shelf is not None

    @property
    def encoders(self) -> int:
        """How many encoders are alive."""
        return sum(stream.process is not None for stream in [*self.every(), *self._ending])

    @property
    def working(self) -> int:
        """How many encoders have something to do."""
        return sum(stream.is_working for stream in self.every())

    async def run(self) -> None:
        """Be the parent of every stream's task, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            self._group = group
            await anyio.sleep_forever()

    def listen(self, changed: Listener, ended: Listener | None = None) -> None:
        """Hear of every change of a stream, and of its end; must not wait."""
        self._on_change.append(changed)
        if ended:
            self._on_end.append(ended)

    def of(self, client_id: str) -> HLSClientStream | None:
        """A client's stream."""
        return self._streams.get(client_id)

    def require(self, client_id: str) -> HLSClientStream:
        """A client's stream. Raises: NoStream."""
        stream = self._streams.get(client_id)
        if stream is None:
            raise NoStream
        return stream

    def prepared(self, client_id: str) -> HLSClientStream | None:
        """The stream that is ready to follow a client's own."""
        return self._prepared.get(client_id)

    def find(self, client_id: str, token: str) -> HLSClientStream | None:
        """The stream of a client, for one who knows its token; takes as long for a wrong token as for none."""
        given = token.encode("utf-8", "surrogateescape")
        found = None
        for stream in (self._streams.get(client_id), self._prepared.get(client_id)):
            expected = stream.spec.token if stream else "-" * 43
            if compare_digest(expected.encode(), given) and stream:
                found = stream
        return found

    async def open(
        self,
        client: Client,
        item: ItemRef,
        *,
        position: float,
        choice: Choice,
        rate: float = 1.0,
        ladder: Ladder | None = None,
        may: May = always,
    ) -> HLSClientStream:
        """Start a client's stream of an item, in place of the one it has; the film goes by at a `rate`, and is made as
        small as a `ladder` says that goes on with it.

        `may` raises when it is not wanted any more; it is asked after every wait.

        Raises:
            ItemNotFound, NotPlayable: as the library and the probe say; the old stream goes on then.
            AtCapacity: too many wait already; so it does then.
        """
        rung = ladder.wanted if ladder else None
        spec, choice, wish, delivery = await self._spec(client, item, position, choice, rate, rung)
        may()
        admitted = self._admitted(client, spec, delivery)
        with self.gate.replacing(self.of(client.client_id)) if self.gate else nullcontext():
            while (
                client.client_id in self._streams
            ):  # a replaced connection may be opening one, too: the later wish wins
                await self.close(client.client_id)
                may()
            stream = self._start(client, spec, choice, wish, delivery, admitted)
            stream.ladder = ladder or stream.ladder
            self._streams[client.client_id] = stream
        if rate != stream.machine.timeline.rate:
            stream.set_rate(rate)
        else:
            self._changed(stream)
        return stream

    def all(self) -> list[HLSClientStream]:
        """Every client's own."""
        return list(self._streams.values())

    def every(self) -> list[HLSClientStream]:
        """These, and those that are ready to follow them."""
        return [*self._streams.values(), *self._prepared.values()]

    async def prepare(self, client: Client, item: ItemRef, *, choice: Choice, may: May = always) -> HLSClientStream:
        """Start the stream that is to follow a client's own; it stands at its beginning until it is promoted.

        Raises:
            ItemNotFound, NotPlayable: as for `open`, which tells of `may`, too.
        """
        present = self._streams.get(client.client_id)
        rate = present.machine.timeline.rate if present else 1.0
        spec, choice, wish, delivery = await self._spec(client, item, 0.0, choice, rate)
        may()
        admitted = self._admitted(client, spec, delivery)
        await self.discard(client.client_id)
        may()
        stream = self._start(client, spec, choice, wish, delivery, admitted)
        stream.machine.expect(self._clock.now() + READY_BEFORE + GRACE)
        stream.pause()
        self._prepared[client.client_id] = stream
        if present := self._streams.get(client.client_id):
            self._changed(present)
        return stream

    async def promote(self, client_id: str) -> HLSClientStream:
        """The prepared stream becomes the client's own, and begins; there must be one."""
        stream = self._prepared.pop(client_id)
        old = self._streams.pop(client_id, None)
        self._streams[client_id] = stream
        if old:
            self._ended(old)
        stream.resume()
        if old:
            await self._close(old)
        return stream

    async def discard(self, client_id: str) -> None:
        """End the prepared stream, if there is one."""
        stream = self._prepared.pop(client_id, None)
        if stream:
            await self._close(stream)
            if present := self._streams.get(client_id):
                self._changed(present)

    async def close(self, client_id: str) -> HLSClientStream | None:
        """End a client's stream, if it has one; its address is dead at once, its encoder and files when this returns."""
        stream = self._streams.pop(client_id, None)
        if stream:
            self._ended(stream)
            await self._close(stream)
        await self.discard(client_id)
        for other in [each for each in self._ending if each.spec.client_id == client_id]:
            await other.wait_end()
        return stream

    async def _close(self, stream: HLSClientStream) -> None:
        self._ending.append(stream)
        try:
            await stream.close()
        finally:
            self._ending.remove(stream)
        log.info("stream closed", client=stream.spec.client_id, stream=stream.spec.stream_id)

    async def _spec(
        self, client: Client, item: ItemRef, position: float, choice: Choice, rate: float, rung: Rung | None = None
    ) -> tuple[StreamSpec, Choice, Wish, Delivery]:
        """What a stream of an item would show this client, and how. Raises: ItemNotFound, NotPlayable."""
        path, media_id = (item.path, None) if isinstance(item, PathRef) else (None, item.media_id)
        source = await self._library.resolve(path, media_id)
        sidecars = await self._library.sidecars(path, media_id)
        facts = with_files(await self._probe.facts(source), (sidecar.facts for sidecar in sidecars))
        self._probe.study(source)
        spec = StreamSpec(
            client_id=client.client_id,
            stream_id=StreamId(self._secrets.identity()),
            token=self._secrets.token(),
            item=item,
            source=source,
            facts=facts,
            position=position,
            sidecars=tuple(sidecar.source for sidecar in sidecars),
        )
        choice = chosen_now(choice, spec)
        wish = replace(self.wish(client, facts, choice, rate), rung=rung)
        delivery = decide(facts, wish)
        spec = replace(spec, position=min(max(position, 0.0), delivery.plan.duration))
        return spec, choice, wish, delivery

    def wish(self, client: Client, facts: MediaFacts, choice: Choice, rate: float) -> Wish:
        """What a client wishes of a film that goes by at a `rate`."""
        return wish_of(self._tastes, self._house, client, facts, choice, rate)

    def would_be(self, client: Client, facts: MediaFacts) -> Delivery:
        """How a film would be delivered to a client that asks for it without another word. Raises: NotPlayable."""
        return decide(facts, self.wish(client, facts, Choice(), 1.0))

    def _admitted(self, client: Client, spec: StreamSpec, delivery: Delivery) -> bool | None:
        """Whether a client's next stream need not wait for its turn; None when nobody need. Raises: AtCapacity."""
        if self.gate is None:
            return None
        old = self._streams.get(client.client_id)
        keeps = self.gate.keeps_place(old, spec.source)
        if delivery.encodes:
            self.gate.check(old, keeps=keeps)
        return keeps

    def _start(
        self,
        client: Client,
        spec: StreamSpec,
        choice: Choice,
        wish: Wish,
        delivery: Delivery,
        admitted: bool | None,
    ) -> HLSClientStream:
        """Let a stream live. Raises: NotRegistered (its client has gone)."""
        if isinstance(client.session.presence, Gone) or self._group is None:
            raise NotRegistered
        turn = self._turns.setdefault(client.client_id, Turn())
        directory = self._create_directory(spec)
        about = spec, choice, wish, delivery
        hears = self._changed, self.rescue
        shelf = self._shelf or Shelf()
        stream = HLSClientStream(*about, directory, self._encoder, self._clock, *hears, turn, shelf, admitted)
        stream.machine.allowance, stream.yields = self.allowance(), self._yields
        self._group.start_soon(self._live, stream)
        self._group.start_soon(self._let_go, stream, client)
        how = {"mode": delivery.mode, "reasons": list(delivery.reasons)}
        log.info("stream opened", client=client.client_id, stream=spec.stream_id, **how)
        return stream

    async def _live(self, stream: HLSClientStream) -> None:
        """A stream's life. A fault of ours in it is that client's loss alone: it must not end the whole house."""
        client_id = stream.spec.client_id
        fault = await guarded(stream.run(), "stream failed", stream=stream.spec.stream_id)
        if fault and self._prepared.get(client_id) is stream:
            await self.discard(client_id)
        if fault and self._streams.get(client_id) is stream:
            del self._streams[client_id]
            self._ended(stream)
            self.on_broken(stream)
            await self.discard(client_id)

    async def _let_go(self, stream: HLSClientStream, client: Client) -> None:
        """End a stream that nobody has used for two hours, unless its client is busy with other things."""
        while (left := self._unused_at(stream, client) - self._clock.now()) > 0:
            with anyio.move_on_after(left):
                await stream.wait_end()
                return
        log.info("stream abandoned", client=client.client_id, stream=stream.spec.stream_id)
        await self.close(client.client_id)
        self.on_abandoned(stream)

    def _unused_at(self, stream: HLSClientStream, client: Client) -> float:
        """When to look whether a stream is in use: one that is not a client's own yet counts as used."""
        own = self._streams.get(client.client_id) is stream
        return abandoned_at(stream.machine.used, client.session.last_seen if own else self._clock.now())

    def _create_directory(self, spec: StreamSpec) -> StreamDirectory:
        try:
            return self._store.create(spec.client_id, spec.stream_id)
        except OSError as error:
            raise DiskFull(f"No room for a stream: {error.strerror}.") from error

    def _yields(self, stream: HLSClientStream) -> bool:
        """Whether who watches already is short of something: who only begins comes after them."""
        others = [each for each in self.every() if each is not stream and each.delivery.encodes]
        return not stream.machine.played and any(each.machine.is_short() for each in others)

    def _changed(self, stream: HLSClientStream) -> None:
        for listener in self._on_change:
            listener(stream)

    def _ended(self, stream: HLSClientStream) -> None:
        for listener in self._on_end:
            listener(stream)

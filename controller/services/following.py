"""Lets a client's queue drive its stream: what a person wants follows at once, and what comes next is ready before.

    film on ──in its last 20 s──► next one ready ──over──► it is the client's stream
       │                              │ another comes next, or the film is taken back: it is ended
       └──a wish: jump, next …────────┴──0.15 s──► that item's stream

A film that cannot be shown is passed over, as long as there are others. An end leads on once: what is added to the
queue later waits until somebody wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
import structlog
from anyio.abc import TaskGroup

from controller.core.following import Watched, over_at, ready_at
from controller.core.queue import QueuedItem
from controller.core.session import Live
from controller.core.stream_phase import Failed
from controller.ports import Clock
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client, ClientManager
from controller.services.guard import guarded
from controller.services.queues import Queues
from controller.services.streams import Streams
from protocol.errors import ItemNotFound, MatineeError, NotPlayable

log = structlog.get_logger(__name__)

SETTLE = 0.15
"""Seconds that a wish must stand before an encoder is started for it: five quick steps through a queue cost one."""


class _Overtaken(MatineeError):
    """Something else is wanted by now."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """An item that should be playing, from a time on, in place of the stream that was there when it was wished."""

    entry: QueuedItem
    due: float
    instead_of: HLSClientStream | None
    position: float = 0.0


@dataclass(slots=True)
class _Way:
    """One client's way through its queue.

    `ready` is the item that the prepared stream shows, `unready` one that could not be prepared. `begun` is the stream
    that was begun here last; `failures` counts the items in a row that could not be shown. `led` says that the present
    film's end has led on. `since` is when the client came back last. `hurried` says that somebody waits for the wish, and
    `calm` wakes them.
    """

    client: Client
    wish: _Wish | None = None
    ready: str | None = None
    unready: str | None = None
    begun: HLSClientStream | None = None
    failures: int = 0
    led: bool = False
    since: float | None = None
    hurried: bool = False
    wake: anyio.Event = field(default_factory=anyio.Event)
    calm: anyio.Event = field(default_factory=anyio.Event)


class Following:
    """One task per client that has a stream or wants one; `on_stuck` hears of a wish that cannot be fulfilled."""

    def __init__(self, clock: Clock, clients: ClientManager, streams: Streams, queues: Queues) -> None:
        self._clock, self._clients, self._streams, self._queues = clock, clients, streams, queues
        self._ways: dict[str, _Way] = {}
        self._group: TaskGroup | None = None
        self.on_stuck: Callable[[Client, MatineeError], None] = lambda _client, _error: None
        streams.listen(self._stream_changed, self._stream_changed)

    def __len__(self) -> int:
        """How many clients are followed."""
        return len(self._ways)

    async def run(self) -> None:
        """Be the parent of every client's task, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            self._group = group
            await anyio.sleep_forever()

    def play(self, client: Client, entry: QueuedItem, position: float = 0.0) -> None:
        """Let a client's stream show an item of its queue; it follows in a moment."""
        way = self._way(client)
        way.failures = 0
        self._want(way, entry, SETTLE, position)
        way.wake.set()

    async def settle(self, client: Client) -> None:
        """Let what a person wished last come true, now, before anything else is done to the stream."""
        way = self._ways.get(client.client_id)
        while way and way.wish and self._ways.get(client.client_id) is way:
            way.hurried = True
            way.wake.set()
            await way.calm.wait()

    def wished(self, client: Client) -> tuple[QueuedItem, float] | None:
        """The item that is to begin in a moment, and where."""
        way = self._ways.get(client.client_id)
        return (way.wish.entry, way.wish.position) if way and way.wish else None

    def forget(self, client: Client) -> None:
        """Another stream was begun, or none is wanted: what was wished before is so no more."""
        if way := self._ways.get(client.client_id):
            way.wish = None
            way.wake.set()

    def queue_changed(self, client_id: str) -> None:
        """Something else may come next now."""
        if way := self._ways.get(client_id):
            way.unready = None
            way.wake.set()

    def client_back(self, client: Client) -> None:
        """A client has a connection again, and its player a moment to say where it is."""
        if way := self._ways.get(client.client_id):
            way.since = self._clock.now()
            way.wake.set()

    # ── a client's task ───────────────────────────────────────────────────────────────────────────

    def _stream_changed(self, stream: HLSClientStream) -> None:
        client = self._clients.get(stream.spec.client_id)
        if client:
            self._way(client).wake.set()

    def _way(self, client: Client) -> _Way:
        way = self._ways.get(client.client_id)
        if way is None:
            assert self._group is not None
            way = self._ways[client.client_id] = _Way(client)
            self._group.start_soon(self._follow, way)
        return way

    async def _follow(self, way: _Way) -> None:
        """A client's way to its end. A fault of ours on it is that client's alone."""
        fault = await guarded(self._walk(way), "following failed", client=way.client.client_id)
        del self._ways[way.client.client_id]
        way.calm.set()
        if fault:
            await self._streams.discard(way.client.client_id)

    async def _walk(self, way: _Way) -> None:
        while way.wish or self._streams.of(way.client.client_id):
            way.wake = anyio.Event()
            pause = await self._step(way)
            if way.wish is None:
                way.hurried, calm, way.calm = False, way.calm, anyio.Event()
                calm.set()
            with anyio.move_on_after(pause):
                await way.wake.wait()

    async def _step(self, way: _Way) -> float | None:
        """Do what is due; answers for how long there is nothing to do, None for until something happens."""
        if way.wish:
            wait = 0.0 if way.hurried else way.wish.due - self._clock.now()
            if wait <= 0:
                await self._fulfil(way, way.wish)
            return max(wait, 0.0)
        stream = self._streams.of(way.client.client_id)
        return await self._watch(way, stream) if stream else 0.0

    async def _watch(self, way: _Way, stream: HLSClientStream) -> float | None:
        """What a film that is on makes due: that the next one is made ready, or begins."""
        machine = stream.machine
        if isinstance(machine.phase, Failed):
            return self._pass_over(way, stream, machine.phase.error)
        way.failures = way.failures if machine.empty else 0
        film = Watched(machine.timeline, machine.busy, machine.stopped, machine.heard, way.since)
        over = over_at(film)
        if over is None:
            way.led = False
            return await self._make_ready(way, film, stream)
        if not isinstance(way.client.session.presence, Live):
            return None
        if self._clock.now() >= over:
            return self._go_on(way)
        await self._make_ready(way, film, stream)
        return max(over - self._clock.now(), 0.0)

    def _go_on(self, way: _Way) -> float | None:
        """A film is over: what follows is wished, if anything does."""
        entry = None if way.led else self._queues.advance(way.client.client_id)
        way.led = True
        if entry is None:
            return None
        self._want(way, entry)
        return 0.0

    # ── wishes ────────────────────────────────────────────────────────────────────────────────────

    def _want(self, way: _Way, entry: QueuedItem, settle: float = 0.0, position: float = 0.0) -> None:
        present = self._streams.of(way.client.client_id)
        way.wish = _Wish(entry, self._clock.now() + settle, present, position)

    async def _fulfil(self, way: _Way, wish: _Wish) -> None:
        """Have a wish come true; an item that cannot be shown is followed by the next of the queue."""
        error = None
        try:
            way.begun = await self._show(way, wish)
        except _Overtaken:
            pass  # nothing was begun
        except MatineeError as problem:
            error = problem
        if way.wish is not wish:
            return
        way.wish = None
        if error and not (isinstance(error, ItemNotFound | NotPlayable) and self._skip(way, error)):
            way.led = True
            self.on_stuck(way.client, error)

    async def _show(self, way: _Way, wish: _Wish) -> HLSClientStream:
        client_id, old = way.client.client_id, wish.instead_of

        def may() -> None:
            if way.wish is not wish or self._streams.of(client_id) not in (old, None):
                raise _Overtaken

        may()
        if way.ready == wish.entry.id and self._streams.prepared(client_id) and not wish.position:
            way.ready = None
            stream = await self._streams.promote(client_id)
        else:
            stream = await self._streams.open(
                way.client,
                wish.entry.item,
                position=wish.position,
                choice=way.client.usual,
                rate=old.machine.timeline.rate if old else 1.0,
                may=may,
            )
        if old and old.machine.timeline.rate != stream.machine.timeline.rate:
            stream.set_rate(old.machine.timeline.rate)
        return stream

    def _pass_over(self, way: _Way, stream: HLSClientStream, error: MatineeError) -> float | None:
        """A stream has failed: of one that came from the queue and has shown nothing, the next is wished."""
        passed = way.begun is stream and stream.machine.empty and self._skip(way, error)
        way.begun = None
        return 0.0 if passed else None

    def _skip(self, way: _Way, error: MatineeError) -> bool:
        """An item could not be shown: the next is wished, unless all of them were tried."""
        log.warning("queued film skipped", client=way.client.client_id, reason=error.message)
        way.failures += 1
        client_id = way.client.client_id
        another = way.failures < self._queues.length(client_id)
        entry = self._queues.advance(client_id, broken=True) if another else None
        if entry:
            self._want(way, entry)
        return entry is not None

    # ── what comes next ───────────────────────────────────────────────────────────────────────────

    async def _make_ready(self, way: _Way, film: Watched, stream: HLSClientStream) -> float | None:
        """Prepare what comes next when it is time; end what is prepared and does not come next."""
        now, client_id = self._clock.now(), way.client.client_id
        ready = ready_at(film)
        due = ready is not None and now >= ready
        coming = self._queues.of(client_id).after_end() if due else None
        if way.ready is not None and (coming is None or coming.id != way.ready):
            way.ready = None
            await self._streams.discard(client_id)
        if coming and way.ready is None and coming.id != way.unready:
            await self._prepare(way, coming, stream)
        return ready - now if ready is not None and not due else None

    async def _prepare(self, way: _Way, coming: QueuedItem, stream: HLSClientStream) -> None:
        def may() -> None:
            if way.wish or self._streams.of(way.client.client_id) is not stream:
                raise _Overtaken

        try:
            await self._streams.prepare(way.client, coming.item, choice=way.client.usual, may=may)
            way.ready = coming.id
        except _Overtaken:
            pass  # what it was to follow is not there any more
        except MatineeError as error:
            log.warning("next film cannot be made ready", client=way.client.client_id, reason=error.message)
            way.unready = coming.id

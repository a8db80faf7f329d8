"""The WebSocket edge: one connection's reader, its bounded outbox, and the deadlines around them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import anyio
import structlog
from aiohttp import WSMsgType, web
from anyio.abc import TaskGroup

from controller.core.outbox import Outbox
from controller.ports import Clock
from controller.services.clients import ClientManager
from controller.services.context import Connection
from controller.services.dispatcher import Dispatcher
from protocol import MAX_FRAME_BYTES, SUBPROTOCOL
from protocol.codec import encode_hello
from protocol.errors import CloseCode
from protocol.events import HelloEvent

log = structlog.get_logger(__name__)

PING_EVERY = 10.0
"""Seconds, about; a peer that is silent is closed within 15.5."""
HEARTBEAT = 9.6
"""Seconds: aiohttp rounds the end of this wait up to a whole second of its clock, and closes half as long after it."""
REGISTER_WITHIN = 5.0
CLOSE_WITHIN = 1.0
"""Seconds for the closing handshake before the connection is torn down."""
GOODBYE_WITHIN = 2.0
"""Seconds for what is queued and the closing handshake, when we close; who reads nothing hears neither."""
STUCK_AFTER = PING_EVERY
"""Seconds that one frame may be on its way out. aiohttp gives a silent peer up, but wakes nobody who waits to send to it."""
TURN = 8
"""Frames of one connection before all others have their turn: those that have come already are read without a wait."""


class WebSocketPeer:
    """Implements `ports.Peer` on one WebSocket."""

    def __init__(self, socket: web.WebSocketResponse, clock: Clock, group: TaskGroup) -> None:
        self._socket, self._clock, self._group = socket, clock, group
        self._outbox = Outbox()
        self._wake = anyio.Event()
        self._watched = False
        self._flushing = False
        self._attended = self._nudged = False
        self._closing: tuple[int, str] | None = None
        self._reading: anyio.CancelScope | None = None
        self._read: anyio.Event | None = None
        self._sending_since = 0.0
        self._look: asyncio.TimerHandle | None = None
        self._end: asyncio.TimerHandle | None = None

    def unsent(self, kind: str) -> int | None:
        """The number of an event in the outbox that a newer one of this kind is to take over."""
        return None if self._closing else self._outbox.unsent(kind)

    def offer(self, frame: str, kind: str | None = None, number: int = 0) -> None:
        """Queue a frame; nothing is taken once the connection is closing."""
        if self._closing:
            return
        self._outbox.put(frame, self._clock.now(), kind, number)
        if not self._attended:
            self._wake.set()
        elif not self._nudged:
            self._nudged = True
            asyncio.get_running_loop().call_soon(self._nudge)
        if self._outbox.cut_off_at() is not None and not self._watched:
            self._watched = True
            self._group.start_soon(self._watch)

    def close(self, code: int, reason: str) -> None:
        """Send what is queued, then close."""
        if self._closing is None:
            self._closing = (code, reason)
            self._wake.set()
            self._end = asyncio.get_running_loop().call_later(GOODBYE_WITHIN, self._group.cancel_scope.cancel)

    def ended(self) -> None:
        """The connection is over: nothing is timed any more."""
        for timer in (self._look, self._end):
            if timer:
                timer.cancel()

    @property
    def closing(self) -> bool:
        """Whether this connection takes no more."""
        return self._closing is not None

    async def read(self, work: Awaitable[None]) -> None:
        """Read what comes, until the connection is to be closed from here: `aiohttp` ends the transport at once when
        somebody waits for a message, and what the peer has sent meanwhile makes that a reset, which takes the close
        frame along.
        """
        try:
            with anyio.CancelScope() as self._reading:
                await work
        finally:
            self._reading = None
            if self._read:
                self._read.set()

    async def attend(self, work: Awaitable[None]) -> None:
        """Do some work for this connection, then send what it queued: saves waking the writer for every answer. What is
        queued while the work waits for something is sent meanwhile.
        """
        self._attended = True
        try:
            await work
        finally:
            self._attended = False
        await self.flush()

    def _nudge(self) -> None:
        self._nudged = False
        if len(self._outbox):
            self._wake.set()

    async def flush(self) -> None:
        """Send what is queued. One sender at a time; the other's frames are sent by it."""
        if self._flushing:
            return
        self._flushing = True
        try:
            while (frame := self._outbox.take(now := self._clock.now())) is not None:
                self._sending_since = now
                if self._look is None:
                    self._look = asyncio.get_running_loop().call_later(STUCK_AFTER, self._look_for_progress)
                await self._socket.send_str(frame)
        except (ConnectionError, RuntimeError):
            self.close(CloseCode.GOING_AWAY, "connection lost")
        finally:
            self._flushing = False
            if self._closing:
                self._wake.set()

    async def run_writer(self) -> None:
        """Send what others queue, until the connection closes."""
        while True:
            await self._wake.wait()
            self._wake = anyio.Event()
            if self._closing and not self._flushing and not len(self._outbox):
                await self._say_goodbye(*self._closing)
                return
            await self.flush()

    def _look_for_progress(self) -> None:
        """End a connection whose peer takes nothing; look again while something is on its way."""
        self._look = None
        if not self._flushing:
            return
        left = self._sending_since + STUCK_AFTER - self._clock.now()
        if left > 0:
            self._look = asyncio.get_running_loop().call_later(left, self._look_for_progress)
        else:
            log.warning("client takes nothing", waiting=len(self._outbox))
            self._group.cancel_scope.cancel()

    async def _watch(self) -> None:
        """Cut a peer that stays over its bound; ends when it does not."""
        while (cut_off := self._outbox.cut_off_at()) is not None:
            await anyio.sleep(max(0.0, cut_off - self._clock.now()) + 0.001)
            cut_off = self._outbox.cut_off_at()
            if cut_off is not None and self._clock.now() >= cut_off:
                log.warning("client too slow", waiting=len(self._outbox))
                await self._say_goodbye(CloseCode.TOO_SLOW, "too slow")
                self._group.cancel_scope.cancel()
                return
        self._watched = False

    async def _say_goodbye(self, code: int, reason: str) -> None:
        with anyio.move_on_after(CLOSE_WITHIN):
            if self._reading and not self._attended:
                self._read = anyio.Event()
                self._reading.cancel()
                await self._read.wait()
            await self._socket.close(code=code, message=reason.encode())


class WebSocketServer:
    """The handler of /ws."""

    def __init__(self, dispatcher: Dispatcher, clients: ClientManager, clock: Clock, hello: HelloEvent) -> None:
        self._dispatcher, self._clients, self._clock, self._hello = dispatcher, clients, clock, hello
        self._peers: set[WebSocketPeer] = set()
        self._left = anyio.Event()

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection to its end."""
        socket = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            heartbeat=HEARTBEAT,
            max_msg_size=MAX_FRAME_BYTES,
            compress=False,
            timeout=CLOSE_WITHIN,
        )
        if not socket.can_prepare(request).ok:
            return web.Response(status=426, text="WebSocket only\n", headers={"Upgrade": "websocket"})
        await socket.prepare(request)
        async with anyio.create_task_group() as group:
            peer = WebSocketPeer(socket, self._clock, group)
            group.start_soon(self._write, peer, group.cancel_scope)
            try:
                await self._serve(socket, Connection(peer), peer)
                group.cancel_scope.cancel()
            finally:
                peer.ended()
                if request.transport:
                    request.transport.abort()
        return socket

    async def _serve(self, socket: web.WebSocketResponse, connection: Connection, peer: WebSocketPeer) -> None:
        """One connection, from its greeting to its end."""
        self._peers.add(peer)
        late = asyncio.get_running_loop().call_later(REGISTER_WITHIN, self._expect_register, connection, peer)
        try:
            await peer.read(self._read(socket, connection, peer))
            if peer.closing:  # the writer is saying why; an abort would overtake that
                await anyio.sleep(CLOSE_WITHIN)
        finally:
            late.cancel()
            self._peers.discard(peer)
            self._left.set()
            if connection.client:
                self._clients.disconnected(connection.client, peer)

    async def close_all(self, reason: str) -> None:
        """Close every connection with 1001 and wait a moment for it."""
        for peer in self._peers:
            peer.close(CloseCode.GOING_AWAY, reason)
        with anyio.move_on_after(CLOSE_WITHIN):
            while self._peers:
                self._left = anyio.Event()
                await self._left.wait()

    async def _read(self, socket: web.WebSocketResponse, connection: Connection, peer: WebSocketPeer) -> None:
        peer.offer(encode_hello(self._hello.model_copy(update={"clock": self._clock.now()})))
        await peer.flush()
        turn = 0
        async for message in socket:
            turn += 1
            if turn % TURN == 0:
                await asyncio.sleep(0)
            if peer.closing:
                continue
            if message.type is WSMsgType.TEXT:
                await peer.attend(self._dispatcher.receive(connection, message.data))
            elif message.type is WSMsgType.BINARY:
                self._dispatcher.refuse_binary(connection)

    async def _write(self, peer: WebSocketPeer, scope: anyio.CancelScope) -> None:
        await peer.run_writer()
        scope.cancel()

    @staticmethod
    def _expect_register(connection: Connection, peer: WebSocketPeer) -> None:
        if connection.client is None:
            peer.close(CloseCode.NOT_REGISTERED, "no register in time")

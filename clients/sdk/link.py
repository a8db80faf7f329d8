"""One connection to the daemon, and the loop that replaces it when it breaks."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import websockets
from websockets.asyncio.client import ClientConnection

from protocol import MAX_FRAME_BYTES, PROTOCOL_VERSION, SUBPROTOCOL
from protocol.commands.session import Auth, CodeAuth, Register, Resume, TokenAuth
from protocol.errors import CloseCode, MatineeError, from_wire
from protocol.results import Registered
from protocol.values import Capabilities, ClientType

FIRST_RETRY, LAST_RETRY = 0.3, 10.0
"""Seconds before another try: doubled each time, up to a bound, jittered so that a room does not come back at once."""
CLOSE_WITHIN = 2.0
"""Seconds for the closing handshake."""
FINAL = frozenset({CloseCode.GOODBYE, CloseCode.BAD_TOKEN, CloseCode.REPLACED})
"""Close codes after which coming back would be wrong."""


class Offline(MatineeError):
    """The command was not sent, and will not be: there is no connection just now."""

    name = "offline"
    sentence = "There is no connection to Matinee just now; the command was not sent."


class ConnectionLost(MatineeError):
    """The connection broke before the answer came; whether the command was carried out is not known."""

    name = "connection_lost"
    sentence = "The connection broke before the answer came."


class Refused(MatineeError):
    """The daemon does not want this client; trying again would not help."""

    name = "refused"
    sentence = "Matinee refused this client."


@dataclass(slots=True)
class Identity:
    """Who we are to the daemon; what is learned at `register` is kept for the next time."""

    name: str
    client_types: list[ClientType]
    auth: Auth
    device: str | None = None
    capabilities: Capabilities | None = None
    registered: Registered | None = None
    last_seq: int = 0

    def command(self) -> Register:
        """The first command of the next connection."""
        resume = None
        if self.registered:
            resume = Resume(
                client_id=self.registered.client_id, resume_token=self.registered.resume_token, last_seq=self.last_seq
            )
        return Register(
            protocol=PROTOCOL_VERSION,
            client_types=self.client_types,
            name=self.name,
            auth=self.auth,
            device=self.device,
            capabilities=self.capabilities,
            resume=resume,
        )

    def learn(self, registered: Registered) -> None:
        """Take over what the daemon gave: after pairing the token replaces the used-up code."""
        if registered.device_token:
            self.auth = TokenAuth(device_token=registered.device_token)
        if not registered.resumed or registered.snapshot:  # then nothing of what was missed will follow
            self.last_seq = registered.seq
        self.registered = registered


@dataclass(slots=True)
class Link:
    """Keeps a registered connection alive. `on_frame` hears every frame after `register`; `on_lost` every break."""

    url: str
    identity: Identity
    on_frame: Callable[[dict[str, Any]], None]
    on_lost: Callable[[], None]
    online: anyio.Event = field(default_factory=anyio.Event)
    settled: anyio.Event = field(default_factory=anyio.Event)
    refusal: MatineeError | None = None
    _socket: ClientConnection | None = None

    async def run(self) -> None:
        """Connect, register, read; again when it breaks. Returns when the daemon does not want us any more."""
        wait = FIRST_RETRY
        while True:
            was_online = self.online
            try:
                await self._live_once()
            except MatineeError as error:
                self.refusal = error
            except (OSError, TimeoutError, websockets.WebSocketException) as error:
                if not self.settled.is_set() and isinstance(error, OSError):
                    self.refusal = Refused(f"Nothing answers at {self.url}: {error.strerror or error}.")
                if isinstance(error, websockets.ConnectionClosed) and error.rcvd and error.rcvd.code in FINAL:
                    self.refusal = Refused(error.rcvd.reason or None)
            wait = FIRST_RETRY if was_online.is_set() else wait
            self._break()
            if self.refusal:
                self.settled.set()
                return
            await anyio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries, guards nothing
            wait = min(wait * 2, LAST_RETRY)

    async def _live_once(self) -> None:
        """One connection, from its beginning to its end; closed whatever happens."""
        socket = await websockets.connect(
            self.url, subprotocols=[websockets.Subprotocol(SUBPROTOCOL)], max_size=None, compression=None
        )
        try:
            await self._register(socket)
            await self._read(socket)
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(CLOSE_WITHIN):
                await socket.close()
            socket.transport.abort()

    async def send(self, frame: str) -> None:
        """Send one frame. Raises: Offline, ConnectionLost."""
        if self._socket is None:
            raise self.refusal or Offline()
        if len(frame) > MAX_FRAME_BYTES:
            raise Refused("The command is larger than a frame may be.")
        try:
            await self._socket.send(frame)
        except websockets.ConnectionClosed:
            raise ConnectionLost from None

    async def _register(self, socket: ClientConnection) -> None:
        await socket.recv()
        command = self.identity.command()
        params = command.model_dump(mode="json", exclude_none=True)
        await socket.send(json.dumps({"jsonrpc": "2.0", "id": "register", "method": "register", "params": params}))
        while True:
            answer = json.loads(await socket.recv())
            if answer.get("id") == "register":
                break
            self.on_frame(answer)
        if "error" in answer:
            raise from_wire(answer["error"])
        self.identity.learn(Registered.model_validate(answer["result"], extra="ignore"))
        self._socket = socket
        self.settled.set()
        self.online.set()

    async def _read(self, socket: ClientConnection) -> None:
        async for text in socket:
            frame = json.loads(text)
            for entry in frame if isinstance(frame, list) else [frame]:
                self.on_frame(entry)
        raise socket.protocol.close_exc

    def _break(self) -> None:
        self._socket = None
        self.online = anyio.Event()
        self.on_lost()


__all__ = ["CodeAuth", "ConnectionLost", "Identity", "Link", "Offline", "Refused", "TokenAuth"]

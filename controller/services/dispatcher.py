"""From a frame to an answer: reads it, finds the handler, checks who asks, and turns every error into words.

Whatever a command comes to is caught (`services.guard`): the peer learns nothing but `internal` of what was not
expected.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.session import Gone
from controller.services.clients import Client
from controller.services.context import Connection, Services
from controller.services.guard import guarded
from controller.services.handlers import HANDLERS
from controller.services.pairing import BadToken
from protocol.codec import Faulty, Incoming, Notification, Request, decode, encode_error, encode_result
from protocol.commands import Command
from protocol.errors import (
    CloseCode,
    Forbidden,
    InvalidRequest,
    MatineeError,
    NotAuthority,
    NotRegistered,
    RateLimited,
    WrongClientType,
)
from protocol.permissions import SUGGESTED

NONSENSE = 3
"""Frames that are not JSON-RPC before a connection is closed with 4400."""
TYPES = {"hls": "hls_streaming", "server": "server_playback"}


@dataclass(slots=True)
class Dispatcher:
    """Serves connections; one instance for all of them."""

    services: Services

    async def receive(self, connection: Connection, text: str) -> None:
        """Execute what a text frame holds, in order, and answer."""
        frame = decode(text)
        answers = [answer for entry in frame.entries if (answer := await self._answer(connection, entry)) is not None]
        if answers:
            connection.peer.offer("[" + ",".join(answers) + "]" if frame.batch else answers[0])
        self._after(connection)

    def refuse_binary(self, connection: Connection) -> None:
        """Answer a binary frame."""
        connection.nonsense += 1
        connection.peer.offer(encode_error(None, InvalidRequest("Frames are text.")))
        self._after(connection)

    def _after(self, connection: Connection) -> None:
        """What has to follow the answer."""
        for frame in connection.missed:
            connection.peer.offer(frame)
        connection.missed = []
        if connection.nonsense >= NONSENSE:
            connection.peer.close(CloseCode.NOT_JSON_RPC, "not JSON-RPC")
        if connection.closing:
            connection.peer.close(*connection.closing)

    async def _answer(self, connection: Connection, entry: Incoming) -> str | None:
        """The answer to one entry of a frame; None when none is due."""
        now = self.services.clock.now()
        client = connection.client
        if client:
            client.session.last_seen = now
            if not client.limit.admit(now):
                return self._too_fast(connection, client, entry, now)
        if isinstance(entry, Faulty):
            connection.nonsense += entry.structural
            return encode_error(entry.id, entry.error) if _wants_answer(entry) else None
        if client is None:
            return await self._carry_out(connection, entry)
        return await client.commands.run(lambda: self._once(connection, client, entry))

    async def _once(self, connection: Connection, client: Client, entry: Request | Notification) -> str | None:
        """Carry out what a client has sent, unless it has been: then its answer is there."""
        if isinstance(entry, Notification):
            return await self._carry_out(connection, entry)
        now = self.services.clock.now()
        answer = client.session.answered(entry.id, now)
        if answer is None:
            answer = await self._execute(connection, entry)
            client.session.remember(entry.id, answer, now)
        return answer

    async def _carry_out(self, connection: Connection, entry: Request | Notification) -> str | None:
        if isinstance(entry, Request):
            return await self._execute(connection, entry)
        await self._run(connection, entry.command)
        return None

    async def _execute(self, connection: Connection, request: Request) -> str:
        result = await self._run(connection, request.command)
        about = request.command.method
        answer = await guarded(_written(request, result), "answer cannot be written", method=about)
        return encode_error(request.id, answer) if isinstance(answer, MatineeError) else answer

    async def _run(self, connection: Connection, command: Command) -> object:
        """The handler's result, or the error it raised."""
        result = await guarded(self._handle(connection, command), "handler failed", method=command.method)
        if isinstance(result, BadToken):
            connection.closing = (CloseCode.BAD_TOKEN, "bad or revoked token")
        if isinstance(result, NotAuthority | Forbidden | RateLimited) and command.method in SUGGESTED:
            result.hint = result.hint or _suggesting(command.method)
        return result

    async def _handle(self, connection: Connection, command: Command) -> object:
        check(connection.client, command)
        return await HANDLERS[type(command)](self.services, connection, command)

    def _too_fast(self, connection: Connection, client: Client, entry: Incoming, now: float) -> str | None:
        if client.limit.hopeless(now):
            connection.closing = (CloseCode.TOO_FAST, "too many requests")
        if isinstance(entry, Notification) or not _wants_answer(entry):
            return None
        if isinstance(entry, Faulty) and entry.structural:
            return encode_error(entry.id, entry.error)
        return encode_error(entry.id, RateLimited(retry_after_s=1.0))


def _suggesting(method: str) -> str:
    """What to do instead of a command that is refused."""
    kinds = " or ".join(f"“{kind}”" for kind in SUGGESTED[method])
    return f"Suggest {kinds} to who decides, with `suggest`."


async def _written(request: Request, result: object) -> str:
    if isinstance(result, MatineeError):
        return encode_error(request.id, result)
    return encode_result(request.id, result)


def _wants_answer(entry: Request | Faulty) -> bool:
    """Notifications are never answered (JSON-RPC 2.0 §4.1); what is no JSON-RPC at all is, without an id (§5)."""
    return entry.id is not None or (isinstance(entry, Faulty) and entry.structural)


def check(client: Client | None, command: Command) -> None:
    """Whether this client may give this command.

    Raises:
        NotRegistered, WrongClientType, Forbidden.
    """
    if command.before_register:
        if client:
            raise InvalidRequest("This connection is registered already.")
        return
    if client is None or isinstance(client.session.presence, Gone):
        raise NotRegistered
    if command.family != "all" and TYPES[command.family] not in client.client_types:
        raise WrongClientType(hint=f"Register with the client type {TYPES[command.family]}.")
    if client.device.role not in command.roles:
        raise Forbidden(f"A {client.device.role} may not do this.")

"""The client that a program uses: typed commands, events, and a connection that mends itself."""

from __future__ import annotations

import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urljoin, urlsplit, urlunsplit

import anyio
from anyio.abc import TaskGroup
from pydantic import TypeAdapter

from clients.sdk.library import LibraryCommands
from clients.sdk.link import ConnectionLost, Identity, Link, Offline, Refused
from clients.sdk.people import PeopleCommands
from clients.sdk.queues import QueueCommands
from clients.sdk.screen import Asking, HeldScreen, held
from protocol.box import ServerStatus
from protocol.commands import Command, authority, hls, screen, session, status
from protocol.errors import MatineeError, from_wire
from protocol.events import EVENTS, Event
from protocol.results import (
    AuthorityState,
    Clock,
    Done,
    Moved,
    Registered,
    ScreenStatus,
    StreamStatus,
    StreamUrl,
    Subscribed,
)
from protocol.values import Capabilities, ClientType, ItemRef, Quality, Timeline, Topic

ANSWER_WITHIN = 60.0
"""Seconds that an answer may take."""
FAREWELL = 6.0
"""Seconds that a goodbye may take: commands keep their order, and a film may be on its way to the screen."""
EVENTS_KEPT = 1024
"""Events kept for a program that is slow to read them; the oldest are dropped then."""
KNOWN_EVENTS = {event.method: event for event in EVENTS}


@dataclass(slots=True)
class _Pending:
    done: anyio.Event = field(default_factory=anyio.Event)
    frame: dict[str, Any] | None = None


def connect(
    url: str,
    *,
    name: str,
    device_token: str | None = None,
    pairing_code: str | None = None,
    client_types: list[ClientType] | None = None,
    device: str | None = None,
    capabilities: Capabilities | None = None,
) -> Matinee:
    """A client of the daemon at `url` (as http://…), to be entered with `async with`.

    Give a `pairing_code` the first time and keep `matinee.device_token` for the next.

    Raises:
        ValueError: neither a token nor a code was given.
    """
    if device_token is not None:
        auth: session.Auth = session.TokenAuth(device_token=device_token)
    elif pairing_code is not None:
        auth = session.CodeAuth(pairing_code=pairing_code)
    else:
        raise ValueError("give a device_token or a pairing_code")
    return Matinee(url, Identity(name, client_types or ["hls_streaming"], auth, device, capabilities))


class Matinee(LibraryCommands, PeopleCommands, QueueCommands):
    """A registered client. Every command raises a `protocol.errors` class when the daemon refuses it, `Offline` when
    there is no connection (it is not sent later), and `ConnectionLost` when the connection broke before the answer.
    """

    def __init__(self, url: str, identity: Identity) -> None:
        parts = urlsplit(url)
        self._base = url
        scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
        self._identity = identity
        self._link = Link(urlunsplit((scheme, parts.netloc, "/ws", "", "")), identity, self._on_frame, self._on_lost)
        self._pending: dict[str, _Pending] = {}
        self._events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self._listeners: list[Callable[[Event], None]] = []
        self._news = anyio.Event()
        self._group: TaskGroup | None = None
        self._link_scope = anyio.CancelScope(shield=True)
        self._prefix, self._count = secrets.token_urlsafe(6), 0

    async def __aenter__(self) -> Self:
        """Connect and register. Raises: Refused (nothing answers), PairingFailed, Forbidden, …"""
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        self._group.start_soon(self._keep_link)
        try:
            await self._link.settled.wait()
        except BaseException:
            await self._say_goodbye()
            await self._leave()
            raise
        if self._link.refusal:
            await self._leave()
            raise self._link.refusal
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Say goodbye, if that is still possible, whatever the reason is; the client and its stream end at once."""
        await self._say_goodbye()
        await self._leave()

    async def _keep_link(self) -> None:
        """The connection, which outlives a cancelled program by its goodbye."""
        with self._link_scope:
            await self._link.run()

    async def _say_goodbye(self) -> None:
        """Also when this program is being cancelled. Without a connection the client ends with its grace period."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(FAREWELL), suppress(MatineeError):
            await self.goodbye()

    async def _leave(self) -> None:
        if self._group:
            self._link_scope.cancel()
            self._group.cancel_scope.cancel()
            await self._group.__aexit__(None, None, None)

    # ── about the connection ──────────────────────────────────────────────────────────────────────

    @property
    def me(self) -> Registered:
        """What the daemon knows us as."""
        if self._identity.registered is None:
            raise Offline
        return self._identity.registered

    @property
    def device_token(self) -> str | None:
        """The token to come back with; keep it secret."""
        auth = self._identity.auth
        return auth.device_token if isinstance(auth, session.TokenAuth) else None

    def url_of(self, path: str) -> str:
        """A path of the daemon's as a whole URL."""
        return urljoin(self._base, path)

    async def wait_online(self) -> None:
        """Wait until there is a registered connection. Raises: the refusal, when there will be none."""
        await self._link.online.wait()

    async def events(self) -> AsyncIterator[Event]:
        """Everything that the daemon says unasked, from now on; one reader at a time. Ends when we are refused."""
        while True:
            while self._events:
                yield self._events.popleft()
            if self._link.refusal:
                return
            self._news = anyio.Event()
            await self._news.wait()

    async def call(self, command: Command) -> Any:
        """Send any command and return its answer as the command's result model."""
        self._count += 1
        id_ = f"{self._prefix}-{self._count}"
        pending = self._pending[id_] = _Pending()
        params = command.model_dump(mode="json", exclude_none=True)
        try:
            await self._link.send(json.dumps({"jsonrpc": "2.0", "id": id_, "method": command.method, "params": params}))
            with anyio.fail_after(ANSWER_WITHIN):
                await pending.done.wait()
        finally:
            self._pending.pop(id_, None)
        if pending.frame is None:
            raise ConnectionLost
        if "error" in pending.frame:
            raise from_wire(pending.frame["error"])
        return TypeAdapter(command.result).validate_json(json.dumps(pending.frame["result"]), extra="ignore")

    def _on_frame(self, frame: dict[str, Any]) -> None:
        pending = self._pending.get(str(frame.get("id")))
        if pending:
            pending.frame = frame
            pending.done.set()
            return
        kind = KNOWN_EVENTS.get(str(frame.get("method")))
        if kind:
            params = dict(frame.get("params", {}))
            self._identity.last_seq = max(self._identity.last_seq, params.pop("seq", 0))
            event = kind.model_validate_json(json.dumps(params), extra="ignore")
            self._events.append(event)
            self._news.set()
            for listener in list(self._listeners):
                listener(event)

    def _listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _on_lost(self) -> None:
        for pending in self._pending.values():
            pending.done.set()
        self._news.set()

    # ── commands ──────────────────────────────────────────────────────────────────────────────────

    async def goodbye(self, reason: str = "") -> Done:
        """End this client: stream, encoder and files are gone."""
        done: Done = await self.call(session.Goodbye(reason=reason))
        return done

    async def ping(self) -> Clock:
        """The daemon's clock."""
        clock: Clock = await self.call(session.Ping())
        return clock

    async def subscribe(self, *topics: Topic) -> Subscribed:
        """Hear these topics, too."""
        subscribed: Subscribed = await self.call(session.Subscribe(topics=list(topics)))
        return subscribed

    async def unsubscribe(self, *topics: Topic) -> Subscribed:
        """Hear these topics no more."""
        subscribed: Subscribed = await self.call(session.Unsubscribe(topics=list(topics)))
        return subscribed

    async def request_hls_stream(
        self,
        item: ItemRef | None = None,
        *,
        position: float = 0.0,
        quality: Quality = "auto",
        audio_track: int | None = None,
        subtitle_track: int | None = None,
        burn_in: bool = False,
        delivery: Literal["hls", "auto"] = "hls",
    ) -> StreamStatus:
        """Start my stream of an item, in place of the one I have.

        Its state is `waiting` as long as the box is busy with the films of others: `waiting` tells my place in the line, and
        offers; one is taken by asking again with its `quality`, `delivery` and `position`. Else it begins by itself, which
        `events` tells: a `StreamChanged` in another state.
        """
        stream: StreamStatus = await self.call(
            hls.RequestHlsStream(
                item=item,
                position=position,
                quality=quality,
                audio_track=audio_track,
                subtitle_track=subtitle_track,
                burn_in=burn_in,
                delivery=delivery,
            )
        )
        return stream

    async def stop_hls_stream(self) -> StreamStatus:
        """End my stream."""
        stream: StreamStatus = await self.call(hls.StopHlsStream())
        return stream

    async def get_hls_url(self) -> StreamUrl:
        """Where my stream is."""
        url: StreamUrl = await self.call(hls.GetHlsUrl())
        return url

    async def hls_seek(self, position: float) -> Moved:
        """Move my stream."""
        moved: Moved = await self.call(hls.HlsSeek(position=position))
        return moved

    async def hls_pause(self) -> Timeline:
        """Stop my timeline."""
        timeline: Timeline = await self.call(hls.HlsPause())
        return timeline

    async def hls_resume(self) -> Timeline:
        """Let my timeline go on."""
        timeline: Timeline = await self.call(hls.HlsResume())
        return timeline

    async def hls_set_rate(self, rate: float) -> Timeline:
        """Play my stream faster or slower; my player must do so, too, or have said that it cannot."""
        timeline: Timeline = await self.call(hls.HlsSetRate(rate=rate))
        return timeline

    async def hls_set_quality(self, quality: Quality) -> StreamStatus:
        """Show my stream larger or smaller, at the same second; its address may be another then."""
        stream: StreamStatus = await self.call(hls.HlsSetQuality(quality=quality))
        return stream

    async def hls_set_tracks(
        self, *, audio_track: int | None = None, subtitle_track: int | None = None, burn_in: bool | None = None
    ) -> StreamStatus:
        """Choose tracks of my stream, at the same second; its address may be another then."""
        wish = hls.HlsSetTracks(audio_track=audio_track, subtitle_track=subtitle_track, burn_in=burn_in)
        stream: StreamStatus = await self.call(wish)
        return stream

    async def hls_status(self) -> StreamStatus:
        """How my stream is."""
        stream: StreamStatus = await self.call(hls.HlsStatus())
        return stream

    async def hls_report(
        self, *, position: float, playing: bool, buffered_s: float, stream_id: str | None = None
    ) -> Timeline:
        """Tell what my player sees, of which stream."""
        report = hls.HlsReport(position=position, playing=playing, buffered_s=buffered_s, stream_id=stream_id)
        timeline: Timeline = await self.call(report)
        return timeline

    def screen(
        self,
        message: str | None = None,
        *,
        item: ItemRef | None = None,
        position: float = 0.0,
        override: bool = False,
        on_asking: Asking | None = None,
    ) -> AbstractAsyncContextManager[HeldScreen]:
        """Ask for the screen, hold it inside `async with`, and give it back.

        Entering waits for the holder's answer; meanwhile `on_asking` hears every second, with the request's id, how
        many seconds are left, or None once it is promised for the film's end.

        Raises: TakeoverDenied, and what `request_takeover` does.
        """
        wish = authority.RequestTakeover(message=message, item=item, position=position, override=override)
        return held(self.call, wish, self._listen, on_asking)

    async def get_authority(self) -> AuthorityState:
        """Who holds the screen."""
        state: AuthorityState = await self.call(authority.GetAuthority())
        return state

    async def respond_takeover(self, request_id: str, *, accept: bool, after_item: bool = False) -> AuthorityState:
        """Answer somebody who asks for the screen that I hold."""
        state: AuthorityState = await self.call(
            authority.RespondTakeover(request_id=request_id, accept=accept, after_item=after_item)
        )
        return state

    async def server_status(self) -> ScreenStatus:
        """How the screen is."""
        status: ScreenStatus = await self.call(screen.GetScreen())
        return status

    async def continue_here(self, *, stop_screen: bool = False, lease: int | None = None) -> StreamStatus:
        """What the screen plays becomes my stream, at the same second."""
        stream: StreamStatus = await self.call(screen.ContinueHere(stop_screen=stop_screen, lease=lease))
        return stream

    async def get_server_status(self) -> ServerStatus:
        """How the box does."""
        server: ServerStatus = await self.call(status.GetServerStatus())
        return server


__all__ = ["ConnectionLost", "Matinee", "Offline", "Refused", "connect"]

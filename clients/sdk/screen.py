"""The shared screen from Python: asked for, held, commanded and given back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio

from protocol.commands import Command, authority, queue, screen
from protocol.errors import MatineeError, NotAuthority, StaleLease
from protocol.events import AuthorityChanged, Event, TakeoverResolved
from protocol.results import QueueState, ScreenStatus, Takeover
from protocol.values import ItemRef

Call = Callable[[Command], Awaitable[Any]]
"""Gives a command and answers its result; raises what the daemon refuses it with."""


class TakeoverDenied(MatineeError):
    """Whoever holds the screen keeps it; `outcome` says how that came."""

    sentence = "The screen was not handed over."

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


class HeldScreen:
    """The screen while we hold it. Every command raises `StaleLease` or `NotAuthority` once somebody else does."""

    def __init__(self, call: Call, lease: int) -> None:
        self._call, self.lease = call, lease
        self.lost = anyio.Event()
        """Set as soon as somebody else holds it."""

    async def _do(self, command: type[screen.ScreenCommand], **params: Any) -> ScreenStatus:
        status: ScreenStatus = await self._call(command(lease=self.lease, **params))
        return status

    async def play(self, item: ItemRef | None = None, *, position: float = 0.0) -> ScreenStatus:
        """Put an item on, or go on with what is there; returns when its first frame is shown."""
        return await self._do(screen.ServerPlay, item=item, position=position)

    async def interrupt(self, item: ItemRef, *, position: float = 0.0) -> ScreenStatus:
        """Put an item on in between; the film comes back by itself."""
        return await self._do(screen.ServerInterrupt, item=item, position=position)

    async def pause(self) -> ScreenStatus:
        """Stand still."""
        return await self._do(screen.ServerPause)

    async def resume(self) -> ScreenStatus:
        """Go on."""
        return await self._do(screen.ServerResume)

    async def stop(self) -> ScreenStatus:
        """Show nothing."""
        return await self._do(screen.ServerStop)

    async def seek(self, position: float) -> ScreenStatus:
        """Go to a position in seconds."""
        return await self._do(screen.ServerSeek, position=position)

    async def next(self) -> ScreenStatus:
        """What comes next in the queue."""
        return await self._do(screen.ServerNext)

    async def previous(self) -> ScreenStatus:
        """What came before in the queue."""
        return await self._do(screen.ServerPrevious)

    async def set_volume(self, volume: int) -> ScreenStatus:
        """0 to 100."""
        return await self._do(screen.ServerSetVolume, volume=volume)

    async def set_mute(self, muted: bool) -> ScreenStatus:
        """Silence, or sound."""
        return await self._do(screen.ServerSetMute, muted=muted)

    async def set_rate(self, rate: float) -> ScreenStatus:
        """0.25 to 4."""
        return await self._do(screen.ServerSetRate, rate=rate)

    async def set_tracks(self, *, audio: int | None = None, subtitle: int | None = None) -> ScreenStatus:
        """By the numbers in `ScreenStatus.tracks`; subtitle -1 is none."""
        return await self._do(screen.ServerSetTracks, audio_track=audio, subtitle_track=subtitle)

    async def set_fullscreen(self, fullscreen: bool) -> ScreenStatus:
        """The whole screen, or a window."""
        return await self._do(screen.ServerSetFullscreen, fullscreen=fullscreen)

    async def send_my_stream(self) -> ScreenStatus:
        """My stream goes on there, at the same second."""
        return await self._do(screen.SendToScreen)

    async def jump(self, item_id: str) -> QueueState:
        """An item of the queue, now."""
        state: QueueState = await self._call(queue.QueueJump(target="server", id=item_id))
        return state


@asynccontextmanager
async def held(
    call: Call,
    wish: authority.RequestTakeover,
    listen: Callable[[Callable[[Event], None]], Callable[[], None]],
) -> AsyncIterator[HeldScreen]:
    """Ask, wait for the answer, hold, and give back.

    Raises:
        TakeoverDenied: it was refused, expired or failed.
    """
    news: list[Event] = []
    woken = anyio.Event()

    def on_event(event: Event) -> None:
        nonlocal woken
        news.append(event)
        woken.set()
        woken = anyio.Event()
        if isinstance(event, AuthorityChanged) and one and (event.lease != one.lease):
            one.lost.set()

    one: HeldScreen | None = None

    async def answered(request_id: str | None) -> int:
        while (lease := _granted(news, request_id)) is None:
            await woken.wait()
        return lease

    stop_listening = listen(on_event)
    try:
        answer: Takeover = await call(wish)
        try:
            lease = answer.lease if answer.lease is not None else await answered(answer.request_id)
        except BaseException:
            await _take_back(call, answer.request_id)
            raise
        one = HeldScreen(call, lease)
        try:
            yield one
        finally:
            await _give_back(call, lease)
    finally:
        stop_listening()


def _granted(news: list[Event], request_id: str | None) -> int | None:
    """The lease, if the request was granted by now. Raises: TakeoverDenied."""
    for event in news:
        if isinstance(event, TakeoverResolved) and event.request_id == request_id:
            if event.outcome != "granted":
                raise TakeoverDenied(event.outcome, event.reason)
            return event.lease
    return None


async def _take_back(call: Call, request_id: str | None) -> None:
    """We wait no longer; that it was decided meanwhile is no mistake."""
    with anyio.CancelScope(shield=True), anyio.move_on_after(2):
        try:
            await call(authority.CancelTakeover(request_id=request_id or "-"))
        except MatineeError:
            return


async def _give_back(call: Call, lease: int) -> None:
    """Nothing to give back is no mistake: somebody else may hold it by now."""
    with anyio.CancelScope(shield=True), anyio.move_on_after(2):
        try:
            await call(authority.ReleaseAuthority(lease=lease))
        except (NotAuthority, StaleLease):
            return

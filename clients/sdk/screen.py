"""The shared screen from Python: asked for, held, commanded and given back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio

from protocol.commands import Command, authority, queue, screen
from protocol.errors import MatineeError, NotAuthority, StaleLease, TakeoverNotFound
from protocol.events import AuthorityChanged, Event, TakeoverRequested, TakeoverResolved
from protocol.queue_state import QueueState
from protocol.results import ScreenStatus, Takeover
from protocol.values import ItemRef

Call = Callable[[Command], Awaitable[Any]]
"""Gives a command and answers its result; raises what the daemon refuses it with."""


Asking = Callable[[str, float | None], None]
"""Hears of a request that is not decided: its id, and the seconds left, or None when it waits for the film's end."""
TOO_LATE = 10.0
"""Seconds after its deadline in which a request must be decided: a film may take its time to appear."""


class TakeoverDenied(MatineeError):
    """Whoever holds the screen keeps it; `outcome` says how that came."""

    name = "takeover_denied"
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
    on_asking: Asking | None = None,
) -> AsyncIterator[HeldScreen]:
    """Ask, wait for the answer, hold, and give back, whatever happens inside.

    Raises:
        TakeoverDenied: it was refused, expired or failed.
    """
    one: HeldScreen | None = None
    hearing = _Hearing()

    def on_event(event: Event) -> None:
        hearing.hear(event)
        if isinstance(event, AuthorityChanged) and one and (event.lease != one.lease):
            one.lost.set()

    stop_listening = listen(on_event)
    try:
        answer: Takeover = await call(wish)
        try:
            lease = answer.lease if answer.lease is not None else await hearing.wait_granted(answer, on_asking)
        except BaseException:
            await _take_back(call, answer.request_id or "-", hearing)
            raise
        one = HeldScreen(call, lease)
        try:
            yield one
        except BaseException:
            with suppress(MatineeError):  # what went wrong inside matters more
                await _give_back(call, lease)
            raise
        await _give_back(call, lease)
    finally:
        stop_listening()


class _Hearing:
    """What was said of requests since ours was sent."""

    def __init__(self) -> None:
        self._news: list[TakeoverRequested | TakeoverResolved] = []
        self._woken = anyio.Event()

    def hear(self, event: Event) -> None:
        """One event more."""
        if isinstance(event, TakeoverRequested | TakeoverResolved):
            self._news.append(event)
            self._woken.set()

    def lease_of(self, request_id: str) -> int | None:
        """The lease, if the request was granted by now. Raises: TakeoverDenied."""
        for event in self._news:
            if isinstance(event, TakeoverResolved) and event.request_id == request_id:
                if event.outcome != "granted":
                    raise TakeoverDenied(event.outcome, event.reason)
                return event.lease
        return None

    async def wait_granted(self, answer: Takeover, on_asking: Asking | None) -> int:
        """The lease. Raises: TakeoverDenied."""
        request_id, until = answer.request_id or "-", anyio.current_time() + (answer.expires_in or 0.0)
        while (lease := self.lease_of(request_id)) is None:
            self._woken = anyio.Event()
            left = until - anyio.current_time()
            promised = self._promised(request_id)
            if left < -TOO_LATE and not promised:
                raise TakeoverDenied("failed", "Nobody said what became of the request.")
            if on_asking:
                on_asking(request_id, None if promised else max(0.0, left))
            with anyio.move_on_after(1.0):
                await self._woken.wait()
        return lease

    def _promised(self, request_id: str) -> bool:
        """Whether the holder gives it when the film is over."""
        return any(isinstance(e, TakeoverRequested) and e.request_id == request_id and e.after_item for e in self._news)


async def _take_back(call: Call, request_id: str, hearing: _Hearing) -> None:
    """We wait no longer. If it was granted in that very moment, it is given back."""
    with anyio.CancelScope(shield=True), anyio.move_on_after(2), suppress(MatineeError):
        try:
            await call(authority.CancelTakeover(request_id=request_id))
        except TakeoverNotFound:
            if lease := hearing.lease_of(request_id):
                await _give_back(call, lease)


async def _give_back(call: Call, lease: int) -> None:
    """Nothing to give back is no mistake: somebody else may hold it by now."""
    with anyio.CancelScope(shield=True), anyio.move_on_after(2):
        try:
            await call(authority.ReleaseAuthority(lease=lease))
        except (NotAuthority, StaleLease):
            return

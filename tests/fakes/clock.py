"""Virtual time: an event loop that jumps to its next deadline instead of waiting for it, and the clock on its wall.

Whatever waits with anyio or asyncio waits for no real moment, and always in the same order. Nothing outside the loop
(threads, sockets, children) may be waited for: when nothing is left to do and no deadline is set, everybody would wait
for ever, and the loop says so.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

import anyio

EPOCH = 1_800_000_000.0
"""Unix time at the loop's time 0."""
INSTANT = 1e-6
"""Seconds; long enough for the loop to finish everything that can be done without waiting."""


class EverybodyWaits(BaseException):
    """No task can go on and no deadline will come."""


class _JumpingSelector(selectors.BaseSelector):
    """Asks the real selector without waiting; the wait itself is a jump of the clock."""

    def __init__(self, jump: Callable[[float], None]) -> None:
        self._real, self._jump = selectors.DefaultSelector(), jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now. Raises: EverybodyWaits."""
        ready = self._real.select(0)
        if ready:
            return ready
        if timeout is None:
            raise EverybodyWaits
        self._jump(timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def get_map(self) -> Any:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose time is a number; it begins at 1,000 s."""

    def __init__(self) -> None:
        self._virtual = 1_000.0
        super().__init__(_JumpingSelector(self._jump))

    def time(self) -> float:
        """Virtual seconds."""
        return self._virtual

    def block(self, seconds: float) -> None:
        """Be busy for so long, as a callback that does not return."""
        self._virtual += seconds

    def _jump(self, seconds: float) -> None:
        self._virtual += max(0.0, seconds)


class FakeClock:
    """Implements `ports.Clock` with the time of the running loop; `setback` moves the wall clock only."""

    def __init__(self) -> None:
        self.setback = 0.0

    def now(self) -> float:
        """Monotonic seconds: the loop's own."""
        return asyncio.get_running_loop().time()

    def wall(self) -> float:
        """Unix seconds."""
        return EPOCH + self.now() - self.setback

    async def advance(self, seconds: float) -> None:
        """Let time pass; whatever was due by then has been done when this returns."""
        await anyio.sleep(seconds)
        await self.settle()

    async def settle(self) -> None:
        """Let every task go on until it waits for something."""
        await anyio.sleep(INSTANT)

"""Requests that wait for segments of one stream."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from controller.core.playlist import SegmentId


class Waiters:
    """Who waits for which; woken when it is there, or when nobody may wait any more."""

    def __init__(self) -> None:
        self._events: dict[SegmentId, anyio.Event] = {}

    async def wait(self, segment: SegmentId, seconds: float) -> None:
        """Until it is there or will not come, or for so long."""
        event = self._events.setdefault(segment, anyio.Event())
        with anyio.move_on_after(seconds):
            await event.wait()

    def wake(self, is_there: Callable[[SegmentId], bool]) -> None:
        """Those whose segment is there wait no more."""
        for segment in [each for each in self._events if is_there(each)]:
            self._events.pop(segment).set()

    def release(self) -> None:
        """Nobody waits any more."""
        self.wake(lambda _segment: True)

"""Executes one client's commands one after another, over all its connections, each to its end.

A connection may break, or be replaced by a newer one, while a command that came on it is under way. What the command
does and what it answers belong together, so it goes on, and its answer is there for whoever sends the request again.
What comes on the newer connection waits for it, but not for ever.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio

Result = TypeVar("Result")

PATIENCE = 20.0
"""Seconds that a command waits for the one before it; that one is given up then, and nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A command under way; its connection cannot cancel it."""

    scope: anyio.CancelScope = field(default_factory=lambda: anyio.CancelScope(shield=True))
    done: anyio.Event = field(default_factory=anyio.Event)


class OneByOne:
    """One client's. Between two connections there is a choice of order; on one, commands come in order anyway."""

    __slots__ = ("_present",)

    def __init__(self) -> None:
        self._present: _Work | None = None

    async def run(self, command: Callable[[], Awaitable[Result]]) -> Result | None:
        """What a command comes to, once those before it are over; None when it was given up."""
        while before := self._present:
            await self._wait_end(before)
        work = self._present = _Work()
        try:
            with work.scope:
                return await command()
        finally:
            work.done.set()
            if self._present is work:
                self._present = None
        return None

    async def _wait_end(self, work: _Work) -> None:
        with anyio.move_on_after(PATIENCE):
            await work.done.wait()
            return
        work.scope.cancel()
        if self._present is work:
            self._present = None

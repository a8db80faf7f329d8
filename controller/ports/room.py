"""Time, chance and the other end of a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Time that only goes forwards."""

    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def wall(self) -> float:
        """Unix seconds, for what people read and what is stored."""
        ...


class Secrets(Protocol):
    """Randomness for ids, tokens and codes."""

    def token(self) -> str:
        """256 random bits as URL-safe text."""
        ...

    def identity(self) -> str:
        """96 random bits as URL-safe text that begins with a letter: an id, no secret."""
        ...

    def letters(self, alphabet: str, count: int) -> str:
        """That many letters of an alphabet, each independent of the others."""
        ...


class Peer(Protocol):
    """The connection of a client, seen from above."""

    def offer(self, frame: str, kind: str | None = None, number: int = 0) -> None:
        """Put a frame into the outbox (see core.outbox); never waits."""
        ...

    def unsent(self, kind: str) -> int | None:
        """The number of an event in the outbox that a newer one of this kind is to take over."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Send what is in the outbox, then close; never waits."""
        ...


Announce = Callable[[], None]
"""Called after a change that somebody may want to hear of."""

"""A connection that writes down what it is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class FakePeer:
    """Implements `ports.Peer`: sends every frame at once, and keeps it with its kind; takes nothing after it was closed, as
    the real one.
    """

    frames: list[str] = field(default_factory=list)
    kinds: list[str | None] = field(default_factory=list)
    closed: tuple[int, str] | None = None

    def unsent(self, kind: str) -> int | None:
        """Nothing waits here."""
        return None

    def offer(self, frame: str, kind: str | None = None, number: int = 0) -> None:
        """Keep a frame."""
        if self.closed is None:
            self.frames.append(frame)
            self.kinds.append(kind)

    def close(self, code: int, reason: str) -> None:
        """Remember the first close; later ones change nothing."""
        if self.closed is None:
            self.closed = (int(code), reason)

    def messages(self) -> list[Any]:
        """Every frame, read."""
        return [json.loads(frame) for frame in self.frames]

    def latest(self) -> Iterator[Any]:
        """Every frame, read, the last one first."""
        return map(json.loads, reversed(self.frames))

    def words(self) -> list[str]:
        """What came, in order: an event by its method, an answer by its id as `answer 7` or `error 7`."""
        return [_word(message) for message in self.messages()]

    def events(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every event of a kind."""
        return [message["params"] for message in self.messages() if message.get("method") == method]

    def take(self) -> list[Any]:
        """Every frame so far, read; they are forgotten here."""
        found = self.messages()
        self.frames.clear()
        self.kinds.clear()
        return found


def _word(message: Any) -> str:
    if isinstance(message, list):
        return f"batch of {len(message)}"
    if "method" in message:
        return str(message["method"])
    return f"{'error' if 'error' in message else 'answer'} {message['id']}"

"""The listening socket. It takes so many connections that room is left for encoders and files; who comes beyond that, or
when the daemon may open nothing more, is told so instead of waiting unheard.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import structlog

log = structlog.get_logger(__name__)

SAY_EVERY = 10.0
"""Seconds between two lines of the log about the same shortage."""
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE})
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 10\r\n\r\nToo busy.\n"
)


class Shortage:
    """Too little of something, in words for the log: said once in a while, however often it is met."""

    def __init__(self, words: str = "out of descriptors", now: Callable[[], float] = monotonic) -> None:
        self._words, self._now = words, now
        self._said: float | None = None
        self._met = 0

    def is_this(self, error: BaseException | None) -> bool:
        """Whether an error says that no descriptor is left; if so, it is counted, and said when it is time."""
        if not isinstance(error, OSError) or error.errno not in EXHAUSTED:
            return False
        self.meet()
        return True

    def meet(self) -> None:
        """Somebody was refused."""
        self._met += 1
        if self._said is None or self._now() - self._said >= SAY_EVERY:
            log.error(self._words, refused=self._met)
            self._said, self._met = self._now(), 0


class Connection(socket.socket):
    """One that was taken; it says when it is closed."""

    def __init__(self, taken: socket.socket, on_closed: Callable[[], None]) -> None:
        super().__init__(taken.family, taken.type, taken.proto, fileno=taken.detach())
        self._on_closed: Callable[[], None] | None = on_closed

    def close(self) -> None:
        """End it."""
        super().close()
        told, self._on_closed = self._on_closed, None
        if told:
            told()


class Listener(socket.socket):
    """Accepts as any other, while there are fewer than `most` connections. A descriptor is kept aside: without it a
    connection could not even be taken to be refused.
    """

    def __init__(self, bound: socket.socket, most: int) -> None:
        super().__init__(fileno=bound.detach())
        self.shortage = Shortage()
        self._crowd = Shortage("too many connections")
        self._most, self._open = most, 0
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def accept(self) -> tuple[socket.socket, object]:
        """The next connection. Raises: BlockingIOError (there is none, or it was refused)."""
        try:
            taken, address = super().accept()
        except OSError as error:
            if not self.shortage.is_this(error):
                raise
            self._refuse_next()
            raise BlockingIOError from error
        if self._open >= self._most:
            self._crowd.meet()
            _refuse(taken)
            raise BlockingIOError
        self._open += 1
        return Connection(taken, self._gone), address

    def _gone(self) -> None:
        self._open -= 1

    def close(self) -> None:
        """Listen no more."""
        self._give_spare()
        super().close()

    def _refuse_next(self) -> None:
        """Answer 503 to who is next."""
        self._give_spare()
        with suppress(OSError):  # it has gone already, or the descriptor that was free is taken by somebody else
            taken, _ = super().accept()
            _refuse(taken)
        with suppress(OSError):  # the next one is refused without an answer then
            self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _give_spare(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None


def _refuse(taken: socket.socket) -> None:
    """Answer 503 and end it. Nothing of it waits: what does not fit into the kernel's buffer is not sent."""
    with taken, suppress(OSError):  # it has gone already
        taken.setblocking(False)
        taken.send(REFUSAL)
        taken.shutdown(socket.SHUT_WR)
        taken.recv(65_536)  # what is left unread would turn the end into a reset

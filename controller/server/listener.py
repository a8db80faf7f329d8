"""The listening socket. When the daemon may open nothing more, who comes is told so instead of waiting unheard."""

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
    """Out of descriptors: said once in a while, however often it is met."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._said: float | None = None
        self._met = 0

    def is_this(self, error: BaseException | None) -> bool:
        """Whether an error says that no descriptor is left; if so, it is counted, and said when it is time."""
        if not isinstance(error, OSError) or error.errno not in EXHAUSTED:
            return False
        self._met += 1
        if self._said is None or self._now() - self._said >= SAY_EVERY:
            log.error("out of descriptors", refused=self._met)
            self._said, self._met = self._now(), 0
        return True


class Listener(socket.socket):
    """Accepts as any other. A descriptor is kept aside: without it a connection could not even be taken to be refused."""

    def __init__(self, bound: socket.socket) -> None:
        super().__init__(fileno=bound.detach())
        self.shortage = Shortage()
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def accept(self) -> tuple[socket.socket, object]:
        """The next connection. Raises: BlockingIOError (there is none, or it was refused)."""
        try:
            return super().accept()
        except OSError as error:
            if not self.shortage.is_this(error):
                raise
            self._refuse_next()
            raise BlockingIOError from error

    def close(self) -> None:
        """Listen no more."""
        self._give_spare()
        super().close()

    def _refuse_next(self) -> None:
        """Answer 503 to who is next. Nothing of it waits: what does not fit into the kernel's buffer is not sent."""
        self._give_spare()
        with suppress(OSError):  # it has gone already, or the descriptor that was free is taken by somebody else
            taken, _ = super().accept()
            with taken:
                taken.setblocking(False)
                taken.send(REFUSAL)
                taken.shutdown(socket.SHUT_WR)
                taken.recv(65_536)  # what is left unread would turn the end into a reset
        with suppress(OSError):  # the next one is refused without an answer then
            self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _give_spare(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

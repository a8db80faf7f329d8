"""What one daemon alone may have: its state folder and its port. Each failure is a sentence.

Taken before anything large is imported: whoever cannot have them is told so within a second.
"""

from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from controller.adapters.state import lock_state
from controller.config import DEFAULT_PORT, Settings
from controller.core.descriptors import most_connections
from controller.server.listener import Listener

PORTS_TRIED = 50


class CannotStart(Exception):
    """Why the daemon does not run: one sentence, its cause, and what to do next."""


@dataclass(frozen=True, slots=True)
class Place:
    """A listening socket, and the port that was taken when another had to be found."""

    listener: Listener
    moved_from: int | None


@contextmanager
def take_place(settings: Settings) -> Iterator[Place]:
    """The state folder is locked and the port is open, for as long as the block lasts. Raises: CannotStart."""
    lock = _lock_state(settings)
    try:
        place = _listen(settings)
        try:
            yield place
        finally:
            place.listener.close()
    finally:
        os.close(lock)


def _lock_state(settings: Settings) -> int:
    """One daemon per state folder; the lock goes with the process. Raises: CannotStart."""
    try:
        return lock_state(settings.state_dir)
    except BlockingIOError:
        raise CannotStart(
            f"Another Matinee already runs on {settings.state_dir}. Stop it, or give this one its own --state-dir."
        ) from None
    except OSError as error:
        raise CannotStart(f"The state folder {settings.state_dir} cannot be used: {error.strerror}.") from error


def _listen(settings: Settings) -> Place:
    """The port that is wanted, or the next free one when none is. Raises: CannotStart."""
    wanted = settings.port
    ports = [wanted] if wanted is not None else range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED)
    for port in ports:
        try:
            listener = socket.create_server((settings.host, port), family=_family(settings.host), backlog=1024)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and wanted is None:
                continue
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(f"Port {port} is taken by another program. Choose another with --port.") from None
            raise CannotStart(f"Cannot listen on {settings.host}, port {port}: {error.strerror}.") from error
        return Place(
            Listener(listener, most_connections(_descriptors())),
            DEFAULT_PORT if wanted is None and port != DEFAULT_PORT else None,
        )
    raise CannotStart(
        f"No port between {DEFAULT_PORT} and {DEFAULT_PORT + PORTS_TRIED - 1} is free. Choose one with --port."
    )


def _descriptors() -> int:
    """How many files this process may have open, after it has asked for all that it may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET

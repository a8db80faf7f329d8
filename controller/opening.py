"""What a daemon opens before it runs: its state folder, its store, its cache, its port. Each failure is a sentence."""

from __future__ import annotations

import errno
import secrets
import socket

from controller.adapters.segments import SegmentCache, open_cache
from controller.adapters.state import lock_state
from controller.adapters.store.address import store_url
from controller.adapters.store.database import Store, open_store
from controller.adapters.store.errors import StoreUnusable
from controller.config import DEFAULT_PORT, Settings
from controller.server.listener import Listener

PORTS_TRIED = 50


class CannotStart(Exception):
    """Why the daemon does not run: one sentence, its cause, and what to do next."""


def lock_state_of(settings: Settings) -> int:
    """One daemon per state folder; the lock goes with the process. Raises: CannotStart."""
    try:
        return lock_state(settings.state_dir)
    except BlockingIOError:
        raise CannotStart(
            f"Another Matinee already runs on {settings.state_dir}. Stop it, or give this one its own --state-dir."
        ) from None
    except OSError as error:
        raise CannotStart(f"The state folder {settings.state_dir} cannot be used: {error.strerror}.") from error


async def open_store_of(settings: Settings) -> Store:
    """The store, brought up to date. Raises: CannotStart."""
    try:
        return await open_store(store_url(settings.written_database_url, settings.state_dir))
    except StoreUnusable as error:
        raise CannotStart(str(error)) from None


def open_cache_of(settings: Settings) -> SegmentCache:
    """Where this run's streams keep their files. Raises: CannotStart."""
    try:
        return open_cache(settings.cache_dir, secrets.token_hex(8))
    except OSError as error:
        raise CannotStart(f"The cache folder {settings.cache_dir} cannot be used: {error.strerror}.") from error


def listen(settings: Settings) -> tuple[Listener, int | None]:
    """A listening socket, and the port that was taken when another had to be found. Raises: CannotStart."""
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
        return Listener(listener), DEFAULT_PORT if wanted is None and port != DEFAULT_PORT else None
    raise CannotStart(
        f"No port between {DEFAULT_PORT} and {DEFAULT_PORT + PORTS_TRIED - 1} is free. Choose one with --port."
    )


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET

"""A place that is reached over a link which can be cut without a word: a network namespace, or a relay that goes silent."""

from __future__ import annotations

import ctypes
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAME, NEAR = f"matinee-{os.getpid()}", f"mt{os.getpid() % 10_000_000}"
HERE, THERE = "10.213.77.1", "10.213.77.2"
CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Way:
    """`host` is where the daemon has to listen; `connect` dials it from far away; `cut` lets nothing pass any more."""

    host: str
    connect: Callable[[int], socket.socket]
    cut: Callable[[], None]


@contextmanager
def far_away() -> Iterator[Way]:
    """A namespace with a link to it. Where none can be made that is said aloud, and a relay takes its place."""
    try:
        _make_namespace()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(
            f"\nNO NETWORK NAMESPACE CAN BE MADE HERE ({error}): a relay that goes silent is used instead.\n"
        )
        with _relay() as way:
            yield way
        return
    try:
        yield Way("0.0.0.0", _dial_inside, lambda: _ip("-n", NAME, "link", "set", "far0", "down"))
    finally:
        _remove_namespace()


def _sweep() -> None:
    """Remove what tests have left that were killed: it has the same addresses."""
    for left in Path("/run/netns").glob("matinee-*"):
        number = left.name.removeprefix("matinee-")
        if not Path("/proc", number).exists():
            _ip("netns", "delete", left.name)
            subprocess.run(["ip", "link", "delete", f"mt{int(number) % 10_000_000}"], check=False, capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)


def _make_namespace() -> None:
    _sweep()
    _ip("netns", "add", NAME)
    try:
        _ip("link", "add", NEAR, "type", "veth", "peer", "name", "far0", "netns", NAME)
        _ip("address", "add", f"{HERE}/30", "dev", NEAR)
        _ip("link", "set", NEAR, "up")
        _ip("-n", NAME, "address", "add", f"{THERE}/30", "dev", "far0")
        _ip("-n", NAME, "link", "set", "far0", "up")
    except BaseException:
        _remove_namespace()
        raise


def _remove_namespace() -> None:
    """And the link: as long as a connection from there is not quite dead, it would stay, and stand in the way of the next."""
    subprocess.run(
        ["ip", "link", "delete", NEAR], check=False, capture_output=True, timeout=10
    )  # it may never have been
    _ip("netns", "delete", NAME)


def _dial_inside(port: int) -> socket.socket:
    """A connection from the namespace; only a thread of its own enters that."""
    made: list[socket.socket] = []

    def enter() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        place = os.open(f"/run/netns/{NAME}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            if libc.setns(place, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        finally:
            os.close(place)
        made.append(socket.create_connection((HERE, port), timeout=10))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    return made[0]


@contextmanager
def _relay() -> Iterator[Way]:
    """Passes bytes both ways until it is silenced; its connections stay open until the end."""
    pairs: list[tuple[socket.socket, socket.socket]] = []
    silent, ended = threading.Event(), threading.Event()

    def connect(port: int) -> socket.socket:
        outer, inner = socket.socketpair()
        onward = socket.create_connection(("127.0.0.1", port), timeout=10)
        pairs.append((inner, onward))
        return _Named(outer, port)

    def run() -> None:
        while not ended.is_set() and not silent.is_set():
            peers = {one: other for pair in list(pairs) for one, other in (pair, pair[::-1])}
            for ready in select.select(list(peers), [], [], 0.02)[0]:
                peers[ready].sendall(ready.recv(4096))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield Way("127.0.0.1", connect, silent.set)
    finally:
        ended.set()
        thread.join()
        for one in (one for pair in pairs for one in pair):
            one.close()


class _Named(socket.socket):
    """The near end of a relay; it tells where the relay leads."""

    def __init__(self, end: socket.socket, port: int) -> None:
        super().__init__(fileno=end.detach())
        self.settimeout(10)
        self._port = port

    def getpeername(self) -> tuple[str, int]:
        """Where the daemon is."""
        return "127.0.0.1", self._port

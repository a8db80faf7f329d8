"""What the tests of the screen share: a room with a TV, and people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic

import anyio
import psutil

from clients.sdk import Matinee, connect
from protocol.events import TakeoverRequested, TakeoverResolved
from protocol.results import ScreenStatus
from protocol.values import ClientType, ItemRef, Role
from tests.daemon import Daemon, daemon
from tests.waiting import LOOK_EVERY, eventually

BOTH: list[ClientType] = ["hls_streaming", "server_playback"]
CHILD = "controller.adapters.vlc.child"


@contextmanager
def room(folder: Path, home: Path, *flags: str) -> Iterator[Daemon]:
    """A daemon with a real VLC that shows nothing; the tests ask it more often than people would."""
    with daemon(folder, home, "--screen", "headless", *flags, env={"MATINEE_RATE_LIMIT": "0"}) as one:
        yield one


def anna(running: Daemon, name: str = "Anna") -> Matinee:
    """An owner: the box's own user."""
    return connect(running.url, name=name, device_token=running.control.token, client_types=BOTH)


def somebody(running: Daemon, name: str, role: Role = "member") -> Matinee:
    """Somebody with a phone of their own."""
    return connect(running.url, name=name, pairing_code=running.pair(role), client_types=BOTH)


def player(running: Daemon) -> psutil.Process | None:
    """The living VLC."""
    for pid in running.children():
        try:
            process = psutil.Process(pid)
            if CHILD in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                return process
        except psutil.NoSuchProcess:
            continue
    return None


async def vlc(running: Daemon) -> psutil.Process:
    """The living VLC, as soon as there is one."""
    found = await eventually(lambda: player(running), within=10, what="a VLC")
    assert found is not None
    return found


async def position(matinee: Matinee) -> float:
    """Where the TV is, by its timeline."""
    status = await matinee.server_status()
    line = status.timeline
    assert line is not None
    return line.position + ((await matinee.ping()).clock - line.at) * line.rate * line.playing


async def until(matinee: Matinee, state: str, within: float = 10.0, item: ItemRef | None = None) -> ScreenStatus:
    """Until the screen is in a state, and shows an item."""
    deadline = monotonic() + within
    while True:
        status = await matinee.server_status()
        if status.state == state and item in (None, status.item):
            return status
        assert monotonic() < deadline, f"not {state} within {within} s: {status}"
        await anyio.sleep(LOOK_EVERY)  # polls what VLC does


async def asked(matinee: Matinee) -> TakeoverRequested:
    """The next time that somebody asks for the screen."""
    async for event in matinee.events():
        if isinstance(event, TakeoverRequested):
            return event
    raise AssertionError("refused")


async def resolved(matinee: Matinee, request_id: str | None) -> TakeoverResolved:
    """How a request for the screen ended."""
    async for event in matinee.events():
        if isinstance(event, TakeoverResolved) and event.request_id == request_id:
            return event
    raise AssertionError("refused")


@asynccontextmanager
async def two(running: Daemon) -> AsyncIterator[tuple[Matinee, Matinee]]:
    """An owner and a member."""
    async with anna(running) as first, somebody(running, "Ben") as second:
        yield first, second

"""FAULTS 15: streams that begin and end by the hundred leave no trace: no process, file, directory, descriptor or memory."""

from __future__ import annotations

import os
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import psutil
import pytest

from clients.sdk import Matinee, PathRef
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.stage import fetch, long_film, me
from tests.server.remote import owner
from tests.server.test_ws import open_descriptors
from tests.waiting import eventually

pytestmark = pytest.mark.alone

CYCLES = int(os.environ.get("MATINEE_TEST_CYCLES", "500"))
"""Streams that begin and end."""
AT_ONCE = 4
WARM = 40
"""Cycles after which an allocator has what it needs, and caches are full."""
MEGABYTE = 1024 * 1024
MORE = 12 * MEGABYTE


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A film that is copied, and one that is encoded."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    shutil.copyfile(long_film(), folder / "0.mp4")
    shutil.copyfile(films.make("minute_half"), folder / "1.mkv")
    return folder


async def cycle(running: Daemon, staying: Matinee, number: int) -> None:
    """A stream begins, may show something, and ends: it is stopped, or its client goes, with a word or without."""
    film = PathRef(path="1.mkv" if number % 5 == 0 else "0.mp4")
    if number % 4 == 3:
        async with owner(running) as remote:
            await remote.do("request_hls_stream", item={"path": film.path}, position=4.0 * (number % 7))
            if number % 8 == 3:
                await remote.do("goodbye")
        return
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(me(running, f"client {number}")) if number % 4 else staying
        stream = await client.request_hls_stream(film, position=0.0)
        if number % 2:
            assert (await fetch(running, (stream.url or "").replace("master.m3u8", "video-0.ts")))[0] == 200
        if number % 4 == 2:
            await client.hls_seek(12.0)
        await client.stop_hls_stream()


async def cycles(running: Daemon, staying: list[Matinee], first: int, count: int) -> None:
    """So many, some at once."""

    async def some(lane: int) -> None:
        for number in range(first + lane, first + count, AT_ONCE):
            await cycle(running, staying[lane], number)

    async with anyio.create_task_group() as group:
        for lane in range(AT_ONCE):
            group.start_soon(some, lane)


def directories(running: Daemon) -> list[Path]:
    """All that lies in the cache."""
    (run,) = running.cache_dir.glob("run-*")
    return [path for path in run.rglob("*") if path.name != "owner.lock"]


async def test_streams_that_begin_and_end_leave_no_trace(shelf: Path, tmp_path: Path) -> None:
    with daemon(shelf, tmp_path / "home", env={"MATINEE_RATE_LIMIT": "0", "MATINEE_GRACE_S": "0"}) as running:
        daemon_process = psutil.Process(running.process.pid)
        async with AsyncExitStack() as stack:
            staying = [await stack.enter_async_context(me(running, f"stays {n}")) for n in range(AT_ONCE)]
            await cycles(running, staying, 0, WARM)
            await eventually(lambda: not directories(running), within=5, what="an empty cache")
            children, descriptors = running.children(), open_descriptors(running)
            threads, memory = daemon_process.num_threads(), daemon_process.memory_info().rss
            await cycles(running, staying, WARM, CYCLES)
            await eventually(lambda: not directories(running), within=5, what="an empty cache")
            await eventually(lambda: len(running.children()) <= len(children), within=5, what="no child more")
            await eventually(lambda: open_descriptors(running) <= descriptors, within=5, what="no descriptor more")
            more = daemon_process.memory_info().rss - memory
            print("cycles", CYCLES, "more memory, MB", round(more / MEGABYTE, 2), "descriptors", descriptors)
            assert more < MORE
            assert daemon_process.num_threads() <= threads + 2
            status = await staying[0].get_server_status()
            assert (status.encoders, status.streams, status.cache_bytes) == (0, 0, 0)
        assert "raceback" not in running.log_text()

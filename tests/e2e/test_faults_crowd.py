"""FAULTS 15: thirty people begin thirty films at the same moment. The daemon answers all the while, and everybody gets a picture."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from time import monotonic

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.stage import fetch, me

pytestmark = pytest.mark.alone

MANY = 30
LAG = 0.1
"""Seconds that 99 of 100 answers take at most."""
PICTURE_WITHIN = 60.0
ASKER = """
import http.client, select, sys, time
line = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
while not select.select([sys.stdin], [], [], 0.02)[0]:
    asked = time.monotonic()
    line.request("GET", "/livez")
    line.getresponse().read()
    print(time.monotonic() - asked)
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon with a film for each, to be encoded."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    shutil.copyfile(films.make("minute_half"), shelf / "0.mkv")
    for number in range(1, MANY):
        (shelf / f"{number}.mkv").hardlink_to(shelf / "0.mkv")
    with daemon(shelf, tmp_path / "home") as one:
        yield one


@contextmanager
def asking(running: Daemon, found: list[float]) -> Iterator[None]:
    """Ask the daemon up to fifty times a second how it is, from a process that has nothing else to do; each answer's seconds."""
    asker = subprocess.Popen(
        [sys.executable, "-I", "-c", ASKER, str(running.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield
    finally:
        said, _ = asker.communicate(timeout=30)
        found += [float(line) for line in said.split()]


async def begin(running: Daemon, client: Matinee, film: str) -> None:
    """A film, until its first picture is there."""
    stream = await client.request_hls_stream(PathRef(path=film))
    path = (stream.url or "").replace("master.m3u8", "video-0.ts")
    while (answer := await fetch(running, path))[0] != 200:
        assert answer == (503, b"Not ready yet\n")


async def test_thirty_starts_at_once_hold_up_no_answer_and_end_in_thirty_pictures(running: Daemon) -> None:
    async with AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(me(running, f"viewer {n}")) for n in range(MANY)]
        calm, busy, began = list[float](), list[float](), monotonic()
        with asking(running, calm):
            await anyio.sleep(3.0)  # as many answers as it takes for a hundredth of them to mean something
        with asking(running, busy), anyio.fail_after(PICTURE_WITHIN):
            async with anyio.create_task_group() as group:
                for number, viewer in enumerate(viewers):
                    group.start_soon(begin, running, viewer, f"{number}.mkv")
        print("pictures after, s", round(monotonic() - began - 3.0, 1), "answers", len(busy))
        usual, worst = quantiles(calm, n=100)[98], quantiles(busy, n=100)[98]
        print("99 of 100 answers within, ms: calm", round(1000 * usual, 1), "busy", round(1000 * worst, 1))
        assert worst < LAG + usual
    assert "raceback" not in running.log_text()

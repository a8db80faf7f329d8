"""FAULTS 2, 9 and 37: encoders that get nowhere, encoders that only seem so, and films that change while they play."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from protocol.results import StreamStatus
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.stage import failure_of, fetch, long_film, me
from tests.waiting import eventually

pytestmark = pytest.mark.alone

BUILT = 16
"""A segment by which the encoder takes its time, and stays the same."""
HOGS = 10
HOG = "while True: pass"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A film that is encoded, and one that is copied."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    shutil.copyfile(films.make("minute_mpeg4"), folder / "encode.mkv")
    shutil.copyfile(long_film(), folder / "long.mp4")
    return folder


async def segment(running: Daemon, stream: StreamStatus, index: int) -> int:
    """The status of a segment's answer."""
    status, body = await fetch(running, (stream.url or "").replace("master.m3u8", f"video-{index}.ts"))
    return status if body else 0


async def pid_of(client: Matinee) -> int:
    rows = await client.get_all_clients_status()
    stream = next(row.stream for row in rows if row.client_id == client.me.client_id)
    assert stream
    assert stream.encoder.pid
    return stream.encoder.pid


@contextmanager
def hogs(count: int) -> Iterator[None]:
    """So many programs that want all of the machine."""
    programs = [subprocess.Popen([sys.executable, "-c", HOG]) for _ in range(count)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


async def test_a_stopped_ffmpeg_is_noticed_and_replaced_within_twelve_seconds(shelf: Path, tmp_path: Path) -> None:
    with daemon(shelf, tmp_path / "home") as running:
        async with me(running) as client:
            stream = await client.request_hls_stream(PathRef(path="encode.mkv"))
            for index in range(BUILT + 1):
                assert await segment(running, stream, index) == 200
            pid = await pid_of(client)
            os.kill(pid, signal.SIGSTOP)
            longest = 0.0
            for index in range(BUILT + 1, 30):
                asked = monotonic()
                assert await segment(running, stream, index) == 200
                longest = max(longest, monotonic() - asked)
            print("gap, s", round(longest, 2))
            assert longest < 12.0
            status = await client.hls_status()
            assert status.encoder
            assert (status.encoder.restarts, status.error) == (1, None)
            await eventually(lambda: pid not in running.encoders(), within=5, what="the stopped one is gone")


async def test_a_healthy_encoder_on_a_starved_machine_is_not_taken_for_stalled(shelf: Path, tmp_path: Path) -> None:
    with daemon(shelf, tmp_path / "home") as running:
        async with me(running) as client:
            stream = await client.request_hls_stream(PathRef(path="encode.mkv"))
            assert await segment(running, stream, 0) == 200
            pid = await pid_of(client)
            with hogs(HOGS):
                until = monotonic() + 25.0
                while monotonic() < until:
                    await anyio.sleep(1.0)
                    status = await client.hls_status()
                    assert status.encoder
                    assert status.encoder.restarts == 0
            assert status.error is None
            log = running.log_text()
            assert "encoder stalled" not in log
            assert pid


async def test_a_film_that_is_cut_off_or_replaced_is_told(shelf: Path, tmp_path: Path) -> None:
    with daemon(shelf, tmp_path / "home") as running:
        async with me(running) as client:
            for change in (truncate, replace):
                stream = await client.request_hls_stream(PathRef(path="long.mp4"))
                assert await segment(running, stream, 0) == 200
                change(shelf / "long.mp4")
                assert await failure_of(client, within=8.0) == "source_changed"
                error = (await client.hls_status()).error
                assert error
                assert error.code == 1015
                shutil.copyfile(long_film(), shelf / "long.mp4")


async def test_a_film_that_is_deleted_plays_on(shelf: Path, tmp_path: Path) -> None:
    with daemon(shelf, tmp_path / "home") as running:
        async with me(running) as client:
            stream = await client.request_hls_stream(PathRef(path="long.mp4"))
            assert await segment(running, stream, 0) == 200
            (shelf / "long.mp4").unlink()
            for index in range(1, 40):
                assert await segment(running, stream, index) == 200
                await client.hls_report(position=4.0 * index, playing=True, buffered_s=4.0)
            assert (await client.hls_status()).error is None


def truncate(film: Path) -> None:
    os.truncate(film, film.stat().st_size // 2)


def replace(film: Path) -> None:
    other = film.with_name("other.part")
    shutil.copyfile(films.make("b_frames"), other)
    other.replace(film)

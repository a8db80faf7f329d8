"""FAULTS 1 and 2, among viewers of one film: the FFmpeg that one of them lives on is killed or stopped, and it is not theirs."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from clients.sdk import Matinee, PathRef
from protocol.results import StreamStatus
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.stage import FakeFfmpeg, fetch, me
from tests.waiting import eventually

pytestmark = pytest.mark.alone

PACED = 'exec "$REAL" -readrate 8 "$@"'
FILM = PathRef(path="film.mkv")
LITTLE = 2.0
"""Seconds that who shares may wait longer than with an encoder of their own."""
LOOKED = 1.0
"""Seconds between two looks at encoders."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon with a film that is encoded at eight times its pace."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    shutil.copyfile(films.make("minute_more"), shelf / FILM.path)
    with daemon(shelf, tmp_path / "home", env=FakeFfmpeg(tmp_path / "path" / "bin", PACED).env) as one:
        yield one


async def longest(running: Daemon, stream: StreamStatus, indices: range) -> float:
    """Fetch segments of the picture one by one; the longest wait for one."""
    most = 0.0
    for index in indices:
        asked = monotonic()
        status, body = await fetch(running, (stream.url or "").replace("master.m3u8", f"video-{index}.ts"))
        assert (status, bool(body)) == (200, True)
        most = max(most, monotonic() - asked)
    return most


async def alone(running: Daemon) -> float:
    """How long the first segments take with an encoder of one's own, beside another one."""
    async with me(running, "alone") as client:
        stream = await client.request_hls_stream(FILM, position=60.0, quality="360p")
        took = await longest(running, stream, range(33, 36))
        await client.stop_hls_stream()
    return took


async def both(running: Daemon, first: Matinee, second: Matinee) -> tuple[StreamStatus, StreamStatus, int]:
    """Two at the beginning, who live on the encoder of the first, which is answered, too."""
    one, other = await first.request_hls_stream(FILM), await second.request_hls_stream(FILM)
    await longest(running, one, range(4))
    await longest(running, other, range(6))
    (pid,) = await eventually(running.encoders, within=5, what="one encoder")
    return one, other, pid


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
async def test_harm_to_the_encoder_of_another_costs_little_more_than_one_of_ones_own(
    running: Daemon, harm: signal.Signals
) -> None:
    async with me(running, "first") as first, me(running, "second") as second:
        own = await alone(running)
        _, other, pid = await both(running, first, second)
        os.kill(pid, harm)
        waited = await longest(running, other, range(6, 22))
        print(harm.name, "own, s", round(own, 2), "shared, s", round(waited, 2))
        assert waited < own + LITTLE + LOOKED
        status = await second.hls_status()
        assert status.encoder
        assert (status.encoder.restarts, status.error) == (0, None), "it was not theirs"


@pytest.mark.parametrize("way", ["stops", "seeks away", "chooses another quality", "pauses and is held"])
async def test_who_is_left_alone_waits_no_longer_than_with_an_encoder_of_their_own(running: Daemon, way: str) -> None:
    async with me(running, "first") as first, me(running, "second") as second:
        own = await alone(running)
        one, other, _ = await both(running, first, second)
        match way:
            case "stops":
                await first.stop_hls_stream()
            case "seeks away":
                await first.hls_seek(70.0)
            case "chooses another quality":
                await first.hls_set_quality("360p")
            case _:
                await first.hls_pause()
        waited = await longest(running, other, range(6, 38 if way == "pauses and is held" else 18))
        print(way, "own, s", round(own, 2), "shared, s", round(waited, 2))
        assert waited < own + LITTLE + (LOOKED if way == "pauses and is held" else 0.0)
        if way != "stops":
            now = await first.hls_status()
            assert (now.error, now.url == one.url) == (None, True)

"""Who waits for a film to be made, as programs and the terminal are told: a box that makes one film at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from clients.sdk import Matinee, PathRef, Waiting
from protocol.events import StreamChanged
from tests import films
from tests.clients.test_cli import matinee
from tests.daemon import Daemon, daemon
from tests.e2e.stage import THROUGH, FakeFfmpeg, me

SLOW = 'set -- -readrate 1 "$@"\n'
"""An FFmpeg that takes as long as the film does."""
PLACE = "waits for second: number 1 in line"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that makes one film at a time, slowly."""
    (tmp_path / "films").mkdir()
    for name in ("first", "second"):
        shutil.copyfile(films.make("minute_hevc"), tmp_path / "films" / f"{name}.mkv")
    fake = FakeFfmpeg(tmp_path / "bin", SLOW + THROUGH)
    with daemon(tmp_path / "films", tmp_path / "home", env={**fake.env, "MATINEE_ENCODERS": "1"}) as one:
        yield one


async def begun(waiter: Matinee) -> StreamChanged:
    """What is told when the turn has come."""
    async for event in waiter.events():
        if isinstance(event, StreamChanged) and event.state != "waiting":
            return event
    raise AssertionError("refused")


async def test_a_program_is_told_its_place_and_then_that_its_film_begins(running: Daemon) -> None:
    async with me(running, "Ann") as first, me(running, "Ben") as second:
        assert (await first.request_hls_stream(PathRef(path="first.mkv"))).waiting is None
        stream = await second.request_hls_stream(PathRef(path="second.mkv"))
        assert stream.state == "waiting"
        assert isinstance(stream.waiting, Waiting)
        assert stream.waiting.position == 1
        assert [offer.quality for offer in stream.waiting.offers] == ["audio-only"]
        (row,) = (await first.get_server_status()).waiting
        assert (row.name, row.title, row.position, row.offers) == ("Ben", "second", 1, 1)
        await first.stop_hls_stream()
        with anyio.fail_after(10):
            event = await begun(second)
        assert (event.state, event.stream_id, event.url) == ("starting", stream.stream_id, stream.url)
        assert event.waiting is None


async def test_the_terminal_says_who_waits_for_what_and_where(running: Daemon, tmp_path: Path) -> None:
    async with me(running, "Ann") as first, me(running, "Ben") as second:
        await first.request_hls_stream(PathRef(path="first.mkv"))
        await second.request_hls_stream(PathRef(path="second.mkv"))
        state = ("--state-dir", str(running.state_dir))
        for command in ("status", "watch"):
            done = await anyio.to_thread.run_sync(partial(matinee, command, *state, home=tmp_path))
            (line,) = [line for line in done.stdout.splitlines() if PLACE in line]
            assert line.startswith("Ben")
        assert "Encoders    1 waiting · " in done.stdout

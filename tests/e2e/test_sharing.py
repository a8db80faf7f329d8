"""Viewers of one film share what is made of it, each at their own address; the judge sees no seam in any of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.judging import ORDERS, verdict
from tests.e2e.stage import THROUGH, FakeFfmpeg, me

pytestmark = pytest.mark.alone


@pytest.fixture
def fake(tmp_path: Path) -> FakeFfmpeg:
    """The real FFmpeg, counted."""
    return FakeFfmpeg(tmp_path / "path" / "bin", THROUGH)


@pytest.fixture
def running(tmp_path: Path, fake: FakeFfmpeg) -> Iterator[Daemon]:
    """A daemon with a minute that is encoded."""
    folder = tmp_path / "films"
    folder.mkdir()
    shutil.copyfile(films.make("minute_hevc"), folder / "film.mkv")
    with daemon(folder, tmp_path / "home", env=fake.env) as one:
        yield one


async def judged(running: Daemon, client: Matinee, position: float, order: str, findings: list[object]) -> None:
    """Watch the film from a position, as the judge does; what it finds."""
    stream = await client.request_hls_stream(PathRef(path="film.mkv"), position=position)
    found = await verdict(running, client.url_of(stream.url or ""), "--order", order)
    findings += found["findings"]


@pytest.mark.parametrize("count", [2, 4])
async def test_the_judge_finds_nothing_in_the_streams_of_several_at_different_places(
    running: Daemon, fake: FakeFfmpeg, count: int
) -> None:
    findings: list[object] = []
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(me(running, f"viewer {n}")) for n in range(count)]
        async with anyio.create_task_group() as group:
            for number, client in enumerate(clients):
                group.start_soon(judged, running, client, 13.0 * number, ORDERS[number % len(ORDERS)], findings)
        assert findings == []
        print("FFmpegs started", fake.spawns("film.mkv"))


async def test_eight_at_the_same_place_are_served_by_one_encoder(running: Daemon, fake: FakeFfmpeg) -> None:
    findings: list[object] = []
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(me(running, f"viewer {n}")) for n in range(8)]
        async with anyio.create_task_group() as group:
            for client in clients:
                group.start_soon(judged, running, client, 0.0, "sequential", findings)
        assert findings == []
        assert fake.spawns("film.mkv") <= 3, "in haste, then with care, and perhaps once more at the end of the first"


async def test_a_viewer_who_leaves_the_shared_encoder_leaves_no_seam(running: Daemon) -> None:
    findings: list[object] = []
    async with me(running, "first") as first, me(running, "second") as second:
        await first.request_hls_stream(PathRef(path="film.mkv"))
        stream = await second.request_hls_stream(PathRef(path="film.mkv"))
        async with anyio.create_task_group() as group:

            async def leave() -> None:
                await first.get_hls_url()
                await first.stop_hls_stream()

            async def watch() -> None:
                found = await verdict(running, second.url_of(stream.url or ""), "--order", "sequential")
                findings.extend(found["findings"])

            group.start_soon(watch)
            group.start_soon(leave)
        assert findings == []
        for order in ("random", "backward"):
            assert (await verdict(running, second.url_of(stream.url or ""), "--order", order))["findings"] == []

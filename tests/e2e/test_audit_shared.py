"""The judge looks at streams to which things happen: encoders are held, killed and shared, viewers leave, files are cleaned up.

The films are encoded at no more than twelve times their pace, so that there is a middle in which it can happen.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from protocol.results import EncoderProcess
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.judging import ORDERS, verdict
from tests.e2e.stage import FakeFfmpeg, fetch, me
from tests.waiting import eventually

PACED = 'exec "$REAL" -readrate 12 "$@"'
FILM, LONGER = PathRef(path="film.mkv"), PathRef(path="longer.mkv")
OLD = 3
"""Times that a run is seen before it is killed, so that it has made something."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute that is encoded, and so much that its encoder is held before the end."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(films.make("minute_half"), folder / FILM.path)
    shutil.copyfile(films.make("minute_more"), folder / LONGER.path)
    return folder


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> FakeFfmpeg:
    """The real FFmpeg, at a pace."""
    return FakeFfmpeg(tmp_path_factory.mktemp("path") / "bin", PACED)


@pytest.fixture(scope="module")
def running(shelf: Path, fake: FakeFfmpeg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon as it is."""
    with daemon(shelf, tmp_path_factory.mktemp("home"), env=fake.env) as one:
        yield one


@pytest.fixture(scope="module")
def apart(shelf: Path, fake: FakeFfmpeg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that gives everybody an encoder of their own."""
    with daemon(shelf, tmp_path_factory.mktemp("home"), env={**fake.env, "MATINEE_SHARE": "0"}) as one:
        yield one


@asynccontextmanager
async def crowd(running: Daemon, count: int) -> AsyncIterator[list[Matinee]]:
    """So many clients."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(me(running, f"viewer {number}")) for number in range(count)]


async def watch(clients: list[Matinee], film: PathRef, positions: list[float]) -> list[str]:
    """A stream for each, at a place of its own; their addresses."""
    streams = [
        await client.request_hls_stream(film, position=position)
        for client, position in zip(clients, positions, strict=True)
    ]
    return [client.url_of(stream.url or "") for client, stream in zip(clients, streams, strict=True)]


async def judge_all(running: Daemon, urls: list[str], *flags: str, first: int = 0) -> list[str]:
    """Each stream in an order of its own, all at once; what is found in any."""
    findings = list[str]()

    async def judge(number: int, url: str) -> None:
        order = ORDERS[(first + number) % len(ORDERS)]
        found = await verdict(running, url, "--order", order, *flags)
        findings.extend(f"viewer {number}, {order}: {finding}" for finding in found["findings"])

    async with anyio.create_task_group() as group:
        for number, url in enumerate(urls):
            group.start_soon(judge, number, url)
    return findings


async def encoders(client: Matinee) -> dict[str, EncoderProcess]:
    """Everybody's encoder, by the ids of their clients."""
    rows = await client.get_all_clients_status()
    return {row.client_id: row.stream.encoder for row in rows if row.stream}


async def kill_in_the_middle(client: Matinee, killed: Counter[str], most: int) -> None:
    """KILL every encoder that has been at work for a while, of each client so many."""
    seen = Counter[int]()
    while True:
        for client_id, encoder in (await encoders(client)).items():
            pid = encoder.pid or 0
            seen[pid] += encoder.state == "running"
            if pid and seen[pid] == OLD and killed[client_id] < most:
                killed[client_id] += 1
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        await anyio.sleep(0.1)  # polls


async def wait_held(client: Matinee, count: int) -> None:
    """Until so many encoders are held."""
    for _ in range(600):
        if [one.state for one in (await encoders(client)).values()] == ["held"] * count:
            return
        await anyio.sleep(0.1)  # polls
    raise AssertionError("they are never all held")


async def test_encoders_that_were_held_go_on_without_a_seam(apart: Daemon) -> None:
    async with crowd(apart, len(ORDERS)) as clients:
        urls = await watch(clients, LONGER, [0.0] * len(ORDERS))
        await wait_held(clients[0], len(ORDERS))
        assert await judge_all(apart, urls, "--start-at", "52", "--limit", "9") == []


async def test_encoders_that_are_killed_in_the_middle_leave_no_seam(apart: Daemon) -> None:
    killed = Counter[str]()
    async with crowd(apart, len(ORDERS)) as clients:
        urls = await watch(clients, FILM, [0.0] * len(ORDERS))
        async with anyio.create_task_group() as group:
            group.start_soon(kill_in_the_middle, clients[0], killed, 2)
            assert await judge_all(apart, urls) == []
            group.cancel_scope.cancel()
        assert set(killed) == {client.me.client_id for client in clients}
        assert [one.restarts > 0 for one in (await encoders(clients[0])).values()] == [True] * len(ORDERS)


async def test_a_shared_encoder_that_is_killed_in_the_middle_leaves_no_seam_for_any(running: Daemon) -> None:
    killed = Counter[str]()
    async with crowd(running, len(ORDERS)) as clients:
        urls = await watch(clients, FILM, [0.0] * len(ORDERS))
        async with anyio.create_task_group() as group:
            group.start_soon(kill_in_the_middle, clients[0], killed, 2)
            assert await judge_all(running, urls) == []
            group.cancel_scope.cancel()
        assert killed.total() >= 1


@pytest.mark.parametrize("count", range(2, 9))
async def test_several_at_different_places_of_one_film_see_no_seam(
    running: Daemon, fake: FakeFfmpeg, count: int
) -> None:
    before = fake.spawns(FILM.path)
    async with crowd(running, count) as clients:
        urls = await watch(clients, FILM, [3.0 * number for number in range(count)])
        assert await judge_all(running, urls, first=count) == []
        print("FFmpegs for", count, fake.spawns(FILM.path) - before)


@pytest.mark.parametrize("how", ["stops", "goes", "seeks away", "chooses another quality"])
async def test_who_leaves_the_shared_encoder_leaves_no_seam_behind(running: Daemon, how: str) -> None:
    async with crowd(running, len(ORDERS) + 1) as (leaver, *clients):
        first = await leaver.request_hls_stream(FILM)
        urls = await watch(clients, FILM, [0.0] * len(ORDERS))

        async def leave() -> None:
            assert (await fetch(running, (first.url or "").replace("master.m3u8", "video-4.ts")))[0] == 200
            match how:
                case "stops":
                    await leaver.stop_hls_stream()
                case "goes":
                    await leaver.goodbye()
                case "seeks away":
                    await leaver.hls_seek(22.0)
                case _:
                    await leaver.hls_set_quality("360p")

        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            assert await judge_all(running, urls) == []


async def test_a_stream_that_was_cleaned_behind_its_viewer_is_made_again_without_a_seam(
    shelf: Path, tmp_path: Path
) -> None:
    with daemon(shelf, tmp_path, env={"MATINEE_CLIENT_MB": "1"}) as small:
        async with me(small) as client:
            stream = await client.request_hls_stream(FILM)
            for second in range(0, 26, 2):
                await client.hls_report(position=float(second), playing=True, buffered_s=2.0)
                path = (stream.url or "").replace("master.m3u8", f"video-{second // 2}.ts")
                assert (await fetch(small, path))[0] == 200
            await eventually(lambda: not [*small.cache_dir.rglob("video-0.ts")], within=5, what="a clean beginning")
            for order in ORDERS:
                await client.hls_seek(0.0)
                assert (await verdict(small, client.url_of(stream.url or ""), "--order", order))["findings"] == []

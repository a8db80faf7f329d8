"""How fast files and segments leave, and what is the same whether they come from the disk or from memory."""

from __future__ import annotations

import shutil
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import anyio
import anyio.to_thread
import pytest
from aiohttp import web

from controller.core.bandwidth import Bandwidth
from controller.core.playlist import VIDEO, SegmentId
from controller.server.hot import HotSegment, HotSegments
from controller.server.sending import File, Memory, Pace
from controller.services.client_stream import HLSClientStream
from controller.services.streams import Streams
from tests import films
from tests.daemon import Daemon, daemon
from tests.server.raw import Answer, ask
from tests.server.remote import Remote, owner

SIZE, BYTES = 3_000_000, 80_000
SEGMENT = SegmentId(VIDEO, 0)
SECONDS_AT_ONCE = 0.1


class Ends:
    """Stands for the streams: says when one ends."""

    def __init__(self) -> None:
        self.end: Callable[[HLSClientStream], None] = lambda _stream: None

    def listen(self, changed: Callable[[HLSClientStream], None], ended: Callable[[HLSClientStream], None]) -> None:
        changed(stream("any"))
        self.end = ended


def stream(stream_id: str) -> HLSClientStream:
    return cast("HLSClientStream", SimpleNamespace(spec=SimpleNamespace(stream_id=stream_id)))


def hot_segments(most: int) -> tuple[HotSegments, Ends]:
    ends = Ends()
    return HotSegments(most, cast("Streams", ends)), ends


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    path = tmp_path / "video-0.ts"
    path.write_bytes(b"segments" * (BYTES // 8))
    return path


def renew(segment: Path) -> None:
    """It is made again, as another one."""
    other = segment.with_suffix(".part")
    other.write_bytes(b"another one")
    other.replace(segment)


async def test_only_what_is_asked_for_again_is_kept_in_memory(segment: Path) -> None:
    hot, _ = hot_segments(1_000_000)
    assert await hot.hold(stream("ann"), SEGMENT, segment) is None
    found = await hot.hold(stream("ann"), SEGMENT, segment)
    assert found
    assert len(found.kept.body) == BYTES
    again = await hot.hold(stream("ann"), SEGMENT, segment)
    assert again
    assert again.kept is found.kept
    assert await hot.hold(stream("bob"), SEGMENT, segment) is None, "what is somebody else's is not theirs"


async def test_what_was_made_anew_or_withdrawn_is_not_served_from_memory(segment: Path) -> None:
    hot, _ = hot_segments(1_000_000)
    for _ in range(2):
        await hot.hold(stream("ann"), SEGMENT, segment)
    renew(segment)
    found = await hot.hold(stream("ann"), SEGMENT, segment)
    assert found
    assert found.kept.body == b"another one"
    hot.release(found)
    await anyio.Path(segment).unlink()
    with pytest.raises(FileNotFoundError):
        await hot.hold(stream("ann"), SEGMENT, segment)


async def test_a_stream_that_ends_takes_its_segments_with_it_and_none_is_kept_without_room(segment: Path) -> None:
    hot, ends = hot_segments(BYTES)
    for _ in range(2):
        found = await hot.hold(stream("ann"), SEGMENT, segment)
    assert found
    for _ in range(2):
        assert await hot.hold(stream("bob"), SEGMENT, segment) is None, "the room is taken by what is being sent"
    hot.release(found)
    ends.end(stream("ann"))
    assert await hot.hold(stream("ann"), SEGMENT, segment) is None


async def get(running: Daemon, target: str, *headers: str, method: str = "GET") -> Answer:
    return await anyio.to_thread.run_sync(lambda: ask(running.port, target, *headers, method=method))


async def test_a_segment_from_memory_is_told_as_the_one_from_the_disk(running: Daemon) -> None:
    async with owner(running) as remote:
        status = await remote.do("request_hls_stream", item={"path": "minute.mp4"})
        target = status["url"].replace("master.m3u8", "video-0.ts")
        first = await get(running, target)
        assert first.status == 200
        for _ in range(3):
            assert await get(running, target) == first
        part = await get(running, target, "Range: bytes=10-19")
        assert (part.status, part.body) == (206, first.body[10:20])
        assert (await get(running, target, f"If-None-Match: {first.headers['etag']}")).status == 304
        assert (await get(running, target, method="HEAD")).headers == first.headers
        await remote.do("stop_hls_stream")
        assert (await get(running, target)).status == 404
        await remote.do("goodbye")


@asynccontextmanager
async def served(
    folder: Path, pace: Pace, *, memory: bool = False, on_sent: Callable[[], None] = lambda: None
) -> AsyncIterator[str]:
    """A server of one file for anybody: `/name` is who asks."""
    path = folder / "file"
    await anyio.Path(path).write_bytes(b"x" * SIZE)
    hot, _ = hot_segments(10 * SIZE)

    def sent(held: HotSegment) -> None:
        hot.release(held)
        on_sent()

    async def answer(request: web.Request) -> web.StreamResponse:
        who = request.match_info["who"]
        held = await hot.hold(stream(who), SEGMENT, path) or await hot.hold(stream(who), SEGMENT, path)
        assert held
        if memory:
            return Memory(held, who, pace, {}, sent)
        hot.release(held)
        return File(path, who, pace, {})

    app = web.Application()
    app.add_routes([web.get("/{who}", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def fetch(http: aiohttp.ClientSession, url: str) -> float:
    """Seconds until all is there."""
    began = perf_counter()
    async with http.get(url) as answer:
        assert len(await answer.read()) == SIZE
    return perf_counter() - began


@pytest.mark.alone
@pytest.mark.parametrize("memory", [False, True])
async def test_a_client_gets_the_bytes_per_second_that_it_may_have(tmp_path: Path, memory: bool) -> None:
    rate = 2_000_000.0
    pace = Pace(Bandwidth(rate, None))
    async with served(tmp_path, pace, memory=memory) as url, aiohttp.ClientSession() as http:
        took = await fetch(http, f"{url}/ann")
    assert (SIZE / rate - SECONDS_AT_ONCE) / took == pytest.approx(1.0, abs=0.2)


async def test_who_hangs_up_holds_nothing_in_memory(tmp_path: Path) -> None:
    released = anyio.Event()
    pace = Pace(Bandwidth(500_000.0, None))
    async with (
        served(tmp_path, pace, memory=True, on_sent=released.set) as url,
        aiohttp.ClientSession() as http,
        http.get(f"{url}/ann") as answer,
    ):
        await answer.content.readany()
        answer.close()
        with anyio.fail_after(5):
            await released.wait()


@pytest.mark.alone
async def test_what_there_is_for_all_is_shared_by_clients_and_not_by_connections(tmp_path: Path) -> None:
    took: dict[str, list[float]] = {"ann": [], "bob": []}
    async with served(tmp_path, Pace(Bandwidth(None, 6_000_000.0))) as url, aiohttp.ClientSession() as http:

        async def one(who: str) -> None:
            took[who].append(await fetch(http, f"{url}/{who}"))

        async with anyio.create_task_group() as group:
            for who in ("ann", "ann", "ann", "bob"):
                group.start_soon(one, who)
    assert max(took["ann"]) > 1.5 * took["bob"][0], "bob has half of it, and a quarter of the bytes"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of which most is nothing."""
    folder = tmp_path_factory.mktemp("shelf")
    film = folder / "film.mp4"
    shutil.copyfile(films.make("b_frames"), film)
    with film.open("ab") as file:
        file.write(struct.pack(">I4s", SIZE, b"free").ljust(SIZE, b"\0"))
    return folder


@pytest.fixture(scope="module")
def slow(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    env = {"MATINEE_CLIENT_MBPS": "16", "MATINEE_ALL_CLIENTS_MBPS": "24"}
    with daemon(shelf, tmp_path_factory.mktemp("home"), env=env) as one:
        yield one


async def film_of(remote: Remote) -> str:
    status: dict[str, Any] = await remote.do("request_hls_stream", item={"path": "film.mp4"}, delivery="auto")
    assert status["delivery"]["mode"] == "direct"
    url: str = status["url"]
    return url


@pytest.mark.alone
async def test_a_film_comes_as_fast_as_the_house_allows_and_two_together_as_all_may(slow: Daemon) -> None:
    async with owner(slow) as ann, owner(slow) as bob, aiohttp.ClientSession() as http:
        films_of = [slow.url + await film_of(remote) for remote in (ann, bob)]

        async def rate(url: str) -> float:
            began = perf_counter()
            async with http.get(url) as answer:
                size = len(await answer.read())
            return size / (perf_counter() - began + SECONDS_AT_ONCE)

        assert await rate(films_of[0]) == pytest.approx(2_000_000, rel=0.2)
        found: list[float] = []

        async def note(url: str) -> None:
            found.append(await rate(url))

        async with anyio.create_task_group() as group:
            for url in films_of:
                group.start_soon(note, url)
        assert found == [pytest.approx(1_500_000, rel=0.2)] * 2
        part = await get(slow, films_of[0].removeprefix(slow.url), "Range: bytes=100-199")
        assert (part.status, len(part.body)) == (206, 100)
        for remote in (ann, bob):
            await remote.do("goodbye")

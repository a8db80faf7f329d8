"""What streams cost beside their encoders: eight viewers of one film against one, and the daemon itself with ten throttled
streams and with fifty clients, by its CPU, its memory and the delay of its event loop all the while.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import perf_counter

import aiohttp
import anyio
import psutil

from clients.sdk import Matinee, PathRef, connect
from protocol.events import ServerChanged
from tests.bench import Result
from tests.daemon import Daemon, daemon

PAIRS, VIEWERS, THROTTLED, CLIENTS = 5, 8, 10, 50
FILM, LONG, SEGMENT = 24, 300, 4.0
"""Seconds of the film that all watch, of those that are watched for as long as it takes, and of a segment."""
SECONDS = 24.0
"""For which the daemon is measured while ten play."""
REPORT_EVERY = 5.0
"""Seconds, as the page does."""
MOST_CPU, MOST_MEMORY, MOST_LAG = 3.0, 150.0, 20.0
"""Percent of a core, MB, milliseconds."""


async def measure(folder: Path) -> list[Result]:
    """Pairs of one and eight; then ten and fifty on one daemon."""
    lags: list[float] = []
    shared = await _shared(folder, lags)
    throttled = await _throttled(folder, lags)
    slowest = sorted(lags)[int(len(lags) * 0.99)]
    lag = Result("event loop's delay all the while, p99", "ms", [slowest], [1.0], 0.0, slack=MOST_LAG)
    return [shared, *throttled, lag]


# ── eight and one ─────────────────────────────────────────────────────────────────────────────────────


async def _shared(folder: Path, lags: list[float]) -> Result:
    films, ours, peers = folder / "streams-films", [], []
    films.mkdir()
    _make(films / "0.mkv", f"size=640x360:rate=25:duration={FILM}")
    for pair in range(PAIRS):
        peers.append(await _encoding(films, folder / f"one-{pair}", 1, lags))
        ours.append(await _encoding(films, folder / f"eight-{pair}", VIEWERS, lags))
    return Result("encoders' CPU, eight viewers of one film against one", "s", ours, peers, 1.15)


async def _encoding(films: Path, home: Path, count: int, lags: list[float]) -> float:
    """Seconds of CPU that encoders take for so many who watch the film from its beginning, a second one after the other."""
    with daemon(films, home, "--log-level", "warning", env={"MATINEE_SHARE": "true"}) as one:
        async with _clients(one, count) as clients, _watched(clients[0], lags), aiohttp.ClientSession() as http:
            before = _children(one)

            async def view(number: int) -> None:
                await anyio.sleep(number * 0.25)
                stream = await clients[number].request_hls_stream(PathRef(path="0.mkv"))
                assert stream.url
                for index in range(await _length(http, one, stream.url)):
                    await _fetch(http, one, stream.url, index)

            async with anyio.create_task_group() as group:
                for number in range(count):
                    group.start_soon(view, number)
            for client in clients:
                await client.stop_hls_stream()
            return _children(one) - before


def _children(one: Daemon) -> float:
    """Seconds of CPU of all children that have ended."""
    times = psutil.Process(one.process.pid).cpu_times()
    return float(times.children_user + times.children_system)


# ── ten and fifty ─────────────────────────────────────────────────────────────────────────────────────


async def _throttled(folder: Path, lags: list[float]) -> list[Result]:
    films = folder / "throttled-films"
    films.mkdir()
    _make(films / "0.mkv", f"size=160x90:rate=10:duration={LONG}")
    for number in range(1, THROTTLED):
        shutil.copyfile(films / "0.mkv", films / f"{number}.mkv")
    with daemon(films, folder / "throttled-home", "--log-level", "warning") as one:
        async with _clients(one, CLIENTS) as clients, _watched(clients[-1], lags), aiohttp.ClientSession() as http:
            async with anyio.create_task_group() as group:
                for number, client in enumerate(clients[:THROTTLED]):
                    group.start_soon(_play, one, client, http, number)
                await _until_held(clients[-1])
                used = await _used(one)
                group.cancel_scope.cancel()
            memory = psutil.Process(one.process.pid).memory_info().rss / 1e6
    cpu = Result("the daemon's CPU while ten throttled streams play", "%", [used], [1.0], 0.0, slack=MOST_CPU)
    return [cpu, Result("the daemon's memory with fifty clients", "MB", [memory], [1.0], 0.0, slack=MOST_MEMORY)]


async def _play(one: Daemon, client: Matinee, http: aiohttp.ClientSession, number: int) -> None:
    """As a player does: it fetches what comes next at the speed of life, and tells where it is now and then."""
    stream = await client.request_hls_stream(PathRef(path=f"{number}.mkv"))
    assert stream.url
    began, reported, end = perf_counter(), 0.0, 0.0
    lengths = await _lengths(http, one, stream.url)
    for index, length in enumerate(lengths):
        await _fetch(http, one, stream.url, index)
        end += length
        while (position := perf_counter() - began) < end - 2 * SEGMENT:
            if position >= reported + REPORT_EVERY:
                reported = position
                await client.hls_report(position=position, playing=True, buffered_s=end - position)
            await anyio.sleep(0.5)


async def _until_held(client: Matinee) -> None:
    await client.subscribe("server")
    with anyio.fail_after(120):
        async for event in client.events():
            if isinstance(event, ServerChanged) and event.encoding and event.encoding.held >= THROTTLED:
                return


async def _used(one: Daemon) -> float:
    """Percent of a core that the daemon itself uses from now on."""
    process = psutil.Process(one.process.pid)
    before, began = process.cpu_times(), perf_counter()
    await anyio.sleep(SECONDS)
    after, took = process.cpu_times(), perf_counter() - began
    return float(100.0 * (after.user + after.system - before.user - before.system) / took)


# ── both ──────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _clients(one: Daemon, count: int) -> AsyncIterator[list[Matinee]]:
    async with AsyncExitStack() as stack:
        who = [connect(one.url, name=f"bench {number}", device_token=one.control.token) for number in range(count)]
        yield [await stack.enter_async_context(each) for each in who]


@asynccontextmanager
async def _watched(client: Matinee, lags: list[float]) -> AsyncIterator[None]:
    """Note the event loop's delay twice a second, as it measures it itself."""

    async def note() -> None:
        while True:
            lags.append((await client.get_server_status()).load.loop_lag_s * 1e3)
            await anyio.sleep(0.5)

    async with anyio.create_task_group() as group:
        group.start_soon(note)
        yield
        group.cancel_scope.cancel()


async def _lengths(http: aiohttp.ClientSession, one: Daemon, master: str) -> list[float]:
    async with http.get(one.url + master.replace("master.m3u8", "video.m3u8")) as answer:
        lines = (await answer.text()).splitlines()
    return [float(line[8:].rstrip(",")) for line in lines if line.startswith("#EXTINF:")]


async def _length(http: aiohttp.ClientSession, one: Daemon, master: str) -> int:
    return len(await _lengths(http, one, master))


async def _fetch(http: aiohttp.ClientSession, one: Daemon, master: str, index: int) -> None:
    async with http.get(one.url + master.replace("master.m3u8", f"video-{index}.ts")) as answer:
        assert answer.status == 200
        await answer.read()


def _make(path: Path, picture: str) -> None:
    """A film whose picture has to be encoded."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"testsrc2={picture}", "-c:v", "mpeg4"]
    subprocess.run([*command, "-q:v", "4", str(path)], check=True, timeout=120)

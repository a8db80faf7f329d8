"""A thousand clients: what each costs while it is idle, how long they take to come and come back, how soon all hear of
something; and an edit of a long queue. Peers: a bare aiohttp WebSocket server, and a bare SQLite commit.
"""

from __future__ import annotations

import gc
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

import aiohttp
import anyio
import psutil

from protocol import SUBPROTOCOL
from tests.bench import Result
from tests.daemon import Daemon, allow_descriptors, daemon
from tests.films import make

CLIENTS, CALLS, EVENTS, PAIRS = 1_000, 50, 3, 5
"""Clients, how many of them connect at once, events per pair, pairs."""
ITEMS, FIRST, EDITS = 9_984, 312, 400
SETTLED = 6.0
"""Seconds after which a client is idle: nothing waits for its first command any more."""
TRIGGER = "everybody"
NUMBERS = count()


@dataclass(slots=True)
class _Crowd:
    """Connected clients, and what they were given."""

    sockets: list[aiohttp.ClientWebSocketResponse]
    given: list[dict[str, Any]]


async def measure(folder: Path) -> list[Result]:
    """Everything; the daemon and its peer run side by side."""
    allow_descriptors()
    films = folder / "crowd"
    films.mkdir()
    (films / "film.mp4").write_bytes(make("b_frames").read_bytes())
    env = {"MATINEE_RATE_LIMIT": "0"}
    with daemon(films, folder / "crowd-home", "--log-level", "warning", env=env) as one, _bare() as bare:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            results = [*await _idle(http, one, bare), await _fan_out(http, one, bare)]
            return [*results, await _edits(http, one, folder)]


# ── who is there ──────────────────────────────────────────────────────────────────────────────────


async def _idle(http: aiohttp.ClientSession, one: Daemon, bare: _Bare) -> list[Result]:
    """Coming, staying, coming back. The first crowd warms both up: an allocator never gives back what it once had."""
    ours, peers, came, bare_came, back = [], [], [], [], []
    for round_ in range(2):
        before = _memory(one.process.pid), _memory(bare.process.pid)
        async with _crowd(http, one) as (crowd, mine), _sockets(http, bare) as (_, theirs):
            if round_ == 0:
                await anyio.sleep(SETTLED)
                ours.append((_memory(one.process.pid) - before[0]) / CLIENTS / 1024)
                peers.append((_memory(bare.process.pid) - before[1]) / CLIENTS / 1024)
            came.append(mine)
            bare_came.append(theirs)
            resumes = [{key: given[key] for key in ("client_id", "resume_token")} for given in crowd.given]
            for socket in crowd.sockets:
                socket._response.close()  # as when a router goes down: no goodbye
        async with _crowd(http, one, resumes) as (crowd, again):
            assert all(given["resumed"] for given in crowd.given)
            back.append(again)
            await _leave(crowd)
    return [
        Result("memory of an idle client, against a bare aiohttp WebSocket", "KiB", ours, peers, 2.0),
        Result("1,000 clients connect and register, against bare connects", "s", came, bare_came, 4.0),
        Result("1,000 clients resume, against bare connects", "s", back, bare_came, 4.0),
    ]


@asynccontextmanager
async def _crowd(
    http: aiohttp.ClientSession, one: Daemon, resumes: list[dict[str, Any]] | None = None
) -> AsyncIterator[tuple[_Crowd, float]]:
    """Registered clients, or resumed ones, and the seconds that it took."""
    crowd = _Crowd([], [])
    limit = anyio.CapacityLimiter(CALLS)

    async def join(number: int) -> None:
        async with limit:
            socket = await http.ws_connect(f"{one.url}/ws", protocols=(SUBPROTOCOL,), max_msg_size=0)
            await socket.receive()
            params: dict[str, Any] = {"auth": {"device_token": one.control.token}, "name": f"bench {number}"}
            if resumes:
                params["resume"] = {**resumes[number], "last_seq": 0}
            params |= {"protocol": 1, "client_types": ["hls_streaming", "server_playback"]}
            await socket.send_json({"jsonrpc": "2.0", "id": "register", "method": "register", "params": params})
            crowd.given.append((await _answer(socket, "register"))["result"])
            crowd.sockets.append(socket)

    began = perf_counter()
    async with anyio.create_task_group() as group:
        for number in range(CLIENTS):
            group.start_soon(join, number)
    try:
        yield crowd, perf_counter() - began
    finally:
        await _close(crowd.sockets)


async def _leave(crowd: _Crowd) -> None:
    for socket in crowd.sockets:
        await socket.send_json({"jsonrpc": "2.0", "id": "bye", "method": "goodbye", "params": {}})
        await _answer(socket, "bye")


async def _close(sockets: list[aiohttp.ClientWebSocketResponse]) -> None:
    async with anyio.create_task_group() as group:
        for socket in sockets:
            group.start_soon(socket.close)


async def _answer(socket: aiohttp.ClientWebSocketResponse, id_: str) -> Any:
    """The answer to a request; events before it are passed over."""
    while True:
        frame = json.loads((await socket.receive()).data)
        if frame.get("id") == id_:
            return frame


# ── an event for all ──────────────────────────────────────────────────────────────────────────────


async def _fan_out(http: aiohttp.ClientSession, one: Daemon, bare: _Bare) -> Result:
    """The 99th percentile of the seconds from the request that causes it until a client has it."""
    ours, peers = [], []
    async with _crowd(http, one) as (crowd, _), _sockets(http, bare) as (bare_sockets, _):
        lease = 0
        for pair in range(PAIRS + 1):
            mine, theirs = [], []
            for _ in range(EVENTS):
                method, params = ("release_authority", {"lease": lease}) if lease else ("request_takeover", {})
                id_ = f"go {next(NUMBERS)}"  # an id is answered once
                text = json.dumps({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
                took, frames = await _heard(crowd.sockets, text, "authority_changed")
                mine += took
                lease = next((f["params"]["lease"] for f in frames if "lease" in f["params"]), 0)
                await _answer(crowd.sockets[0], id_)
                took, _ = await _heard(bare_sockets, TRIGGER, TRIGGER)
                theirs += took
            if pair:
                ours.append(quantiles(mine, n=100)[98] * 1e3)
                peers.append(quantiles(theirs, n=100)[98] * 1e3)
    return Result("an event reaches 1,000 clients, p99, against a bare fan-out", "ms", ours, peers, 3.0)


async def _heard(
    sockets: list[aiohttp.ClientWebSocketResponse], text: str, word: str
) -> tuple[list[float], list[dict[str, Any]]]:
    """Have the first client send something, and wait until everybody hears a word."""
    took: list[float] = []
    frames: list[str] = []

    async def listen(socket: aiohttp.ClientWebSocketResponse) -> None:
        while word not in (data := (await socket.receive()).data):
            pass
        took.append(perf_counter() - began)
        frames.append(data)

    async with anyio.create_task_group() as group:
        began = perf_counter()
        for socket in sockets:
            group.start_soon(listen, socket)
        await anyio.sleep(0.05)
        began = perf_counter()
        await sockets[0].send_str(text)
    return took, [json.loads(frame) for frame in frames if frame.startswith("{")]


# ── a long queue ──────────────────────────────────────────────────────────────────────────────────


async def _edits(http: aiohttp.ClientSession, one: Daemon, folder: Path) -> Result:
    """The 99th percentile of an edit, stored and acknowledged, and of a commit of a row with the same settings."""
    ours, peers = [], []
    async with http.ws_connect(f"{one.url}/ws", protocols=(SUBPROTOCOL,), max_msg_size=0) as socket:
        await socket.receive()
        auth = {"device_token": one.control.token}
        params = {"protocol": 1, "client_types": ["hls_streaming"], "name": "bench", "auth": auth}
        await socket.send_json({"jsonrpc": "2.0", "id": "register", "method": "register", "params": params})
        await _answer(socket, "register")
        film = {"path": "film.mp4"}
        await _call(socket, "queue_add", target="mine", items=[film] * FIRST)
        length = FIRST
        while length < ITEMS:
            state = await _call(socket, "queue_copy", source="mine", target="mine", mode="append")
            length = state["total"]
        for pair in range(PAIRS + 1):
            with _no_pauses():
                mine = await _edited(socket, film)
            theirs = await anyio.to_thread.run_sync(_commits, folder / f"bare-{pair}.db")
            if pair:
                ours.append(quantiles(mine, n=100)[98] * 1e3)
                peers.append(quantiles(theirs, n=100)[98] * 1e3)
    return Result("an edit of a 10,000-item queue, p99, against a bare SQLite commit", "ms", ours, peers, 20.0)


@contextmanager
def _no_pauses() -> Iterator[None]:
    """Nothing of this process's own collector is counted: what the whole bench has imported takes it 20 ms each time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _edited(socket: aiohttp.ClientWebSocketResponse, film: dict[str, str]) -> list[float]:
    """Items come in the middle, and go again."""
    took = []
    for number in range(EDITS // 2):
        began = perf_counter()
        state = await _call(socket, "queue_add", target="mine", items=[film], at=number * 37)
        took.append(perf_counter() - began)
        assert state["total"] == ITEMS + 1
        listed = await _call(socket, "queue_get", target="mine", first=number * 37)
        began = perf_counter()
        await _call(socket, "queue_remove", target="mine", ids=[listed["items"][0]["id"]])
        took.append(perf_counter() - began)
    return took


async def _call(socket: aiohttp.ClientWebSocketResponse, method: str, **params: Any) -> Any:
    id_ = f"{method} {next(NUMBERS)}"
    await socket.send_json({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
    marker = f'"id":"{id_}"'
    while marker not in (data := (await socket.receive()).data)[:100]:
        pass
    frame = json.loads(data)
    assert "result" in frame, frame
    return frame["result"]


def _commits(path: Path) -> list[float]:
    """Commits of a small row, as a daemon would make them that loses nothing."""
    took = []
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE kept (name TEXT PRIMARY KEY, text TEXT)")
    for number in range(EDITS):
        began = perf_counter()
        connection.execute("BEGIN")
        connection.execute("INSERT OR REPLACE INTO kept VALUES ('row', ?)", (str(number),))
        connection.execute("COMMIT")
        took.append(perf_counter() - began)
    connection.close()
    return took


# ── the peer ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Bare:
    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def _bare() -> Iterator[_Bare]:
    with subprocess.Popen([sys.executable, "-m", "tests.bench.echo"], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            yield _Bare(f"http://127.0.0.1:{int(process.stdout.readline())}/ws", process)
        finally:
            process.kill()


@asynccontextmanager
async def _sockets(
    http: aiohttp.ClientSession, bare: _Bare
) -> AsyncIterator[tuple[list[aiohttp.ClientWebSocketResponse], float]]:
    """As many bare clients, each of which has been answered once, and the seconds that it took."""
    sockets: list[aiohttp.ClientWebSocketResponse] = []
    limit = anyio.CapacityLimiter(CALLS)

    async def join() -> None:
        async with limit:
            socket = await http.ws_connect(bare.url, protocols=(SUBPROTOCOL,), max_msg_size=0)
            await socket.send_str("hello")
            await socket.receive()
            sockets.append(socket)

    began = perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(CLIENTS):
            group.start_soon(join)
    try:
        yield sockets, perf_counter() - began
    finally:
        await _close(sockets)


def _memory(pid: int) -> int:
    """Bytes that are a process's own."""
    return int(psutil.Process(pid).memory_full_info().uss)

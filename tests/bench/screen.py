"""The screen: how soon everybody knows who holds it, how soon VLC does what it is told, and whether anybody waits for it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

import aiohttp
import anyio

from clients.sdk import PathRef, connect
from protocol import SUBPROTOCOL
from protocol.commands.screen import ServerPlay
from tests.bench import Result
from tests.daemon import Daemon
from tests.e2e.tv import room, vlc
from tests.films import make

CLIENTS, ROUNDS, PLAYS, PINGS = 200, 12, 9, 200
MORE, PLAY_MORE, FROZEN = 0.020, 0.050, 0.050
"""Seconds that may be added: to an empty event, to the bare script, and to nothing at all."""


async def measure(folder: Path) -> list[Result]:
    """All three."""
    films = folder / "tv"
    films.mkdir()
    for number in (1, 2):
        shutil.copyfile(make("minute"), films / f"{number}.mp4")
    with room(films, folder / "tv-home", "--log-level", "warning") as one:
        await vlc(one)
        return [await _takeovers(one), await _plays(one, films), await _frozen(one)]


@dataclass(slots=True)
class _Phone:
    """A client that notes when it hears of what."""

    socket: aiohttp.ClientWebSocketResponse
    heard: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    news: anyio.Event = field(default_factory=anyio.Event)

    async def listen(self) -> None:
        async for message in self.socket:
            frame = json.loads(message.data)
            self.heard[str(frame.get("method", frame.get("id")))] = perf_counter()
            if "id" in frame:
                self.answers[frame["id"]] = frame.get("result")
            self.news.set()
            self.news = anyio.Event()

    async def until(self, what: str) -> float:
        while what not in self.heard:
            await self.news.wait()
        return self.heard.pop(what)

    async def call(self, method: str, **params: Any) -> Any:
        await self.socket.send_json({"jsonrpc": "2.0", "id": method, "method": method, "params": params})
        await self.until(method)
        return self.answers[method]


@asynccontextmanager
async def _phone(http: aiohttp.ClientSession, one: Daemon) -> AsyncIterator[_Phone]:
    async with http.ws_connect(f"{one.url}/ws", protocols=(SUBPROTOCOL,), max_msg_size=0) as socket:
        await socket.receive()
        auth = {"device_token": one.control.token}
        params = {"protocol": 1, "client_types": ["server_playback"], "name": "bench", "auth": auth}
        await socket.send_json({"jsonrpc": "2.0", "id": "register", "method": "register", "params": params})
        await socket.receive()
        yield _Phone(socket)


async def _takeovers(one: Daemon) -> Result:
    """From `accept` to the 99th of a hundred who know it, against an event with next to nothing in it."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        phones = [await stack.enter_async_context(_phone(http, one)) for _ in range(CLIENTS)]
        group = await stack.enter_async_context(anyio.create_task_group())
        for phone in phones:
            group.start_soon(phone.listen)
        ours, empty = [], []
        holder, asker = phones[0], phones[1]
        await holder.call("request_takeover")
        for _ in range(ROUNDS):
            asked = await asker.call("request_takeover", override=False)
            await _everybody(phones, "takeover_requested")
            began = perf_counter()
            await holder.call("respond_takeover", request_id=asked["request_id"], accept=True)
            ours.append(await _p99(phones, "authority_changed", began))
            await _everybody(phones, "takeover_resolved")
            holder, asker = asker, phones[2 + len(ours)]
            began = perf_counter()
            repeat = ("off", "all")[len(ours) % 2]
            await holder.call("queue_set_mode", target="server", repeat=repeat, shuffle=False)
            empty.append(await _p99(phones, "queue_changed", began))
        group.cancel_scope.cancel()
    return Result("takeover accepted to known, 200 clients, p99", "s", ours[2:], empty[2:], 1.0, slack=MORE)


async def _everybody(phones: list[_Phone], what: str) -> list[float]:
    return [await phone.until(what) for phone in phones]


async def _p99(phones: list[_Phone], what: str, began: float) -> float:
    return quantiles([at - began for at in await _everybody(phones, what)], n=100)[98]


async def _plays(one: Daemon, films: Path) -> Result:
    """From `server_play` to the first frame that VLC tells of, against python-vlc by itself."""
    ours, peers = [], []
    with _bare() as bare:
        async with (
            connect(one.url, name="bench", device_token=one.control.token, client_types=["server_playback"]) as matinee,
            matinee.screen(override=True) as screen,
        ):
            for number in range(PLAYS + 1):
                name = f"{1 + number % 2}.mp4"
                began = perf_counter()
                await matinee.call(ServerPlay(lease=screen.lease, item=PathRef(path=name), position=10.0))
                mine, theirs = perf_counter() - began, bare(films / name)
                if number:
                    ours.append(mine)
                    peers.append(theirs)
    return Result("server_play to VLC's first told time, against python-vlc", "s", ours, peers, 1.2, slack=PLAY_MORE)


@contextmanager
def _bare() -> Iterator[Any]:
    command = [sys.executable, "-m", "tests.bench.bare_vlc"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()

        def play(film: Path) -> float:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{film}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield play
        process.kill()


async def _frozen(one: Daemon) -> Result:
    """Answers while VLC is stopped."""
    async with connect(one.url, name="bench", device_token=one.control.token) as matinee:
        child = await vlc(one)
        child.send_signal(signal.SIGSTOP)
        times = []
        for _ in range(PINGS):
            began = perf_counter()
            await matinee.server_status()
            times.append(perf_counter() - began)
            await anyio.sleep(0.01)  # spreads them over the time in which the daemon finds out
    return Result(
        "server_status while VLC is frozen, p99", "s", [quantiles(times, n=100)[98]], [1.0], 0.0, slack=FROZEN
    )

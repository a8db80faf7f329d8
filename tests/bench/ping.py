"""WebSocket `ping` round trips, against a bare aiohttp echo: each in a process of its own, with the same clients."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import aiohttp
import anyio

from protocol import SUBPROTOCOL
from tests.bench import Result
from tests.daemon import daemon

CLIENTS, SECONDS, PAIRS = 20, 1.5, 5


async def measure(folder: Path) -> list[Result]:
    """Pairs of one and a half seconds each."""
    ours, peers = [], []
    env = {"MATINEE_RATE_LIMIT": "0"}
    with daemon(folder / "films", folder / "ping-home", "--log-level", "warning", env=env) as one, _echo() as port:
        for pair in range(PAIRS + 1):
            mine = await _round_trips(f"{one.url}/ws", one.control.token)
            theirs = await _round_trips(f"http://127.0.0.1:{port}/ws", None)
            if pair:
                ours.append(mine)
                peers.append(theirs)
    return [Result("ping round trips, against a bare aiohttp echo", "/s", ours, peers, 0.5, at_least=True)]


@contextmanager
def _echo() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-m", "tests.bench.echo"], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.kill()


async def _round_trips(url: str, token: str | None) -> float:
    """Per second, over all clients."""
    count = 0

    async def client(http: aiohttp.ClientSession) -> None:
        nonlocal count
        async with http.ws_connect(url, protocols=(SUBPROTOCOL,), max_msg_size=0) as socket:
            if token:
                await socket.receive()
                await socket.send_json(_register(token))
                await socket.receive()
            number = 0
            while True:
                number += 1
                await socket.send_str(f'{{"jsonrpc":"2.0","id":{number},"method":"ping","params":{{}}}}')
                await socket.receive()
                count += 1

    began = perf_counter()
    async with aiohttp.ClientSession() as http:
        with anyio.move_on_after(SECONDS):
            async with anyio.create_task_group() as group:
                for _ in range(CLIENTS):
                    group.start_soon(client, http)
    return count / (perf_counter() - began)


def _register(token: str) -> dict[str, object]:
    params = {"protocol": 1, "client_types": ["hls_streaming"], "name": "bench", "auth": {"device_token": token}}
    return {"jsonrpc": "2.0", "id": "register", "method": "register", "params": params}

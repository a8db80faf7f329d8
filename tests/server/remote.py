"""A client that speaks the wire format by hand: for what the SDK would never send."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import websockets
from websockets.asyncio.client import ClientConnection

from tests.daemon import Daemon

WITHIN = 10.0
"""Seconds in which anything must be answered."""


@dataclass(slots=True)
class Remote:
    """A connection whose greeting was read; `events` are those met while waiting for answers."""

    socket: ClientConnection
    hello: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    _count: int = 0

    async def send(self, text: str | bytes) -> None:
        """Send a frame as it stands."""
        await self.socket.send(text)

    async def frame(self) -> Any:
        """The next frame."""
        with anyio.fail_after(WITHIN):
            return json.loads(await self.socket.recv())

    async def answer(self) -> Any:
        """The next frame that is no event."""
        while True:
            frame = await self.frame()
            if not isinstance(frame, dict) or "method" not in frame:
                return frame
            self.events.append(frame)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A request's whole response."""
        self._count += 1
        return await self.call_as(f"r{self._count}", method, **params)

    async def call_as(self, id_: str, method: str, **params: Any) -> dict[str, Any]:
        """The same, with a request id of the test's choice."""
        await self.send(json.dumps({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}))
        answer: dict[str, Any] = await self.answer()
        assert answer["id"] == id_
        return answer

    async def do(self, method: str, **params: Any) -> Any:
        """A request's result; it must succeed."""
        answer = await self.call(method, **params)
        assert "error" not in answer, answer
        return answer["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """The name of the error that a request is refused with."""
        answer = await self.call(method, **params)
        name: str = answer["error"]["data"]["name"]
        return name

    async def register(self, auth: dict[str, str], **more: Any) -> Any:
        """Register; answers what the daemon gave."""
        params = {"protocol": 1, "client_types": ["hls_streaming"], "name": "test", "auth": auth, **more}
        return await self.do("register", **params)

    async def event(self, method: str) -> dict[str, Any]:
        """The next event of a kind, those already met included."""
        while True:
            for place, frame in enumerate(self.events):
                if frame["method"] == method:
                    params: dict[str, Any] = self.events.pop(place)["params"]
                    return params
            self.events.append(await self.frame())

    async def close_code(self) -> int | None:
        """The code with which the daemon closes this connection."""
        with anyio.fail_after(WITHIN):
            try:
                while True:
                    await self.socket.recv()
            except websockets.ConnectionClosed:
                return self.socket.close_code


@asynccontextmanager
async def dial(running: Daemon) -> AsyncIterator[Remote]:
    """A connection that has not registered."""
    url = running.url.replace("http", "ws") + "/ws"
    async with websockets.connect(
        url, subprotocols=[websockets.Subprotocol("matinee.v1")], compression=None, max_size=None
    ) as socket:
        with anyio.fail_after(WITHIN):
            hello = json.loads(await socket.recv())
        yield Remote(socket, hello["params"])


def box(running: Daemon) -> dict[str, str]:
    """The `auth` of the daemon's own user, an owner."""
    return {"device_token": running.control.token}


@asynccontextmanager
async def owner(running: Daemon, **more: Any) -> AsyncIterator[Remote]:
    """A registered client of the daemon's own user."""
    async with dial(running) as remote:
        await remote.register(box(running), **more)
        yield remote


async def pair(running: Daemon, role: str = "member") -> dict[str, str]:
    """The `auth` of a device that was paired just now."""
    async with owner(running) as boss:
        code = (await boss.do("create_pairing_code", role=role))["code"]
    async with dial(running) as remote:
        registered = await remote.register({"pairing_code": code}, name=f"a {role}'s device")
        await remote.do("goodbye")
    return {"device_token": registered["device_token"]}

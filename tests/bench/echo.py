"""The peer of the WebSocket benchmarks: a bare aiohttp echo that also sends to everybody. Prints its port."""

from __future__ import annotations

import anyio
from aiohttp import web

from protocol import SUBPROTOCOL

EVERYBODY: set[web.WebSocketResponse] = set()


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Send every text frame back, or to everybody."""
    socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,), compress=False)
    await socket.prepare(request)
    EVERYBODY.add(socket)
    async for message in socket:
        for other in list(EVERYBODY) if message.data == "everybody" else (socket,):
            await other.send_str(message.data)
    EVERYBODY.discard(socket)
    return socket


async def main() -> None:
    """Serve until killed."""
    app = web.Application()
    app.add_routes([web.get("/ws", echo)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(main)

"""The peer of the ping benchmark: a bare aiohttp WebSocket echo, nothing else. Prints its port."""

from __future__ import annotations

import anyio
from aiohttp import web

from protocol import SUBPROTOCOL


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Send every text frame back."""
    socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,), compress=False)
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data)
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

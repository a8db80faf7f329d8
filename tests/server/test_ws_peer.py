"""What is sent when on one connection, beside commands that take their time."""

from __future__ import annotations

from typing import cast

import anyio
import anyio.lowlevel
from aiohttp import web

from controller.adapters.clock import SystemClock
from controller.server.ws import WebSocketPeer


class Socket:
    """Notes what is sent on it."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send_str(self, frame: str) -> None:
        """One frame."""
        self.sent.append(frame)


async def settle() -> None:
    """Let the loop turn until everything waits."""
    for _ in range(5):
        await anyio.lowlevel.checkpoint()


async def test_events_are_sent_while_a_command_of_the_same_client_is_under_way() -> None:
    socket, done = Socket(), anyio.Event()
    async with anyio.create_task_group() as group:
        peer = WebSocketPeer(cast("web.WebSocketResponse", socket), SystemClock(), group)
        group.start_soon(peer.run_writer)

        async def command() -> None:
            peer.offer("an event of the command")
            await done.wait()
            peer.offer("its answer")

        group.start_soon(peer.attend, command())
        await settle()
        assert socket.sent == ["an event of the command"]
        peer.offer("somebody asks for the TV")
        await settle()
        assert socket.sent == ["an event of the command", "somebody asks for the TV"]
        done.set()
        await settle()
        assert socket.sent[2:] == ["its answer"]
        group.cancel_scope.cancel()


async def test_a_command_that_waits_for_nothing_wakes_no_writer() -> None:
    socket = Socket()
    async with anyio.create_task_group() as group:
        peer = WebSocketPeer(cast("web.WebSocketResponse", socket), SystemClock(), group)

        async def command() -> None:
            peer.offer("event")
            peer.offer("answer")

        await peer.attend(command())
        assert socket.sent == ["event", "answer"]
        await settle()
        assert not peer._wake.is_set()

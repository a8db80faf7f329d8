"""What the tests of the shared screen have in common: people in front of it, and what must come back after a fault."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from controller.core.scene import Showing
from tests.services.house import House, Remote

FILM, OTHER = "copied.mp4", "encoded.mkv"
ITEMS = [{"path": FILM}, {"path": OTHER}]


async def hold(remote: Remote) -> int:
    """Take the screen, which is free; answers the lease."""
    answer = await remote.call("request_takeover")
    assert answer["state"] == "granted"
    return int(answer["lease"])


async def play(remote: Remote, path: str = FILM, **more: Any) -> int:
    """Take the screen and put a film on; answers the lease. Everything heard so far is forgotten."""
    lease = await hold(remote)
    await remote.call("server_play", lease=lease, item={"path": path}, **more)
    remote.peer.take()
    return lease


async def ask_for(remote: Remote, **more: Any) -> str:
    """Ask for the screen, which somebody holds; answers the id of the request."""
    answer = await remote.call("request_takeover", **more)
    assert answer["state"] == "asked"
    return str(answer["request_id"])


async def in_mid_film(house: House) -> Remote:
    """Ann holds the screen; a film plays from 30 s on, with something queued after it."""
    ann = await house.owner("Ann")
    lease = await play(ann, position=30.0)
    await ann.call("queue_add", target="server", items=[{"path": FILM}])
    await ann.call("server_set_volume", lease=lease, volume=40)
    await ann.call("server_set_tracks", lease=lease, audio_track=0, subtitle_track=0)
    await house.clock.advance(2)
    ann.peer.take()
    return ann


async def with_queues(house: House) -> Remote:
    """Ann holds the screen; two films are in its queue and in hers."""
    ann = await house.owner("Ann")
    await hold(ann)
    for target in ("server", "mine"):
        await ann.call("queue_add", target=target, items=ITEMS)
    ann.peer.take()
    return ann


async def queue(remote: Remote, target: str = "server") -> dict[str, Any]:
    """What comes."""
    found: dict[str, Any] = await remote.call("queue_get", target=target)
    return found


def titles(state: dict[str, Any]) -> list[str]:
    """The titles of a queue's items."""
    return [item["title"] for item in state["items"]]


def ids(state: dict[str, Any]) -> list[str]:
    """The ids of a queue's items."""
    return [item["id"] for item in state["items"]]


async def beside(ann: Remote) -> Remote:
    """Bob, a member, has sat down beside her."""
    bob = await ann.house.guest("member")
    bob.peer.take()
    return bob


async def accepted(ann: Remote, bob: Remote, position: float = 7.0) -> str:
    """Bob's film may come; answers the id of his request."""
    request_id = await ask_for(bob, item={"path": OTHER}, position=position)
    state = await ann.call("respond_takeover", request_id=request_id, accept=True)
    assert (state["state"], state["holder"]["name"]) == ("handing_over", "Ann")
    return request_id


def begin(remote: Remote, method: str, **params: Any) -> asyncio.Task[dict[str, Any]]:
    """Send a request beside the test; the task's result is the answer, whole."""
    return remote.house.beside.start(remote.ask(method, **params))


def error_of(answer: dict[str, Any]) -> str:
    """The name of the error that an answer must be."""
    return str(answer["error"]["data"]["name"])


def outcomes(remote: Remote) -> list[str]:
    """How the requests ended that this client heard of."""
    return [event["outcome"] for event in remote.peer.events("takeover_resolved")]


def item_on(house: House) -> str | None:
    """The path of the film on the screen, as far as it is final."""
    showing = house.screen.machine.settled.showing
    return getattr(showing.film.item, "path", None) if showing else None


@dataclass
class Before:
    """The screen and its holder at a moment, to be compared later."""

    house: House

    def __post_init__(self) -> None:
        self.at, self.scene = self.house.clock.now(), self.house.screen.machine.scene
        self.queue, self.reign = self._queue(), self.house.authority.machine.reign

    def _queue(self) -> tuple[list[str], str | None]:
        queue = self.house.screen.queue
        return [item.title for item in queue.items], queue.current.id if queue.current else None

    def assert_same(self, paused_for: float = 0.0) -> None:
        """Everything is as before; the film has gone on but for so many seconds."""
        house, machine = self.house, self.house.screen.machine
        assert house.authority.machine.reign == self.reign
        assert self._queue() == self.queue
        assert (machine.scene.volume, machine.scene.muted) == (self.scene.volume, self.scene.muted)
        assert (machine.scene.showing is None) == (self.scene.showing is None)
        if machine.scene.showing and self.scene.showing:
            self._assert_same_film(machine.scene.showing, self.scene.showing, paused_for)

    def _assert_same_film(self, now: Showing, before: Showing, paused_for: float) -> None:
        house, time = self.house, self.house.clock.now()
        assert house.screen.machine.shown
        player = house.players.last
        assert (now.film, now.paused, now.line.rate) == (before.film, before.paused, before.line.rate)
        assert (now.audio, now.subtitle) == (before.audio, before.subtitle)
        moved = 0.0 if before.paused else (time - self.at - paused_for) * before.line.rate
        expected = before.line.now(self.at) + moved
        assert now.line.now(time) == pytest.approx(expected, abs=1.0)
        assert player.position == pytest.approx(expected, abs=1.0)
        assert player.state == ("paused" if before.paused else "playing")

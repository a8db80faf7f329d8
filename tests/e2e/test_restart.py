"""FAULTS 33: the daemon is killed, and the next one on its state goes on where it was, for everybody who comes back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import aiohttp
import anyio
import anyio.to_thread
import pytest
import websockets

from clients.sdk import PathRef, connect
from tests.daemon import Daemon, allow_descriptors, daemon, free_port
from tests.e2e.stage import alive, fetch, held_film, long_film, place_at
from tests.server.remote import Remote, dial, pair
from tests.waiting import LOOK_EVERY, eventually

pytestmark = pytest.mark.alone

KILLS = int(os.environ.get("MATINEE_TEST_KILLS", "10"))
EDITS = KILLS * 10
"""Edits that are acknowledged before each kill, about. FAULTS wants 1,000 and 100 kills: set MATINEE_TEST_KILLS=100."""
CROWD = 10
BOTH = ["hls_streaming", "server_playback"]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of ten minutes, under two names, and under one for each of a crowd: so each has an encoder of their own."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(held_film(), folder / "one.mp4")
    shutil.copyfile(long_film(), folder / "two.mp4")
    for number in range(CROWD):
        (folder / f"{number}.mp4").hardlink_to(folder / "one.mp4")
    return folder


def kill(running: Daemon) -> list[int]:
    """KILL; answers the processes that were its children."""
    children = running.children()
    running.process.kill()
    running.process.wait()
    return children


def loading() -> float:
    """Seconds that the program takes just to be loaded, on a machine as busy as it is now."""
    began = monotonic()
    subprocess.run([sys.executable, "-c", "import controller.app"], check=True, timeout=30)
    return monotonic() - began


@dataclass
class Viewer:
    """Somebody who watches, and what they last knew."""

    number: int
    auth: dict[str, str]
    role: str
    me: dict[str, Any] = field(default_factory=dict)
    stream: dict[str, Any] = field(default_factory=dict)
    queue: dict[str, Any] = field(default_factory=dict)
    at: float = 0.0
    seen: float = 0.0

    @property
    def film(self) -> dict[str, str]:
        return {"path": f"{self.number}.mp4"}

    @property
    def rate(self) -> float:
        return 2.0 if self.number == 3 else 1.0

    @property
    def paused(self) -> bool:
        return self.number % 4 == 1

    def place(self, now: float) -> float:
        """Where the film is, `now` on this test's clock."""
        return self.at if self.paused else self.at + (now - self.seen) * self.rate

    async def settle_in(self, remote: Remote) -> None:
        """Watch something, with more to come."""
        self.me = await remote.register(self.auth, name=f"viewer {self.number}", client_types=BOTH)
        await remote.do("subscribe", topics=["server"])
        await remote.do("queue_add", target="mine", items=[{"path": "two.mp4"}] * (self.number + 1), at="end")
        wish = {"item": self.film, "position": 40.0 * self.number}
        self.stream = await remote.do("request_hls_stream", **wish)
        if self.rate != 1.0:
            await remote.do("hls_set_rate", rate=self.rate)
        if self.paused:
            await remote.do("hls_pause")

    async def look(self, remote: Remote) -> None:
        """Note how things are."""
        self.queue = await remote.do("queue_get", target="mine")
        line = (await remote.do("hls_status"))["timeline"]
        clock, self.seen = (await remote.do("ping"))["clock"], monotonic()
        self.at = line["position"] + (clock - line["at"]) * line["rate"] * line["playing"]

    async def come_back(self, running: Daemon, killed: float) -> None:
        """With the token, as a program does that has lost its connection."""
        resume = {name: self.me[name] for name in ("client_id", "resume_token")} | {"last_seq": 9}
        async with dial(running) as remote:
            back = await remote.register(self.auth, name="x", client_types=BOTH, resume=resume)
            assert (back["resumed"], back["client_id"], back["role"]) == (True, self.me["client_id"], self.role)
            assert back["snapshot"]["queue"] == self.queue
            topics = (await remote.do("subscribe", topics=[]))["topics"]
            assert topics == ["authority", "queue", "screen", "server", "stream"]
            stream = back["snapshot"]["stream"]
            while stream["state"] in {"idle", "waiting"}:  # not looked into yet, or others begin before it
                stream = await remote.event("stream_changed")
            assert (stream["item"], stream["stream_id"] != self.stream["stream_id"]) == (self.film, True)
            line = stream["timeline"]
            assert (line["playing"], line["rate"]) == (not self.paused, self.rate)
            assert line["position"] == pytest.approx(self.place(killed), abs=2.0 * self.rate)
            path = stream["url"].replace("master.m3u8", f"video-{place_at(int(line['position']))}.ts")
            assert (await fetch(running, path))[0] == 200


async def test_ten_who_watch_go_on_where_they_were(shelf: Path, tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    with daemon(shelf, home, port=port) as running:
        roles = ["owner", "member", "guest"]
        auths = {role: await pair(running, role) for role in roles}
        crowd = [Viewer(number, auths[roles[number % 3]], roles[number % 3]) for number in range(CROWD)]
        async with AsyncExitStack() as stack:
            remotes = [await stack.enter_async_context(dial(running)) for _ in crowd]
            for viewer, remote in zip(crowd, remotes, strict=True):
                await viewer.settle_in(remote)
            await eventually(lambda: len(running.encoders()) == CROWD, within=20, what="ten encoders")
            await anyio.sleep(2.5)  # the films play: that is what this test is about
            for viewer, remote in zip(crowd, remotes, strict=True):
                await viewer.look(remote)
            killed, children = monotonic(), kill(running)
            await eventually(lambda: not any(map(alive, children)), within=1.0, what="no orphan")
    began = monotonic()
    with daemon(shelf, home, port=port) as running:
        took = monotonic() - began
        assert took <= 3.0 or took <= 3.0 * loading()
        assert running.encoders() == [], "nothing is opened before somebody comes back"
        began = monotonic()
        async with anyio.create_task_group() as group:
            for viewer in crowd:
                group.start_soon(viewer.come_back, running, killed)
        assert monotonic() - began <= 10
        assert "raceback" not in running.log_text()


async def test_who_watches_goes_on_after_a_daemon_that_was_told_to_end_too(shelf: Path, tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    with daemon(shelf, home, port=port) as running:
        one = Viewer(2, await pair(running, "owner"), "owner")
        async with dial(running) as remote:
            await one.settle_in(remote)
            await one.look(remote)
            ended = monotonic()
            assert await anyio.to_thread.run_sync(running.stop) == 0
    with daemon(shelf, home, port=port) as running:
        await one.come_back(running, ended)


async def test_a_program_that_uses_the_sdk_finds_its_stream_again(shelf: Path, tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    with ExitStack() as daemons:
        running = daemons.enter_context(daemon(shelf, home, port=port))
        async with connect(running.url, name="player", pairing_code=running.pair("member")) as matinee:
            before = await matinee.request_hls_stream(PathRef(path="one.mp4"), position=60.0)
            await matinee.hls_pause()
            seen = matinee.me.seq
            await anyio.sleep(2.0)  # a pause is saved within 0.2 s, on a machine that is not busy
            kill(running)
            daemons.enter_context(daemon(shelf, home, port=port))
            await eventually(lambda: matinee.me.resumed, within=10, what="a resumed session")
            until = monotonic() + 10
            while (after := await matinee.hls_status()).state == "idle":  # looking into the film takes its time
                assert monotonic() < until
                await anyio.sleep(LOOK_EVERY)
            assert (after.stream_id != before.stream_id, after.url != before.url) == (True, True)
            assert after.timeline is not None
            assert after.timeline.position == pytest.approx(60.0, abs=1.0)
            assert not after.timeline.playing
            assert matinee.me.seq > seen


@dataclass
class Editor:
    """Edits one queue, and knows what it must be: `sure` is acknowledged, `sent` may be stored or not.

    The screen's is only added to: nobody holds it, for there is none.
    """

    target: str
    chance: Random
    sure: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    edits: int = 0

    async def edit(self, remote: Remote) -> None:
        """One edit, and its answer."""
        method, params = self._next()
        answer = await remote.do(method, target=self.target, **params)
        self.sure = list(self.sent)
        self.ids = [item["id"] for item in answer["items"]] if len(answer["items"]) == answer["total"] else []
        self.edits += 1

    def _next(self) -> tuple[str, dict[str, Any]]:
        mine = self.target == "mine"
        if mine and len(self.ids) > self.chance.randrange(100, 300):
            self.sent = []
            return "queue_clear", {}
        if mine and self.ids and self.chance.random() < 0.3:
            index = self.chance.randrange(len(self.ids))
            self.sent = [path for place, path in enumerate(self.sure) if place != index]
            return "queue_remove", {"ids": [self.ids[index]]}
        path, where = self.chance.choice(["one.mp4", "two.mp4"]), self.chance.randrange(len(self.sure) + 1)
        self.sent = [*self.sure[:where], path, *self.sure[where:]]
        return "queue_add", {"items": [{"path": path}], "at": where}

    async def check(self, remote: Remote) -> None:
        """What is there is what was acknowledged, or one edit more."""
        there: list[dict[str, Any]] = []
        while True:
            part = await remote.do("queue_get", target=self.target, first=len(there))
            there += part["items"]
            if len(there) == part["total"]:
                break
        paths = [item["item"]["path"] for item in there]
        assert paths in (self.sure, self.sent), (
            f"{len(paths)} items instead of {len(self.sure)} after {self.edits} edits"
        )
        self.sure = self.sent = paths
        self.ids = [item["id"] for item in there]


@dataclass
class Guest:
    """One client and the queues that it edits."""

    editors: list[Editor]
    auth: dict[str, str]
    me: dict[str, Any] = field(default_factory=dict)

    async def live(self, running: Daemon, until: int) -> None:
        """Come back, find everything, and edit until the daemon is gone."""
        resume = {name: self.me[name] for name in ("client_id", "resume_token")} | {"last_seq": 0} if self.me else None
        async with dial(running) as remote:
            self.me = await remote.register(self.auth, client_types=BOTH, **({"resume": resume} if resume else {}))
            assert self.me["resumed"] is (resume is not None)
            for editor in self.editors:
                await editor.check(remote)
            try:
                while True:
                    for editor in self.editors:
                        await editor.edit(remote)
            except websockets.ConnectionClosed:
                assert sum(editor.edits for editor in self.editors) >= until


async def strike(running: Daemon, editors: list[Editor], at: int, chance: Random) -> None:
    """KILL, in the midst of an edit, after so many."""
    await eventually(lambda: sum(editor.edits for editor in editors) >= at, within=120, what=f"{at} edits")
    await anyio.sleep(chance.uniform(0.0, 0.01))  # anywhere within an edit
    running.process.kill()


async def test_no_edit_that_was_acknowledged_is_lost_however_often_the_daemon_is_killed(
    shelf: Path, tmp_path: Path
) -> None:
    home, port, chance = tmp_path / "home", free_port(), Random(33)
    guests: list[Guest] = []
    for number in range(1, KILLS + 1):
        with daemon(shelf, home, env={"MATINEE_RATE_LIMIT": "0"}, port=port) as running:
            if not guests:
                auth = await pair(running, "owner")
                guests = [Guest([Editor("mine", chance), Editor("server", chance)], auth)]
                guests += [Guest([Editor("mine", chance)], await pair(running)) for _ in range(3)]
            editors = [editor for guest in guests for editor in guest.editors]
            async with anyio.create_task_group() as group:
                for guest in guests:
                    group.start_soon(guest.live, running, 1)
                group.start_soon(strike, running, editors, number * EDITS, chance)
            running.process.wait()
            assert "raceback" not in running.log_text()


THOUSAND = 1_000


async def test_a_thousand_come_back_after_a_restart_within_ten_seconds(shelf: Path, tmp_path: Path) -> None:
    """FAULTS 23: whoever is too many at once is told to come again, and does, as every remote does by itself."""
    allow_descriptors()
    home, port = tmp_path / "home", free_port()
    options: dict[str, Any] = {"port": port, "env": {"MATINEE_RATE_LIMIT": "0"}}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        with daemon(shelf, home, "--log-level", "warning", **options) as first:
            auth, began = await pair(first), monotonic()
            people = await _all(http, first, [{"auth": auth} for _ in range(THOUSAND)])
            calm = monotonic() - began
            await anyio.sleep(1.0)  # saved soon after they came, many in one transaction
            kill(first)
        wishes = [
            {
                "auth": auth,
                "resume": {"client_id": one["client_id"], "resume_token": one["resume_token"], "last_seq": one["seq"]},
            }
            for one in people
        ]
        with daemon(shelf, home, "--log-level", "warning", **options) as second:
            began = monotonic()
            back = await _all(http, second, wishes)
            took = monotonic() - began
    assert all(one["resumed"] for one in back)
    assert took <= max(10.0, 3 * calm), f"{took:.1f} s; they came in {calm:.1f} s"


async def _all(http: aiohttp.ClientSession, running: Daemon, wishes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Have everybody register at once; answers what each was given."""
    given: list[dict[str, Any]] = [{}] * len(wishes)
    chance = Random(23)

    async def come(number: int) -> None:
        while not given[number]:
            given[number] = await _registered(http, running, wishes[number]) or {}
            if not given[number]:
                await anyio.sleep(chance.uniform(0.2, 1.0))  # the jittered back-off of a remote

    async with anyio.create_task_group() as group:
        for number in range(len(wishes)):
            group.start_soon(come, number)
    return given


async def _registered(http: aiohttp.ClientSession, running: Daemon, wish: dict[str, Any]) -> dict[str, Any] | None:
    """What a client is given; None when it was not let in. Its connection breaks after that."""
    base = {"protocol": 1, "client_types": ["hls_streaming"], "name": "one of many"}
    request = {"jsonrpc": "2.0", "id": "register", "method": "register", "params": {**base, **wish}}
    try:
        async with http.ws_connect(f"{running.url}/ws", protocols=("matinee.v1",), max_msg_size=0) as socket:
            await socket.send_json(request)
            async for message in socket:
                frame = json.loads(message.data)
                if frame.get("id") == "register":
                    result: dict[str, Any] = frame["result"]
                    return result
    except (aiohttp.ClientError, ConnectionError):
        return None
    return None

"""Whatever a viewer does, in whatever order: one encoder at a time, the stream shows the queue's item, nothing is left."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.services.house import House, Remote
from tests.services.marathon import LENGTH, NAMES, add, come_back, coming, leave, marathon, on, present, report
from tests.services.sofa import begin

SEEDS, ACTS = 12, 60


class Viewer:
    """Does something by chance, again and again; half of it without waiting for the answer."""

    def __init__(self, house: House, remote: Remote, seed: int) -> None:
        self.house, self.remote, self.chance = house, remote, random.Random(seed)
        self.there = True

    async def act(self) -> None:
        acts: list[Callable[[], Awaitable[None]]] = [
            self.step, self.step, self.seek, self.seek, self.request, self.stop, self.edit, self.mode, self.tell, self.link
        ]  # fmt: skip
        self.house.encoder.dying = self.chance.choice([0.0, 0.0, 0.3, 2.0])
        self.house.encoder.speed = self.chance.choice([2.0, 10.0, LENGTH])
        self.house.encoder.script = self.chance.choice(["makes all", "makes all", "makes all", "crashes at once"])
        self.house.probe.takes = self.chance.choice([0.0, 0.0, 0.5])
        if self.chance.random() < 0.5:
            self.house.probe._known.clear()
        await self.chance.choice(acts)()
        await self.house.clock.advance(self.chance.choice([0.0, 0.05, 0.2, 1.0, 5.0, 19.0]))

    async def say(self, method: str, **params: Any) -> None:
        if not self.there:
            return
        if self.chance.random() < 0.5:
            begin(self.remote, method, **params)
        else:
            await self.remote.ask(method, **params)

    async def step(self) -> None:
        await self.say(self.chance.choice(["queue_next", "queue_previous"]), target="mine")

    async def seek(self) -> None:
        near = self.chance.choice([0.0, 1.0, 15.0, 30.0, LENGTH - 1, LENGTH])
        await self.say("hls_seek", position=near)

    async def request(self) -> None:
        item = {"item": {"path": f"{self.chance.choice(NAMES)}.mp4"}} if self.chance.random() < 0.5 else {}
        await self.say("request_hls_stream", position=self.chance.choice([0.0, 25.0]), **item)

    async def stop(self) -> None:
        await self.say(self.chance.choice(["stop_hls_stream", "hls_pause", "hls_resume"]))

    async def edit(self) -> None:
        if self.there and self.chance.random() < 0.5:
            await add(self.remote, self.chance.choice(NAMES), at=self.chance.choice(["next", "end"]))
            return
        items = self.house.queues.of(self.remote.me.client_id).items
        await self.say("queue_remove", target="mine", ids=[self.chance.choice(items).id if items else "none"])

    async def mode(self) -> None:
        repeat = self.chance.choice(["off", "one", "all"])
        await self.say("queue_set_mode", target="mine", repeat=repeat, shuffle=self.chance.random() < 0.5)

    async def tell(self) -> None:
        if self.there and on(self.remote):
            place = self.remote.stream.machine.timeline.now(self.house.clock.now())
            await report(
                self.remote, max(0.0, place - self.chance.choice([0.0, 2.0])), playing=self.chance.random() < 0.8
            )

    async def link(self) -> None:
        if self.there:
            self.remote.hang_up()
        else:
            self.remote = await come_back(self.house, self.remote)
        self.there = not self.there


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_a_viewer_does_there_is_one_encoder_and_in_the_end_nothing(house: House, seed: int) -> None:
    viewer = Viewer(house, await marathon(house), seed)
    for _ in range(ACTS):
        await viewer.act()
        assert len(house.encoder.living) <= 1
        assert len(house.streams) + bool(coming(viewer.remote)) <= 2
    if not viewer.there:
        await viewer.link()
    house.encoder.script, house.encoder.dying, house.probe.takes = "makes all", 0.0, 0.0
    await viewer.remote.call("request_hls_stream", item={"path": "a.mp4"})
    await house.clock.advance(5)
    assert (on(viewer.remote), present(viewer.remote)) == ("a", "a")
    alive = [directory for directory in house.store.directories if not directory.removed]
    assert len(alive) == 1 + bool(coming(viewer.remote))
    await leave(viewer.remote)

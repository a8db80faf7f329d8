"""What the tests of a queue that drives its stream share: a viewer with five films, and words for what they see."""

from __future__ import annotations

from typing import Any

from tests.fakes.facts import copied_film
from tests.services.house import BOX_TOKEN, House, Remote

NAMES = "abcde"
LENGTH = 40.0


async def marathon(house: House) -> Remote:
    """Five films of 40 s are there and in somebody's queue; each is made in a second."""
    house.encoder.script, house.encoder.speed = "makes all", LENGTH
    for name in NAMES:
        house.add(f"{name}.mp4", copied_film(LENGTH))
    remote = await house.owner("viewer")
    await add(remote, NAMES)
    return remote


async def leave(remote: Remote) -> None:
    """They go, if they are still there, and nothing is left."""
    if remote.connection.client in list(remote.house.clients):
        await remote.call("goodbye")
    assert_nothing_left(remote.house)


def assert_nothing_left(house: House) -> None:
    assert (len(house.streams), len(house.following), house.encoder.living) == (0, 0, [])
    assert all(directory.removed for directory in house.store.directories)


async def add(remote: Remote, names: str, **more: Any) -> None:
    await remote.call("queue_add", target="mine", items=[{"path": f"{name}.mp4"} for name in names], **more)


async def start(remote: Remote, name: str = "a", position: float = 0.0) -> None:
    """Jump to a film, and have it playing at a position; everything heard so far is forgotten."""
    await jump(remote, name)
    await remote.house.clock.advance(1.5)
    if position:
        await remote.call("hls_seek", position=position)
    await remote.house.clock.settle()
    remote.peer.take()


async def jump(remote: Remote, name: str) -> None:
    queue = remote.house.queues.of(remote.me.client_id)
    await remote.call("queue_jump", target="mine", id=next(item.id for item in queue.items if item.title == name))


def on(remote: Remote) -> str:
    """The title of what the stream shows; empty without one."""
    stream = remote.house.streams.of(remote.me.client_id)
    return stream.spec.source.title if stream else ""


def present(remote: Remote) -> str:
    """The title of the queue's present item."""
    current = remote.house.queues.of(remote.me.client_id).current
    return current.title if current else ""


def coming(remote: Remote) -> str:
    """The title of what is ready to follow."""
    stream = remote.house.streams.prepared(remote.me.client_id)
    return stream.spec.source.title if stream else ""


def made(house: House) -> str:
    """The titles of what encoders were started for, in order."""
    return "".join(run.job.source.stem for run in house.encoder.runs)


async def report(remote: Remote, position: float, *, playing: bool) -> None:
    await remote.call("hls_report", position=position, playing=playing, buffered_s=0.0)


async def come_back(house: House, remote: Remote) -> Remote:
    back = house.connect()
    back._sent = remote._sent  # a request id that was answered a minute ago is not executed again
    await back.register("viewer", {"device_token": BOX_TOKEN}, resume=remote.resume())
    return back

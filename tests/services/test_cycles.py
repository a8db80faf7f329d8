"""Streams that begin and end by the hundred leave no task, no record and no object behind."""

from __future__ import annotations

import asyncio
import gc

from controller.core.stream import Stream
from controller.services.client_stream import HLSClientStream
from controller.services.stream_files import StreamFiles
from tests.fakes.facts import film, hevc, sound
from tests.services.house import House

KINDS = (HLSClientStream, Stream, StreamFiles)


def left() -> int:
    """How many parts of streams there are in memory."""
    gc.collect()
    return sum(type(thing) in KINDS for thing in gc.get_objects())


async def test_two_hundred_streams_that_share_begin_and_end_without_a_trace(house: House) -> None:
    house.add("film.mkv", film(hevc(), sound(), duration=200.0))
    house.encoder.script, house.encoder.speed = "makes all", 20.0
    stays = await house.owner("stays")
    before, tasks = left(), len(asyncio.all_tasks())
    for number in range(200):
        remote = await house.owner(str(number))
        await stays.watch("film.mkv", position=7.0 * (number % 5))
        await remote.watch("film.mkv", quality="480p" if number % 3 == 0 else "auto")
        await house.clock.advance(0.4)
        if number % 2:
            await remote.call("goodbye")
        await stays.call("stop_hls_stream")
        if not number % 2:
            await remote.call("goodbye")
        await house.clock.advance(0.1)
    assert (len(house.streams), house.streams.encoders, house.encoder.living) == (0, 0, [])
    assert (house.store.used_bytes(), [*house.store.directories[0].root.parent.parent.rglob("*")]) == (0, [])
    house.encoder.runs.clear()
    house.store.directories.clear()
    assert len(asyncio.all_tasks()) <= tasks
    assert left() <= before

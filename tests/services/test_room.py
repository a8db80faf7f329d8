"""Streams share the disk: they are held, cleaned, made smaller and told of it, and never fill it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from controller.core.playlist import VIDEO, SegmentId
from controller.core.room import MEBI, Limits
from controller.core.stream_phase import Completed, OutOfRoom
from controller.services.room import Room
from protocol.errors import EmptyOutput
from tests.fakes import encoder
from tests.fakes.facts import copied_film, film, hevc, sound
from tests.services.house import House, Remote

SIZE = len(encoder.WHOLE)


@pytest.fixture
async def house_with_room(house: House) -> House:
    """A house in which a stream may have forty segments, all together sixty."""
    house.add("film.mp4", copied_film(200.0))
    house.add("large.mkv", film(hevc(), sound()))
    limits = Limits(per_client=40 * SIZE, in_all=60 * SIZE, floor=0.0)
    house.beside.live(Room(house.clock, house.clients, house.streams, house.store, limits).run())
    house.encoder.script, house.encoder.speed = "makes all", 100.0
    return house


def video(index: int) -> SegmentId:
    return SegmentId(VIDEO, index)


def ahead(viewer: Remote) -> float:
    """Seconds that lie on the disk before the viewer's place."""
    machine = viewer.stream.machine
    return max((machine.plan.end(one.index) for one in machine.made.all()), default=0.0) - machine.playhead


async def test_a_stream_that_has_its_share_is_held_sooner(house_with_room: House) -> None:
    house, viewer = house_with_room, await house_with_room.owner()
    await viewer.watch("large.mkv")
    await house.clock.advance(3.0)
    assert viewer.stream.machine.made.bytes <= 44 * SIZE
    assert house.encoder.last.held
    assert ahead(viewer) < 60.0


async def test_two_streams_keep_within_what_there_is_for_both(house_with_room: House) -> None:
    house, viewer = house_with_room, await house_with_room.owner()
    await viewer.watch("film.mp4")
    await house.clock.advance(3.0)
    assert viewer.stream.machine.made.bytes <= 44 * SIZE
    other = await house.guest("member")
    await other.watch("film.mp4")
    await house.clock.advance(3.0)
    both = viewer.stream.machine.made.bytes + other.stream.machine.made.bytes
    assert both <= 64 * SIZE


async def test_what_is_behind_goes_when_there_is_no_room_for_it(house_with_room: House) -> None:
    house, viewer = house_with_room, await house_with_room.owner()
    await viewer.watch("film.mp4")
    for second in range(0, 180, 2):
        await viewer.call("hls_report", position=float(second), playing=True, buffered_s=10.0)
        await viewer.stream.wait_segment(video(viewer.stream.machine.plan.index_at(float(second))))
        await house.clock.advance(2.0)
        assert viewer.stream.machine.made.bytes <= 46 * SIZE, second
    kept = viewer.stream.machine.made.all()
    assert min(one.index for one in kept) > 10
    assert {viewer.stream.machine.has(one) for one in kept} == {True}


async def test_what_lies_too_far_ahead_of_a_viewer_who_went_back_goes(house_with_room: House) -> None:
    house, viewer = house_with_room, await house_with_room.owner()
    await viewer.watch("film.mp4", position=100.0)
    await house.clock.advance(3.0)
    for position in (10.0, 60.0, 10.0):
        await viewer.call("hls_seek", position=position)
        await house.clock.advance(3.0)
    assert viewer.stream.machine.made.bytes <= 44 * SIZE
    assert ahead(viewer) <= 64.0
    segment = video(viewer.stream.machine.plan.index_at(100.0))
    waiting = house.beside.start(viewer.stream.wait_segment(segment))
    await house.clock.advance(5.0)
    assert (await waiting).exists(), "it is made again for who asks"


async def test_a_segment_that_was_cleaned_is_made_again_for_who_goes_back(house_with_room: House) -> None:
    house, viewer = house_with_room, await house_with_room.owner()
    await viewer.watch("film.mp4")
    first = video(0)
    await viewer.stream.wait_segment(first)
    await viewer.call("hls_seek", position=150.0)
    await house.clock.advance(5.0)
    viewer.stream.clean([first])
    assert not viewer.stream.machine.has(first)
    waiting = house.beside.start(viewer.stream.wait_segment(first))
    await house.clock.advance(5.0)
    assert (await waiting).exists()


async def test_who_has_no_room_at_all_gets_less_and_everybody_is_warned(house: House) -> None:
    house.add("large.mkv", film(hevc(), sound()))
    limits = Limits(per_client=4 * SIZE, in_all=MEBI, floor=0.0)
    house.beside.live(Room(house.clock, house.clients, house.streams, house.store, limits).run())
    house.encoder.script, house.encoder.speed = "makes all", 2.0
    viewer, other = await house.owner(), await house.guest()
    await viewer.watch("large.mkv")
    await house.clock.advance(20.0)
    assert "disk_too_full" in viewer.stream.delivery.reasons
    (warning,) = other.peer.events("server_warning")
    assert warning["name"] == "disk_low"


async def on_a_full_disk(house: House) -> tuple[Remote, asyncio.Task[Path]]:
    """Somebody whose first segment finds no room, and who waits for it."""
    viewer = await house.owner()
    await viewer.watch()
    waiting = house.beside.start(viewer.stream.wait_segment(video(0)))
    await house.clock.settle()
    house.store.room = 0
    house.encoder.last.end(OutOfRoom())
    await house.clock.advance(3.0)
    return viewer, waiting


async def test_a_disk_without_room_is_waited_for_and_told(house: House) -> None:
    viewer, waiting = await on_a_full_disk(house)
    assert [event["error"]["data"]["name"] for event in viewer.peer.events("stream_failed")] == ["disk_full"]
    house.store.room = 10**12
    house.encoder.script = "makes all"
    await house.clock.advance(2.0)
    assert (await waiting).exists()


async def test_another_failure_after_a_full_disk_is_told_too(house: House) -> None:
    viewer, waiting = await on_a_full_disk(house)
    house.store.room = 10**12
    await house.clock.advance(2.0)
    house.encoder.last.end(Completed())
    await house.clock.advance(1.0)
    told = [event["error"]["data"]["name"] for event in viewer.peer.events("stream_failed")]
    assert told == ["disk_full", "empty_output"]
    with pytest.raises(EmptyOutput):
        await waiting


async def test_a_film_that_never_fits_into_a_clients_quota_fails_with_its_name_and_goes_on_smaller(
    house: House,
) -> None:
    house.add("large.mkv", copied_film(200.0))
    limits = Limits(per_client=4 * SIZE, in_all=MEBI, floor=0.0)
    house.beside.live(Room(house.clock, house.clients, house.streams, house.store, limits).run())
    house.encoder.script, house.encoder.speed = "makes all", 50.0
    viewer = await house.owner()
    await viewer.watch("large.mkv", quality="original")
    await house.clock.advance(9.0)
    assert (await viewer.call("hls_status"))["state"] == "playing"
    await house.clock.advance(3.0)
    (failure,) = viewer.peer.events("stream_failed")
    assert (failure["error"]["code"], failure["error"]["data"]["name"]) == (1022, "quota_exceeded")
    assert house.streams.encoders == 0
    assert (await viewer.watch("large.mkv", quality="360p"))["state"] == "starting"

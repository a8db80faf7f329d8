"""Streams: one per client, found by those who know its token."""

from __future__ import annotations

import asyncio

import pytest

from controller.core.playlist import VIDEO, SegmentId
from controller.core.wish import Choice
from controller.services.streams import Streams
from protocol.errors import ItemNotFound, MatineeError, NoStream, NotPlayable, NotRegistered
from protocol.values import Capabilities, MediaRef, PathRef
from tests.fakes.facts import encoded_film
from tests.services.house import House, Remote


@pytest.fixture
async def viewer(house: House) -> Remote:
    return await house.owner()


async def test_the_address_holds_the_client_and_a_token_and_no_host(house: House, viewer: Remote) -> None:
    status = await viewer.watch()
    assert status["url"] == f"/hls/{viewer.me.client_id}/{viewer.stream.spec.token}/master.m3u8"
    assert len(viewer.stream.spec.token) == 43


async def test_a_stream_is_found_by_its_own_token_only(house: House, viewer: Remote) -> None:
    await viewer.watch()
    client_id, token = viewer.me.client_id, viewer.stream.spec.token
    assert house.streams.find(client_id, token) is viewer.stream
    for wrong in ("", token[:-1], token + "x", "-" * 43, "\udcff"):
        assert house.streams.find(client_id, wrong) is None
    assert house.streams.find("nobody", token) is None
    assert house.streams.find("nobody", "-" * 43) is None


async def test_the_address_is_dead_as_soon_as_the_stream_is_being_closed(house: House, viewer: Remote) -> None:
    await viewer.watch()
    client_id, token = viewer.me.client_id, viewer.stream.spec.token
    await viewer.call("stop_hls_stream")
    assert house.streams.find(client_id, token) is None
    with pytest.raises(NoStream):
        house.streams.require(client_id)


async def test_asking_again_replaces_the_stream_and_its_address(house: House, viewer: Remote) -> None:
    first = await viewer.watch()
    second = await viewer.watch("encoded.mkv")
    assert first["url"] != second["url"]
    assert len(house.streams) == 1
    assert [directory.removed for directory in house.store.directories] == [True, False]
    assert [run.alive for run in house.encoder.runs] == [False, True]


async def test_who_begins_comes_after_who_watches_and_is_short(house: House, viewer: Remote) -> None:
    """Those who play are slowed down last."""
    for name in ("long.mkv", "other.mkv"):
        house.add(name, encoded_film(200.0))
    await viewer.watch("long.mkv")
    other = await house.guest("member")

    async def is_let_begin() -> bool:
        await other.watch("other.mkv")
        await house.clock.settle()
        return not house.encoder.last.job.yields

    assert await is_let_begin(), "nobody watches yet"
    run, plan = house.encoder.runs[0], viewer.stream.machine.plan
    run.make(0)
    await viewer.stream.wait_segment(SegmentId(VIDEO, 0))
    assert not await is_let_begin()
    await viewer.call("hls_pause")
    assert await is_let_begin(), "who has paused is short of nothing"
    await viewer.call("hls_resume")
    assert not await is_let_begin()
    for index in range(1, plan.index_at(viewer.stream.machine.playhead + 20.0) + 1):
        run.make(index)
    await house.clock.settle()
    assert await is_let_begin(), "twenty seconds are there"
    await viewer.call("hls_seek", position=150.0)
    await house.clock.advance(2.0)
    assert house.encoder.last.job.start > 0
    assert not house.encoder.last.job.yields, "who watches"


async def test_a_film_that_somebody_watches_is_studied(house: House, viewer: Remote) -> None:
    await viewer.watch("encoded.mkv")
    assert [path.name for path in house.probe.studied] == ["encoded.mkv"]


async def test_a_request_that_fails_leaves_the_old_stream_as_it_is(house: House, viewer: Remote) -> None:
    await viewer.watch()
    before = viewer.stream
    for item, error in ((PathRef(path="none.mp4"), ItemNotFound), (PathRef(path="broken.mp4"), NotPlayable)):
        with pytest.raises(error):
            await house.streams.open(viewer.me, item, position=0, choice=Choice())
    with pytest.raises(NotPlayable):
        await house.streams.open(viewer.me, PathRef(path="copied.mp4"), position=0, choice=Choice(audio_track=7))
    assert viewer.stream is before
    assert house.encoder.last.alive


async def test_an_item_is_named_by_path_or_by_id(house: House, viewer: Remote) -> None:
    entry = await house.library.entry("encoded.mkv", None)
    item = MediaRef(media_id=entry.media_id)
    stream = await house.streams.open(viewer.me, item, position=0, choice=Choice())
    assert stream.spec.source.title == "encoded"


async def test_what_the_player_can_show_limits_the_picture(house: House, viewer: Remote) -> None:
    viewer.me.capabilities = Capabilities(max_height=480)
    status = await viewer.watch()
    assert status["delivery"] == {"mode": "transcode", "reasons": ["height_limited"]}


@pytest.mark.parametrize(("wanted", "given"), [(-5.0, 0.0), (30.0, 30.0), (1e308, 120.0)])
async def test_a_stream_begins_inside_the_film(viewer: Remote, wanted: float, given: float) -> None:
    status = await viewer.watch(position=wanted)
    assert status["timeline"]["position"] == given


async def test_a_stream_that_begins_at_the_end_starts_no_encoder(house: House, viewer: Remote) -> None:
    await viewer.watch(position=120.0)
    await house.clock.advance(5)
    assert house.encoder.runs == []


async def test_no_room_is_said_in_one_sentence(house: House, viewer: Remote) -> None:
    house.store.room = 0
    with pytest.raises(MatineeError, match=r"^No room for a stream: No space left on device\.$"):
        await house.streams.open(viewer.me, PathRef(path="copied.mp4"), position=0, choice=Choice())
    assert len(house.streams) == 0


async def test_a_client_that_ended_while_its_film_was_looked_at_gets_no_stream(house: House, viewer: Remote) -> None:
    client = viewer.me
    house.clients.end(client, "test")
    with pytest.raises(NotRegistered):
        await house.streams.open(client, PathRef(path="copied.mp4"), position=0, choice=Choice())
    assert len(house.streams) == 0


async def test_there_are_no_streams_before_their_parent_runs(house: House, viewer: Remote) -> None:
    streams = Streams(house.clock, house.secrets, house.library, house.probe, house.store, house.encoder, house.tastes)
    with pytest.raises(NotRegistered):
        await streams.open(viewer.me, PathRef(path="copied.mp4"), position=0, choice=Choice())


async def test_every_client_has_a_stream_and_an_encoder_of_its_own(house: House) -> None:
    remotes = [await house.owner(str(number)) for number in range(5)]
    for number, remote in enumerate(remotes):
        house.add(f"{number}.mkv", encoded_film(40))
        await remote.watch(f"{number}.mkv", position=8.0)
        house.encoder.last.make(house.encoder.last.job.start)
    assert house.streams.encoders == 5
    assert len({remote.stream.spec.token for remote in remotes}) == 5
    await remotes[0].call("stop_hls_stream")
    assert [run.alive for run in house.encoder.runs] == [False, True, True, True, True]


async def test_closing_what_is_not_there_does_nothing(house: House) -> None:
    assert await house.streams.close("nobody") is None


async def test_a_client_that_does_not_come_back_takes_its_stream_along(house: House, viewer: Remote) -> None:
    await viewer.watch()
    viewer.hang_up()
    await house.clock.advance(59)
    assert len(house.streams) == 1
    await house.clock.advance(2)
    assert len(house.streams) == 0
    assert house.store.directories[0].removed
    assert house.encoder.living == []


@pytest.mark.parametrize("fetched", [False, True])
async def test_the_encoder_of_a_client_that_is_away_does_not_end_before_the_client(
    house: House, viewer: Remote, fetched: bool
) -> None:
    await viewer.watch()
    house.encoder.last.make(0)
    if fetched:
        await viewer.stream.wait_segment(SegmentId(VIDEO, 0))
    await house.clock.advance(15)
    viewer.hang_up()
    await house.clock.advance(59)
    assert len(house.encoder.runs) == len(house.encoder.living) == 1
    await house.clock.advance(2)
    assert house.encoder.living == []


async def test_two_requests_at_once_leave_one_stream_and_one_encoder(house: House, viewer: Remote) -> None:
    await viewer.watch()
    house.encoder.dying = 1.0
    wishes = [
        house.streams.open(viewer.me, PathRef(path=path), position=0, choice=Choice())
        for path in ("copied.mp4", "encoded.mkv")
    ]
    await asyncio.gather(*wishes)
    await house.clock.advance(5)
    assert len(house.streams) == 1
    assert len(house.encoder.living) == 1
    assert [directory.removed for directory in house.store.directories].count(False) == 1

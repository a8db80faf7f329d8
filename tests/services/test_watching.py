"""Who left which film where: followed on streams, and written in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from controller.core.playlist import SegmentId
from controller.core.wish import Choice
from protocol.values import PathRef
from tests.fakes.chance import FakeSecrets
from tests.fakes.clock import EPOCH
from tests.services.house import House, Remote
from tests.services.sofa import FILM, OTHER, play
from tests.services.watcher import item, left, seat_of, titles

LENGTH = 120.0


@pytest.fixture
async def house(house: House) -> House:
    """Every film is made in a moment, so that streams begin at once."""
    house.encoder.script, house.encoder.speed = "makes all", 1e6
    return house


@pytest.fixture
async def ann(house: House) -> Remote:
    return await house.guest("member")


# ── what is followed ──────────────────────────────────────────────────────────────────────────────


async def test_a_film_that_is_stopped_is_left_where_it_was_and_offered_again(house: House, ann: Remote) -> None:
    assert await item(ann) == {}
    await ann.watch(position=20.0)
    await house.clock.advance(30)
    await ann.call("stop_hls_stream")
    await house.clock.settle()
    assert left(ann) == pytest.approx(50.0, abs=0.01)
    assert await item(ann) == {"left_at": pytest.approx(50.0, abs=0.01), "watched": False}
    (entry,) = (await ann.call("list_left"))["items"]
    assert (entry["title"], entry["duration"]) == ("copied", LENGTH)
    assert entry["position"] == pytest.approx(50.0, abs=0.01)
    assert entry["at"] == pytest.approx(EPOCH + house.clock.now(), abs=0.1)
    assert (await ann.call("get_item", item=entry["item"]))["path"] == FILM


async def test_path_and_id_are_the_same_film_and_a_listing_tells_it_too(house: House, ann: Remote) -> None:
    media_id = (await ann.call("get_item", item={"path": FILM}))["media_id"]
    await ann.call("request_hls_stream", item={"media_id": media_id}, position=30.0)
    await house.clock.advance(1)
    await ann.call("request_hls_stream", item={"path": f"/{FILM}"}, position=60.0)
    await house.clock.advance(1)
    assert await titles(ann) == ["copied"]
    listing = await ann.call("browse")
    assert [round(entry["left_at"]) for entry in listing["items"] if "left_at" in entry] == [61]


async def test_everybody_has_their_own_and_every_client_of_a_device_the_same(house: House, ann: Remote) -> None:
    await ann.watch(position=30.0)
    bob = await house.guest()
    await bob.watch(position=80.0)
    await house.clock.advance(1)
    again = house.connect()
    await again.register("Ann's other tab", {"device_token": ann.registered["device_token"]})
    assert [round((await item(one))["left_at"]) for one in (ann, bob, again)] == [31, 81, 31]


async def test_who_asks_while_a_film_runs_is_told_where_it_is_now(house: House, ann: Remote) -> None:
    await ann.watch(position=100.0)
    await house.clock.advance(7)
    assert (await item(ann))["left_at"] == pytest.approx(107.0, abs=0.01)
    assert (await ann.call("list_left"))["items"][0]["position"] == pytest.approx(107.0, abs=0.01)
    await house.clock.advance(2)
    assert await item(ann) == {"watched": True}
    assert await titles(ann) == []


async def test_a_film_that_runs_is_written_every_ten_seconds(house: House, ann: Remote) -> None:
    await ann.watch(position=20.0)
    for second in range(60):
        await house.clock.advance(1)
        assert left(ann) == pytest.approx(20.0 + second + 1, abs=10.01)
    mine = [save for save in house.watched.saves if seat_of(ann) in save]
    assert 6 <= len(mine) <= 8


@pytest.mark.parametrize("command", ["hls_pause", "hls_seek"])
async def test_a_pause_and_a_seek_are_written_at_once(house: House, ann: Remote, command: str) -> None:
    await ann.watch(position=20.0)
    await house.clock.advance(17)
    await ann.call(command, **({"position": 90.0} if command == "hls_seek" else {}))
    await house.clock.settle()
    assert left(ann) == pytest.approx(37.0 if command == "hls_pause" else 90.0, abs=0.01)


async def test_many_seeks_are_one_write_in_five_seconds_but_for_the_last_place(house: House, ann: Remote) -> None:
    await ann.watch(position=20.0)
    await house.clock.advance(11)
    before = len(house.watched.saves)
    for number in range(40):
        await ann.call("hls_seek", position=40.0 + number)
        await house.clock.advance(0.1)
    assert len(house.watched.saves) - before <= 1
    await ann.call("stop_hls_stream")
    await house.clock.settle()
    assert left(ann) == pytest.approx(79.1, abs=0.01)
    assert len(house.watched.saves) - before <= 2


async def test_a_film_that_is_replaced_is_left_where_it_was(house: House, ann: Remote) -> None:
    await ann.watch(position=20.0)
    await house.clock.advance(7)
    await ann.watch("encoded.mkv", position=50.0)
    assert left(ann) == pytest.approx(27.0, abs=0.01)
    await house.clock.advance(1)
    assert await titles(ann) == ["encoded", "copied"]


async def test_a_client_that_says_goodbye_leaves_its_film(house: House, ann: Remote) -> None:
    await ann.watch(position=20.0)
    await house.clock.advance(17)
    seat = seat_of(ann)
    await ann.call("goodbye")
    await house.clock.settle()
    assert house.watched.rows[seat].left_at == pytest.approx(37.0, abs=0.01)


async def test_what_runs_on_while_nobody_is_there_was_not_seen(house: House, ann: Remote) -> None:
    await ann.watch(position=20.0)
    await house.clock.advance(15)
    seat = seat_of(ann)
    ann.hang_up()
    await house.clock.advance(61)
    assert house.streams.of(ann.registered["client_id"]) is None
    assert house.watched.rows[seat].left_at == pytest.approx(35.0, abs=10.01)


async def test_who_comes_back_is_followed_again(house: House, ann: Remote) -> None:
    await ann.watch(position=20.0)
    await house.clock.advance(15)
    ann.hang_up()
    await house.clock.advance(20)
    back = house.connect()
    answer = await back.register("Ann", {"device_token": ann.registered["device_token"]}, resume=ann.resume())
    assert answer["resumed"] is True
    await house.clock.advance(12)
    assert left(back) == pytest.approx(67.0, abs=10.01)


async def test_a_stream_that_never_begins_or_has_failed_goes_nowhere(house: House, ann: Remote) -> None:
    house.encoder.script = "by hand"
    await ann.watch(position=20.0)
    await house.clock.advance(15)
    assert left(ann) == 20.0
    house.encoder.script = "crashes at once"
    await ann.watch(OTHER, position=100.0)
    waiting = house.beside.start(ann.stream.wait_segment(_first(ann)))
    await house.clock.advance(40)
    assert ann.stream.machine.state(house.clock.now()) == "failed"
    assert waiting.exception() is not None
    failed_at = left(ann, OTHER)
    assert failed_at == pytest.approx(100.0, abs=8.0), "it ran while it was tried again"
    await house.clock.advance(60)
    assert (left(ann, OTHER), await item(ann, OTHER)) == (failed_at, {"left_at": failed_at, "watched": False})


def _first(remote: Remote) -> SegmentId:
    delivery = remote.stream.delivery
    return SegmentId(delivery.renditions[0], delivery.plan.index_at(100.0))


async def test_a_film_that_is_only_made_ready_is_followed_once_it_plays(house: House, ann: Remote) -> None:
    await ann.watch(position=60.0)
    await house.streams.prepare(ann.me, PathRef(path=OTHER), choice=Choice())
    await house.clock.advance(12)
    assert set(house.watched.rows) == {seat_of(ann)}
    await house.streams.promote(ann.me.client_id)
    await house.clock.advance(21)
    assert left(ann) == pytest.approx(72.0, abs=0.01)
    assert left(ann, OTHER) == pytest.approx(21.0, abs=10.01)


async def test_the_end_is_having_watched(house: House, ann: Remote) -> None:
    await ann.watch(position=60.0)
    await house.clock.advance(47)
    assert (await item(ann))["watched"] is False
    await house.clock.advance(13.1)
    assert await item(ann) == {"watched": True}
    assert await titles(ann) == []
    assert house.watched.rows[seat_of(ann)].watched


async def test_a_seek_to_the_end_is_not(house: House, ann: Remote) -> None:
    await ann.watch(position=60.0)
    await ann.call("hls_seek", position=119.9999)
    await ann.call("stop_hls_stream")
    assert await item(ann) == {"left_at": pytest.approx(60.0, abs=0.01), "watched": False}


# ── the store ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_store_that_refuses_delays_no_command_and_is_asked_again(house: House, ann: Remote) -> None:
    house.watched.refuses = True
    await ann.watch(position=20.0)
    began = house.clock.now()
    with capture_logs() as logs:
        await ann.call("hls_seek", position=70.0)
        await ann.call("stop_hls_stream")
        assert house.clock.now() - began < 0.01
        await house.clock.advance(6)
    assert "places in films not saved" in [entry["event"] for entry in logs]
    assert house.watched.rows == {}
    assert (await item(ann))["left_at"] == pytest.approx(70.0, abs=0.01)
    house.watched.refuses = False
    await house.clock.advance(6)
    assert left(ann) == pytest.approx(70.0, abs=0.01)


async def test_many_films_are_one_transaction(house: House, ann: Remote) -> None:
    bob = await house.guest()
    await ann.watch(position=20.0)
    await bob.watch(position=40.0)
    await house.clock.advance(10)
    before = len(house.watched.saves)
    await house.clock.advance(10)
    assert [set(save) for save in house.watched.saves[before:]] == [{seat_of(ann), seat_of(bob)}]


async def test_the_end_of_the_daemon_writes_what_is_new(house: House, ann: Remote) -> None:
    await ann.watch(position=20.0)
    await play(ann, OTHER, position=50.0)
    await house.clock.advance(19)
    seats = seat_of(ann), seat_of(ann, OTHER)
    await house.beside.end()
    places = [house.watched.rows[seat].left_at for seat in seats]
    assert places == [pytest.approx(39.0, abs=0.5), pytest.approx(69.0, abs=0.6)]


Restart = Callable[[], Awaitable[House]]


@pytest.fixture
async def restart(house: House, tmp_path: Path) -> AsyncIterator[Restart]:
    """Begins another house on what was stored when the first one was killed."""
    houses: list[House] = []

    async def again() -> House:
        one = House(tmp_path / "again", secrets=FakeSecrets("again"))
        one.watched.rows.update(house.watched.rows)
        houses.append(one)
        one.beside.live(one.run())
        await one.clock.settle()
        return one

    yield again
    for one in houses:
        await one.beside.end()


async def test_a_killed_daemon_loses_ten_seconds_at_most(house: House, restart: Restart) -> None:
    owner = await house.owner()
    await owner.watch(position=20.0)
    await house.clock.advance(38)
    second = await restart()
    after = await second.owner()
    assert (await item(after))["left_at"] == pytest.approx(58.0, abs=10.01)
    assert await titles(after) == ["copied"]


# ── reports ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("position", ["NaN", "Infinity", "-1", "1e999"])
async def test_a_report_that_makes_no_sense_is_refused(house: House, ann: Remote, position: str) -> None:
    await ann.watch(position=50.0)
    before = ann.stream.machine.timeline
    await ann.send(
        '{"jsonrpc":"2.0","id":"x","method":"hls_report",'
        f'"params":{{"position":{position},"playing":true,"buffered_s":1}}}}'
    )
    assert "error" in ann.peer.messages()[-1]
    assert ann.stream.machine.timeline is before


async def test_a_report_that_was_on_its_way_when_somebody_sought_moves_nothing(house: House, ann: Remote) -> None:
    await ann.watch(position=20.0)
    await house.clock.advance(5)
    await ann.call("hls_seek", position=80.0)
    line = await ann.call("hls_report", position=24.9, playing=True, buffered_s=1.0)
    assert line["position"] == 80.0
    await asyncio.sleep(2)
    line = await ann.call("hls_report", position=24.9, playing=True, buffered_s=1.0)
    assert line["position"] == 24.9

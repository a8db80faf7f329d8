"""What can be asked and said about films that were left and watched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.facts import copied_film
from tests.services.house import House, Remote
from tests.services.sofa import FILM
from tests.services.watcher import item, seat_of, titles


@pytest.fixture
async def house(house: House) -> House:
    """Every film is made in a moment, so that streams begin at once."""
    house.encoder.script, house.encoder.speed = "makes all", 1e6
    return house


@pytest.fixture
async def ann(house: House) -> Remote:
    return await house.guest("member")


async def test_the_list_is_newest_first_bounded_and_without_what_is_gone(house: House, ann: Remote) -> None:
    for number in range(5):
        house.add(f"film {number}.mp4", copied_film())
        await ann.watch(f"film {number}.mp4", position=10.0 + number)
        await house.clock.advance(1)
    del house.library.files["film 2.mp4"]
    house.library.files["film 1.mp4"].version += 1
    house.probe.films[Path("/films/film 1.mp4")] = copied_film(60.0)
    await ann.call("get_item", item={"path": "film 1.mp4"})
    assert await titles(ann) == ["film 4", "film 3", "film 0"]
    assert await titles(ann, limit=2) == ["film 4", "film 3"]
    assert await ann.refused("list_left", limit=0) == "invalid_params"
    assert await titles(await house.guest()) == []


async def test_another_file_in_its_place_is_another_film(house: House, ann: Remote) -> None:
    await ann.watch(position=50.0)
    await ann.call("stop_hls_stream")
    house.library.files[FILM].version += 1
    house.probe.films[Path("/films") / FILM] = copied_film(60.0)
    assert await item(ann) == {}
    await ann.watch(position=0.0)
    await ann.call("stop_hls_stream")
    await house.clock.settle()
    assert house.watched.rows == {}


async def test_a_film_can_be_called_watched_and_be_forgotten(house: House, ann: Remote) -> None:
    await ann.watch(position=50.0)
    await ann.call("stop_hls_stream")
    assert await ann.call("set_watched", item={"path": FILM}, watched=True) == {}
    assert await item(ann) == {"watched": True}
    assert await titles(ann) == []
    await house.clock.settle()
    assert house.watched.rows[seat_of(ann)].watched
    await ann.call("set_watched", item={"path": FILM}, watched=False)
    await ann.call("set_watched", item={"path": FILM}, watched=False)
    await house.clock.settle()
    assert await item(ann) == {}
    assert house.watched.rows == {}


async def test_what_is_said_about_a_paused_film_holds_when_it_is_stopped(house: House, ann: Remote) -> None:
    await ann.watch(position=50.0)
    await ann.call("hls_pause")
    await ann.call("set_watched", item={"path": FILM}, watched=False)
    await house.clock.advance(30)
    await ann.call("stop_hls_stream")
    assert await item(ann) == {}


@pytest.mark.parametrize(("path", "error"), [("none.mp4", "item_not_found"), ("broken.mp4", "not_playable")])
async def test_only_what_can_be_watched_can_be_called_so(ann: Remote, path: str, error: str) -> None:
    assert await ann.refused("set_watched", item={"path": path}, watched=True) == error


async def test_a_device_that_is_thrown_out_is_forgotten(house: House, ann: Remote) -> None:
    owner = await house.owner()
    await ann.watch(position=50.0)
    await house.clock.advance(1)
    assert house.watched.rows
    await owner.call("revoke_device", device_id=ann.me.device.device_id)
    await house.clock.advance(15)
    assert house.watched.rows == {}

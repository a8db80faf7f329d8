"""Who left a film on the screen: its holder, or whoever put it on."""

from __future__ import annotations

import pytest

from tests.services.house import House, Remote
from tests.services.sofa import OTHER, accepted, beside, hold, play
from tests.services.watcher import item, left, seat_of


@pytest.fixture
async def house(house: House) -> House:
    """Every film is made in a moment, so that streams begin at once."""
    house.encoder.script, house.encoder.speed = "makes all", 1e6
    return house


@pytest.fixture
async def ann(house: House) -> Remote:
    return await house.guest("member")


async def test_the_holder_of_the_screen_leaves_its_film(house: House, ann: Remote) -> None:
    lease = await play(ann, position=30.0)
    await house.clock.advance(21)
    assert left(ann) == pytest.approx(51.0, abs=10.5)
    await ann.call("server_stop", lease=lease)
    await house.clock.settle()
    assert left(ann) == pytest.approx(51.0, abs=0.6)


async def test_its_holder_who_asks_is_told_where_it_is_now(house: House, ann: Remote) -> None:
    await play(ann, position=30.0)
    await house.clock.advance(7)
    assert (await item(ann))["left_at"] == pytest.approx(37.0, abs=0.6)


async def test_the_box_is_a_person_too(house: House) -> None:
    owner = await house.owner()
    lease = await play(owner, position=30.0)
    await owner.call("server_pause", lease=lease)
    await house.clock.advance(1)
    assert [seat.person for seat in house.watched.rows] == ["box"]


async def test_a_film_on_the_screen_that_ends_was_watched(house: House, ann: Remote) -> None:
    await play(ann, position=80.0)
    await house.clock.advance(45)
    assert await item(ann) == {"watched": True}


async def test_a_holder_who_has_gone_is_still_the_one_who_put_it_on(house: House, ann: Remote) -> None:
    await play(ann, position=30.0)
    seat = seat_of(ann)
    await ann.call("goodbye")
    await house.clock.advance(31)
    assert house.authority.machine.reign is None
    assert house.watched.rows[seat].left_at == pytest.approx(61.0, abs=10.5)


async def test_a_film_that_nobody_ever_held_is_nobodys(house: House, ann: Remote) -> None:
    lease = await play(ann, position=30.0)
    house.watching.forget_person(ann.me.device.device_id)
    await ann.call("release_authority", lease=lease)
    await house.clock.advance(15)
    assert house.watched.rows == {}


async def test_a_handover_with_a_film_ends_the_one_and_begins_the_other(house: House) -> None:
    ann = await house.owner("Ann")
    await play(ann, position=30.0)
    bob = await beside(ann)
    await house.clock.advance(5)
    await accepted(ann, bob, position=60.0)
    await house.clock.advance(6)
    assert left(ann) == pytest.approx(35.0, abs=1.0)
    assert (left(ann, OTHER), left(bob)) == (None, None)
    assert 60.0 <= (left(bob, OTHER) or 0.0) <= 66.0


async def test_who_takes_the_screen_takes_the_place_along(house: House, ann: Remote) -> None:
    lease = await play(ann, position=30.0)
    bob = await beside(ann)
    await house.clock.advance(5)
    await ann.call("release_authority", lease=lease)
    await hold(bob)
    await house.clock.advance(12)
    assert left(ann) == pytest.approx(35.0, abs=1.0)
    assert left(bob) == pytest.approx(47.0, abs=10.5)

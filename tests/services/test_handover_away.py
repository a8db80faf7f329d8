"""Somebody whose connection broke gets neither the screen nor its film on it, unless it is back in time."""

from __future__ import annotations

import pytest

from tests.services.house import House, Remote
from tests.services.sofa import OTHER, ask_for, begin, beside, error_of, in_mid_film, item_on, outcomes

WISHES = [{}, {"item": {"path": OTHER}, "position": 7.0}]


@pytest.fixture
async def ann(house: House) -> Remote:
    return await in_mid_film(house)


@pytest.fixture
async def bob(house: House, ann: Remote) -> Remote:
    return await beside(ann)


async def come_back(house: House, remote: Remote) -> Remote:
    back = house.connect()
    await back.register(
        "member", {"device_token": remote.registered["device_token"]}, resume=remote.resume(last_seq=99)
    )
    return back


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("how", ["accepted", "promised"])
async def test_who_is_away_when_its_turn_comes_has_missed_it(
    house: House, ann: Remote, bob: Remote, how: str, wish: dict[str, object]
) -> None:
    request_id, lease = await ask_for(bob, **wish), house.authority.machine.lease
    if how == "accepted":
        bob.hang_up()
        state = await ann.call("respond_takeover", request_id=request_id, accept=True)
    else:
        await ann.call("respond_takeover", request_id=request_id, accept=True, after_item=True)
        bob.hang_up()
        await ann.call("server_stop", lease=lease)
        state = await ann.call("get_authority")
    assert (state["holder"]["name"], state["lease"], "request" in state) == ("Ann", lease, False)
    (event,) = ann.peer.events("takeover_resolved")
    assert (event["outcome"], event["reason"]) == ("expired", "member went away.")
    await house.clock.advance(2)
    assert item_on(house) == ("copied.mp4" if how == "accepted" else None)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("promised", [False, True])
async def test_who_is_away_when_the_holder_leaves_inherits_nothing(
    house: House, ann: Remote, bob: Remote, promised: bool, wish: dict[str, object]
) -> None:
    eve = await house.owner("Eve")
    request_id = await ask_for(bob, **wish)
    if promised:
        await ann.call("respond_takeover", request_id=request_id, accept=True, after_item=True)
    bob.hang_up()
    await ann.call("goodbye")
    assert await eve.call("get_authority") == {"state": "free"}
    assert outcomes(eve) == ["expired"]
    await house.clock.advance(2)
    assert item_on(house) == "copied.mp4"


@pytest.mark.parametrize("wish", WISHES)
async def test_who_is_back_before_the_answer_is_granted_as_usual(
    house: House, ann: Remote, bob: Remote, wish: dict[str, object]
) -> None:
    request_id = await ask_for(bob, **wish)
    bob.hang_up()
    await house.clock.advance(3)
    back = await come_back(house, bob)
    await ann.call("respond_takeover", request_id=request_id, accept=True)
    await house.clock.advance(1)
    assert outcomes(back) == ["granted"]
    assert house.authority.machine.holds(back.me.client_id)


@pytest.mark.parametrize("override", [False, True])
async def test_who_is_away_when_its_film_has_been_looked_into_takes_nothing(house: House, override: bool) -> None:
    holder, one = await house.guest("member"), await house.owner("Ann")
    if override:
        await holder.call("request_takeover")
    house.probe.takes = 1.0
    asking = begin(one, "request_takeover", item={"path": OTHER}, override=override)
    await house.clock.advance(0.5)
    one.hang_up()
    await house.clock.advance(3)
    assert error_of(await asking) == "not_registered"
    assert item_on(house) is None
    assert house.authority.machine.holds(holder.me.client_id) is override

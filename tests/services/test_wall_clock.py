"""FAULTS 20: somebody sets the wall clock by an hour; no lease, session or contest is lost or cut short by it."""

from __future__ import annotations

import pytest

from tests.services.house import BOX_TOKEN, House
from tests.services.sofa import ask_for, outcomes, play

HOUR = 3600.0


@pytest.mark.parametrize("setback", [HOUR, -HOUR])
async def test_a_wall_clock_that_jumps_loses_no_lease_and_no_session(house: House, setback: float) -> None:
    ann = await house.owner("Ann")
    lease = await play(ann)
    ann.hang_up()
    house.clock.setback = setback
    await house.clock.advance(30)
    back = house.connect()
    answer = await back.register("Ann", {"device_token": BOX_TOKEN}, resume=ann.resume())
    assert answer["resumed"] is True
    assert (await back.call("get_authority"))["lease"] == lease
    pause = {"jsonrpc": "2.0", "id": "not one of hers", "method": "server_pause", "params": {"lease": lease}}
    await back.send(pause)
    assert house.screen.machine.state == "paused"


@pytest.mark.parametrize("setback", [HOUR, -HOUR])
async def test_a_contest_lasts_its_fifteen_seconds_by_whatever_clock(house: House, setback: float) -> None:
    ann = await house.owner("Ann")
    await play(ann)
    bob = await house.guest("member")
    await ask_for(bob)
    house.clock.setback = setback
    await house.clock.advance(14.5)
    assert outcomes(bob) == []
    await house.clock.advance(1)
    assert len(outcomes(bob)) == 1

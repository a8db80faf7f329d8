"""What may happen in the middle of a handover: each side vanishes, commands, or changes its mind at the wrong moment."""

from __future__ import annotations

import pytest

from protocol.commands.authority import RequestTakeover
from protocol.values import PathRef
from tests.fakes.facts import copied_film
from tests.services.house import House, Remote
from tests.services.sofa import (
    FILM,
    OTHER,
    Before,
    accepted,
    ask_for,
    begin,
    beside,
    error_of,
    in_mid_film,
    item_on,
    outcomes,
)


@pytest.fixture
async def ann(house: House) -> Remote:
    return await in_mid_film(house)


@pytest.fixture
async def bob(house: House, ann: Remote) -> Remote:
    return await beside(ann)


@pytest.fixture
def lease(ann: Remote) -> int:
    return int(ann.house.authority.machine.lease)


@pytest.mark.parametrize("how", ["hang up", "goodbye", "cancel"])
@pytest.mark.parametrize("after", [0.0, 0.1, 0.6])
async def test_a_handover_whose_asker_vanishes_is_called_off(
    house: House, ann: Remote, bob: Remote, lease: int, how: str, after: float
) -> None:
    house.probe.check_takes, house.players.shows_after = 0.5, 0.5
    before = Before(house)
    request_id = await accepted(ann, bob)
    if after:
        await house.clock.advance(after)
    if how == "hang up":
        bob.hang_up()
    elif how == "goodbye":
        await bob.call("goodbye")
    else:
        await bob.call("cancel_takeover", request_id=request_id)
    assert item_on(house) == FILM
    await house.clock.settle()
    assert outcomes(ann) == ["cancelled" if how == "cancel" else "failed"]
    await ann.call("server_set_mute", lease=lease, muted=False)
    await house.clock.advance(1)
    before.assert_same(paused_for=after if after > 0.5 else 0.0)


async def test_a_first_frame_in_the_step_after_the_calling_off_changes_nothing(
    house: House, ann: Remote, bob: Remote, lease: int
) -> None:
    before, request_id = Before(house), await accepted(ann, bob)
    await house.clock.advance(0.2)
    player = house.players.last
    epoch = house.screen.machine.epoch
    house.authority.cancel(bob.me, request_id)
    player.listener.on_report(player._report.__class__(epoch, "playing", shown=True, time=7.0))
    await house.clock.advance(1)
    before.assert_same(paused_for=0.4)
    assert outcomes(bob) == ["cancelled"]


async def test_an_asker_who_vanishes_after_the_first_frame_has_the_screen(
    house: House, ann: Remote, bob: Remote
) -> None:
    await accepted(ann, bob)
    await house.clock.advance(0.35)
    bob.hang_up()
    await house.clock.advance(1)
    assert (outcomes(ann), item_on(house)) == (["granted"], OTHER)
    assert house.authority.machine.holds(bob.me.client_id)


async def test_the_holder_commands_nothing_while_it_is_handed_over(
    house: House, ann: Remote, bob: Remote, lease: int
) -> None:
    await accepted(ann, bob)
    await house.clock.settle()
    for method, more in (("server_pause", {}), ("server_play", {"item": {"path": FILM}}), ("server_next", {})):
        assert await ann.refused(method, lease=lease, **more) == "takeover_in_progress"
    third = await house.owner("Eve")
    assert await third.refused("request_takeover", override=True) == "takeover_in_progress"
    await house.clock.advance(1)
    assert await ann.refused("server_pause", lease=lease) == "stale_lease"


async def test_a_holder_who_leaves_in_mid_handover_changes_nothing_about_it(
    house: House, ann: Remote, bob: Remote
) -> None:
    await accepted(ann, bob)
    await ann.call("goodbye")
    assert (await bob.call("get_authority"))["state"] == "handing_over"
    await house.clock.advance(1)
    assert house.authority.machine.holds(bob.me.client_id)


async def test_a_film_on_its_way_when_authority_moves_is_taken_back(
    house: House, ann: Remote, bob: Remote, lease: int
) -> None:
    """Only what the present holder wants is shown, and a late command is as good as none."""
    eve = await house.owner("Eve")
    house.probe.check_takes = 0.5
    for wait in (0.2, 0.6):  # while it is looked into, and while it is being opened
        before = Before(house)
        playing = begin(ann, "server_play", lease=house.authority.machine.lease, item={"path": OTHER})
        await house.clock.advance(wait)
        await eve.call("request_takeover", override=True)
        assert item_on(house) == FILM
        assert error_of(await playing) == "stale_lease"
        before.reign = house.authority.machine.reign
        await house.clock.advance(1)
        before.assert_same(paused_for=0.3 if wait > 0.5 else 0.0)
        await ann.call("request_takeover", override=True)


async def test_a_look_that_is_called_off_and_ends_late_holds_nobody_up(
    house: House, ann: Remote, bob: Remote, lease: int
) -> None:
    house.probe.dying = 0.5
    house.probe.check_takes = 1.0
    request_id = await accepted(ann, bob)
    await house.clock.advance(0.2)
    await bob.call("cancel_takeover", request_id=request_id)
    assert (await ann.call("server_pause", lease=lease))["state"] == "paused"
    playing = begin(ann, "server_play", lease=lease, item={"path": OTHER}, position=3.0)
    await house.clock.advance(3)
    assert (await playing)["result"]["state"] == "playing"
    assert (outcomes(ann), item_on(house)) == (["cancelled"], OTHER)


async def test_what_was_called_off_stays_so_when_its_holder_has_the_screen_again(
    house: House, ann: Remote, bob: Remote
) -> None:
    """The queue's commands carry no lease: that its holder is the holder once more does not bring them back."""
    house.probe.check_takes = 1.0
    await ann.call("queue_add", target="server", items=[{"path": OTHER}], at="end")
    going = begin(ann, "queue_jump", target="server", id=house.screen.queue.items[-1].id)
    await house.clock.advance(0.2)
    eve = await house.owner("Eve")
    await eve.call("request_takeover", override=True)
    await eve.call("server_pause", lease=house.authority.machine.lease)
    await eve.call("release_authority", lease=house.authority.machine.lease)
    await house.authority.request(ann.me, RequestTakeover())
    await house.clock.advance(3)
    assert error_of(await going) == "not_authority"
    assert item_on(house) == FILM


async def test_a_handover_waits_for_the_film_that_is_being_put_on(house: House, ann: Remote, lease: int) -> None:
    house.add("third.mp4", copied_film(60.0))
    bob = await house.guest("member")
    await ask_for(bob, item={"path": OTHER})
    await house.clock.advance(14.9)
    playing = begin(ann, "server_play", lease=lease, item={"path": "third.mp4"})
    await house.clock.advance(2)
    assert "result" in await playing
    assert (outcomes(bob), item_on(house)) == (["granted"], OTHER)


async def test_an_ask_that_is_called_off_before_its_handover_began_harms_nobody(
    house: House, ann: Remote, bob: Remote
) -> None:
    request_id = await ask_for(bob, item={"path": OTHER})
    house.authority.respond(ann.me, request_id, accept=True, after_item=False)
    bob.hang_up()
    await house.clock.advance(1)
    assert (outcomes(ann), item_on(house)) == (["failed"], FILM)
    assert house.screen.machine.settled.showing is not None
    assert PathRef(path=FILM) == house.screen.machine.settled.showing.film.item


async def test_who_hangs_up_while_a_free_screen_is_on_its_way_gets_nothing(house: House) -> None:
    one = await house.owner("Ann")
    asking = begin(one, "request_takeover", item={"path": FILM})
    await house.clock.advance(0.1)
    one.hang_up()
    assert error_of(await asking) == "screen_failed"
    await house.clock.advance(1)
    assert (item_on(house), house.authority.machine.reign) == (None, None)

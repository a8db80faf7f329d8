"""After this item: the screen is promised, nobody else may ask for it, and it moves when nothing is to wait for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.facts import copied_film
from tests.fakes.screen import FakeFilm
from tests.services.house import House, Remote
from tests.services.sofa import OTHER, ask_for, begin, error_of, hold, item_on, outcomes, play


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen, and a film plays."""
    remote = await house.owner("Ann")
    await play(remote)
    return remote


@pytest.fixture
async def bob(house: House, ann: Remote) -> Remote:
    return await house.guest("member")


async def promise(ann: Remote, bob: Remote, **wish: object) -> str:
    """Bob is promised the screen; answers the id of his request."""
    request_id = await ask_for(bob, **wish)
    state = await ann.call("respond_takeover", request_id=request_id, accept=True, after_item=True)
    assert (state["state"], state["request"]["after_item"], "expires_in" in state["request"]) == ("held", True, False)
    return request_id


def lease_of(remote: Remote) -> int:
    assert remote.house.authority.machine.holds(remote.me.client_id)
    return remote.house.authority.machine.lease


async def test_a_promise_is_kept_at_the_items_end(house: House, ann: Remote, bob: Remote) -> None:
    request_id = await promise(ann, bob)
    assert bob.peer.events("takeover_requested")[-1]["after_item"] is True
    assert await bob.call("request_takeover") == {"state": "asked", "request_id": request_id}
    await ann.call("server_seek", lease=lease_of(ann), position=100.0)
    await house.clock.advance(19)
    assert (outcomes(bob), house.screen.announcement) == ([], "")
    await house.clock.advance(2)
    assert outcomes(bob) == ["granted"]
    assert house.authority.machine.holds(bob.me.client_id)


async def test_a_promised_film_is_put_on_at_the_items_end(house: House, ann: Remote, bob: Remote) -> None:
    await promise(ann, bob, item={"path": OTHER}, position=7.0)
    await ann.call("server_seek", lease=lease_of(ann), position=119.0)
    await house.clock.advance(2)
    assert (outcomes(bob), item_on(house)) == (["granted"], OTHER)


@pytest.mark.parametrize("silent_for", [0.0, 20.0])
async def test_nobody_but_an_owner_gets_in_between(house: House, ann: Remote, bob: Remote, silent_for: float) -> None:
    request_id = await promise(ann, bob)
    third, eve = await house.guest("member"), await house.owner("Eve")
    for other in (third, eve):
        error = (await other.ask("request_takeover"))["error"]
        assert error["message"] == "The TV is promised to member after this film."
        assert (error["data"]["name"], error["data"]["hint"]) == ("takeover_in_progress", "Ask again after that.")
    await house.clock.advance(silent_for)
    assert outcomes(bob) == []
    assert (await eve.call("request_takeover", override=True))["state"] == "granted"
    (refused,) = [event for event in bob.peer.events("takeover_resolved") if event["request_id"] == request_id]
    assert (refused["outcome"], refused["reason"]) == ("refused", "Eve takes the screen.")


@pytest.mark.parametrize("by", ["holder", "asker"])
async def test_a_promise_is_taken_back_by_either_side(house: House, ann: Remote, bob: Remote, by: str) -> None:
    request_id = await promise(ann, bob)
    if by == "holder":
        state = await ann.call("respond_takeover", request_id=request_id, accept=False)
    else:
        state = await bob.call("cancel_takeover", request_id=request_id)
    assert (state["state"], "request" in state) == ("held", False)
    assert outcomes(ann) == ["refused" if by == "holder" else "cancelled"]
    assert lease_of(ann)


async def test_a_promise_is_kept_early_if_the_holder_says_so(house: House, ann: Remote, bob: Remote) -> None:
    request_id = await promise(ann, bob)
    await ann.call("respond_takeover", request_id=request_id, accept=True)
    assert outcomes(bob) == ["granted"]


async def test_a_film_that_gives_way_to_another_is_over_for_a_promise(house: House, ann: Remote, bob: Remote) -> None:
    await promise(ann, bob)
    await ann.call("server_play", lease=lease_of(ann), item={"path": "encoded.mkv"})
    assert outcomes(bob) == ["granted"]


async def test_a_film_that_is_stopped_is_over_for_a_promise(house: House, ann: Remote, bob: Remote) -> None:
    await promise(ann, bob)
    await ann.call("server_stop", lease=lease_of(ann))
    assert house.authority.machine.holds(bob.me.client_id)


# ── the item ends at the wrong moment ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("wish", [{}, {"item": {"path": OTHER}}])
async def test_a_promise_is_due_when_the_film_it_waits_for_was_put_on_in_vain(
    house: House, wish: dict[str, object]
) -> None:
    ann, bob = await house.owner("Ann"), await house.guest("member")
    lease = await hold(ann)
    bob.peer.take()
    house.add("dud.mp4", copied_film())
    house.players.films[Path("/films/dud.mp4")] = FakeFilm(120.0, plays=False)
    request_id = await ask_for(bob, **wish)
    playing = begin(ann, "server_play", lease=lease, item={"path": "dud.mp4"})
    await house.clock.advance(0.2)
    assert house.screen.machine.on_trial
    house.authority.respond(ann.me, request_id, accept=True, after_item=True)
    assert house.authority.machine.holds(ann.me.client_id)
    await house.clock.advance(3)
    assert "error" in await playing
    assert outcomes(bob) == ["granted"]
    assert item_on(house) == (OTHER if wish else None)


@pytest.mark.parametrize("good", [False, True])
async def test_a_promise_is_due_when_the_item_ends_while_its_holder_looks_into_another(
    house: House, ann: Remote, bob: Remote, good: bool
) -> None:
    await promise(ann, bob)
    lease = lease_of(ann)
    await ann.call("server_seek", lease=lease, position=118.5)
    house.probe.check_takes = 3.0
    playing = begin(ann, "server_play", lease=lease, item={"path": OTHER if good else "broken.mp4"})
    await house.clock.advance(2)
    assert outcomes(bob) == ["granted"]
    await house.clock.advance(3)
    assert "error" in await playing
    assert (lease_of(bob), item_on(house)) == (lease + 1, None)


async def test_an_item_that_ends_while_the_promised_film_is_looked_into_leaves_nothing_pending(
    house: House, ann: Remote, bob: Remote
) -> None:
    request_id = await promise(ann, bob, item={"path": OTHER})
    await ann.call("queue_add", target="server", items=[{"path": "copied.mp4"}])
    await ann.call("server_seek", lease=lease_of(ann), position=118.5)
    house.probe.check_takes = 3.0
    await ann.call("respond_takeover", request_id=request_id, accept=True)
    await house.clock.advance(2)
    bob.hang_up()
    await house.clock.advance(1)
    assert (outcomes(ann), item_on(house)) == (["failed"], "copied.mp4")
    assert "request" not in await ann.call("get_authority")


async def test_a_second_film_for_the_holder_waits_until_the_promised_one_is_there(
    house: House, ann: Remote, bob: Remote
) -> None:
    await promise(ann, bob, item={"path": OTHER})
    lease = lease_of(ann)
    await ann.call("server_stop", lease=lease)
    playing = begin(ann, "server_play", lease=lease, item={"path": "copied.mp4"})
    await house.clock.advance(2)
    assert error_of(await playing) == "takeover_in_progress"
    assert (outcomes(bob), item_on(house)) == (["granted"], OTHER)

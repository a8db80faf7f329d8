"""Asking for the screen, and every way in which that ends, when no film comes with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from protocol.commands.authority import RequestTakeover
from protocol.errors import NotRegistered
from protocol.values import PathRef
from tests.services.house import House, Remote
from tests.services.sofa import ask_for, error_of, hold, outcomes, play


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen, and a film plays."""
    remote = await house.owner("Ann")
    await play(remote)
    return remote


@pytest.fixture
async def bob(house: House, ann: Remote) -> Remote:
    remote = await house.guest("member")
    remote.peer.take()
    return remote


def lease_of(remote: Remote) -> int:
    reign = remote.house.authority.machine.reign
    assert reign is not None
    assert reign.holder.client_id == remote.me.client_id
    return reign.lease


async def test_a_free_screen_is_granted_at_once_and_told_before_the_answer(house: House) -> None:
    one, other = await house.owner("Ann"), await house.owner("Eve")
    answer = await one.call("request_takeover")
    assert answer == {"state": "granted", "lease": 1}
    assert one.peer.words()[-3:] == ["authority_changed", "takeover_resolved", "answer 2"]
    (changed,), (resolved,) = one.peer.events("authority_changed"), one.peer.events("takeover_resolved")
    assert (changed["holder"]["name"], changed["lease"]) == ("Ann", 1)
    assert (resolved["outcome"], resolved["lease"]) == ("granted", 1)
    assert other.peer.words()[-2:] == ["authority_changed", "takeover_resolved"]
    assert await one.call("request_takeover") == answer


async def test_asking_is_told_to_everybody_and_counted_down_on_the_tv(house: House, ann: Remote, bob: Remote) -> None:
    request_id = await ask_for(bob, message="My turn")
    for remote in (ann, bob):
        (event,) = remote.peer.events("takeover_requested")
        assert (event["request_id"], event["by"]["name"], event["message"]) == (request_id, "member", "My turn")
        assert event["expires_in"] == 15.0
    await house.clock.settle()
    assert house.players.last.text == "member asks for the TV: “My turn” · 15 s"
    told = []
    for _ in range(14):
        await house.clock.advance(1)
        told.append(house.players.last.text.split(" · ")[1])
    assert told == [f"{left} s" for left in range(14, 0, -1)]
    await house.clock.advance(1.1)
    assert house.players.last.text == ""


async def test_asking_again_is_the_same_request_and_a_third_has_to_wait(house: House, ann: Remote, bob: Remote) -> None:
    request_id = await ask_for(bob)
    assert await ask_for(bob, item={"path": "copied.mp4"}) == request_id
    assert "title" not in (await ann.call("get_authority"))["request"]
    assert await (await house.guest("member")).refused("request_takeover") == "takeover_in_progress"


async def test_accepting_moves_authority_and_changes_nothing_on_the_tv(house: House, ann: Remote, bob: Remote) -> None:
    calls = len(house.players.calls)
    old = lease_of(ann)
    state = await ann.call("respond_takeover", request_id=await ask_for(bob), accept=True)
    assert (state["state"], state["holder"]["name"], "lease" in state) == ("held", "member", False)
    (resolved,) = bob.peer.events("takeover_resolved")
    assert (resolved["outcome"], resolved["lease"]) == ("granted", lease_of(bob)) > ("granted", old)
    assert await ann.refused("server_pause", lease=old) == "stale_lease"
    assert await ann.refused("server_pause", lease=lease_of(bob)) == "not_authority"
    await bob.call("server_set_volume", lease=lease_of(bob), volume=30)
    await house.clock.settle()
    assert house.screen.playing
    assert not [call for call in house.players.calls[calls:] if type(call).__name__ in {"Open", "Close", "Hold"}]


async def test_refusing_keeps_the_holder_and_takes_the_text_away(house: House, ann: Remote, bob: Remote) -> None:
    state = await ann.call("respond_takeover", request_id=await ask_for(bob), accept=False)
    assert state["holder"]["name"] == "Ann"
    assert outcomes(ann) == outcomes(bob) == ["refused"]
    assert house.screen.announcement == ""


async def test_only_the_holder_answers_and_only_the_asker_takes_it_back(ann: Remote, bob: Remote) -> None:
    third = await ann.house.guest("member")
    request_id = await ask_for(bob)
    for other in (bob, third):
        assert await other.refused("respond_takeover", request_id=request_id, accept=True) == "forbidden"
    assert await ann.refused("cancel_takeover", request_id=request_id) == "forbidden"
    assert await ann.refused("respond_takeover", request_id="none", accept=True) == "takeover_not_found"
    await bob.call("cancel_takeover", request_id=request_id)
    assert outcomes(ann) == ["cancelled"]
    assert await ann.refused("respond_takeover", request_id=request_id, accept=True) == "takeover_not_found"


@pytest.mark.parametrize(
    ("paused", "away", "role", "outcome"),
    [
        (False, False, "guest", "expired"),
        (True, False, "guest", "granted"),
        (False, True, "guest", "granted"),
        (False, False, "member", "granted"),
    ],
)
async def test_silence_decides_after_fifteen_seconds(
    house: House, ann: Remote, paused: bool, away: bool, role: Any, outcome: str
) -> None:
    asker = await house.guest(role)
    if paused:
        await ann.call("server_pause", lease=lease_of(ann))
    await ask_for(asker)
    if away:
        ann.hang_up()
    await house.clock.advance(14.9)
    assert outcomes(asker) == []
    await house.clock.advance(0.2)
    assert outcomes(asker) == [outcome]
    assert house.authority.machine.holds(asker.me.client_id) is (outcome == "granted")


@pytest.mark.parametrize("asked", [False, True])
async def test_a_holder_who_leaves_gives_it_to_who_asked_or_to_nobody(
    house: House, ann: Remote, bob: Remote, asked: bool
) -> None:
    if asked:
        await ask_for(bob)
    await ann.call("goodbye")
    assert house.authority.machine.holds(bob.me.client_id) is asked
    assert bob.peer.events("authority_changed")[-1].get("holder", {}).get("name") == ("member" if asked else None)
    assert house.screen.playing


async def test_a_holder_who_is_away_keeps_it_for_the_grace_period(house: House, ann: Remote, bob: Remote) -> None:
    ann.hang_up()
    await house.clock.advance(59)
    assert (await bob.call("get_authority"))["holder"]["name"] == "Ann"
    await house.clock.advance(2)
    assert await bob.call("get_authority") == {"state": "free"}
    assert house.screen.playing


async def test_an_asker_who_leaves_has_not_asked(house: House, ann: Remote, bob: Remote) -> None:
    await ask_for(bob)
    await bob.call("goodbye")
    assert outcomes(ann) == ["cancelled"]
    assert (await ann.call("get_authority"))["state"] == "held"


async def test_giving_it_back_frees_it_and_the_film_goes_on(house: House, ann: Remote, bob: Remote) -> None:
    lease = lease_of(ann)
    assert await bob.refused("release_authority", lease=lease) == "not_authority"
    assert await ann.call("release_authority", lease=lease) == {"state": "free"}
    assert "holder" not in bob.peer.events("authority_changed")[-1]
    assert house.screen.playing
    assert await ann.refused("server_pause", lease=lease) == "stale_lease"


async def test_owners_and_nobody_else_take_it_without_asking(house: House, ann: Remote, bob: Remote) -> None:
    assert await bob.refused("request_takeover", override=True) == "forbidden"
    await ask_for(bob)
    other = await house.owner("Eve")
    assert (await other.call("request_takeover", override=True))["state"] == "granted"
    assert outcomes(bob) == ["refused", "granted"]
    assert house.authority.machine.holds(other.me.client_id)


async def test_who_has_just_given_it_away_waits_five_seconds(house: House, ann: Remote, bob: Remote) -> None:
    await ann.call("respond_takeover", request_id=await ask_for(bob), accept=True)
    error = (await ann.ask("request_takeover"))["error"]
    assert error["message"] == "member has just got the screen; give it a moment."
    assert (error["data"]["name"], error["data"]["retry_after_s"]) == ("rate_limited", 5.0)
    await house.clock.advance(5)
    await ask_for(ann)


async def test_who_lost_it_to_an_owner_waits_five_seconds_and_an_owner_takes_it_back_at_once(
    house: House, ann: Remote, bob: Remote
) -> None:
    await ann.call("respond_takeover", request_id=await ask_for(bob), accept=True)
    assert (await ann.call("request_takeover", override=True))["state"] == "granted"
    error = (await bob.ask("request_takeover"))["error"]
    assert error["message"] == "Ann has just got the screen; give it a moment."


async def test_the_lease_is_told_to_its_owner_alone(house: House, ann: Remote, bob: Remote) -> None:
    third = await house.guest()
    await ann.call("respond_takeover", request_id=await ask_for(bob), accept=True)
    await house.clock.advance(6)
    await bob.call("respond_takeover", request_id=await ask_for(third), accept=False)
    for remote in (ann, third):
        assert '"lease"' not in "".join(remote.peer.frames)
        assert "lease" not in await remote.call("get_authority")
    assert (await bob.call("get_authority"))["lease"] == lease_of(bob)
    third.hang_up()
    back = house.connect()
    answer = await back.register("x", {"device_token": third.registered["device_token"]}, resume=third.resume(999))
    assert answer["snapshot"]["authority"]["holder"]["name"] == "member"
    assert '"lease"' not in "".join(back.peer.frames)


@pytest.mark.parametrize("with_item", [False, True])
async def test_of_fifty_askers_at_once_one_gets_it_and_all_are_answered(house: House, with_item: bool) -> None:
    people = [await house.owner(f"number {number}") for number in range(50)]
    wish = {"item": {"path": "copied.mp4"}} if with_item else {}
    answers = await asyncio.gather(*(one.ask("request_takeover", **wish) for one in people))
    states = [answer["result"]["state"] for answer in answers if "result" in answer]
    errors = {error_of(answer) for answer in answers if "error" in answer}
    assert (states.count("granted"), errors) == (1, {"takeover_in_progress"})
    assert len(states) == (1 if with_item else 2)
    await house.clock.advance(16)
    assert sorted(outcomes(people[0])) == ["granted"] * len(states)
    assert sum(house.authority.machine.holds(one.me.client_id) for one in people) == 1
    assert (house.authority._errors, house.authority._waiting) == ({}, {})


async def test_a_client_that_ended_while_its_film_was_looked_into_gets_nothing(house: House) -> None:
    house.probe.takes = 1.0
    one = await house.owner("Ann")
    wish = RequestTakeover(item=PathRef(path="copied.mp4"))
    asking = house.beside.start(house.authority.request(one.me, wish))
    await house.clock.settle()
    await house.clients.end_now(one.me, "revoked")
    with pytest.raises(NotRegistered):
        await asking
    assert await hold(await house.owner("Eve")) == 1

"""The screen's queue: who may change it, and what that does to the screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.house import House, Remote
from tests.services.sofa import FILM, OTHER, Before, begin, error_of, hold, item_on

ITEMS = [{"path": FILM}, {"path": OTHER}]


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen; two films are queued."""
    remote = await house.owner("Ann")
    await hold(remote)
    await remote.call("queue_add", target="server", items=ITEMS)
    remote.peer.take()
    return remote


async def queue(remote: Remote) -> dict[str, Any]:
    found: dict[str, Any] = await remote.call("queue_get", target="server")
    return found


def titles(state: dict[str, Any]) -> list[str]:
    return [item["title"] for item in state["items"]]


async def test_the_queue_is_shown_to_everybody(house: House, ann: Remote) -> None:
    state = await queue(await house.guest())
    assert (titles(state), state["version"], "current_id" in state) == (["copied", "encoded"], 1, False)
    assert (state["items"][0]["item"], state["items"][0]["duration"]) == ({"path": FILM}, 120.0)


async def test_members_add_and_everybody_is_told_before_the_answer(house: House, ann: Remote) -> None:
    member = await house.guest("member")
    state = await member.call("queue_add", target="server", items=[{"path": OTHER}], at=0)
    assert titles(state) == ["encoded", "copied", "encoded"]
    assert member.peer.words()[-2:] == ["queue_changed", "answer 2"]
    (event,) = ann.peer.events("queue_changed")
    assert {name: event[name] for name in state} == state
    assert event["target"] == "server"


async def test_guests_add_only_while_they_hold_the_screen(house: House, ann: Remote) -> None:
    guest = await house.guest()
    assert await guest.refused("queue_add", target="server", items=ITEMS) == "forbidden"
    await ann.call("release_authority", lease=1)
    await hold(guest)
    await guest.call("queue_add", target="server", items=ITEMS)
    house.probe._known.clear()
    house.probe.takes = 1.0
    adding = begin(guest, "queue_add", target="server", items=ITEMS)
    await house.clock.advance(0.5)
    await ann.call("request_takeover", override=True)
    assert error_of(await adding) == "forbidden"
    assert len(house.screen.queue.items) == 4


async def test_what_is_not_there_is_not_added(house: House, ann: Remote) -> None:
    for path, error in (("none.mp4", "item_not_found"), ("broken.mp4", "not_playable")):
        assert await ann.refused("queue_add", target="server", items=[{"path": FILM}, {"path": path}]) == error
    assert len(house.screen.queue.items) == 2


async def test_only_the_holder_removes_clears_and_jumps(house: House, ann: Remote) -> None:
    member = await house.guest("member")
    id_ = house.screen.queue.items[1].id
    for method, params in (("queue_remove", {"ids": [id_]}), ("queue_clear", {}), ("queue_jump", {"id": id_})):
        assert await member.refused(method, target="server", **params) == "not_authority"
    assert titles(await ann.call("queue_remove", target="server", ids=[id_])) == ["copied"]
    assert titles(await ann.call("queue_clear", target="server")) == []
    assert len(ann.peer.events("queue_changed")) == 2


async def test_an_edit_of_an_older_version_is_refused_with_the_present_queue(house: House, ann: Remote) -> None:
    for method, params in (("queue_add", {"items": ITEMS}), ("queue_remove", {"ids": ["x"]})):
        answer = await ann.ask(method, target="server", if_version=0, **params)
        assert error_of(answer) == "version_conflict"
        assert answer["error"]["data"]["queue"] == await queue(ann)
    assert len((await ann.call("queue_add", target="server", if_version=1, items=ITEMS))["items"]) == 4


async def test_a_jump_plays_that_item_now(house: House, ann: Remote) -> None:
    id_ = house.screen.queue.items[1].id
    state = await ann.call("queue_jump", target="server", id=id_)
    assert (state["current_id"], item_on(house)) == (id_, OTHER)
    assert await ann.refused("queue_jump", target="server", id="none") == "item_not_found"


async def test_a_jump_that_fails_changes_nothing(house: House, ann: Remote) -> None:
    await ann.call("server_play", lease=1)
    before = Before(house)
    del house.library.files[OTHER]
    id_ = house.screen.queue.items[1].id
    assert await ann.refused("queue_jump", target="server", id=id_) == "item_not_found"
    before.assert_same()


async def test_a_jump_of_one_who_lost_the_screen_meanwhile_is_not_made(house: House, ann: Remote) -> None:
    jumping = begin(ann, "queue_jump", target="server", id=house.screen.queue.items[1].id)
    await house.clock.advance(0.1)
    await (await house.owner("Eve")).call("request_takeover", override=True)
    assert error_of(await jumping) == "not_authority"
    assert (item_on(house), house.screen.queue.current) == (None, None)


async def test_removing_what_plays_lets_it_go_on_and_the_rest_follow(house: House, ann: Remote) -> None:
    await ann.call("server_play", lease=1, position=100.0)
    current = house.screen.queue.current
    assert current is not None
    await ann.call("queue_remove", target="server", ids=[current.id])
    await house.clock.advance(10)
    assert item_on(house) == FILM
    await house.clock.advance(12)
    assert (item_on(house), titles(await queue(ann))) == (OTHER, ["encoded"])

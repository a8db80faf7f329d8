"""The queues' commands: who may, what an edit does, who hears of it, and what the screen does then."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from controller.ports import NotStored
from tests.services.house import House, Remote
from tests.services.sofa import (
    FILM,
    ITEMS,
    OTHER,
    Before,
    begin,
    error_of,
    ids,
    item_on,
    queue,
    titles,
    with_queues,
)

EDITS: list[tuple[str, dict[str, Any]]] = [
    ("queue_remove", {"ids": ["x"]}),
    ("queue_move", {"id": "x"}),
    ("queue_clear", {}),
    ("queue_jump", {"id": "x"}),
    ("queue_next", {}),
    ("queue_previous", {}),
    ("queue_set_mode", {"repeat": "all", "shuffle": True}),
    ("queue_undo", {}),
    ("queue_copy", {"source": "server", "mode": "replace"}),
]
WHOSE = pytest.mark.parametrize("target", ["mine", "server"])


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen; two films are in its queue and in hers."""
    return await with_queues(house)


# ── who ───────────────────────────────────────────────────────────────────────────────────────────


async def test_the_screens_queue_is_shown_to_everybody(house: House, ann: Remote) -> None:
    state = await queue(await house.guest(client_types=["server_playback"]))
    assert (titles(state), state["version"], "current_id" in state) == (["copied", "encoded"], 1, False)
    assert {**state["items"][0], "id": "?"} == {
        "id": "?", "item": {"path": FILM}, "title": "copied", "duration": 120.0, "by": "Ann"
    }  # fmt: skip
    assert (state["total"], state["first"], state["repeat"], state["shuffle"]) == (2, 0, "off", False)


@pytest.mark.parametrize(("method", "params"), [("queue_get", {}), ("queue_add", {"items": ITEMS}), *EDITS])
async def test_who_watches_no_stream_has_no_queue(
    house: House, ann: Remote, method: str, params: dict[str, Any]
) -> None:
    remote = await house.owner(client_types=["server_playback"])
    assert await remote.refused(method, target="mine", **params) == "wrong_client_type"
    assert await remote.refused("queue_share", shared=True) == "wrong_client_type"
    assert await remote.refused("queue_copy", source="mine", target="server", mode="append") == "wrong_client_type"


@pytest.mark.parametrize(("method", "params"), EDITS)
async def test_only_the_holder_edits_the_screens_queue(
    house: House, ann: Remote, method: str, params: dict[str, Any]
) -> None:
    for remote in (await house.guest("member"), await house.owner("Eve")):
        assert await remote.refused(method, target="server", **params) == "not_authority"
    assert (await queue(ann))["version"] == 1


async def test_everybody_edits_their_own(house: House, ann: Remote) -> None:
    guest = await house.guest()
    assert titles(await guest.call("queue_add", target="mine", items=ITEMS)) == ["copied", "encoded"]
    assert titles(await guest.call("queue_clear", target="mine")) == []
    assert titles(await queue(ann, "mine")) == ["copied", "encoded"]


async def test_of_ones_own_queue_nobody_else_hears(house: House, ann: Remote) -> None:
    bob = await house.guest("member")
    bob.peer.take()
    state = await ann.call("queue_add", target="mine", items=ITEMS)
    assert ann.peer.words() == ["queue_changed", "answer 5"]
    (event,) = ann.peer.events("queue_changed")
    assert {name: event[name] for name in state} == state
    assert event["target"] == "mine"
    assert "by" not in event["items"][0]
    assert bob.peer.frames == []


async def test_members_add_to_the_screens_and_everybody_is_told_before_the_answer(house: House, ann: Remote) -> None:
    member = await house.guest("member")
    state = await member.call("queue_add", target="server", items=[{"path": OTHER}], at=0)
    assert titles(state) == ["encoded", "copied", "encoded"]
    assert [item["by"] for item in state["items"]] == ["member", "Ann", "Ann"]
    assert member.peer.words()[-2:] == ["queue_changed", "answer 2"]
    (event,) = ann.peer.events("queue_changed")
    assert {name: event[name] for name in state} == state
    assert event["target"] == "server"


# ── edits of several people ───────────────────────────────────────────────────────────────────────


@WHOSE
async def test_edits_of_an_older_version_are_merged_if_they_can_be(house: House, ann: Remote, target: str) -> None:
    one, two = ids(await queue(ann, target))
    await ann.call("queue_add", target=target, items=ITEMS, if_version=0)
    await ann.call("queue_remove", target=target, ids=[one, "gone"], if_version=0)
    state = await ann.call("queue_move", target=target, id=two, if_version=1)
    assert titles(state) == ["copied", "encoded", "encoded"]
    assert ids(state)[-1] == two


@WHOSE
@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("queue_clear", {}),
        ("queue_move", {"id": "gone"}),
        ("queue_set_mode", {"repeat": "all", "shuffle": False}),
        ("queue_add", {"items": ITEMS, "if_version": 99}),
        ("queue_remove", {"ids": ["x"], "if_version": 99}),
    ],
)
async def test_other_edits_of_another_version_are_refused_with_the_present_queue(
    house: House, ann: Remote, target: str, method: str, params: dict[str, Any]
) -> None:
    before = await queue(ann, target)
    answer = await ann.ask(method, target=target, **{"if_version": 0, **params})
    assert error_of(answer) == "version_conflict"
    assert answer["error"]["data"]["queue"] == before == await queue(ann, target)
    assert ann.peer.events("queue_changed") == []


async def test_everybody_takes_back_their_own_edits_alone(house: House, ann: Remote) -> None:
    member = await house.guest("member")
    await member.call("queue_add", target="server", items=ITEMS[:1])
    await ann.call("queue_clear", target="server")
    assert len((await ann.call("queue_undo", target="server"))["items"]) == 3
    assert len((await ann.call("queue_undo", target="server"))["items"]) == 1
    assert await ann.refused("queue_undo", target="server") == "item_not_found"
    assert titles(await queue(ann, "mine")) == ["copied", "encoded"]
    assert titles(await ann.call("queue_undo", target="mine")) == []


@WHOSE
async def test_what_changes_nothing_is_not_told(house: House, ann: Remote, target: str) -> None:
    await ann.call("queue_remove", target=target, ids=["gone"])
    await ann.call("queue_set_mode", target=target, repeat="off", shuffle=False)
    assert ann.peer.events("queue_changed") == []
    await ann.call("queue_set_mode", target=target, repeat="one", shuffle=True)
    (event,) = ann.peer.events("queue_changed")
    assert (event["repeat"], event["shuffle"], event["target"]) == ("one", True, target)


# ── kept before it is answered ────────────────────────────────────────────────────────────────────


@WHOSE
@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("queue_add", {"items": ITEMS}),
        ("queue_clear", {}),
        ("queue_next", {}),
        ("queue_copy", {"source": "mine", "mode": "append"}),
    ],
)
async def test_an_edit_is_answered_when_it_is_stored_and_told_before(
    house: House, ann: Remote, target: str, method: str, params: dict[str, Any]
) -> None:
    stored = asyncio.Event()

    async def wait() -> None:
        await stored.wait()

    house.queues.stored = wait
    asked = begin(ann, method, target=target, **params)
    await house.clock.advance(1)
    assert ann.peer.events("queue_changed")
    assert not asked.done()
    stored.set()
    assert "result" in await asked
    await ann.call("goodbye")


@WHOSE
async def test_an_edit_that_cannot_be_stored_is_made_and_said_not_to_be_repeated(
    house: House, ann: Remote, target: str
) -> None:
    async def fail() -> None:
        raise NotStored("the disk is full")

    house.queues.stored = fail
    answer = await ann.ask("queue_add", target=target, items=ITEMS)
    data = answer["error"]["data"]
    assert (error_of(answer), data["retryable"], "retry_after_s" in data) == ("overloaded", False, False)
    assert answer["error"]["message"] == "The queue is changed, but cannot be stored just now."
    assert "disk" not in json.dumps(answer)
    assert (await queue(ann, target))["total"] == 4
    assert len(ann.peer.events("queue_changed")) == 1


# ── the screen ────────────────────────────────────────────────────────────────────────────────────


async def test_a_jump_plays_that_item_now(house: House, ann: Remote) -> None:
    id_ = house.screen.queue.items[1].id
    state = await ann.call("queue_jump", target="server", id=id_)
    assert (state["current_id"], item_on(house)) == (id_, OTHER)
    assert await ann.refused("queue_jump", target="server", id="none") == "item_not_found"


async def test_next_and_previous_play_what_is_there(house: House, ann: Remote) -> None:
    assert (await ann.call("queue_next", target="server"))["current_id"] == house.screen.queue.items[0].id
    await ann.call("queue_next", target="server")
    assert item_on(house) == OTHER
    assert await ann.refused("queue_next", target="server") == "empty_queue"
    await ann.call("queue_previous", target="server")
    assert item_on(house) == FILM
    assert await ann.refused("queue_previous", target="server") == "empty_queue"


async def test_next_brings_a_parked_film_back(house: House, ann: Remote) -> None:
    await ann.call("queue_next", target="server")
    await ann.call("server_interrupt", lease=1, item={"path": OTHER})
    await ann.call("queue_next", target="server")
    assert (item_on(house), house.screen.queue.place) == (FILM, 0)


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


# ── who is here ───────────────────────────────────────────────────────────────────────────────────


async def test_the_list_of_clients_tells_how_long_queues_are_and_who_shares(house: House, ann: Remote) -> None:
    bob = await house.guest("member")
    await bob.call("subscribe", topics=["clients"])
    await ann.call("queue_add", target="mine", items=ITEMS)
    await ann.call("queue_share", shared=True)
    rows = {row["name"]: row for row in await bob.call("get_all_clients_status")}
    assert (rows["Ann"]["queue_length"], rows["Ann"]["shares_queue"]) == (4, True)
    assert (rows["member"]["queue_length"], rows["member"]["shares_queue"]) == (0, False)
    told = [(event["queue_length"], event["shares_queue"]) for event in bob.peer.events("client_changed")]
    assert told == [(4, False), (4, True)]
    await ann.call("queue_share", shared=False)
    assert bob.peer.events("client_changed")[-1]["shares_queue"] is False


async def test_a_client_that_left_takes_its_queue_along(house: House, ann: Remote) -> None:
    await ann.call("queue_share", shared=True)
    await ann.call("goodbye")
    assert (house.queues.length(ann.registered["client_id"]), house.queues.shares(ann.registered["client_id"])) == (
        0,
        False,
    )

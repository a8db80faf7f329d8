"""What is added to queues: by guests in their turns, folders whole, and more than fits into a frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.core.queue import MOST
from protocol import MAX_FRAME_BYTES
from protocol.values import PathRef
from tests.services.house import House, Remote
from tests.services.sofa import FILM, ITEMS, begin, error_of, hold, ids, queue, titles, with_queues

WHOSE = pytest.mark.parametrize("target", ["mine", "server"])


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen; two films are in its queue and in hers."""
    return await with_queues(house)


# ── guests ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_guest_adds_five_films_at_once_and_one_more_each_minute(house: House, ann: Remote) -> None:
    guest = await house.guest()
    for _ in range(5):
        await guest.call("queue_add", target="server", items=ITEMS[:1])
    answer = await guest.ask("queue_add", target="server", items=ITEMS[:1])
    assert error_of(answer) == "rate_limited"
    assert answer["error"]["data"]["retry_after_s"] == pytest.approx(60.0, abs=0.1)
    assert "suggest" in answer["error"]["data"]["hint"]
    await house.clock.advance(60)
    await guest.call("queue_add", target="server", items=ITEMS[:1])
    assert await guest.refused("queue_add", target="server", items=ITEMS[:1]) == "rate_limited"
    assert (await queue(ann))["total"] == 8


async def test_a_new_connection_brings_a_guest_no_new_budget(house: House, ann: Remote) -> None:
    guest = await house.guest()
    await guest.call("queue_add", target="server", items=ITEMS * 2 + ITEMS[:1])
    again = house.connect()
    await again.register("guest", {"device_token": guest.registered["device_token"]})
    assert await again.refused("queue_add", target="server", items=ITEMS[:1]) == "rate_limited"
    await again.call("queue_add", target="mine", items=ITEMS * 5)


async def test_a_guests_films_come_in_fair_turns_whatever_place_is_asked_for(house: House, ann: Remote) -> None:
    first, second = await house.guest(), await house.guest()
    await first.call("queue_add", target="server", items=ITEMS[:1] * 3, at="next")
    state = await second.call("queue_add", target="server", items=ITEMS[1:] * 2, at=0)
    one, two = first.me.device.device_id, second.me.device.device_id
    mine = ann.me.device.device_id
    people = [item.person for item in house.screen.queue.items]
    assert people == [mine, one, two, mine, one, two, one]
    assert state["total"] == 7


async def test_what_is_refused_costs_a_guest_nothing(house: House, ann: Remote) -> None:
    guest = await house.guest()
    assert await guest.refused("queue_add", target="server", items=ITEMS, if_version=9) == "version_conflict"
    assert await guest.refused("queue_add", target="server", items=ITEMS * 3) == "rate_limited"
    queue_ = house.screen.queue
    queue_.add(house.queues.again(queue_.items * 4_999))
    assert await guest.refused("queue_add", target="server", items=ITEMS[:1]) == "overloaded"
    await ann.call("queue_clear", target="server")
    await guest.call("queue_add", target="server", items=ITEMS * 2 + ITEMS[:1])


async def test_a_guest_who_holds_the_screen_adds_as_anybody(house: House, ann: Remote) -> None:
    guest = await house.guest()
    await ann.call("release_authority", lease=1)
    await hold(guest)
    assert (await guest.call("queue_add", target="server", items=ITEMS * 5))["total"] == 12
    house.probe._known.clear()
    house.probe.takes = 1.0
    adding = begin(guest, "queue_add", target="server", items=ITEMS * 3)
    await house.clock.advance(0.5)
    await ann.call("request_takeover", override=True)
    assert error_of(await adding) == "rate_limited", "it was lost while the films were looked into"


# ── what is added ─────────────────────────────────────────────────────────────────────────────────


@WHOSE
async def test_what_is_not_there_is_not_added(house: House, ann: Remote, target: str) -> None:
    for path, error in (("none.mp4", "item_not_found"), ("broken.mp4", "not_playable")):
        assert await ann.refused("queue_add", target=target, items=[{"path": FILM}, {"path": path}]) == error
    assert (await queue(ann, target))["total"] == 2


@WHOSE
@pytest.mark.parametrize("by_id", [False, True])
async def test_a_folder_is_all_films_in_it_in_natural_order(
    house: House, ann: Remote, target: str, by_id: bool
) -> None:
    for name in ("s/Part 10.mkv", "s/Part 2.mkv", "s/deep/Part 1.mkv", "s/part 3.mkv"):
        house.library.add(name)
    ref = {"media_id": house.library.media_id("s", None)} if by_id else {"path": "s/"}
    state = await ann.call("queue_add", target=target, items=[{"path": FILM}, ref], at=0)
    assert titles(state)[:5] == ["copied", "Part 1", "Part 2", "part 3", "Part 10"]
    assert state["items"][1]["item"] == {"path": "s/deep/Part 1.mkv"}
    assert "duration" not in state["items"][1], "nobody has looked into it: one of them may be broken"


async def test_an_empty_folder_is_said_to_be_so(house: House, ann: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(_path: str | None, _media_id: str | None) -> list[Any]:
        return []

    monkeypatch.setattr(type(house.library), "films", lambda _library, path, media_id: nothing(path, media_id))
    answer = await ann.ask("queue_add", target="mine", items=[{"path": "empty"}])
    assert (error_of(answer), answer["error"]["message"]) == ("not_playable", "There is no film in this folder.")


async def test_more_than_a_few_films_are_looked_into_when_their_turn_comes(house: House, ann: Remote) -> None:
    looks = house.probe.looks
    state = await ann.call("queue_add", target="mine", items=[{"path": "broken.mp4"}] * 21)
    assert (state["total"], house.probe.looks) == (23, looks)


@WHOSE
async def test_a_queue_holds_ten_thousand(house: House, ann: Remote, target: str) -> None:
    one = house.queues.at("server" if target == "server" else "mine", ann.me)
    one.add(house.queues.again(one.items * 4_999))
    answer = await ann.ask("queue_add", target=target, items=ITEMS[:1])
    assert (error_of(answer), answer["error"]["message"]) == ("overloaded", f"A queue holds {MOST} items.")
    assert len(one) == MOST == 10_000


@WHOSE
async def test_as_many_films_are_added_at_once_as_a_queue_holds_and_more_are_not_looked_for(
    house: House, ann: Remote, target: str
) -> None:
    assert (await ann.call("queue_add", target=target, items=ITEMS[:1] * (MOST - 2)))["total"] == MOST
    await ann.call("queue_clear", target=target)
    unknown = [{"path": "none.mp4"}] * (MOST + 1)
    assert await ann.refused("queue_add", target=target, items=unknown) == "overloaded"


# ── long queues ───────────────────────────────────────────────────────────────────────────────────


def fill(house: House, ann: Remote, count: int, path: str, current: int | None = None) -> None:
    one = house.queues.of(ann.me.client_id)
    (like, _) = one.items
    entries = [
        replace(like, id=f"{n:016}", item=PathRef(path=f"{n}{path}"), title=f"{n}{path[:200]}") for n in range(count)
    ]
    one.replace(entries, None if current is None else entries[current].id)


@pytest.mark.parametrize(
    ("path", "current"), [("x" * 200, None), ("é" * 2_000, 200), ("\u0001" * 4_000, 0), ("𝄞" * 4_000, 999)]
)
async def test_a_long_queue_is_told_in_part_and_no_frame_is_too_large(
    house: House, ann: Remote, path: str, current: int | None
) -> None:
    fill(house, ann, 1_000, path, current)
    ann.peer.take()
    state = await queue(ann, "mine")
    await ann.ask("queue_clear", target="mine", if_version=0)
    await ann.call("queue_remove", target="mine", ids=[f"{500:016}"])
    assert ann.peer.words()[-2:] == ["queue_changed", "answer 7"]
    assert max(len(frame.encode()) for frame in ann.peer.frames) < MAX_FRAME_BYTES
    assert (state["total"], len(state["items"]) < 1_000) == (1_000, True)
    if current is not None:
        assert state["current_id"] in ids(state)


async def test_the_parts_of_a_long_queue_fit_together(house: House, ann: Remote) -> None:
    fill(house, ann, 5_000, "x" * 100)
    seen: list[str] = []
    while len(seen) < 5_000:
        state = await ann.call("queue_get", target="mine", first=len(seen))
        assert (state["first"], state["total"]) == (len(seen), 5_000)
        seen += ids(state)
    assert seen == [f"{n:016}" for n in range(5_000)]
    assert (await ann.call("queue_get", target="mine", first=9_000))["items"] == []


async def test_a_short_queue_is_told_whole_wherever_it_is(house: House, ann: Remote) -> None:
    fill(house, ann, 1_000, "x", current=900)
    state = await queue(ann, "mine")
    assert (state["first"], len(state["items"])) == (0, 1_000)


async def test_an_edit_of_a_long_queue_tells_only_what_is_around_its_present_item(house: House, ann: Remote) -> None:
    fill(house, ann, 5_000, "x", 2_500)
    ann.peer.take()
    answer = await ann.call("queue_remove", target="mine", ids=[f"{4_000:016}"])
    (event,) = ann.peer.events("queue_changed")
    assert (answer["first"], answer["total"]) == (event["first"], event["total"]) == (2_450, 4_999)
    assert 100 < len(answer["items"]) == len(event["items"]) < 250
    assert answer["items"][50]["id"] == answer["current_id"] == f"{2_500:016}"

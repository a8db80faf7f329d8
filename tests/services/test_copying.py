"""Queues are copied between people and the screen; with their place, what plays there goes on here at that second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.screen import FakeFilm
from tests.services.house import House, Remote
from tests.services.sofa import FILM, OTHER, Before, begin, error_of, hold, item_on, queue, titles

ITEMS = [{"path": FILM}, {"path": OTHER}]


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen, and watches the second of two films on her phone, from 50 s on."""
    remote = await house.owner("Ann")
    await hold(remote)
    await remote.call("queue_add", target="mine", items=ITEMS)
    await remote.call("queue_next", target="mine")
    await remote.call("queue_next", target="mine")
    await house.clock.advance(0.2)
    await remote.call("hls_seek", position=50.0)
    remote.peer.take()
    return remote


@pytest.fixture
async def bob(house: House, ann: Remote) -> Remote:
    """He sits beside her."""
    remote = await house.guest("member")
    remote.peer.take()
    return remote


def present(state: dict[str, Any]) -> int | None:
    """The index of the present item."""
    found = [index for index, item in enumerate(state["items"]) if item["id"] == state.get("current_id")]
    return found[0] if found else None


def here(remote: Remote) -> float:
    """Where a stream is."""
    return remote.stream.machine.timeline.now(remote.house.clock.now())


async def copy(remote: Remote, source: Any, target: str, mode: str = "replace", **more: Any) -> dict[str, Any]:
    state: dict[str, Any] = await remote.call("queue_copy", source=source, target=target, mode=mode, **more)
    return state


# ── to the screen ─────────────────────────────────────────────────────────────────────────────────


async def test_mine_is_copied_to_the_screen_in_new_items_and_nothing_plays(house: House, ann: Remote) -> None:
    await ann.call("queue_add", target="server", items=ITEMS[:1])
    mine = house.queues.of(ann.me.client_id)
    state = await copy(ann, "mine", "server", "append")
    assert (titles(state), present(state), item_on(house)) == (["copied", "copied", "encoded"], None, None)
    assert not {item["id"] for item in state["items"]} & {item.id for item in mine.items}
    assert {item["by"] for item in state["items"]} == {"Ann"}
    assert titles(await copy(ann, "mine", "server")) == ["copied", "encoded"]
    assert len((await ann.call("queue_undo", target="server"))["items"]) == 3


@pytest.mark.parametrize("mode", ["replace", "append"])
async def test_with_its_place_the_film_goes_on_there_at_that_second(house: House, ann: Remote, mode: str) -> None:
    await ann.call("queue_add", target="server", items=ITEMS[:1])
    house.probe.check_takes = 2.0
    await house.clock.advance(3)
    state = await copy(ann, "mine", "server", mode, with_position=True)
    assert titles(state) == ["copied"] * (mode == "append") + ["copied", "encoded"]
    assert (present(state), item_on(house)) == (len(state["items"]) - 1, OTHER)
    assert house.screen.position() == pytest.approx(here(ann), abs=1.0)
    assert here(ann) > 54.0, "her own goes on"


async def test_what_stands_still_is_taken_from_where_it_stands(house: House, ann: Remote) -> None:
    await ann.call("hls_pause")
    house.probe.check_takes = 3.0
    await copy(ann, "mine", "server", with_position=True)
    assert house.screen.position() == pytest.approx(50.0, abs=1.0)


async def test_a_film_that_does_not_appear_leaves_the_screen_and_its_queue(house: House, ann: Remote) -> None:
    await ann.call("server_play", lease=1, item={"path": FILM}, position=20.0)
    house.players.films[Path("/films") / OTHER] = FakeFilm(120.0, plays=False)
    before = Before(house)
    copying = ann.ask("queue_copy", source="mine", target="server", mode="replace", with_position=True)
    assert error_of(await copying) == "screen_failed"
    await house.clock.advance(1)
    before.assert_same(paused_for=0.6)


async def test_who_loses_the_screen_meanwhile_copies_nothing(house: House, ann: Remote) -> None:
    copying = begin(ann, "queue_copy", source="mine", target="server", mode="replace", with_position=True)
    await house.clock.advance(0.1)
    await (await house.owner("Eve")).call("request_takeover", override=True)
    assert error_of(await copying) == "not_authority"
    assert (item_on(house), len(house.screen.queue)) == (None, 0)


async def test_a_film_whose_queue_was_filled_meanwhile_plays_without_a_place(house: House, ann: Remote) -> None:
    house.probe.check_takes = 1.0
    copying = begin(ann, "queue_copy", source="mine", target="server", mode="append", with_position=True)
    await house.clock.advance(0.5)
    house.screen.queue.add(house.queues.again(house.queues.of(ann.me.client_id).items * 5_000))
    assert (await copying)["result"]["total"] == 10_000
    assert (item_on(house), house.screen.queue.current) == (OTHER, None)


async def test_without_a_screen_a_place_cannot_be_copied(house: House, ann: Remote) -> None:
    house.screen._players = None
    wish = {"source": "mine", "target": "server", "mode": "replace", "with_position": True}
    assert await ann.refused("queue_copy", **wish) == "screen_unavailable"
    assert len(house.screen.queue) == 0


# ── to a stream ───────────────────────────────────────────────────────────────────────────────────


async def test_the_screens_is_copied_to_mine_and_goes_on_here(house: House, bob: Remote, ann: Remote) -> None:
    await ann.call("queue_add", target="server", items=ITEMS)
    await ann.call("server_play", lease=1, position=70.0)
    await house.clock.advance(5)
    bob.peer.take()
    state = await copy(bob, "server", "mine", with_position=True)
    assert (titles(state), present(state)) == (["copied", "encoded"], 0)
    assert "by" not in state["items"][0]
    assert [event["target"] for event in bob.peer.events("queue_changed")] == ["mine"]
    await house.clock.advance(0.2)
    assert bob.stream.spec.source.title == "copied"
    assert here(bob) == pytest.approx(house.screen.position(), abs=1.0)
    assert item_on(house) == FILM, "the screen goes on"


async def test_without_its_place_only_the_list_is_copied(house: House, bob: Remote, ann: Remote) -> None:
    await ann.call("server_play", lease=1, item={"path": FILM})
    state = await copy(bob, "server", "mine", "append")
    await house.clock.advance(1)
    assert (present(state), house.streams.of(bob.me.client_id)) == (None, None)


async def test_a_shared_queue_may_be_copied_with_its_place(house: House, bob: Remote, ann: Remote) -> None:
    whose = {"client_id": ann.me.client_id}
    refusal = await bob.ask("queue_copy", source=whose, target="mine", mode="replace")
    assert (error_of(refusal), refusal["error"]["message"]) == ("forbidden", "Ann does not share this queue.")
    await ann.call("queue_share", shared=True)
    state = await copy(bob, whose, "mine", with_position=True)
    assert (titles(state), present(state)) == (["copied", "encoded"], 1)
    await house.clock.advance(0.2)
    assert bob.stream.spec.source.title == "encoded"
    assert here(bob) == pytest.approx(here(ann), abs=1.0)
    await ann.call("queue_share", shared=False)
    assert await bob.refused("queue_copy", source=whose, target="mine", mode="append") == "forbidden"
    assert await bob.refused("queue_copy", source=whose, target="server", mode="append") == "forbidden"


async def test_a_member_may_append_to_the_screens_queue_and_a_guest_may_not(
    house: House, bob: Remote, ann: Remote
) -> None:
    before = titles(await queue(ann))
    await bob.call("queue_add", target="mine", items=[{"path": OTHER}])
    state = await copy(bob, "mine", "server", "append")
    assert titles(state) == [*before, "encoded"]
    wish: dict[str, Any] = {"source": "mine", "target": "server", "mode": "append"}
    assert await bob.refused("queue_copy", **wish, with_position=True) == "not_authority", "that plays it"
    guest = await house.guest("guest")
    await guest.call("queue_add", target="mine", items=[{"path": OTHER}])
    assert await guest.refused("queue_copy", **wish) == "not_authority"


async def test_ones_own_queue_needs_no_sharing(house: House, ann: Remote) -> None:
    state = await copy(ann, {"client_id": ann.me.client_id}, "mine", "append")
    assert titles(state) == ["copied", "encoded"] * 2


async def test_who_has_gone_has_no_queue(house: House, bob: Remote, ann: Remote) -> None:
    await ann.call("queue_share", shared=True)
    await ann.call("goodbye")
    for client_id in (ann.registered["client_id"], "nobody"):
        wish = {"source": {"client_id": client_id}, "target": "mine", "mode": "append"}
        assert await bob.refused("queue_copy", **wish) == "item_not_found"


async def test_an_empty_queue_is_not_copied(house: House, bob: Remote, ann: Remote) -> None:
    await ann.call("queue_share", shared=True)
    assert await ann.refused("queue_copy", source="server", target="mine", mode="replace") == "empty_queue"
    assert len(house.queues.of(ann.me.client_id)) == 2


async def test_what_does_not_fit_is_not_copied_at_all(house: House, ann: Remote) -> None:
    mine = house.queues.of(ann.me.client_id)
    mine.add(house.queues.again(mine.items * 4_998))
    assert await ann.refused("queue_copy", source="mine", target="mine", mode="append") == "overloaded"
    assert len(mine) == 9_998
    assert (await copy(ann, "mine", "mine", with_position=True))["total"] == 9_998


async def test_a_film_that_does_not_play_just_now_begins_at_its_beginning(
    house: House, bob: Remote, ann: Remote
) -> None:
    await ann.call("queue_add", target="server", items=ITEMS)
    await ann.call("server_play", lease=1, position=70.0)
    await ann.call("server_stop", lease=1)
    await copy(bob, "server", "mine", with_position=True)
    await ann.call("stop_hls_stream")
    await copy(ann, "mine", "server", with_position=True)
    await house.clock.advance(0.2)
    assert here(bob) < 1.0
    assert house.screen.position() < 1.0

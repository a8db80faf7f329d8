"""What is acknowledged is stored: who waits for that waits for one transaction, and for nothing else."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from controller.services.keeping.keeper import PATIENCE
from protocol.errors import Overloaded
from protocol.values import PathRef
from tests.fakes.clock import INSTANT
from tests.services.house import House
from tests.services.restarting import Restart
from tests.services.sofa import FILM, OTHER, play

ADD = {"target": "mine", "items": [{"path": FILM}]}


async def test_an_edit_is_answered_when_it_is_stored_and_no_later(house: House, restart: Restart) -> None:
    ann = await house.owner("Ann")
    house.kept.takes = 0.3
    began = house.clock.now()
    edit = house.beside.start(ann.call("queue_add", **ADD))
    await house.clock.advance(0.29)
    assert not edit.done()
    queue = await edit
    assert house.clock.now() - began == pytest.approx(0.3, abs=10 * INSTANT)
    second = await restart()
    assert [item.id for item in second.queues.of(ann.me.client_id).items] == [item["id"] for item in queue["items"]]


async def test_all_who_wait_meanwhile_share_the_next_transaction(house: House) -> None:
    remotes = [await house.owner() for _ in range(20)]
    await house.clock.advance(1)
    house.kept.takes, saves, began = 0.3, house.kept.saves, house.clock.now()
    first = house.beside.start(remotes[0].call("queue_add", **ADD))
    await house.clock.advance(0.1)
    edits = [house.beside.start(remote.call("queue_add", **ADD)) for remote in remotes[1:]]
    await first
    assert house.clock.now() - began == pytest.approx(0.3, abs=10 * INSTANT)
    assert not any(edit.done() for edit in edits), "theirs came after that transaction had begun"
    for edit in edits:
        await edit
    assert house.clock.now() - began == pytest.approx(0.6, abs=20 * INSTANT)
    assert house.kept.saves - saves == 2


async def test_who_waits_though_nothing_changed_is_answered_at_once_without_a_transaction(house: House) -> None:
    ann = await house.owner("Ann")
    await ann.call("queue_add", **ADD)
    saves, began = house.kept.saves, house.clock.now()
    await ann.call("queue_remove", target="mine", ids=["not there"])
    assert house.kept.saves == saves
    assert house.clock.now() == pytest.approx(began, abs=10 * INSTANT)


async def test_a_store_that_refuses_for_a_moment_delays_the_answer(house: House) -> None:
    ann = await house.owner("Ann")
    house.kept.refuses = True
    edit = house.beside.start(ann.call("queue_add", **ADD))
    await house.clock.advance(0.5)
    assert not edit.done()
    house.kept.refuses = False
    await edit
    assert f"queue:{ann.me.client_id}" in house.kept.texts


@pytest.mark.parametrize("target", ["mine", "server"])
async def test_a_store_that_refuses_for_long_is_said_and_the_edit_is_stored_when_that_is_possible(
    house: House, restart: Restart, target: str
) -> None:
    ann = await house.owner("Ann")
    await play(ann)
    house.kept.refuses, began = True, house.clock.now()
    with capture_logs() as logs:
        answer = await ann.ask("queue_add", target=target, items=[{"path": OTHER}])
    assert answer["error"]["data"]["name"] == "overloaded"
    assert house.clock.now() - began == pytest.approx(PATIENCE, abs=0.01)
    assert [entry["reason"] for entry in logs if entry["event"] == "state not saved"][:1] == ["the disk is full"]
    house.kept.refuses = False
    await house.clock.advance(1)
    second = await restart()
    queue = second.screen.queue if target == "server" else second.queues.of(ann.me.client_id)
    assert queue.items[-1].item == PathRef(path=OTHER)


async def test_a_store_that_hangs_is_not_waited_for_longer_either(house: House) -> None:
    house.kept.takes, began = 60.0, house.clock.now()
    await house.owner("Ann")
    with pytest.raises(Overloaded) as refusal:
        await house.keeper.stored()
    assert (refusal.value.retryable, refusal.value.retry_after_s) == (True, 1.0)
    assert house.clock.now() - began == pytest.approx(PATIENCE, abs=0.01)


async def test_edits_are_stored_while_a_slow_film_is_still_brought_back(house: House, restart: Restart) -> None:
    ann = await house.owner("Ann")
    await play(ann)
    await house.clock.advance(1)

    def slow(one: House) -> None:
        one.probe.takes = 8.0

    second = await restart(slow)
    began = second.clock.now()
    await second.keeper.stored()
    assert second.clock.now() == pytest.approx(began, abs=0.01)
    assert second.screen.coming_back
    assert second.kept.texts["screen"] == house.kept.texts["screen"]

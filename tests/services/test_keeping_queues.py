"""Queues survive whole, and an edit of a long one costs little."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from controller.core.queue import ClientQueue, QueuedItem
from controller.services.clients import ClientManager
from controller.services.keeping.queues import QueueBook
from controller.services.queues import Queues
from controller.services.screen import SharedScreen
from protocol.errors import ItemNotFound
from protocol.values import PathRef
from tests.core.making import modest
from tests.fakes.chance import FakeSecrets
from tests.fakes.clock import FakeClock
from tests.fakes.library import FakeLibrary
from tests.fakes.probe import FakeProbe
from tests.services.house import BOX_TOKEN, House, Remote
from tests.services.restarting import Restart
from tests.services.sofa import FILM, OTHER

LONG = 10_000


@dataclass
class Shelf:
    """The screen's queue alone, its book, and rows that are saved when a test says so."""

    def __init__(self, rows: dict[str, str] | None = None) -> None:
        clock, chance, library, probe = FakeClock(), FakeSecrets(), FakeLibrary(), FakeProbe()
        self.screen = SharedScreen(clock, chance, library, probe, None)
        clients = ClientManager(clock, chance, grace=60.0, rate=0.0, burst=0.0)
        self.book = QueueBook(clients, Queues(clock, chance, library, probe, self.screen), self.screen)
        self.rows = dict(rows or {})
        self.book.take_up(self.rows)

    def save(self) -> dict[str, str | None]:
        """What had to be written."""
        changes = self.book.changes()
        for name, text in changes.items():
            self.rows.pop(name, None)
            if text is not None:
                self.rows[name] = text
        self.book.saved()
        return changes

    def saved_bytes(self) -> int:
        return sum(len(name) + len((text or "").encode()) for name, text in self.save().items())

    def again(self) -> ClientQueue:
        """The queue as a next daemon has it."""
        return Shelf(self.rows).screen.queue


def item(number: int | str) -> QueuedItem:
    path = PathRef(path=f"a folder of series/season {number}/a rather long name of a film {number}.mkv")
    return QueuedItem(
        f"m-sixteen-long-{number}", path, f"a rather long name of a film {number}", 5_400.5, "Ann", "phone"
    )


@pytest.fixture(scope="module")
def items() -> list[QueuedItem]:
    return [item(number) for number in range(LONG)]


@pytest.fixture(params=[False, True], ids=["in order", "shuffled"])
def shelf(request: pytest.FixtureRequest, items: list[QueuedItem]) -> Shelf:
    """A queue of 10,000 items in the midst of being played, saved."""
    one = Shelf()
    one.screen.queue.add(items)
    one.screen.queue.set_mode("all", shuffle=request.param, seed="s")
    one.screen.queue.jump(items[5_000].id)
    one.save()
    return one


EDITS: dict[str, Any] = {
    "add at the end": lambda queue: queue.add([item("x")]),
    "add as the next": lambda queue: queue.add([item("x")], "next"),
    "add in front": lambda queue: queue.add([item("x")], 0),
    "remove": lambda queue: queue.remove([queue.items[4_321].id]),
    "move": lambda queue: queue.move(queue.items[9].id, queue.items[7_777].id),
    "next": lambda queue: queue.jump(queue.next.id),
    "repeat": lambda queue: queue.set_mode("off", shuffle=queue.shuffle, seed="s"),
}


@pytest.mark.parametrize(
    ("what", "shelf"), [(what, number % 2 == 1) for number, what in enumerate(EDITS)], indirect=["shelf"]
)
def test_an_edit_of_ten_thousand_items_writes_little_and_is_all_there(shelf: Shelf, what: str) -> None:
    queue = shelf.screen.queue
    if what.startswith("add"):
        queue.remove([queue.items[0].id])
        shelf.save()
    EDITS[what](queue)
    assert shelf.saved_bytes() < 64 * 1024
    assert shelf.again().memory == queue.memory


def test_finding_out_what_an_edit_changed_takes_about_a_millisecond(shelf: Shelf) -> None:
    """The best of many, because the machine may be busy; a bound that only another algorithm would miss."""
    took = []
    for number in range(20):
        shelf.screen.queue.remove([shelf.screen.queue.items[number * 7].id])
        began = perf_counter()
        shelf.save()
        took.append(perf_counter() - began)
    assert min(took) < 0.02


def test_nothing_is_written_when_nothing_has_changed(shelf: Shelf) -> None:
    assert shelf.save() == {}
    assert set(Shelf(shelf.rows).save()) == {"queue:screen"}, "the stretches are known from their names"


def test_an_unused_queue_needs_no_rows_and_an_emptied_one_only_its_version() -> None:
    one = Shelf()
    assert one.save() == {}
    one.screen.queue.add([item(1), item(2)])
    one.save()
    one.screen.queue.clear()
    one.save()
    assert list(one.rows) == ["queue:screen"]
    assert one.again().version == 2


def test_what_could_not_be_saved_is_saved_the_next_time() -> None:
    one = Shelf()
    one.screen.queue.add([item(1)])
    refused = one.book.changes()
    one.screen.queue.add([item(2)])
    assert refused.keys() != one.save().keys()
    assert one.again().memory == one.screen.queue.memory


STEP = st.tuples(
    st.sampled_from(["add", "next to it", "remove", "move", "on", "back", "mode", "clear", "undo", "restart"]),
    st.integers(0, 300),
    st.integers(1, 120),
)


def edit(queue: ClientQueue, what: str, where: int, new: list[QueuedItem]) -> None:
    ids = [each.id for each in queue.items]
    match what:
        case "add" | "next to it":
            queue.add(new, where if what == "add" else "next")
        case "remove":
            queue.remove(ids[where : where + len(new)])
        case "move" if ids:
            queue.move(ids[where % len(ids)], ids[len(new) % len(ids)])
        case "on" if queue.next:
            queue.jump(queue.next.id)
        case "back" if queue.previous:
            queue.jump(queue.previous.id, back=True)
        case "mode":
            queue.set_mode(("off", "one", "all")[where % 3], shuffle=len(new) % 2 == 0, seed=str(where))
        case "clear":
            queue.clear()
        case "undo":
            with suppress(ItemNotFound):
                queue.undo()


@modest(20)
@given(steps=st.lists(STEP, max_size=25))
def test_after_any_edits_each_saved_the_queue_is_the_same(steps: list[tuple[str, int, int]]) -> None:
    one = Shelf()
    for number, (what, where, many) in enumerate(steps):
        edit(one.screen.queue, what, where, [item(f"{number}-{count}") for count in range(many)])
        one.save()
        assert one.again().memory == one.screen.queue.memory
        if what == "restart":
            one = Shelf(one.rows)
    parts = [name for name in one.rows if not name.startswith("queue:")]
    assert all(name.split(":")[2] in one.rows["queue:screen"] for name in parts), "nothing is left lying about"


@pytest.mark.parametrize("damage", ["gone", "[{]", "[3]", ""])
def test_a_damaged_stretch_is_said_aloud_and_the_rest_is_kept(items: list[QueuedItem], damage: str) -> None:
    one = Shelf()
    one.screen.queue.add(items[:1_000])
    one.screen.queue.jump(items[0].id)
    one.save()
    hurt = next(name for name, text in one.rows.items() if name.startswith("items:") and items[0].id not in text)
    lost = one.rows[hurt].count('"id"')
    if damage == "gone":
        del one.rows[hurt]
    else:
        one.rows[hurt] = damage
    with capture_logs() as logs:
        two = Shelf(one.rows)
    queue = two.screen.queue
    assert [(entry["event"], entry["parts"], entry["left"]) for entry in logs] == [
        ("a part of a queue is lost", 1, 1_000 - lost)
    ]
    assert (len(queue), queue.current, queue.version) == (1_000 - lost, items[0], one.screen.queue.version + 1)
    two.save()
    assert hurt not in two.rows
    assert two.again().memory == queue.memory


def test_a_queue_whose_root_is_illegible_begins_anew_and_its_stretches_go() -> None:
    one = Shelf()
    one.screen.queue.add([item(1)])
    one.save()
    two = Shelf({**one.rows, "queue:screen": "{"})
    two.save()
    assert (len(two.screen.queue), two.rows) == (0, {})


async def back(house: House, remote: Remote) -> Remote:
    one = house.connect()
    await one.register("Ann", {"device_token": BOX_TOKEN}, resume=remote.resume())
    return one


async def test_everybody_finds_their_own_queue_as_it_was(house: House, restart: Restart) -> None:
    ann, bob = await house.owner("Ann"), await house.owner("Bob")
    for remote, films in ((ann, [FILM, OTHER]), (bob, [OTHER])):
        await remote.call("queue_add", target="mine", items=[{"path": film} for film in films])
    await ann.call("queue_set_mode", target="mine", repeat="all", shuffle=True)
    await ann.call("queue_share", shared=True)
    before = [await remote.call("queue_get", target="mine") for remote in (ann, bob)]
    await house.clock.advance(1)
    second = await restart()
    for remote, queue in zip((ann, bob), before, strict=True):
        one = await back(second, remote)
        assert one.registered["snapshot"]["queue"] == await one.call("queue_get", target="mine") == queue
        assert second.queues.shares(one.me.client_id) is (remote is ann)


async def test_the_rows_of_a_queue_go_with_its_client(house: House) -> None:
    ann = await house.owner("Ann")
    await ann.call("queue_add", target="mine", items=[{"path": FILM}])
    await house.clock.advance(1)
    assert any(ann.me.client_id in name for name in house.kept.texts)
    await ann.call("goodbye")
    await house.clock.advance(1)
    assert not any(ann.me.client_id in name for name in house.kept.texts)


async def test_a_queue_whose_client_is_not_known_is_not_taken_up_and_its_rows_go(
    house: House, restart: Restart
) -> None:
    ann = await house.owner("Ann")
    await ann.call("queue_add", target="mine", items=[{"path": FILM}])
    await house.clock.advance(1)
    second = await restart(lambda one: one.kept.texts.pop(f"client:{ann.me.client_id}") and None)
    assert len(second.queues.of(ann.me.client_id)) == 0
    assert not any(ann.me.client_id in name for name in second.kept.texts)

"""The same promises about remembered films, kept by SQLite, by PostgreSQL and by a dictionary."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import anyio
import pytest
from sqlalchemy import URL

from controller.adapters.store.database import open_store
from controller.adapters.store.watched import SqlWatched
from controller.core.watching import Memory, Seat
from controller.ports import NotStored, WatchStore
from tests.fakes.watched import FakeWatched
from tests.stores import run

ANN, BOB = Seat("ann", "ZmlsbQ"), Seat("bob", "ZmlsbQ")
LONG = Seat("ann", "Zm9v" * 2_048)
LEFT = Memory(duration=5400.123456789, at=1_800_000_000.25, left_at=754.000001, watched=False)
WATCHED = Memory(duration=60.0, at=1.0, left_at=None, watched=True)
BOTH = Memory(duration=60.0, at=2.0, left_at=30.0, watched=True)
FULL = {
    "sqlite": [
        """CREATE TRIGGER full_disk BEFORE INSERT ON watched WHEN NEW.person = 'bob'
        BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$""",
        """CREATE TRIGGER full_disk BEFORE INSERT ON watched FOR EACH ROW WHEN (NEW.person = 'bob')
        EXECUTE FUNCTION refuse()""",
    ],
}
FREE = {"sqlite": ["DROP TRIGGER full_disk"], "postgresql": ["DROP TRIGGER full_disk ON watched"]}


@dataclass(frozen=True)
class Shelf:
    """A store, how to open it anew, and how to make it refuse."""

    store: WatchStore
    again: Callable[[], Awaitable[WatchStore]]
    refuse: Callable[[], Awaitable[None]]
    relent: Callable[[], Awaitable[None]]


@pytest.fixture
async def shelf(place: URL | None) -> AsyncIterator[Shelf]:
    if place is None:
        yield _fake()
        return
    kind, stores = place.get_backend_name(), [await open_store(place)]

    async def again() -> WatchStore:
        await stores[-1].close()
        stores.append(await open_store(place))
        return SqlWatched(stores[-1])

    yield Shelf(
        SqlWatched(stores[0]), again, lambda: run(stores[-1], *FULL[kind]), lambda: run(stores[-1], *FREE[kind])
    )
    await stores[-1].close()


def _fake() -> Shelf:
    store = FakeWatched()

    async def again() -> WatchStore:
        return FakeWatched(dict(store.rows))

    async def refuse() -> None:
        store.refuses = True

    async def relent() -> None:
        store.refuses = False

    return Shelf(store, again, refuse, relent)


async def test_an_empty_store_remembers_nothing(shelf: Shelf) -> None:
    assert await shelf.store.load() == {}


async def test_what_was_saved_is_there_to_the_last_digit_and_after_a_restart(shelf: Shelf) -> None:
    memories = {ANN: LEFT, BOB: WATCHED, LONG: BOTH}
    await shelf.store.save(memories)
    assert await shelf.store.load() == memories
    assert await (await shelf.again()).load() == memories


async def test_the_newest_memory_of_a_person_and_film_takes_the_place_of_the_older_one(shelf: Shelf) -> None:
    await shelf.store.save({ANN: LEFT, BOB: LEFT})
    await shelf.store.save({ANN: WATCHED, LONG: LEFT})
    assert await shelf.store.load() == {ANN: WATCHED, BOB: LEFT, LONG: LEFT}


async def test_what_is_forgotten_is_gone_and_may_never_have_been_there(shelf: Shelf) -> None:
    await shelf.store.save({ANN: LEFT, BOB: LEFT})
    await shelf.store.save({ANN: None, LONG: None})
    assert await (await shelf.again()).load() == {BOB: LEFT}


async def test_saving_nothing_changes_nothing(shelf: Shelf) -> None:
    await shelf.store.save({ANN: LEFT})
    await shelf.store.save({})
    assert await shelf.store.load() == {ANN: LEFT}


async def test_what_was_loaded_is_the_askers_own(shelf: Shelf) -> None:
    await shelf.store.save({ANN: LEFT})
    (await shelf.store.load()).clear()
    assert await shelf.store.load() == {ANN: LEFT}


async def test_a_refusal_is_told_and_keeps_all_or_none(shelf: Shelf) -> None:
    await shelf.store.save({ANN: LEFT})
    await shelf.refuse()
    with pytest.raises(NotStored, match="the disk is full"):
        await shelf.store.save({ANN: WATCHED, BOB: LEFT})
    assert await shelf.store.load() == {ANN: LEFT}
    await shelf.relent()
    await shelf.store.save({BOB: LEFT})
    assert await (await shelf.again()).load() == {ANN: LEFT, BOB: LEFT}


async def test_saves_at_once_are_all_stored(shelf: Shelf) -> None:
    seats = [Seat("ann", f"film-{number}") for number in range(30)]
    async with anyio.create_task_group() as group:
        for seat in seats:
            group.start_soon(shelf.store.save, {seat: LEFT})
    assert await (await shelf.again()).load() == dict.fromkeys(seats, LEFT)

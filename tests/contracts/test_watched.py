"""The same promises about remembered films, kept by SQLite, by PostgreSQL and by a dictionary."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import URL

from controller.adapters.store.watched import SqlWatched
from controller.core.watching import Memory, Seat
from controller.ports import NotStored, WatchStore
from tests.contracts.shelf import Shelf, in_database, in_memory
from tests.fakes.watched import FakeWatched

ANN, BOB = Seat("ann", "ZmlsbQ"), Seat("bob", "ZmlsbQ")
LONG = Seat("ann", "Zm9v" * 2_048)
LEFT = Memory(duration=5400.123456789, at=1_800_000_000.25, left_at=754.000001, watched=False)
WATCHED = Memory(duration=60.0, at=1.0, left_at=None, watched=True)
BOTH = Memory(duration=60.0, at=2.0, left_at=30.0, watched=True)


@pytest.fixture
async def shelf(place: URL | None) -> AsyncIterator[Shelf[WatchStore]]:
    if place is None:
        fake = FakeWatched()
        yield in_memory(fake, fake, lambda: FakeWatched(dict(fake.rows)))
        return
    async with in_database(place, "watched", SqlWatched, refused="NEW.person = 'bob'") as one:
        yield one


async def test_an_empty_store_remembers_nothing(shelf: Shelf[WatchStore]) -> None:
    assert await shelf.store.load() == {}


async def test_what_was_saved_is_there_to_the_last_digit_and_after_a_restart(shelf: Shelf[WatchStore]) -> None:
    memories = {ANN: LEFT, BOB: WATCHED, LONG: BOTH}
    await shelf.store.save(memories)
    assert await shelf.store.load() == memories
    assert await (await shelf.again()).load() == memories


async def test_the_newest_memory_of_a_person_and_film_takes_the_place_of_the_older_one(
    shelf: Shelf[WatchStore],
) -> None:
    await shelf.store.save({ANN: LEFT, BOB: LEFT})
    await shelf.store.save({ANN: WATCHED, LONG: LEFT})
    assert await shelf.store.load() == {ANN: WATCHED, BOB: LEFT, LONG: LEFT}


async def test_what_is_forgotten_is_gone_and_may_never_have_been_there(shelf: Shelf[WatchStore]) -> None:
    await shelf.store.save({ANN: LEFT, BOB: LEFT})
    await shelf.store.save({ANN: None, LONG: None})
    assert await (await shelf.again()).load() == {BOB: LEFT}


async def test_saving_nothing_changes_nothing(shelf: Shelf[WatchStore]) -> None:
    await shelf.store.save({ANN: LEFT})
    await shelf.store.save({})
    assert await shelf.store.load() == {ANN: LEFT}


async def test_what_was_loaded_is_the_askers_own(shelf: Shelf[WatchStore]) -> None:
    await shelf.store.save({ANN: LEFT})
    (await shelf.store.load()).clear()
    assert await shelf.store.load() == {ANN: LEFT}


async def test_a_refusal_is_told_and_keeps_all_or_none(shelf: Shelf[WatchStore]) -> None:
    await shelf.store.save({ANN: LEFT})
    await shelf.refuse()
    with pytest.raises(NotStored, match="the disk is full"):
        await shelf.store.save({ANN: WATCHED, BOB: LEFT})
    assert await shelf.store.load() == {ANN: LEFT}
    await shelf.relent()
    await shelf.store.save({BOB: LEFT})
    assert await (await shelf.again()).load() == {ANN: LEFT, BOB: LEFT}


async def test_saves_at_once_are_all_stored(shelf: Shelf[WatchStore]) -> None:
    seats = [Seat("ann", f"film-{number}") for number in range(30)]
    async with anyio.create_task_group() as group:
        for seat in seats:
            group.start_soon(shelf.store.save, {seat: LEFT})
    assert await (await shelf.again()).load() == dict.fromkeys(seats, LEFT)

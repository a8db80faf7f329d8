"""The same promises about what survives a restart, kept by SQLite, by PostgreSQL and by a dictionary."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import anyio
import pytest
from sqlalchemy import URL

from controller.adapters.store.database import open_store
from controller.adapters.store.kept import SqlKept
from controller.ports import KeptState, NotStored
from tests.fakes.kept import FakeKept
from tests.stores import run

LONG = "ü📺" * 100_000
FULL = {
    "sqlite": [
        """CREATE TRIGGER full_disk BEFORE INSERT ON kept WHEN NEW.name = 'b'
        BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$""",
        "CREATE TRIGGER full_disk BEFORE INSERT ON kept FOR EACH ROW WHEN (NEW.name = 'b') EXECUTE FUNCTION refuse()",
    ],
}
FREE = {"sqlite": ["DROP TRIGGER full_disk"], "postgresql": ["DROP TRIGGER full_disk ON kept"]}


@dataclass(frozen=True)
class Shelf:
    """A store, how to open it anew, and how to make it refuse."""

    store: KeptState
    again: Callable[[], Awaitable[KeptState]]
    refuse: Callable[[], Awaitable[None]]
    relent: Callable[[], Awaitable[None]]


@pytest.fixture
async def shelf(place: URL | None) -> AsyncIterator[Shelf]:
    if place is None:
        yield _fake()
        return
    kind, stores = place.get_backend_name(), [await open_store(place)]

    async def again() -> KeptState:
        await stores[-1].close()
        stores.append(await open_store(place))
        return SqlKept(stores[-1])

    yield Shelf(SqlKept(stores[0]), again, lambda: run(stores[-1], *FULL[kind]), lambda: run(stores[-1], *FREE[kind]))
    await stores[-1].close()


def _fake() -> Shelf:
    store = FakeKept()

    async def again() -> KeptState:
        return FakeKept(dict(store.texts))

    async def refuse() -> None:
        store.refuses = True

    async def relent() -> None:
        store.refuses = False

    return Shelf(store, again, refuse, relent)


async def test_an_empty_store_has_nothing(shelf: Shelf) -> None:
    assert await shelf.store.load() == {}


async def test_what_was_saved_is_there_to_the_letter_and_after_a_restart(shelf: Shelf) -> None:
    texts = {"a": LONG, "b": "", "c": "'; DROP TABLE kept; --\n\t\\"}
    await shelf.store.save(texts)
    assert await shelf.store.load() == texts
    assert await (await shelf.again()).load() == texts


async def test_the_newest_text_of_a_name_is_kept_and_the_others_stay(shelf: Shelf) -> None:
    await shelf.store.save({"a": "1", "b": "1"})
    await shelf.store.save({"b": "2", "c": "2"})
    assert await shelf.store.load() == {"a": "1", "b": "2", "c": "2"}


async def test_saving_nothing_changes_nothing(shelf: Shelf) -> None:
    await shelf.store.save({"a": "1"})
    await shelf.store.save({})
    assert await shelf.store.load() == {"a": "1"}


async def test_a_name_without_a_text_is_forgotten_in_the_same_step_as_others_are_kept(shelf: Shelf) -> None:
    await shelf.store.save({"a": "1", "b": "1"})
    await shelf.store.save({"a": None, "b": "2", "never there": None})
    await shelf.store.save({"never there either": None})
    assert await shelf.store.load() == {"b": "2"}
    assert await (await shelf.again()).load() == {"b": "2"}


async def test_thousands_of_names_are_saved_and_forgotten_at_once(shelf: Shelf, place: URL | None) -> None:
    remote = place is not None and place.get_backend_name() == "postgresql"
    names = [f"name {number}" for number in range(5_000 if remote else 33_000)]  # SQLite takes 32,766 values at once
    await shelf.store.save(dict.fromkeys(names, "x"))
    await shelf.store.save({**dict.fromkeys(names, None), "last": "y"})
    assert await shelf.store.load() == {"last": "y"}


async def test_what_was_loaded_is_the_askers_own(shelf: Shelf) -> None:
    await shelf.store.save({"a": "1"})
    (await shelf.store.load())["a"] = "2"
    assert await shelf.store.load() == {"a": "1"}


async def test_a_refusal_is_told_and_keeps_all_or_none(shelf: Shelf) -> None:
    await shelf.store.save({"a": "1", "b": "1"})
    await shelf.refuse()
    with pytest.raises(NotStored, match="the disk is full"):
        await shelf.store.save({"a": None, "b": "2", "c": "2"})
    assert await shelf.store.load() == {"a": "1", "b": "1"}
    await shelf.relent()
    await shelf.store.save({"a": "3", "b": "3"})
    assert await (await shelf.again()).load() == {"a": "3", "b": "3"}


async def test_saves_at_once_are_all_stored_and_the_last_one_wins(shelf: Shelf) -> None:
    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(shelf.store.save, {f"own {number}": "x"})
    await shelf.store.save({"own 3": "last"})
    found = await (await shelf.again()).load()
    assert len(found) == 30
    assert found["own 3"] == "last"

"""The same promises about what survives a restart, kept by SQLite, by PostgreSQL and by a dictionary."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import URL

from controller.adapters.store.kept import SqlKept
from controller.ports import KeptState, NotStored
from tests.contracts.shelf import Shelf, in_database, in_memory
from tests.fakes.kept import FakeKept

LONG = "ü📺" * 100_000


@pytest.fixture
async def shelf(place: URL | None) -> AsyncIterator[Shelf[KeptState]]:
    if place is None:
        fake = FakeKept()
        yield in_memory(fake, fake, lambda: FakeKept(dict(fake.texts)))
        return
    async with in_database(place, "kept", SqlKept, refused="NEW.name = 'b'") as one:
        yield one


async def test_an_empty_store_has_nothing(shelf: Shelf[KeptState]) -> None:
    assert await shelf.store.load() == {}


async def test_what_was_saved_is_there_to_the_letter_and_after_a_restart(shelf: Shelf[KeptState]) -> None:
    texts = {"a": LONG, "b": "", "c": "'; DROP TABLE kept; --\n\t\\"}
    await shelf.store.save(texts)
    assert await shelf.store.load() == texts
    assert await (await shelf.again()).load() == texts


async def test_the_newest_text_of_a_name_is_kept_and_the_others_stay(shelf: Shelf[KeptState]) -> None:
    await shelf.store.save({"a": "1", "b": "1"})
    await shelf.store.save({"b": "2", "c": "2"})
    assert await shelf.store.load() == {"a": "1", "b": "2", "c": "2"}


async def test_saving_nothing_changes_nothing(shelf: Shelf[KeptState]) -> None:
    await shelf.store.save({"a": "1"})
    await shelf.store.save({})
    assert await shelf.store.load() == {"a": "1"}


async def test_a_name_without_a_text_is_forgotten_in_the_same_step_as_others_are_kept(shelf: Shelf[KeptState]) -> None:
    await shelf.store.save({"a": "1", "b": "1"})
    await shelf.store.save({"a": None, "b": "2", "never there": None})
    await shelf.store.save({"never there either": None})
    assert await shelf.store.load() == {"b": "2"}
    assert await (await shelf.again()).load() == {"b": "2"}


async def test_thousands_of_names_are_saved_and_forgotten_at_once(shelf: Shelf[KeptState], place: URL | None) -> None:
    remote = place is not None and place.get_backend_name() == "postgresql"
    names = [f"name {number}" for number in range(5_000 if remote else 33_000)]  # SQLite takes 32,766 values at once
    await shelf.store.save(dict.fromkeys(names, "x"))
    await shelf.store.save({**dict.fromkeys(names, None), "last": "y"})
    assert await shelf.store.load() == {"last": "y"}


async def test_what_was_loaded_is_the_askers_own(shelf: Shelf[KeptState]) -> None:
    await shelf.store.save({"a": "1"})
    (await shelf.store.load())["a"] = "2"
    assert await shelf.store.load() == {"a": "1"}


async def test_a_refusal_is_told_and_keeps_all_or_none(shelf: Shelf[KeptState]) -> None:
    await shelf.store.save({"a": "1", "b": "1"})
    await shelf.refuse()
    with pytest.raises(NotStored, match="the disk is full"):
        await shelf.store.save({"a": None, "b": "2", "c": "2"})
    assert await shelf.store.load() == {"a": "1", "b": "1"}
    await shelf.relent()
    await shelf.store.save({"a": "3", "b": "3"})
    assert await (await shelf.again()).load() == {"a": "3", "b": "3"}


async def test_saves_at_once_are_all_stored_and_the_last_one_wins(shelf: Shelf[KeptState]) -> None:
    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(shelf.store.save, {f"own {number}": "x"})
    await shelf.store.save({"own 3": "last"})
    found = await (await shelf.again()).load()
    assert len(found) == 30
    assert found["own 3"] == "last"

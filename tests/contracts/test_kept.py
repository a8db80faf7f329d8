"""The same promises about what survives a restart, kept by SQLite and by a dictionary."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from controller.adapters.store.database import SqlKept, open_store
from controller.ports import KeptState, NotStored
from tests.fakes.kept import FakeKept

LONG = "ü📺" * 100_000
TRIGGER = """
CREATE TRIGGER full BEFORE INSERT ON kept WHEN NEW.name = 'b'
BEGIN SELECT RAISE(ABORT, 'the disk is full'); END
"""


@dataclass(frozen=True)
class Shelf:
    """A store, how to open it anew, and how to make it refuse."""

    store: KeptState
    again: Callable[[], Awaitable[KeptState]]
    refuse: Callable[[], Awaitable[None]]
    relent: Callable[[], Awaitable[None]]


@pytest.fixture(params=["real", "fake"])
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shelf]:
    if request.param == "fake":
        yield _fake()
        return
    url = f"sqlite+aiosqlite:///{tmp_path / 'matinee.db'}"
    engines = [await open_store(url)]

    async def again() -> KeptState:
        await engines[-1].dispose()
        engines.append(await open_store(url))
        return SqlKept(engines[-1])

    async def run(statement: str) -> None:
        async with engines[-1].begin() as connection:
            await connection.execute(text(statement))

    yield Shelf(SqlKept(engines[0]), again, lambda: run(TRIGGER), lambda: run("DROP TRIGGER full"))
    await engines[-1].dispose()


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


async def test_what_was_loaded_is_the_askers_own(shelf: Shelf) -> None:
    await shelf.store.save({"a": "1"})
    (await shelf.store.load())["a"] = "2"
    assert await shelf.store.load() == {"a": "1"}


async def test_a_refusal_is_told_and_keeps_all_or_none(shelf: Shelf) -> None:
    await shelf.store.save({"a": "1", "b": "1"})
    await shelf.refuse()
    with pytest.raises(NotStored, match="the disk is full"):
        await shelf.store.save({"a": "2", "b": "2", "c": "2"})
    assert await shelf.store.load() == {"a": "1", "b": "1"}
    await shelf.relent()
    await shelf.store.save({"a": "3", "b": "3"})
    assert await (await shelf.again()).load() == {"a": "3", "b": "3"}

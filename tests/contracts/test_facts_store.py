"""The same promises about what was found in films, kept by SQLite, by PostgreSQL and by a dictionary."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import URL

from controller.adapters.store import facts as module
from controller.adapters.store.database import open_store
from controller.adapters.store.facts import SqlFacts
from controller.ports import FactsStore, NotStored, SourceFile
from tests.fakes.facts_store import FakeFactsStore
from tests.stores import run

FILM = SourceFile(Path("/films/a film.mkv"), 9_000_000_000, 1_800_000_000_123_456_789, "A film")
HOUR = 3_600.0


def film(number: int) -> SourceFile:
    return replace(FILM, path=Path(f"/films/{number}.mkv"))


@dataclass(frozen=True)
class Shelf:
    """A store with room for three films, how to open it anew, and how to make it refuse."""

    store: FactsStore
    again: Callable[[], Awaitable[FactsStore]]
    refuse: Callable[[], Awaitable[None]]


@pytest.fixture
async def shelf(place: URL | None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shelf]:
    if place is None:
        yield _fake()
        return
    monkeypatch.setattr(module, "MOST", 3)
    stores = [await open_store(place)]

    async def again() -> FactsStore:
        await stores[-1].close()
        stores.append(await open_store(place))
        return SqlFacts(stores[-1])

    yield Shelf(SqlFacts(stores[0]), again, lambda: run(stores[-1], "DROP TABLE facts"))
    await stores[-1].close()


def _fake() -> Shelf:
    store = FakeFactsStore(most=3)

    async def again() -> FactsStore:
        return store

    async def refuse() -> None:
        store.refuses = True

    return Shelf(store, again, refuse)


async def test_nothing_is_known_of_a_film_that_nobody_looked_at(shelf: Shelf) -> None:
    assert await shelf.store.find(FILM, "1", 0.0) is None


async def test_what_was_found_is_there_after_a_restart(shelf: Shelf) -> None:
    text = '{"keyframes": "' + "ü📺 0.123456" * 10_000 + '"}'
    await shelf.store.keep(FILM, "1", text, 0.0)
    assert await shelf.store.find(FILM, "1", 1.0) == text
    assert await (await shelf.again()).find(FILM, "1", 2.0) == text


@pytest.mark.parametrize("name", [b"caf\xe9.mkv", b"new\nline.mkv", b"%d.mkv", b"x" * 250])
async def test_a_film_may_have_any_name(shelf: Shelf, name: bytes) -> None:
    named = replace(FILM, path=Path(os.fsdecode(b"/films/" + name)))
    await shelf.store.keep(named, "1", "found", 0.0)
    assert await shelf.store.find(named, "1", 0.0) == "found"
    assert await shelf.store.find(FILM, "1", 0.0) is None


async def test_a_file_that_changed_is_another(shelf: Shelf) -> None:
    await shelf.store.keep(FILM, "1", "found", 0.0)
    assert await shelf.store.find(replace(FILM, size=FILM.size + 1), "1", 0.0) is None
    assert await shelf.store.find(replace(FILM, modified_ns=FILM.modified_ns + 1), "1", 0.0) is None
    assert await shelf.store.find(replace(FILM, title="Another name for it"), "1", 0.0) == "found"


async def test_what_another_examiner_found_is_not_believed(shelf: Shelf) -> None:
    await shelf.store.keep(FILM, "1", "found", 0.0)
    assert await shelf.store.find(FILM, "2", 0.0) is None


async def test_what_was_found_last_at_a_path_is_what_is_remembered_of_it(shelf: Shelf) -> None:
    changed = replace(FILM, modified_ns=FILM.modified_ns + 1)
    await shelf.store.keep(FILM, "1", "old", 0.0)
    await shelf.store.keep(changed, "2", "new", 1.0)
    assert await shelf.store.find(FILM, "1", 2.0) is None
    assert await shelf.store.find(changed, "2", 2.0) == "new"


async def test_the_film_that_nobody_asked_for_the_longest_makes_room(shelf: Shelf) -> None:
    for number in range(3):
        await shelf.store.keep(film(number), "1", "found", number * HOUR)
    assert await shelf.store.find(film(0), "1", 5 * HOUR) == "found"
    await shelf.store.keep(film(3), "1", "found", 6 * HOUR)
    there = [await shelf.store.find(film(number), "1", 7 * HOUR) for number in range(4)]
    assert there == ["found", None, "found", "found"]


async def test_a_store_that_fails_says_so(shelf: Shelf) -> None:
    await shelf.refuse()
    with pytest.raises(NotStored):
        await shelf.store.find(FILM, "1", 0.0)
    with pytest.raises(NotStored):
        await shelf.store.keep(FILM, "1", "found", 0.0)

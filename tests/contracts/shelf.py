"""A store under contract, whatever keeps it: as it is, opened anew, and made to refuse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy import URL

from controller.adapters.store.database import Store, open_store
from tests.stores import run

Kept = TypeVar("Kept")
Kept_co = TypeVar("Kept_co", covariant=True)


@dataclass(frozen=True)
class Shelf(Generic[Kept_co]):
    """A store, how to open it anew, and how to make it refuse."""

    store: Kept_co
    again: Callable[[], Awaitable[Kept_co]]
    refuse: Callable[[], Awaitable[None]]
    relent: Callable[[], Awaitable[None]]


@asynccontextmanager
async def in_database(
    place: URL, table: str, make: Callable[[Store], Kept], *, refused: str
) -> AsyncIterator[Shelf[Kept]]:
    """A store in a table of a database. When it is to refuse, its disk is full for the rows of which `refused` is true."""
    stores = [await open_store(place)]
    full = {
        "sqlite": [
            f"""CREATE TRIGGER full_disk BEFORE INSERT ON {table} WHEN {refused}
            BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"""
        ],
        "postgresql": [
            """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$""",
            f"""CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW WHEN ({refused})
            EXECUTE FUNCTION refuse()""",
        ],
    }
    free = {"sqlite": "DROP TRIGGER full_disk", "postgresql": f"DROP TRIGGER full_disk ON {table}"}
    kind = place.get_backend_name()

    async def again() -> Kept:
        await stores[-1].close()
        stores.append(await open_store(place))
        return make(stores[-1])

    yield Shelf(make(stores[0]), again, lambda: run(stores[-1], *full[kind]), lambda: run(stores[-1], free[kind]))
    await stores[-1].close()


class Fake(Protocol):
    """A store in memory, which refuses when it is told to."""

    refuses: bool


def in_memory(store: Fake, made: Kept, anew: Callable[[], Kept]) -> Shelf[Kept]:
    """The same for a fake: `made` is that store, and `anew` a new one with what it has."""

    async def again() -> Kept:
        return anew()

    async def refuse() -> None:
        store.refuses = True

    async def relent() -> None:
        store.refuses = False

    return Shelf(made, again, refuse, relent)

"""Stores of every kind for tests: where each is, opened and closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, text

from controller.adapters.store.address import store_url
from controller.adapters.store.database import Store, engine_of, open_store
from controller.adapters.store.schema import bring_up

HELD = {
    "0001": (
        "INSERT INTO devices (device_id, name, role, token_hash, created_at, last_seen)"
        " VALUES ('one', 'Phone', 'owner', 'hash', 1.5, 2.5)"
    ),
    "0002": "INSERT INTO kept VALUES ('queue', '{\"long\": \"ü📺\"}')",
    "0003": "INSERT INTO watched VALUES ('ann', 'film', 'media', 90.5, 1.5, 3.5, true)",
    "0004": "INSERT INTO facts VALUES ('film', 5, 1700000000000000001, '1.ab', 1.5, '')",
    "0005": "UPDATE devices SET named = true",
}
"""A row in what each revision brought; the fifth, a column, has one by then."""


def sqlite_url(folder: Path) -> URL:
    """The store that a daemon with this state folder has."""
    return store_url("", folder)


@asynccontextmanager
async def opened(url: URL) -> AsyncIterator[Store]:
    """A store that is closed afterwards."""
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.close()


async def make_at(url: URL, revision: str) -> None:
    """A store as an older Matinee left it, with a row in each of its tables."""

    def make(connection: Connection) -> None:
        bring_up(connection, where="here", to=revision)
        for row in (HELD[one] for one in sorted(HELD) if one <= revision):
            connection.exec_driver_sql(row)

    engine = engine_of(url)
    try:
        await engine.run(make, lasting=True)
    finally:
        await engine.close()


async def run(store: Store, *statements: str) -> None:
    """SQL in one transaction."""

    def work(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    await store.run(work)


async def ask(store: Store, query: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    return await store.run(lambda connection: [tuple(row) for row in connection.execute(text(query))])

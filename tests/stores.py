"""Stores of every kind for tests: where each is, opened and closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine

from controller.adapters.store.address import store_url
from controller.adapters.store.database import Store, open_store
from controller.adapters.store.schema import bring_up

HELD = {
    "0001": "INSERT INTO devices VALUES ('one', 'Phone', 'owner', 'hash', 1.5, 2.5)",
    "0002": "INSERT INTO kept VALUES ('queue', '{\"long\": \"ü📺\"}')",
    "0003": "INSERT INTO watched VALUES ('ann', 'film', 'media', 90.5, 1.5, 3.5, true)",
    "0004": "INSERT INTO facts VALUES ('film', 5, 1700000000000000001, '1.ab', 1.5, '')",
}
"""A row in what each revision brought."""


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
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(partial(bring_up, where="here", to=revision))
            for row in (HELD[one] for one in sorted(HELD) if one <= revision):
                await connection.exec_driver_sql(row)
    finally:
        await engine.dispose()


async def run(store: Store, *statements: str) -> None:
    """SQL in one transaction."""
    async with store.transaction() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def ask(store: Store, query: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    async with store.transaction() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]

"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from controller.adapters.store.address import store_url
from tests.fakes.beside import Beside
from tests.postgres import Postgres
from tests.stores import sqlite_url


@pytest.fixture
async def beside() -> AsyncIterator[Beside]:
    """Tasks that end with the test."""
    tasks = Beside()
    yield tasks
    await tasks.end()


@pytest.fixture(params=["SQLite", "PostgreSQL", "fake"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> URL | None:
    """Where an empty store is; None for the one in memory."""
    if request.param == "PostgreSQL":
        server: Postgres = request.getfixturevalue("postgres")
        return store_url(server.new_database(), tmp_path)
    return sqlite_url(tmp_path) if request.param == "SQLite" else None

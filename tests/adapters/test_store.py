"""The store: migrations, and what SQLite is told."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

from controller.adapters.store.database import SqlDevices, SqlKept, open_store
from controller.adapters.store.tables import metadata
from controller.ports import KnownDevice
from protocol.values import DeviceId


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'matinee.db'}"


async def test_an_empty_file_gets_every_table(tmp_path: Path) -> None:
    engine = await open_store(url(tmp_path))
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await engine.dispose()
    assert tables == {*metadata.tables, "alembic_version"}


async def test_the_migrations_lead_to_the_tables_of_the_code(tmp_path: Path) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    engine = await open_store(url(tmp_path))
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


async def test_opening_again_changes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    device = KnownDevice(DeviceId("one"), "Phone", "owner")
    for time in range(3):
        engine = await open_store(url(tmp_path))
        store = SqlDevices(engine)
        if time == 0:
            await store.add(device, "hash", 1.0)
        assert [row.device_id for row in await store.all()] == ["one"]
        await engine.dispose()


async def test_sqlite_writes_ahead_and_waits_for_a_lock(tmp_path: Path) -> None:
    engine = await open_store(url(tmp_path))
    found = {}
    async with engine.connect() as connection:
        for pragma in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys"):
            found[pragma] = (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one()
    await engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 5000, "foreign_keys": 1}


async def test_a_folder_whose_name_holds_a_percent_sign_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "100%d"
    folder.mkdir()
    engine = await open_store(url(folder))
    await engine.dispose()
    assert (folder / "matinee.db").exists()


async def test_what_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "matinee.db").write_bytes(b"this is not a database " * 100)
    with pytest.raises(DatabaseError):
        await open_store(url(tmp_path))
    assert (tmp_path / "matinee.db").read_bytes().startswith(b"this is not")


async def test_whoever_is_cancelled_in_mid_query_leaves_nothing_behind_that_never_ends(tmp_path: Path) -> None:
    engine = await open_store(url(tmp_path))
    devices, kept = SqlDevices(engine), SqlKept(engine)
    before = asyncio.all_tasks()
    for steps in range(40):
        async with anyio.create_task_group() as group:
            for query in (devices.owners, partial(devices.find, "x", 1.0), partial(kept.save, {"a": "b"})):
                group.start_soon(query)
            for _ in range(steps):
                await asyncio.sleep(0)
            group.cancel_scope.cancel()
    await engine.dispose()
    left = asyncio.all_tasks() - before
    if left:
        await asyncio.wait(left, timeout=5)
    assert [task for task in left if not task.done()] == []

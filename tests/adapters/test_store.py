"""The store: its migrations, what SQLite is told, and where it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, inspect

from controller.adapters.store import database, schema
from controller.adapters.store.address import file_of, store_url
from controller.adapters.store.database import PAGES_AHEAD, Engine, engine_of
from controller.adapters.store.devices import SqlDevices
from controller.adapters.store.errors import StoreUnusable
from controller.adapters.store.kept import SqlKept
from controller.adapters.store.schema import NEWEST, REVISIONS
from controller.adapters.store.tables import metadata
from controller.ports import KnownDevice
from protocol.values import DeviceId
from tests.postgres import Postgres
from tests.stores import HELD, ask, make_at, opened, run, sqlite_url


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Where an empty store is."""
    if request.param == "PostgreSQL":
        server: Postgres = request.getfixturevalue("postgres")
        return store_url(server.new_database(), tmp_path)
    return sqlite_url(tmp_path)


@pytest.fixture
async def raw(url: URL) -> AsyncIterator[Engine]:
    """The same place, without the store's own opening."""
    engine = engine_of(url)
    yield engine
    await engine.close()


async def test_an_empty_place_gets_every_table(url: URL) -> None:
    async with opened(url) as store:
        tables = await store.run(lambda connection: set(inspect(connection).get_table_names()))
    assert tables == {*metadata.tables, "alembic_version"}


async def test_the_migrations_lead_to_the_tables_of_the_code(url: URL) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with opened(url) as store:
        assert await store.run(differences) == []


async def test_opening_again_changes_nothing_and_loses_nothing(url: URL) -> None:
    for time in range(3):
        async with opened(url) as store:
            devices = SqlDevices(store)
            if time == 0:
                await devices.add(KnownDevice(DeviceId("one"), "Phone", "owner"), "hash", 1.0)
            assert [row.device_id for row in await devices.all()] == ["one"]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_store_of_each_revision_is_brought_up_with_what_it_holds(url: URL, revision: str) -> None:
    assert set(HELD) == set(REVISIONS)
    await make_at(url, revision)
    async with opened(url) as store:
        assert await ask(store, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
        (device,) = await SqlDevices(store).all()
        assert (device.device_id, device.name, device.role) == ("one", "Phone", "owner")
        assert (device.created_at, device.last_seen) == (1.5, 2.5)
        assert await SqlDevices(store).find("hash", 3.0) is not None
        assert await SqlKept(store).load() == ({"queue": '{"long": "ü📺"}'} if revision >= "0002" else {})
        for table in set(metadata.tables) - {"devices", "kept"}:
            held = any(f"INTO {table} " in row for since, row in HELD.items() if since <= revision)
            assert len(await ask(store, f"SELECT * FROM {table}")) == held


async def test_a_migration_that_fails_leaves_the_store_as_it_was(
    url: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    for file in (schema.MIGRATIONS / "env.py", *(schema.MIGRATIONS / "versions").glob("0*.py")):
        (broken / file.relative_to(schema.MIGRATIONS)).write_text(file.read_text())
    last = next((broken / "versions").glob(f"{NEWEST}_*.py"))
    last.write_text(last.read_text() + "    op.execute('THIS IS NO SQL')\n")
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(StoreUnusable, match="THIS"):
            await database.open_store(url)
    async with opened(url) as store:
        assert await SqlKept(store).load() == {}


async def test_a_store_of_a_newer_matinee_is_left_as_it_is(url: URL) -> None:
    async with opened(url) as store:
        await run(store, HELD["0001"], "UPDATE alembic_version SET version_num = '9999'")
    file = file_of(url)
    before = file.read_bytes() if file else b""
    with pytest.raises(
        StoreUnusable, match=rf"made by a newer Matinee .*9999.* {NEWEST}\).*Update Matinee, or restore"
    ):
        await database.open_store(url)
    assert (file.read_bytes() if file else b"") == before
    assert file is None or [path.name for path in file.parent.iterdir()] == ["matinee.db"]


async def test_tables_of_somebody_else_are_left_as_they_are(url: URL, raw: Engine) -> None:
    await raw.run(lambda connection: connection.exec_driver_sql("CREATE TABLE recipes (name TEXT)"), lasting=True)
    with pytest.raises(StoreUnusable, match="is no store of Matinee; it was left as it is"):
        await database.open_store(url)
    tables = await raw.run(lambda connection: inspect(connection).get_table_names(), lasting=True)
    assert tables == ["recipes"]


async def test_whoever_is_cancelled_in_mid_query_leaves_nothing_behind_that_never_ends(url: URL) -> None:
    async with opened(url) as store:
        devices, kept = SqlDevices(store), SqlKept(store)
        before = asyncio.all_tasks()
        for steps in range(40):
            async with anyio.create_task_group() as group:
                for query in (devices.owners, partial(devices.find, "x", 1.0), partial(kept.save, {"a": "b"})):
                    group.start_soon(query)
                for _ in range(steps):
                    await asyncio.sleep(0)
                group.cancel_scope.cancel()
    left = asyncio.all_tasks() - before
    if left:
        await asyncio.wait(left, timeout=5)
    assert [task for task in left if not task.done()] == []


async def test_sqlite_writes_ahead_and_has_on_disk_what_it_promised(tmp_path: Path) -> None:
    async def told(pragma: str, *, lasting: bool = True) -> object:
        query = f"PRAGMA {pragma}"
        return await store.run(lambda connection: connection.exec_driver_sql(query).scalar_one(), lasting=lasting)

    async with opened(sqlite_url(tmp_path)) as store:
        for lasting, synchronous in ((True, 2), (False, 1), (True, 2)):
            assert await told("synchronous", lasting=lasting) == synchronous
        pragmas = {"journal_mode": "wal", "busy_timeout": 5000, "foreign_keys": 1, "wal_autocheckpoint": PAGES_AHEAD}
        assert {name: await told(name) for name in pragmas} == pragmas


def rights(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def test_a_new_file_is_its_users_alone_with_its_companions(tmp_path: Path) -> None:
    async with opened(sqlite_url(tmp_path)):
        found = rights(tmp_path)
    assert found == dict.fromkeys(("matinee.db", "matinee.db-shm", "matinee.db-wal"), 0o600)


@pytest.mark.parametrize("name", ["100%d", "a?mode=memory", "ü #1", "-x'\""])
async def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    for _ in range(2):
        async with opened(sqlite_url(folder)):
            assert (folder / "matinee.db").exists()


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("", "sqlite:////state/matinee.db"),
        ("sqlite:////other/a.db", "sqlite:////other/a.db"),
        ("sqlite+aiosqlite:////other/a.db", "sqlite:////other/a.db"),
        ("postgresql://u:p%40ss@box:5433/films?sslmode=require", "postgresql+psycopg://u:***@box:5433/films?sslmode=require"),
        ("postgres://u@box/films", "postgresql+psycopg://u@box/films"),
        ("postgresql+asyncpg://u@box/films", "postgresql+psycopg://u@box/films"),
        ("postgresql:///films?host=/run/postgresql", "postgresql+psycopg:///films?host=%2Frun%2Fpostgresql"),
    ],
)  # fmt: skip
def test_addresses_are_understood_as_people_write_them(written: str, address: str) -> None:
    url = store_url(written, Path("/state"))
    assert url.render_as_string() == str(url) == address
    assert url.password in (None, "p@ss")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("geheim@box", "is no address"),
        ("postgresql://u:pw@box:geheim/films", "is no address"),
        ("mysql://u:geheim@box/films", "begins with mysql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///file:x?mode=memory&uri=true", "names no file"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(written: str, says: str) -> None:
    with pytest.raises(StoreUnusable, match=says) as caught:
        store_url(written, Path("/state"))
    assert "heim" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_relative_file_and_the_users_home_are_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ann")
    files: Callable[[str], Path | None] = lambda written: file_of(store_url(written, Path("/state")))  # noqa: E731
    assert files("sqlite:///a.db") == tmp_path / "a.db"
    assert files("sqlite:///~/a.db") == Path("/home/ann/a.db")
    assert files("postgresql://box/films") is None

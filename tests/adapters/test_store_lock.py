"""FAULTS 36: a SQLite store that another process has locked delays what is saved; it blocks nobody and loses nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import anyio
import pytest

from controller.adapters.store import database, sqlite
from controller.adapters.store.devices import SqlDevices
from controller.adapters.store.errors import StoreUnusable
from controller.adapters.store.kept import SqlKept
from controller.ports import KnownDevice, NotStored
from protocol.values import DeviceId
from tests.stores import ask, opened, sqlite_url

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""
LOCKED_FOR = 2.0
LAG = 0.1
"""Seconds that the loop may be late while the store is locked."""


@contextmanager
def locked(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process has the file to itself; closing its input ends that."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()


async def greatest_lag(seconds: float) -> float:
    """How late the loop was at worst in this time."""
    worst, until = 0.0, monotonic() + seconds
    while (before := monotonic()) < until:
        await anyio.sleep(0.01)
        worst = max(worst, monotonic() - before - 0.01)
    return worst


async def test_a_lock_of_two_seconds_delays_edits_but_neither_blocks_the_loop_nor_loses_one(tmp_path: Path) -> None:
    async with opened(sqlite_url(tmp_path)) as store:
        devices, kept = SqlDevices(store), SqlKept(store)
        began = monotonic()
        with locked(tmp_path / "matinee.db") as other:
            async with anyio.create_task_group() as group:
                for number in range(5):
                    device = KnownDevice(DeviceId(f"device-{number}"), "Phone", "member")
                    group.start_soon(kept.save, {f"text {number}": "kept"})
                    group.start_soon(devices.add, device, f"hash {number}", float(number))
                lag = await greatest_lag(LOCKED_FOR)
                assert await anyio.to_thread.run_sync(on_disk, tmp_path) == 0
                let_go(other)
        assert monotonic() - began > LOCKED_FOR
        assert lag < LAG
        assert set(await kept.load()) == {f"text {number}" for number in range(5)}
        assert len(await devices.all()) == 5


def on_disk(folder: Path) -> int:
    """How many devices another program sees; readers wait for nobody."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "matinee.db")) as connection:
        count: int = connection.execute("SELECT count(*) FROM devices").fetchone()[0]
    return count


async def test_a_lock_that_lasts_longer_is_told_and_the_next_try_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = database.POOL["sqlite"] | {"connect_args": {"timeout": 0.2, "check_same_thread": False}}
    monkeypatch.setitem(database.POOL, "sqlite", patience)
    async with opened(sqlite_url(tmp_path)) as store:
        kept = SqlKept(store)
        with locked(tmp_path / "matinee.db") as other:
            with pytest.raises(NotStored, match=r"^database is locked$"):
                await kept.save({"a": "1"})
            let_go(other)
        await kept.save({"a": "2"})
        assert await kept.load() == {"a": "2"}


async def test_a_store_that_is_locked_at_the_start_is_not_taken_for_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(sqlite_url(tmp_path)) as store:
        await SqlKept(store).save({"a": "1"})
    monkeypatch.setattr(sqlite, "BUSY_S", 0.2)
    monkeypatch.setitem(
        database.POOL,
        "sqlite",
        database.POOL["sqlite"] | {"connect_args": {"timeout": 0.2, "check_same_thread": False}},
    )
    with locked(tmp_path / "matinee.db") as other:
        with pytest.raises(StoreUnusable, match=r"cannot be used: database is locked\. See that"):
            await database.open_store(sqlite_url(tmp_path))
        let_go(other)
    async with opened(sqlite_url(tmp_path)) as store:
        assert store.aside is None
        assert await SqlKept(store).load() == {"a": "1"}


async def test_who_reads_first_and_then_writes_is_not_refused_for_what_others_wrote_meanwhile(tmp_path: Path) -> None:
    async with opened(sqlite_url(tmp_path)) as first, opened(sqlite_url(tmp_path)) as second:
        async with anyio.create_task_group() as group:
            for number in range(40):
                store = (first, second)[number % 2]
                device = KnownDevice(DeviceId(f"device-{number}"), "Phone", "member")
                group.start_soon(SqlDevices(store).add, device, f"hash {number}", 1.0)
                group.start_soon(SqlDevices(store).find, f"hash {number - 3}", 2.0)
        assert await ask(first, "SELECT count(*) FROM devices") == [(40,)]

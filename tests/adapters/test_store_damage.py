"""FAULTS 36: a damaged SQLite store is put aside whole and said aloud, and nothing that is not damaged ever is."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from controller.adapters.store import sqlite
from controller.adapters.store.database import open_store
from controller.adapters.store.devices import SqlDevices
from controller.adapters.store.errors import StoreUnusable
from controller.adapters.store.kept import SqlKept
from controller.adapters.store.schema import NEWEST
from controller.adapters.store.sqlite import COMPANIONS, Found, examine, make_ready, put_aside
from controller.ports import KnownDevice, NotStored
from protocol.values import DeviceId
from tests.stores import opened, sqlite_url

PAGE = 4096
LONG = "x" * 40_000
"""Takes pages of its own."""


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A store with a device and a long text, all of it in one file."""
    async with opened(sqlite_url(tmp_path)) as store:
        await SqlDevices(store).add(KnownDevice(DeviceId("one"), "Phone", "owner"), "hash", 1.0)
        await SqlKept(store).save({"queue": LONG})
    return tmp_path / "matinee.db"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def random_start(file: Path) -> None:
    file.write_bytes(os.urandom(100) + file.read_bytes()[100:])


def random_all(file: Path) -> None:
    file.write_bytes(os.urandom(10_000))


def text(file: Path) -> None:
    file.write_bytes(b"this is not a database " * 100)


def half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 // PAGE * PAGE)


def a_few_bytes(file: Path) -> None:
    os.truncate(file, 50)


def first_page(file: Path) -> None:
    os.truncate(file, PAGE)


def broken_schema(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET sql = 'CREATE NONSENSE' WHERE name = 'kept'")


def damaged(file: Path, damage: Callable[[Path], None]) -> bytes:
    """What is in it now."""
    damage(file)
    return file.read_bytes()


def overwrite(file: Path) -> None:
    """While somebody has it open."""
    with file.open("r+b") as opened_file:
        opened_file.write(os.urandom(file.stat().st_size))


@pytest.mark.parametrize(
    "damage", [random_start, random_all, text, half, a_few_bytes, first_page, broken_schema], ids=lambda one: one.__name__
)  # fmt: skip
async def test_a_damaged_file_lies_aside_to_the_byte_and_a_new_one_begins(
    file: Path, damage: Callable[[Path], None]
) -> None:
    before = damaged(file, damage)
    with capture_logs() as logs:
        async with opened(sqlite_url(file.parent)) as store:
            assert store.aside is not None
            assert await SqlDevices(store).all() == []
            assert await SqlKept(store).load() == {}
    assert re.fullmatch(r"matinee\.db\.corrupt-\d{8}T\d{6}Z", store.aside.name)
    assert store.aside.read_bytes() == before
    (line,) = logs
    assert line["log_level"] == "warning"
    assert line["event"] == "the store was damaged: it lies aside and a new one begins"
    assert line["aside"] == str(store.aside)
    async with opened(sqlite_url(file.parent)) as again:
        assert again.aside is None
    assert names(file.parent) == ["matinee.db", store.aside.name]


def test_every_page_that_is_overwritten_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    unnoticed = []
    for page in range(len(whole) // PAGE):
        file.write_bytes(whole[: page * PAGE] + os.urandom(PAGE) + whole[(page + 1) * PAGE :])
        if make_ready(file) is None:
            unnoticed.append(page)
    assert len(whole) // PAGE > 15
    assert unnoticed == []


def test_what_was_written_ahead_lies_aside_too(file: Path) -> None:
    file.write_bytes(b"nonsense" * 1000)
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).write_bytes(suffix.encode())
    aside = make_ready(file)
    assert aside is not None
    assert [aside.with_name(aside.name + suffix).read_bytes()[-8:] for suffix in COMPANIONS] == [
        b"nonsense", b"-wal", b"-shm",
    ]  # fmt: skip
    assert file.read_bytes() == b""


@pytest.mark.parametrize("gone", [True, False])
def test_a_file_that_was_emptied_while_there_was_more_to_write_is_not_taken_for_a_new_one(
    tmp_path: Path, gone: bool
) -> None:
    file = tmp_path / "matinee.db"
    if not gone:
        file.touch()
    (tmp_path / "matinee.db-wal").write_bytes(b"what was written ahead")
    aside = make_ready(file)
    assert aside is not None
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"what was written ahead"


async def test_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "matinee.db").touch()
    async with opened(sqlite_url(tmp_path)) as store:
        assert store.aside is None
        assert await SqlKept(store).load() == {}
    assert names(tmp_path) == ["matinee.db"]


def test_a_sound_store_is_found_sound_and_nothing_of_it_changes(file: Path) -> None:
    before = file.read_bytes()
    assert examine(file) == Found(NEWEST, tables=True)
    assert make_ready(file) is None
    assert file.read_bytes() == before


async def test_a_folder_or_a_pipe_in_its_place_is_refused_and_stays(tmp_path: Path) -> None:
    place = tmp_path / "matinee.db"
    for make, unmake in ((os.mkdir, os.rmdir), (os.mkfifo, os.unlink)):
        make(place)
        with pytest.raises(StoreUnusable, match=r"matinee\.db is no file, and the store is to be one"):
            await open_store(sqlite_url(tmp_path))
        assert names(tmp_path) == ["matinee.db"]
        unmake(place)


async def test_a_folder_that_is_not_there_is_refused_with_its_cause(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match=r"nowhere/matinee\.db cannot be used: No such file or directory"):
        await open_store(sqlite_url(tmp_path / "nowhere"))


def test_two_that_are_put_aside_in_one_second_do_not_displace_each_other(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "stamp", lambda: "now")
    found = []
    for number in range(3):
        file.write_text(str(number))
        found.append(put_aside(file, "corrupt"))
    assert [path.name for path in found] == [f"matinee.db.corrupt-now{end}" for end in ("", "-2", "-3")]
    assert [path.read_text() for path in found] == ["0", "1", "2"]


def test_looking_through_ends_in_time_and_takes_what_it_saw_for_sound(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "STEPS", 1)
    monkeypatch.setattr(sqlite, "LOOK_AT_MOST", 0.0)
    assert examine(file) == Found(NEWEST, tables=True)


async def test_damage_that_comes_while_it_is_open_is_told_and_put_aside_at_the_next_start(file: Path) -> None:
    async with opened(sqlite_url(file.parent)) as store:
        overwrite(file)
        with pytest.raises(NotStored, match=r"malformed|not a database"):
            await SqlKept(store).save({"screen": "new"})
    async with opened(sqlite_url(file.parent)) as again:
        assert again.aside is not None


async def test_a_damaged_file_that_cannot_be_put_aside_stays_and_ends_the_start(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = damaged(file, text)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StoreUnusable, match=r"cannot be used: Permission denied\. See to its folder and its rights"):
        await open_store(sqlite_url(file.parent))
    assert damaged(file, lambda _: None) == before

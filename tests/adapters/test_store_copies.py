"""Backup and restore: whole, of one moment, and never over anything that somebody may want back."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from controller.adapters.store import copies
from controller.adapters.store.copies import Copy, InTheWay, back_up, restore
from controller.adapters.store.errors import StoreUnusable
from controller.adapters.store.facts import SqlFacts
from controller.adapters.store.kept import SqlKept
from controller.adapters.store.schema import NEWEST
from controller.ports import SourceFile
from tests.stores import make_at, opened, sqlite_url


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A store whose text is `now`."""
    folder = tmp_path / "state"
    folder.mkdir()
    await write(folder, "now")
    return folder / "matinee.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "copy.db"


async def write(folder: Path, said: str) -> None:
    async with opened(sqlite_url(folder)) as store:
        await SqlKept(store).save({"text": said})


async def read(folder: Path) -> str:
    async with opened(sqlite_url(folder)) as store:
        assert store.aside is None
        return (await SqlKept(store).load())["text"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def size_if_private(file: Path) -> int:
    """Its size; nobody else may read it."""
    found = file.stat()
    assert found.st_mode & 0o777 == 0o600
    return found.st_size


def say(file: Path) -> str:
    """The text in a file, without opening it as a store."""
    with closing(sqlite3.connect(file)) as connection:
        said: str = connection.execute("SELECT text FROM kept").fetchone()[0]
    return said


async def test_a_backup_is_one_file_of_its_user_and_leaves_the_store_as_it_is(file: Path, target: Path) -> None:
    copy = back_up(file, target, overwrite=False)
    assert copy == Copy(target, size_if_private(target), NEWEST)
    assert names(target.parent) == ["copy.db"]
    assert say(target) == "now"
    assert await read(file.parent) == "now"


async def test_a_backup_has_what_was_stored_before_it_while_the_store_is_written_to(file: Path, target: Path) -> None:
    async with opened(sqlite_url(file.parent)) as store:
        kept, done = SqlKept(store), anyio.Event()

        async def go_on() -> None:
            number = 0
            while not done.is_set():
                number += 1
                await kept.save({"a": str(number), "b": str(number), "long": "x" * 50_000})

        async with anyio.create_task_group() as group:
            group.start_soon(go_on)
            for _ in range(20):
                await kept.save({"text": "promised"})
                await anyio.to_thread.run_sync(lambda: back_up(file, target, overwrite=True))
                with closing(sqlite3.connect(target)) as connection:
                    found = dict(connection.execute("SELECT name, text FROM kept"))
                assert found.get("a") == found.get("b"), "half a transaction"
                assert found["text"] == "promised"
            done.set()
    assert names(target.parent) == ["copy.db"]


async def test_what_was_found_in_films_is_left_out_and_stays_in_the_store(file: Path, target: Path) -> None:
    film = SourceFile(Path("/films/film.mkv"), 1, 2, "film")
    async with opened(sqlite_url(file.parent)) as store:
        await SqlFacts(store).keep(film, "1", random.randbytes(100_000).hex(), 0.0)
    copy = back_up(file, target, overwrite=False)
    assert copy.bytes == size_if_private(target) < 100_000 < size_if_private(file)
    assert say(target) == "now"
    async with opened(sqlite_url(file.parent)) as store:
        assert await SqlFacts(store).find(film, "1", 0.0)
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT count(*) FROM facts").fetchone() == (0,)


def test_nothing_is_overwritten_without_being_told_to(file: Path, target: Path) -> None:
    target.write_text("my only copy")
    with pytest.raises(InTheWay, match=r"copy\.db is there already.*--force"):
        back_up(file, target, overwrite=False)
    assert target.read_text() == "my only copy"
    back_up(file, target, overwrite=True)
    assert say(target) == "now"
    for overwrite in (True, False):
        with pytest.raises(InTheWay, match="is the store itself"):
            back_up(file, file, overwrite=overwrite)
    with pytest.raises(InTheWay, match="is the store itself"):
        restore(file, file)


def test_a_file_that_comes_to_be_there_meanwhile_stays(
    file: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = copies._sound

    def slowly(copy: Path, original: Path) -> str:
        target.write_text("somebody else's")
        return real(copy, original)

    monkeypatch.setattr(copies, "_sound", slowly)
    with pytest.raises(InTheWay, match="meanwhile"):
        back_up(file, target, overwrite=False)
    assert target.read_text() == "somebody else's"
    assert names(target.parent) == ["copy.db"]


def overwritten(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))


def nonsense(file: Path) -> None:
    file.write_bytes(b"nonsense" * 100)


def emptied(file: Path) -> None:
    os.truncate(file, 0)


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")


DAMAGES = [
    (overwritten, "is damaged|cannot be copied"),
    (nonsense, "is damaged|cannot be copied"),
    (emptied, "is no store of Matinee: it is empty"),
    (newer, "newer Matinee"),
    (foreign, "is no store of Matinee"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGES)
def test_what_is_no_sound_store_is_not_backed_up(
    file: Path, target: Path, damage: Callable[[Path], None], says: str
) -> None:
    damage(file)
    target.write_text("the backup of yesterday")
    with pytest.raises(StoreUnusable, match=says):
        back_up(file, target, overwrite=True)
    assert target.read_text() == "the backup of yesterday"
    assert names(target.parent) == ["copy.db"]


def test_without_a_store_there_is_nothing_to_back_up(tmp_path: Path, target: Path) -> None:
    with pytest.raises(StoreUnusable, match="There is no store at"):
        back_up(tmp_path / "matinee.db", target, overwrite=False)
    assert names(target.parent) == []


async def test_restoring_brings_back_what_was_and_keeps_what_is(file: Path, target: Path) -> None:
    back_up(file, target, overwrite=False)
    await write(file.parent, "later")
    copy = restore(target, file)
    assert await read(file.parent) == "now"
    assert copy.aside is not None
    assert copy.aside.name.startswith("matinee.db.before-restore-")
    assert say(copy.aside) == "later"
    assert names(file.parent) == ["matinee.db", copy.aside.name]
    assert copy.bytes == size_if_private(file)
    assert say(target) == "now"


async def test_a_folder_without_a_store_gets_one(tmp_path: Path, file: Path, target: Path) -> None:
    back_up(file, target, overwrite=False)
    fresh = tmp_path / "new" / "state"
    assert restore(target, fresh / "matinee.db").aside is None
    assert await read(fresh) == "now"
    assert fresh.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("damage", "says"), DAMAGES)
async def test_what_is_no_sound_store_is_not_restored(
    file: Path, target: Path, damage: Callable[[Path], None], says: str
) -> None:
    back_up(file, target, overwrite=False)
    damage(target)
    with pytest.raises(StoreUnusable, match=says):
        restore(target, file)
    assert names(file.parent) == ["matinee.db"]
    assert await read(file.parent) == "now"


async def test_a_backup_of_an_older_matinee_is_brought_up_when_it_is_next_opened(file: Path, target: Path) -> None:
    await anyio.Path(file).unlink()
    await make_at(sqlite_url(file.parent), "0001")
    assert back_up(file, target, overwrite=False).revision == "0001"
    assert restore(target, file).revision == "0001"
    async with opened(sqlite_url(file.parent)) as store:
        assert await SqlKept(store).load() == {}


async def test_a_plain_copy_of_files_in_use_restores_with_what_was_written_ahead(file: Path, target: Path) -> None:
    async with opened(sqlite_url(file.parent)) as store:
        await SqlKept(store).save({"text": "written ahead"})
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{file}{suffix}", f"{target}{suffix}")
    target.parent.chmod(0o500)
    restore(target, file)
    assert await read(file.parent) == "written ahead"


async def test_a_store_that_another_program_has_open_is_not_replaced(
    file: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(file, target, overwrite=False)
    monkeypatch.setattr(copies, "BUSY_S", 0.1)
    async with opened(sqlite_url(file.parent)) as store:
        await SqlKept(store).save({"text": "in use"})
        with pytest.raises(InTheWay, match=r"Another program has .* open\. Stop it first"):
            restore(target, file)
        await SqlKept(store).save({"text": "still in use"})
    assert await read(file.parent) == "still in use"
    assert names(file.parent) == ["matinee.db"]


async def test_a_damaged_store_is_put_aside_by_a_restore(file: Path, target: Path) -> None:
    back_up(file, target, overwrite=False)
    nonsense(file)
    copy = restore(target, file)
    assert copy.aside is not None
    assert copy.aside.read_bytes() == b"nonsense" * 100
    assert await read(file.parent) == "now"


def test_a_folder_that_cannot_be_written_is_told(file: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        back_up(file, tmp_path / "nowhere" / "copy.db", overwrite=False)

"""Backup and restore of a SQLite store: whole copies, made beside what is there and put in its place in one step."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog

from controller.adapters.store.errors import StoreUnusable
from controller.adapters.store.schema import check_revision
from controller.adapters.store.sqlite import BUSY_S, COMPANIONS, Damaged, examine, put_aside, sync_folder

log = structlog.get_logger(__name__)


class InTheWay(Exception):
    """Something is there that is not overwritten, or somebody uses it; the message says what."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished copy: where it is, its size, its schema's revision, and where what was there before is now."""

    path: Path
    bytes: int
    revision: str
    aside: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        aside = {"aside": str(self.aside)} if self.aside else {}
        return {"path": str(self.path), "bytes": self.bytes, "revision": self.revision, **aside}


def back_up(store: Path, target: Path, *, overwrite: bool) -> Copy:
    """A consistent copy of a store that may be in use, in one file that only its user reads.

    Raises:
        InTheWay: `target` is there.
        StoreUnusable: there is no sound store; nothing was written.
        OSError: `target` cannot be written.
    """
    if not store.is_file():
        raise StoreUnusable(f"There is no store at {store}, so there is nothing to back up.")
    if target.exists() and target.samefile(store):
        raise InTheWay(f"{target} is the store itself. Choose another name for the backup.")
    if target.exists() and not overwrite:
        raise InTheWay(f"{target} is there already. Choose another name, or overwrite it with --force.")
    unfinished = _beside(target)
    try:
        _copy_database(store, unfinished)
        revision = _sound(unfinished, store)
        _leave_out_what_is_found_again(unfinished)
        if not overwrite:
            _reserve(target)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(target.parent)
    return Copy(target, target.stat().st_size, revision)


def restore(backup: Path, store: Path) -> Copy:
    """Put a copy of `backup` in the store's place; what was there lies aside. Nobody may be using the store.

    Raises:
        InTheWay: `backup` is the store, or another program has that open.
        StoreUnusable: `backup` is no sound store of Matinee, or of a newer one; nothing was changed.
        OSError: it cannot be read, or the store's folder not be written.
    """
    if store.exists() and store.samefile(backup):
        raise InTheWay(f"{backup} is the store itself.")
    present = any(store.with_name(store.name + suffix).exists() for suffix in COMPANIONS)
    store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = _beside(store)
    try:
        _copy_files(backup, unfinished)
        revision = _sound(unfinished, backup)
        _make_one_file(unfinished, backup)
        _refuse_if_used(store)
        aside = put_aside(store, "before-restore") if present else None
        os.replace(unfinished, store)
    finally:
        for suffix in COMPANIONS:
            unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    sync_folder(store.parent)
    return Copy(store, store.stat().st_size, revision, aside)


def _beside(target: Path) -> Path:
    """An empty file in the same folder, mode 0600."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(descriptor)
    return Path(name)


def _reserve(target: Path) -> None:
    """Take a name that nobody has, also where there are no hard links. Raises: InTheWay."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise InTheWay(f"{target} has come to be there meanwhile.") from None


def _copy_database(store: Path, target: Path) -> None:
    """SQLite's own copying: of one moment, whatever is written meanwhile."""
    try:
        with closing(_connect(store)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        raise StoreUnusable(f"The store {store} cannot be copied: {error}. Nothing was written.") from None
    _make_one_file(target, store)


def _leave_out_what_is_found_again(copy: Path) -> None:
    """What was found in films is no loss, is most of the store, and tells nothing on a machine with other files."""
    with closing(_connect(copy)) as connection:
        (there,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'facts'").fetchone()
        if there:
            connection.execute("DELETE FROM facts")
            connection.execute("VACUUM")
    _make_durable(copy)


def _copy_files(backup: Path, target: Path) -> None:
    """A plain copy, with what was written ahead if it was taken along: a backup may lie where nothing can be written."""
    ahead = backup.with_name(backup.name + "-wal")
    shutil.copyfile(backup, target)
    if ahead.exists():
        shutil.copyfile(ahead, target.with_name(target.name + "-wal"))


def _make_one_file(path: Path, original: Path) -> None:
    """No companions, and all of it on disk. Raises: StoreUnusable, OSError."""
    try:
        with closing(_connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        raise StoreUnusable(f"{original} cannot be copied: {error}. Nothing was written.") from None
    _make_durable(path)


def _make_durable(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sound(copy: Path, original: Path) -> str:
    """The revision of a copy. Raises: StoreUnusable."""
    try:
        found = examine(copy)
    except Damaged as damage:
        raise StoreUnusable(f"{original} is damaged ({damage}). Nothing was written.") from None
    check_revision(found.revision, where=str(original), tables=found.tables)
    if found.revision is None:
        raise StoreUnusable(f"{original} is no store of Matinee: it is empty. Nothing was written.")
    return found.revision


def _refuse_if_used(store: Path) -> None:
    """Leaving WAL needs a store to oneself, so whoever has it open is noticed, whatever they do just now."""
    if not store.is_file():
        return
    try:
        with closing(_connect(store)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise InTheWay(f"Another program has {store} open. Stop it first.") from None
        log.warning("the store of before is damaged; it goes aside as it is", reason=str(error))


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=BUSY_S, isolation_level=None)

"""The file of a SQLite store before SQLAlchemy opens it: is it sound, whose is it, and where a damaged one is put."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import monotonic
from urllib.parse import quote

import structlog

from controller.adapters.store.errors import StoreUnusable
from controller.adapters.store.schema import VERSION_TABLE, check_revision

log = structlog.get_logger(__name__)

HEAD = b"SQLite format 3\0"
COMPANIONS = ("", "-wal", "-shm")
BUSY_S = 5.0
"""Seconds that a lock of another process is waited for."""
LOOK_AT_MOST = 2.0
"""Seconds for looking through a file: gigabytes fit in, and what does not is trusted until it is read."""
STEPS = 10_000
"""Instructions of SQLite between two looks at the clock."""
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Damaged(Exception):
    """The file is no sound SQLite database; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sound file. `revision` is None when no migration has run."""

    revision: str | None
    tables: bool


def make_ready(path: Path) -> Path | None:
    """Leave a sound or an empty file at `path`; answers where a damaged one was put. Blocks: call it in a thread.

    Raises:
        StoreUnusable: what is there cannot be used and was left as it is.
    """
    try:
        if path.exists() and not path.is_file():
            advice = "Move it away, or set another database_url."
            raise StoreUnusable(f"{path} is no file, and the store is to be one. {advice}")
        aside = _put_aside_if_damaged(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # its companions get the same rights
    except OSError as error:
        advice = "See to its folder and its rights."
        raise StoreUnusable(f"The store {path} cannot be used: {error.strerror}. {advice}") from None
    return aside


def _put_aside_if_damaged(path: Path) -> Path | None:
    try:
        found = examine(path)
    except Damaged as damage:
        aside = put_aside(path, "corrupt")
        log.warning("the store was damaged: it lies aside and a new one begins", reason=str(damage), aside=str(aside))
        return aside
    check_revision(found.revision, where=str(path), tables=found.tables)
    return None


def examine(path: Path) -> Found:
    """Look through a file that need not exist; nothing in it changes.

    Raises:
        Damaged.
        StoreUnusable, OSError: it could not be looked at.
    """
    if not _size(path):
        if _size(path.with_name(path.name + "-wal")):
            raise Damaged("it is empty, but what was to be written into it is there")
        return Found(revision=None, tables=False)
    _check_head(path)
    with _open(path) as connection:
        until = monotonic() + LOOK_AT_MOST
        connection.set_progress_handler(lambda: monotonic() > until, STEPS)
        _look_through(connection)
        connection.set_progress_handler(None, STEPS)
        return _whose(connection)


def _check_head(path: Path) -> None:
    """Whether it begins as SQLite files do. SQLite would find that too, and remove what was written ahead."""
    with path.open("rb") as file:
        if file.read(len(HEAD)) != HEAD:
            raise Damaged("it does not begin as a SQLite file does")


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection, without creating anything. What goes wrong inside is sorted into damage and all else."""
    try:
        uri = f"file:{quote(str(path))}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)) as connection:
            yield connection
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE:
            raise Damaged(str(error)) from None
        raise StoreUnusable(
            f"The store {path} cannot be used: {error}. See that nothing else holds it and that it is yours to write."
        ) from None


def _look_through(connection: sqlite3.Connection) -> None:
    try:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_INTERRUPT:
            return
        raise
    if verdict != "ok":
        raise Damaged(verdict)


def _whose(connection: sqlite3.Connection) -> Found:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if VERSION_TABLE not in tables:
        return Found(revision=None, tables=bool(tables))
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - our own name
    return Found(revision=row[0] if row else None, tables=True)


def put_aside(path: Path, why: str) -> Path:
    """Give a store's files another name beside it, which says why and when (UTC). Raises: OSError."""
    for number in count(1):
        aside = path.with_name(f"{path.name}.{why}-{stamp()}" + (f"-{number}" if number > 1 else ""))
        if not any(aside.with_name(aside.name + suffix).exists() for suffix in COMPANIONS):
            break
    for suffix in COMPANIONS:
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(aside.with_name(aside.name + suffix))
    sync_folder(path.parent)
    return aside


def stamp() -> str:
    """The present second in UTC, as it stands in names of files."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk. Raises: OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0

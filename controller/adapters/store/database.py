"""Opens the store, brings its schema up to date, and runs transactions: one at a time on SQLite, and stored for good.

SQLite is a library: a whole transaction is one call in a worker thread, which is three times as quick as a call for
each of its statements. It writes ahead (WAL) and has one connection, so one writer; a lock that another process holds
is waited for in that thread. `synchronous=FULL` syncs the disk at every commit: with NORMAL a commit outlives a killed
daemon but not a pulled plug, and a box in a living room is switched off at the wall. Measured on a virtual disk, a
commit takes 0.36 ms instead of 0.02 ms. What nobody was promised (when a device was last seen) does without.

PostgreSQL is a server, which may never answer: its driver is asynchronous, so that it can be given up.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import anyio
import anyio.to_thread
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from controller.adapters.store.address import file_of
from controller.adapters.store.errors import StoreUnusable, cause_of
from controller.adapters.store.schema import bring_up
from controller.adapters.store.sqlite import BUSY_S, make_ready
from controller.ports import NotStored

Result = TypeVar("Result")

ANSWERS_WITHIN = 10.0
"""Seconds for a transaction of a server: one that is frozen never says a word. SQLite gives up by itself."""
CONNECTS_WITHIN = 5
PAGES_AHEAD = 4_000
"""Pages of 4 KiB that SQLite writes ahead until one commit carries all of them over into the file, and takes as long as
many others. An edit of a long queue is ten pages: with SQLite's own 1,000, one edit in a hundred waited for that.
"""
POOL: dict[str, dict[str, Any]] = {
    "sqlite": {"pool_size": 1, "connect_args": {"timeout": BUSY_S, "check_same_thread": False}},
    "postgresql": {
        "pool_size": 4,
        "pool_pre_ping": True,  # a connection that PostgreSQL has dropped is replaced before it is used
        "connect_args": {"connect_timeout": CONNECTS_WITHIN, "application_name": "matinee"},
    },
}


class Engine(Protocol):
    """Carries out what is to be done in one transaction, in its time, and lets nobody cancel it half way."""

    async def run(self, work: Callable[[Connection], Result], *, lasting: bool) -> Result:
        """Raises: SQLAlchemyError, TimeoutError, and what `work` does."""

    async def close(self) -> None:
        """Let go of every connection."""


class Store:
    """An open store. `aside` is where a damaged one was put before this one began."""

    def __init__(self, engine: Engine, aside: Path | None = None) -> None:
        self.engine, self.aside = engine, aside

    async def run(self, work: Callable[[Connection], Result], *, lasting: bool = True) -> Result:
        """Do some work in a transaction: when it returns it is stored, on disk too if it is `lasting`.

        Whoever is cancelled meanwhile is so after it.

        Raises:
            NotStored: nothing of it is stored.
        """
        try:
            return await self.engine.run(work, lasting=lasting)
        except SQLAlchemyError as error:
            raise NotStored(cause_of(error)) from None
        except TimeoutError:
            raise NotStored(f"the database has not answered for {ANSWERS_WITHIN:.0f} s") from None

    async def close(self) -> None:
        """Let go of every connection."""
        await self.engine.close()


async def open_store(url: URL) -> Store:
    """The store at an address, with the newest schema.

    Raises:
        StoreUnusable.
    """
    file = file_of(url)
    aside = await anyio.to_thread.run_sync(make_ready, file) if file else None
    engine = engine_of(url)
    where = str(file or f"The database {url.database or ''} on {url.host or 'this machine'}")
    try:
        await engine.run(lambda connection: bring_up(connection, where=where), lasting=True)
    except BaseException as error:
        with anyio.CancelScope(shield=True):
            await engine.close()
        if isinstance(error, (SQLAlchemyError, TimeoutError)):
            raise StoreUnusable(f"{where} cannot be used: {cause_of(error)}. {_advice(file)}") from None
        raise
    return Store(engine, aside)


def engine_of(url: URL) -> Engine:
    """What carries out transactions there. Raises: StoreUnusable (its driver is missing)."""
    if url.get_backend_name() == "sqlite":
        return _File(url)
    try:
        return _Server(url)
    except ImportError as error:
        raise StoreUnusable(
            f"PostgreSQL's driver cannot be loaded: {cause_of(error)}. Run: pip install 'psycopg[binary]'"
        ) from None


class _File:
    """SQLite."""

    def __init__(self, url: URL) -> None:
        engine = create_engine(url, **_options(url))
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
        self._lasting, self._passing = engine, engine.execution_options(synchronous="NORMAL")
        self._one = anyio.CapacityLimiter(1)

    async def run(self, work: Callable[[Connection], Result], *, lasting: bool) -> Result:
        def transaction() -> Result:
            with (self._lasting if lasting else self._passing).begin() as connection:
                return work(connection)

        return await anyio.to_thread.run_sync(transaction, limiter=self._one)

    async def close(self) -> None:
        await anyio.to_thread.run_sync(self._lasting.dispose, limiter=self._one)


class _Server:
    """PostgreSQL. SQLAlchemy gives the connection of a query that is cut off to a task that may wait for ever, and the
    end of the daemon with it: hence the shield, and the time limit within.
    """

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(url, **_options(url))

    async def run(self, work: Callable[[Connection], Result], *, lasting: bool) -> Result:  # noqa: ARG002 - it always is
        with anyio.fail_after(ANSWERS_WITHIN, shield=True):
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


def _options(url: URL) -> dict[str, Any]:
    options = POOL[url.get_backend_name()]
    connect_args = {key: value for key, value in options["connect_args"].items() if key not in url.query}
    return options | {
        "connect_args": connect_args,
        "max_overflow": 0,
        "pool_timeout": BUSY_S,
        "hide_parameters": True,
    }


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # Python's own idea of transactions leaves the schema out
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA wal_autocheckpoint={PAGES_AHEAD}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Lock at once: a transaction that reads first and then wants to write is refused when somebody else has written."""
    synchronous = connection.get_execution_options().get("synchronous", "FULL")
    if connection.info.get("synchronous") != synchronous:
        connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
        connection.info["synchronous"] = synchronous
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _advice(file: Path | None) -> str:
    if file:
        return "See that there is room on the disk and that nothing else holds the file."
    return "See that PostgreSQL runs, and check user, password and database in database_url."

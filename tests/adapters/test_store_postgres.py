"""The store on PostgreSQL: what goes wrong there is told in a sentence without the password, and it mends itself."""

from __future__ import annotations

import builtins
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import anyio
import pytest
from sqlalchemy import URL, Connection

from controller.adapters.store import database
from controller.adapters.store.address import store_url
from controller.adapters.store.database import Store, open_store
from controller.adapters.store.devices import SqlDevices
from controller.adapters.store.errors import StoreUnusable
from controller.adapters.store.kept import SqlKept
from controller.ports import KnownDevice, NotStored
from protocol.values import DeviceId
from tests.daemon import free_port
from tests.postgres import PASSWORD, Postgres, cluster
from tests.stores import opened

HERE = Path("/nowhere")


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server of this module's own: it is ended and frozen here."""
    with cluster() as one:
        yield one


@pytest.fixture
async def store(server: Postgres) -> AsyncIterator[Store]:
    """An open store with a text in it."""
    async with opened(store_url(server.new_database(), HERE)) as one:
        await SqlKept(one).save({"a": "1"})
        yield one


async def refused(url: str | URL) -> str:
    """Why this cannot be opened; nothing in it or behind it holds a password."""
    with pytest.raises(StoreUnusable) as caught:
        await open_store(store_url(url, HERE) if isinstance(url, str) else url)
    error: BaseException | None = caught.value
    assert error is not None
    assert error.__suppress_context__
    assert PASSWORD not in str(error)
    assert "geheim" not in str(error)
    return str(error)


async def test_a_wrong_password_or_database_is_told_with_what_to_check(server: Postgres) -> None:
    said = await refused(server.url(password="geheim"))
    assert "password authentication failed for user" in said
    assert said.endswith("See that PostgreSQL runs, and check user, password and database in database_url.")
    assert 'database "nothing" does not exist' in await refused(server.url("nothing"))


async def test_a_server_that_is_not_there_is_told(server: Postgres) -> None:
    gone = f"postgresql://u:geheim@127.0.0.1:{free_port()}/films"
    assert "Connection refused" in await refused(gone)
    assert "The database films on box.invalid cannot be used" in await refused(
        "postgresql://u:geheim@box.invalid/films"
    )


async def test_a_server_that_never_answers_is_given_up(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database.POOL["postgresql"]["connect_args"], "connect_timeout", 2)
    began = monotonic()
    with server.frozen():
        assert "timeout" in await refused(server.url())
    assert 1.5 < monotonic() - began < 6


async def test_a_driver_that_is_missing_is_named_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any, **others: Any) -> Any:
        if name.partition(".")[0] == "psycopg":
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *more, **others)

    monkeypatch.delitem(sys.modules, "psycopg")
    monkeypatch.setattr(builtins, "__import__", without)
    said = await refused("postgresql://u:geheim@box/films")
    assert said.endswith("No module named 'psycopg'. Run: pip install 'psycopg[binary]'")


async def test_connections_that_were_lost_are_made_anew(server: Postgres, store: Store) -> None:
    kept = SqlKept(store)
    for round_ in ("2", "3"):
        server.stop()
        with pytest.raises(NotStored, match=r"(?i)connection") as caught:
            await kept.save({"a": "lost"})
        assert PASSWORD not in str(caught.value)
        server.start()
        assert await kept.load() != {"a": "lost"}
        await kept.save({"a": round_})
        assert await kept.load() == {"a": round_}


async def test_a_connection_that_is_lost_in_the_middle_keeps_nothing(server: Postgres, store: Store) -> None:
    def save_halfway(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE kept SET text = 'half'")
        server.stop()
        connection.exec_driver_sql("UPDATE kept SET text = 'more'")

    with pytest.raises(NotStored):
        await store.run(save_halfway)
    server.start()
    assert await SqlKept(store).load() == {"a": "1"}


async def test_a_server_that_freezes_is_waited_for_so_long_and_no_longer(
    server: Postgres, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "ANSWERS_WITHIN", 1.0)
    began = monotonic()
    with server.frozen(), pytest.raises(NotStored, match="has not answered for 1 s"):
        await SqlKept(store).save({"a": "frozen"})
    assert monotonic() - began < 4.0
    assert (await SqlKept(store).load())["a"] in {"1", "frozen"}
    await SqlKept(store).save({"a": "2"})
    assert await SqlKept(store).load() == {"a": "2"}


async def test_whoever_is_cancelled_while_it_is_frozen_is_free_in_time(
    server: Postgres, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "ANSWERS_WITHIN", 1.0)
    began = monotonic()
    with server.frozen(), anyio.CancelScope() as scope:
        scope.cancel()
        with pytest.raises(NotStored):
            await SqlKept(store).load()
    assert monotonic() - began < 4.0
    assert await SqlKept(store).load() == {"a": "1"}


async def test_an_error_tells_neither_the_hash_nor_the_row(store: Store) -> None:
    devices = SqlDevices(store)
    await devices.add(KnownDevice(DeviceId("one"), "Phone", "owner"), "secret-hash", 1.0)
    with pytest.raises(NotStored) as caught:
        await devices.add(KnownDevice(DeviceId("two"), "Phone", "owner"), "secret-hash", 1.0)
    assert "secret-hash" not in str(caught.value)
    assert "duplicate key" in str(caught.value)
    assert caught.value.__suppress_context__

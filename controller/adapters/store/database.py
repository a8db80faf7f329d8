"""Opens the store: connects, brings the schema up to date, and hands out its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from sqlalchemy import Connection, event, func, insert, inspect, select, text, update
from sqlalchemy import delete as delete_from
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from controller.adapters.store.tables import devices, kept
from controller.ports import KnownDevice, NotStored
from protocol.results import Device
from protocol.values import DeviceId

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 5_000
NEWEST = max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def open_store(url: str) -> AsyncEngine:
    """A connected engine whose schema is the newest. Raises: sqlalchemy.exc.SQLAlchemyError."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_pragmas)
    async with engine.begin() as connection:
        await connection.run_sync(_migrate)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _migrate(connection: Connection) -> None:
    """Bring the schema up to date. Alembic takes a moment to load, and is only loaded when there is something to do."""
    if inspect(connection).has_table("alembic_version"):
        present = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        if present == NEWEST:
            return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction; whoever is cancelled meanwhile is so after it. SQLAlchemy gives the connection of a query that is
    cut off to a task that may wait for ever, and the end of the daemon with it.
    """
    with anyio.CancelScope(shield=True):
        async with engine.begin() as connection:
            yield connection


class SqlDevices:
    """Implements `ports.DeviceStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, device: KnownDevice, token_hash: str, at: float) -> None:
        """Keep a new device."""
        row = {"device_id": device.device_id, "name": device.name, "role": device.role}
        async with _transaction(self._engine) as connection:
            await connection.execute(insert(devices).values(**row, token_hash=token_hash, created_at=at, last_seen=at))

    async def find(self, token_hash: str, at: float) -> KnownDevice | None:
        """The device of a token, which was thereby seen."""
        async with _transaction(self._engine) as connection:
            found = await connection.execute(select(devices).where(devices.c.token_hash == token_hash))
            row = found.mappings().first()
            if row is None:
                return None
            await connection.execute(
                update(devices).where(devices.c.device_id == row["device_id"]).values(last_seen=at)
            )
        return KnownDevice(DeviceId(row["device_id"]), row["name"], row["role"])

    async def all(self) -> list[Device]:
        """Every device, oldest first."""
        columns = [devices.c[name] for name in ("device_id", "name", "role", "created_at", "last_seen")]
        async with _transaction(self._engine) as connection:
            found = await connection.execute(select(*columns).order_by(devices.c.created_at))
            return [Device.model_validate(dict(row)) for row in found.mappings()]

    async def remove(self, device_id: str) -> bool:
        """Forget a device."""
        async with _transaction(self._engine) as connection:
            result = await connection.execute(delete_from(devices).where(devices.c.device_id == device_id))
            return bool(result.rowcount)

    async def owners(self) -> int:
        """How many owners there are."""
        async with _transaction(self._engine) as connection:
            found = await connection.execute(select(func.count()).where(devices.c.role == "owner"))
            return int(found.scalar_one())


class SqlKept:
    """Implements `ports.KeptState`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def load(self) -> dict[str, str]:
        """Everything that was saved."""
        async with _transaction(self._engine) as connection:
            return {row.name: row.text for row in await connection.execute(select(kept))}

    async def save(self, texts: dict[str, str]) -> None:
        """Keep these, all or none. Raises: NotStored."""
        rows = [{"name": name, "text": text} for name, text in texts.items()]
        if not rows:
            return
        try:
            async with _transaction(self._engine) as connection:
                await connection.execute(delete_from(kept).where(kept.c.name.in_(texts)))
                await connection.execute(insert(kept), rows)
        except SQLAlchemyError as error:
            raise NotStored(str(error.__cause__ or error)) from error

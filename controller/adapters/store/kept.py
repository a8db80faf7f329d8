"""What must survive a restart, by name, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, insert, select

from controller.adapters.store.database import Store
from controller.adapters.store.tables import kept

DELETE = delete(kept).where(kept.c.name == bindparam("old"))


class SqlKept:
    """Implements `ports.KeptState`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> dict[str, str]:
        """Everything that was saved. Raises: NotStored."""
        async with self._store.transaction(lasting=False) as connection:
            return {row.name: row.text for row in await connection.execute(select(kept))}

    async def save(self, texts: Mapping[str, str | None]) -> None:
        """Keep these, all or none; None forgets a name. Raises: NotStored."""
        if not texts:
            return
        rows = [{"name": name, "text": text} for name, text in texts.items() if text is not None]
        async with self._store.transaction() as connection:
            await connection.execute(DELETE, [{"old": name} for name in texts])
            if rows:
                await connection.execute(insert(kept), rows)

"""What must survive a restart, by name, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select

from controller.adapters.store.database import Store
from controller.adapters.store.tables import kept

DELETE = delete(kept).where(kept.c.name == bindparam("old"))


class SqlKept:
    """Implements `ports.KeptState`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> dict[str, str]:
        """Everything that was saved. Raises: NotStored."""
        return await self._store.run(
            lambda connection: {row.name: row.text for row in connection.execute(select(kept))}, lasting=False
        )

    async def save(self, texts: Mapping[str, str | None]) -> None:
        """Keep these, all or none; None forgets a name. Raises: NotStored."""
        if not texts:
            return
        rows = [{"name": name, "text": text} for name, text in texts.items() if text is not None]
        old = [{"old": name} for name in texts]

        def work(connection: Connection) -> None:
            connection.execute(DELETE, old)
            if rows:
                connection.execute(insert(kept), rows)

        await self._store.run(work)

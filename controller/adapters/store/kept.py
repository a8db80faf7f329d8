"""What must survive a restart, by name, in SQL."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from controller.adapters.store.database import Store
from controller.adapters.store.tables import kept


class SqlKept:
    """Implements `ports.KeptState`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> dict[str, str]:
        """Everything that was saved. Raises: NotStored."""
        async with self._store.transaction(lasting=False) as connection:
            return {row.name: row.text for row in await connection.execute(select(kept))}

    async def save(self, texts: dict[str, str]) -> None:
        """Keep these, all or none. Raises: NotStored."""
        rows = [{"name": name, "text": text} for name, text in texts.items()]
        if not rows:
            return
        async with self._store.transaction() as connection:
            await connection.execute(delete(kept).where(kept.c.name.in_(texts)))
            await connection.execute(insert(kept), rows)

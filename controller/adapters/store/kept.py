"""What must survive a restart, by name, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, select, text

from controller.adapters.store.database import Store
from controller.adapters.store.tables import kept

KEEP = text(
    "INSERT INTO kept (name, text) VALUES (:name, :text) ON CONFLICT (name) DO UPDATE SET text = excluded.text"
)  # both databases say it so; SQLAlchemy has a class of its own for each
FORGET = delete(kept).where(kept.c.name == bindparam("gone"))


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
        rows = [{"name": name, "text": kept_text} for name, kept_text in texts.items() if kept_text is not None]
        gone = [{"gone": name} for name, kept_text in texts.items() if kept_text is None]

        def work(connection: Connection) -> None:
            if gone:
                connection.execute(FORGET, gone)
            if rows:
                connection.execute(KEEP, rows)

        await self._store.run(work)

"""What is remembered of films, in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256

from sqlalchemy import Connection, bindparam, delete, insert, select

from controller.adapters.store.database import Store
from controller.adapters.store.tables import watched
from controller.core.watching import Memory, Seat

THIS_ROW = (watched.c.person == bindparam("a_person")) & (watched.c.film == bindparam("a_film"))


class SqlWatched:
    """Implements `ports.WatchStore`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> dict[Seat, Memory]:
        """Everything that was saved. Raises: NotStored."""
        rows = await self._store.run(lambda connection: connection.execute(select(watched)).all(), lasting=False)
        return {Seat(row.person, row.media_id): Memory(row.duration, row.at, row.left_at, row.watched) for row in rows}

    async def save(self, memories: Mapping[Seat, Memory | None]) -> None:
        """Keep these, all or none. Raises: NotStored."""
        if not memories:
            return
        old = [{"a_person": seat.person, "a_film": _key(seat)} for seat in memories]
        new = [{**seat._asdict(), "film": _key(seat), **asdict(memory)} for seat, memory in memories.items() if memory]

        def work(connection: Connection) -> None:
            connection.execute(delete(watched).where(THIS_ROW), old)
            if new:
                connection.execute(insert(watched), new)

        await self._store.run(work)


def _key(seat: Seat) -> str:
    """A media id is as long as a path may be, which no index takes."""
    return sha256(seat.media_id.encode()).hexdigest()

"""What was found in films, in SQL: a row per film, packed; the ones that nobody asked for the longest are dropped."""

from __future__ import annotations

import os
import zlib
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from controller.adapters.store.database import Store
from controller.adapters.store.tables import facts
from controller.ports import SourceFile

MOST = 2_000
"""Films that are remembered; with the usual 5 to 25 KB for each that is some tens of megabytes."""
LARGEST = 512 * 1024
"""Bytes of a row, packed. More would be a film that has a keyframe in every picture; it is looked at again."""
USED_TO = 3_600.0
"""Seconds to which it is known when somebody last asked for a film: reading seldom costs a write."""


class SqlFacts:
    """Implements `ports.FactsStore`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, source: SourceFile, examiner: str, at: float) -> str | None:
        """What was kept of this very file by this examiner. Raises: NotStored."""
        film = _key(source)
        same = (facts.c.size == source.size) & (facts.c.modified_ns == source.modified_ns)
        query = select(facts.c.packed, facts.c.used).where(
            (facts.c.film == film) & same & (facts.c.examiner == examiner)
        )

        def work(connection: Connection) -> bytes | None:
            row = connection.execute(query).first()
            if row is None:
                return None
            if not 0 <= at - row.used < USED_TO:
                connection.execute(update(facts).where(facts.c.film == film).values(used=at))
            packed: bytes = row.packed
            return packed

        packed = await self._store.run(work, lasting=False)
        return None if packed is None else _unpacked(packed)

    async def keep(self, source: SourceFile, examiner: str, text: str, at: float) -> None:
        """Remember a text of this very file, in place of what was remembered of its path. Raises: NotStored."""
        packed = zlib.compress(text.encode())
        too_many = select(facts.c.film).order_by(facts.c.used.desc(), facts.c.film).offset(MOST)
        row = {"film": _key(source), "size": source.size, "modified_ns": source.modified_ns, "examiner": examiner}

        def work(connection: Connection) -> None:
            connection.execute(delete(facts).where(facts.c.film == row["film"]))
            if len(packed) <= LARGEST:
                connection.execute(insert(facts).values(**row, used=at, packed=packed))
                connection.execute(delete(facts).where(facts.c.film.in_(too_many)))

        await self._store.run(work, lasting=False)


def _key(source: SourceFile) -> str:
    """A path is bytes of any kind, and longer than an index takes."""
    return sha256(os.fsencode(source.path)).hexdigest()


def _unpacked(packed: bytes) -> str | None:
    """The text; what cannot be read was not remembered."""
    try:
        return zlib.decompress(packed).decode()
    except (zlib.error, UnicodeDecodeError):
        return None

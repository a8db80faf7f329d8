"""Where the store is: from what people write into `database_url` to the address that SQLAlchemy wants."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from controller.adapters.store.errors import StoreUnusable

FILE = "matinee.db"
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""psycopg reads the address as libpq and psql do, `?sslmode=` and `?host=` included, and has wheels with libpq in them."""
EXAMPLES = "postgresql://user:password@host/name or sqlite:////path/to/file.db"


def store_url(database_url: str, state_dir: Path) -> URL:
    """The address of the store; a SQLite file in the state folder when none is written.

    Raises:
        StoreUnusable: it is no address, or of a database that Matinee does not know. What was written is not repeated:
            there may be a password in it.
    """
    if not database_url:
        return URL.create(DRIVERS["sqlite"], database=str(state_dir / FILE))
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise StoreUnusable(
            f"database_url is no address: write {EXAMPLES}, and signs such as @ : / in a password as %40 %3A %2F."
        ) from None
    backend = url.drivername.partition("+")[0]
    if backend not in DRIVERS:
        raise StoreUnusable(f"database_url begins with {backend}, which Matinee cannot use: write {EXAMPLES}.")
    if backend == "sqlite":
        return _file(url)
    return url.set(drivername=DRIVERS[backend])


def _file(url: URL) -> URL:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StoreUnusable("database_url names no file, so nothing would survive: write sqlite:////path/to/file.db.")
    return URL.create(DRIVERS["sqlite"], database=str(Path(url.database).expanduser().absolute()))


def file_of(url: URL) -> Path | None:
    """The file of a SQLite store; None when the store is elsewhere."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)

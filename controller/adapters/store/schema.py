"""The schema's revisions: which there are, and how a store is brought up to the newest. They only go forwards."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from controller.adapters.store.errors import StoreUnusable

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = tuple(sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))
NEWEST = REVISIONS[-1]
VERSION_TABLE = "alembic_version"


def check_revision(revision: str | None, *, where: str, tables: bool) -> None:
    """Whether a store of this revision is one for this Matinee; None is a store that was never brought up.

    Raises:
        StoreUnusable: it was made by a newer Matinee, or holds tables of somebody else.
    """
    if revision is None and tables:
        raise StoreUnusable(f"{where} is no store of Matinee; it was left as it is. Name another file or database.")
    if revision is not None and revision not in REVISIONS:
        raise StoreUnusable(
            f"{where} was made by a newer Matinee (its revision is {revision}, the newest known here is {NEWEST});"
            " it was left as it is. Update Matinee, or restore a backup from before."
        )


def bring_up(connection: Connection, *, where: str, to: str = NEWEST) -> None:
    """Bring the schema to a revision, all or nothing. Alembic takes a moment to load, and is loaded only when needed.

    Raises:
        StoreUnusable: see `check_revision`.
    """
    tables = set(inspect(connection).get_table_names())
    present = None
    if VERSION_TABLE in tables:
        present = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608 - our own name
    check_revision(present, where=where, tables=bool(tables))
    if present == to:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)

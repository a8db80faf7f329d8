"""Backup and restore as the command line asks for them: which store, which file, and may it be done now."""

from __future__ import annotations

import os
from pathlib import Path

from controller.adapters.state import lock_state
from controller.adapters.store import copies
from controller.adapters.store.address import file_of, store_url
from controller.adapters.store.copies import Copy, InTheWay
from controller.adapters.store.errors import StoreUnusable
from controller.adapters.store.sqlite import stamp
from controller.config import Settings


class NotCopied(Exception):
    """It failed: one sentence, its cause, and what to do next."""


class Refused(NotCopied):
    """It is not done now, to keep what is there."""


def back_up(settings: Settings, target: Path | None, *, overwrite: bool) -> Copy:
    """A copy of the store in `target`, or in a file of the present folder whose name says when it was made (UTC).

    Raises:
        Refused: `target` is there.
        NotCopied.
    """
    try:
        store = _file(settings, "pg_dump")
        return copies.back_up(store, (target or Path(f"matinee-{stamp()}.db")).absolute(), overwrite=overwrite)
    except InTheWay as error:
        raise Refused(str(error)) from None
    except (StoreUnusable, OSError) as error:
        raise NotCopied(_said(error)) from None


def bring_back(settings: Settings, backup: Path) -> Copy:
    """Put a backup in the place of what is there, which lies aside then; the next start runs this version's migrations.

    Raises:
        Refused: a daemon runs on the state folder, or another program has the store open.
        NotCopied.
    """
    try:
        store = _file(settings, "pg_restore")
        lock = lock_state(settings.state_dir)
        try:
            return copies.restore(backup.absolute(), store)
        finally:
            os.close(lock)
    except BlockingIOError:
        raise Refused(f"A daemon runs on {settings.state_dir}. Stop it first.") from None
    except InTheWay as error:
        raise Refused(str(error)) from None
    except (StoreUnusable, OSError) as error:
        raise NotCopied(_said(error)) from None


def _file(settings: Settings, instead: str) -> Path:
    file = file_of(store_url(settings.written_database_url, settings.state_dir))
    if file is None:
        raise StoreUnusable(f"The store is a PostgreSQL database: use {instead}, which knows it best.")
    return file


def _said(error: StoreUnusable | OSError) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'} cannot be read or written: {error.strerror}. Choose another place."
    return str(error)

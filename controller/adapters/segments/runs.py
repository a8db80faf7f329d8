"""The directories of the daemon's runs below a cache: whose is which, and what may go.

Only directories of this shape whose lock nobody holds are ever removed. The lock is the last thing that goes, so one that
was half removed is still known for what it is; and it is there only once it is held, so a run that just begins is not
taken for a dead one.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LOCK = "owner.lock"
RUN_NAME = re.compile(r"run-[0-9a-f]{16}")


def begin_run(root: Path) -> int:
    """Make a run's directory and hold its lock; the descriptor holds it. Raises: OSError."""
    root.mkdir(mode=0o700)
    unborn = root / f"{LOCK}.new"
    lock = os.open(unborn, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.rename(unborn, root / LOCK)
    return lock


def runs(cache_dir: Path) -> Iterator[Path]:
    """Every run's directory, living or dead; none when the cache is not there. Raises: OSError."""
    if cache_dir.is_dir():
        for path in sorted(cache_dir.iterdir()):
            if RUN_NAME.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                yield path


def sweep(cache_dir: Path) -> list[Path]:
    """Remove the directories of runs that are no more; answers which. Raises: OSError (the cache cannot be read)."""
    return [run for run in runs(cache_dir) if bury(run)]


def is_dead(run: Path) -> bool:
    """Whether a run is over and has left something."""
    lock = _take(run)
    if lock is not None:
        os.close(lock)
    return lock is not None


def is_living(run: Path) -> bool:
    """Whether a daemon holds it."""
    return (run / LOCK).is_file() and not is_dead(run)


def bury(run: Path) -> bool:
    """Remove a run's directory if it is dead; answers whether it was. What cannot be removed stays."""
    lock = _take(run)
    if lock is None:
        return False
    try:
        remove(run)
    finally:
        os.close(lock)
    return True


def remove(run: Path) -> None:
    """Remove a run's directory, its lock last; what cannot be removed stays, and its lock with it."""
    with suppress(OSError):
        for path in run.iterdir():
            if path.name == LOCK:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        if [path.name for path in run.iterdir()] == [LOCK]:
            (run / LOCK).unlink()
            run.rmdir()


def size(folder: Path) -> int:
    """Bytes of all files below a folder; what goes away meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _take(run: Path) -> int | None:
    """A dead run's lock, held; None for one that lives or is not ours."""
    try:
        lock = os.open(run / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock

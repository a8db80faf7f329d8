"""The state folder: one daemon has it, or one command that changes what a daemon would read."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

LOCK = "daemon.lock"


def lock_state(state_dir: Path) -> int:
    """Have the folder to oneself until the descriptor is closed or the process ends; it is made if need be.

    Raises:
        BlockingIOError: somebody else has it.
        OSError: it cannot be used.
    """
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(state_dir / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock

"""How a program on the same box finds the daemon and proves whose it is: a file that only the daemon's user reads.

`STATE_DIR/control.json`, mode 0600, written when the daemon is ready and removed when it ends. Being on loopback
gives no rights; being able to read this file does.
"""

from __future__ import annotations

import os
from pathlib import Path

from protocol.values import Wire

CONTROL_FILE = "control.json"


class ControlFile(Wire):
    """Where the daemon listens and the token of its own user, valid for this run only."""

    url: str
    token: str
    pid: int


def default_state_dir() -> Path:
    """`$MATINEE_STATE_DIR`, else `$XDG_STATE_HOME/matinee`, else `~/.local/state/matinee`."""
    if chosen := os.environ.get("MATINEE_STATE_DIR"):
        return Path(chosen)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "matinee"


def read_control(state_dir: Path) -> ControlFile | None:
    """The running daemon's file, or None when there is none. Raises: OSError (not ours to read), ValueError."""
    try:
        return ControlFile.model_validate_json((state_dir / CONTROL_FILE).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None

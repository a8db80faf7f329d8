"""`matinee`: the bare command serves; the daemon's own commands run in its package, in place of this process.

Imports nothing that takes time: serving starts a second interpreter, and people wait for it.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from clients.cli.theirs import OURS, THEIRS

ABOUT_US = ("-h", "--help", "--version")


def main() -> None:
    """The console script."""
    arguments = sys.argv[1:] or ["serve"]
    if arguments[0] in THEIRS:
        _become_daemon(arguments)
    flag = arguments[0].startswith("-") and arguments[0] not in ABOUT_US
    if flag or (arguments[0] not in OURS and os.path.isdir(arguments[0])):  # noqa: PTH112 - quicker
        _become_daemon(["serve", *arguments])
    from clients.cli.commands import cli
    from clients.cli.failing import run

    run(cli, arguments)


def _become_daemon(arguments: list[str]) -> NoReturn:
    os.execv(sys.executable, [sys.executable, "-m", "controller", *arguments])  # noqa: S606 - no shell is the point

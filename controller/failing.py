"""How a command of the daemon's own fails: as the remote's do, a sentence or, with --json, one object."""

from __future__ import annotations

import json
import sys
from typing import IO, Any, NoReturn

import click

INTERRUPTED = 130
NAMES = {1: "failed", 2: "usage", 5: "refused", 78: "bad_config"}


class Failure(click.ClickException):
    """The command ends with `exit_code`: why in `message`, and in `hint` what to do next."""

    def __init__(self, message: str, exit_code: int, hint: str = "") -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click declares it for classes and reads it on the instance
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        """The sentences, for people."""
        click.echo(f"{self.message} {self.hint}".strip(), file=file, err=True)


def run(group: click.Command, words: list[str]) -> NoReturn:
    """Carry out a command line as `matinee`, and end with its exit code."""
    try:
        done = group.main(words, prog_name="matinee", standalone_mode=False)
    except click.ClickException as error:
        if "--json" in words:
            click.echo(json.dumps({"error": _body(error)}), err=True)
        else:
            error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    sys.exit(done if isinstance(done, int) else 0)


def _body(error: click.ClickException) -> dict[str, Any]:
    """The object, for programs: as the remote's, but for the wire's codes, for nothing here was on the wire."""
    code = error.exit_code
    hint = error.hint if isinstance(error, Failure) else "`--help` says what there is."
    return {
        "code": code,
        "name": NAMES.get(code, "failed"),
        "message": error.format_message(),
        "hint": hint,
        "exit": code,
    }

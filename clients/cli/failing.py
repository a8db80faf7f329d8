"""How a command fails: a sentence for people or, with --json, one object on the standard error; and the exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import IO, Any, NoReturn

import click

from protocol.errors import MatineeError

FAILED, USAGE, NO_DAEMON, REFUSED, INTERRUPTED = 1, 2, 3, 5, 130


class Failure(click.ClickException):
    """The command ends with `exit_code`.

    Args:
        message: one sentence.
        exit_code: one of the codes above.
        name: for programs: the wire's name of an error, or `usage`, `failed`, `no_daemon`.
        hint: what to do next, in a sentence.
        code: the wire's code; without one the daemon was not asked, and the exit code stands for it.
    """

    def __init__(self, message: str, exit_code: int, name: str, *, hint: str = "", code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click declares it for classes and reads it on the instance
        self.name, self.hint = name, hint
        self.code = exit_code if code is None else code

    def show(self, file: IO[Any] | None = None) -> None:
        """The sentences, for people."""
        click.echo(f"{self.message} {self.hint}".strip(), file=file, err=True)

    def as_json(self) -> dict[str, Any]:
        """The object, for programs."""
        return _body(self.code, self.name, self.message, self.hint, self.exit_code)


def refused(error: MatineeError, hint: str = "") -> Failure:
    """What the daemon refused, as the end of a command."""
    return Failure(error.message, REFUSED, error.name, hint=error.hint or hint, code=error.code)


def run(group: click.Command, words: Sequence[str]) -> NoReturn:
    """Carry out a command line, and end with its exit code."""
    try:
        done = group.main(list(words), prog_name="matinee", standalone_mode=False)
    except click.ClickException as error:
        _show(error, as_json="--json" in words)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    sys.exit(done if isinstance(done, int) else 0)


def _show(error: click.ClickException, *, as_json: bool) -> None:
    if not as_json:
        error.show()
        return
    if isinstance(error, Failure):
        body = error.as_json()
    else:
        path = getattr(getattr(error, "ctx", None), "command_path", "matinee")
        hint = f"`{path} --help` says what there is."
        body = _body(error.exit_code, "usage", error.format_message(), hint, error.exit_code)
    click.echo(json.dumps({"error": body}), err=True)


def _body(code: int, name: str, message: str, hint: str, exit_code: int) -> dict[str, Any]:
    return {"code": code, "name": name, "message": message, "hint": hint, "exit": exit_code}

"""Asking the daemon that runs on this box, and what every command that does so shares."""

from __future__ import annotations

import asyncio
import getpass
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from clients.cli.failing import FAILED, INTERRUPTED, NO_DAEMON, USAGE, Failure, refused
from protocol.control import ControlFile, default_state_dir, read_control

DEVICE = "matinee command line"
"""What every command's client says that it is."""
LONGEST_NAME = 40
Result = TypeVar("Result")

state_dir_option = click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    help="The state folder of the daemon to ask; else $MATINEE_STATE_DIR or the usual one.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def ask(state_dir: Path | None, work: Callable[[Any], Awaitable[Result]]) -> Result:
    """Do something as the daemon's own user, say goodbye, and answer what came of it. Raises: Failure."""
    import anyio
    from pydantic import ValidationError

    from clients.sdk import ConnectionLost, Offline, Refused, connect
    from protocol.errors import MatineeError

    control = _find_daemon(state_dir)

    async def run() -> Result:
        _leave_when_told_to()
        async with connect(
            control.url, name=our_name(), device=DEVICE, device_token=control.token, client_types=["server_playback"]
        ) as matinee:
            return await work(matinee)

    try:
        return anyio.run(run)
    except (Offline, ConnectionLost, Refused) as error:
        sentence = f"The daemon does not answer: {error.message}"
        raise Failure(sentence, NO_DAEMON, "no_daemon", hint="Start it with `matinee serve`.") from None
    except TimeoutError:
        raise Failure("The daemon took too long to answer.", FAILED, "failed", hint="Try `matinee doctor`.") from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise click.exceptions.Exit(INTERRUPTED) from None
    except MatineeError as error:
        raise refused(error) from None
    except ValidationError as error:
        sentence = f"The daemon cannot be told that: {error.errors()[0]['msg']}."
        raise Failure(sentence, USAGE, "usage") from None


def is_over(client: Any) -> bool:
    """Whether a row is of a command that ended without a goodbye, and not of a person."""
    return client.device == DEVICE and not client.connected and not client.holds_authority


def _leave_when_told_to() -> None:
    """An end by signal is as one by Ctrl-C: with a goodbye. A signal that is ignored, as by nohup, stays ignored."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, task.cancel)


def our_name() -> str:
    """Who others see: the person at the terminal, as far as that is known."""
    try:
        user = "".join(char for char in getpass.getuser() if char.isprintable())[:LONGEST_NAME]
    except (KeyError, OSError):  # this user has no name here
        user = ""
    return f"Terminal ({user})" if user else "The terminal"


def _find_daemon(state_dir: Path | None) -> ControlFile:
    folder = state_dir or default_state_dir()
    try:
        control = read_control(folder)
    except (OSError, ValueError) as error:
        sentence = f"The daemon's file in {folder} cannot be read ({type(error).__name__})."
        raise Failure(sentence, FAILED, "failed", hint="Are you the daemon's user?") from None
    if control is None:
        hint = "Start it with `matinee serve`, or name its --state-dir."
        raise Failure(f"No daemon runs on {folder}.", NO_DAEMON, "no_daemon", hint=hint)
    return control

"""Asking the daemon that runs on this box, and what every command that does so shares."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from protocol.control import ControlFile, default_state_dir, read_control

FAILED, USAGE, NO_DAEMON, REFUSED = 1, 2, 3, 5
Result = TypeVar("Result")

state_dir_option = click.option(
    "--state-dir", type=click.Path(path_type=Path), help="The state folder of the daemon to ask."
)
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


def span(seconds: float) -> str:
    """`1:02:03`, as people say it."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def seconds(text: str) -> float:
    """`90`, `1:30` or `1:02:03` as seconds."""
    try:
        total = 0.0
        for part in text.split(":"):
            total = total * 60 + float(part)
    except ValueError:
        give_up(f"{text} is no position. Say seconds, 1:30 or 1:02:03.", USAGE)
    return total


def position(line: Any, clock: float) -> float:
    """Where a timeline is at server clock `clock`."""
    return float(line.position + (clock - line.at) * line.rate * line.playing)


def describe(status: Any, clock: float) -> str:
    """The TV in one line, at server clock `clock`."""
    if status.timeline is None:
        return f"TV          {status.state}" + (f": {status.error.message}" if status.error else "")
    sound = "muted" if status.muted else f"volume {status.volume}"
    place = f"{span(position(status.timeline, clock))}/{span(status.duration or 0)}"
    return f"TV          {status.state} {status.title} {place} · {sound}"


def ask(state_dir: Path | None, work: Callable[[Any], Awaitable[Result]]) -> Result:
    """Do something as the daemon's own user, and leave."""
    import anyio

    from clients.sdk import ConnectionLost, Offline, Refused, connect
    from protocol.errors import MatineeError

    control = _find_daemon(state_dir)

    async def run() -> Result:
        command = f"matinee {click.get_current_context().info_name}"
        async with connect(
            control.url, name=command, device_token=control.token, client_types=["server_playback"]
        ) as matinee:
            return await work(matinee)

    try:
        return anyio.run(run)
    except (Offline, ConnectionLost, Refused) as error:
        give_up(f"The daemon does not answer: {error.message} Start it with `matinee serve`.", NO_DAEMON)
    except MatineeError as error:
        give_up(f"{error.message} {error.hint or ''}".strip(), REFUSED)


def _find_daemon(state_dir: Path | None) -> ControlFile:
    folder = state_dir or default_state_dir()
    try:
        control = read_control(folder)
    except (OSError, ValueError) as error:
        give_up(
            f"The daemon's file in {folder} cannot be read ({type(error).__name__}). Are you the daemon's user?", FAILED
        )
    if control is None:
        give_up(f"No daemon runs on {folder}. Start it with `matinee serve`, or name its --state-dir.", NO_DAEMON)
    return control


def give_up(sentence: str, code: int) -> NoReturn:
    """Say why, and end."""
    click.echo(sentence, err=True)
    sys.exit(code)

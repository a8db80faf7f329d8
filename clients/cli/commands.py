"""The commands that ask the daemon which runs on this box."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from clients.cli.main import THEIRS
from protocol.control import ControlFile, default_state_dir, read_control

FAILED, USAGE, NO_DAEMON, REFUSED = 1, 2, 3, 5
Result = TypeVar("Result")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("matinee"), prog_name="matinee")
def cli() -> None:
    """Matinee: a stream for every viewer, and one TV that is handed over, never grabbed."""


for _name, _help in THEIRS.items():
    cli.add_command(click.Command(_name, help=_help))

state_dir_option = click.option(
    "--state-dir", type=click.Path(path_type=Path), help="The state folder of the daemon to ask."
)
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


@cli.command()
@click.option("--role", type=click.Choice(["owner", "member", "guest"]), default="member", show_default=True)
@state_dir_option
@json_option
def pair(role: str, state_dir: Path | None, as_json: bool) -> None:
    """Show a code that lets one more device in."""
    code = _ask(state_dir, lambda matinee: matinee.create_pairing_code(role))
    if as_json:
        click.echo(
            json.dumps({"code": code.code, "url": code.url, "expires_in": round(code.expires_in), "role": code.role})
        )
        return
    click.echo(f"Pairing     {code.code} (for one {code.role}, {round(code.expires_in / 60)} minutes)")
    click.echo(f"Open        {code.url}")
    if sys.stdout.isatty():
        import segno

        segno.make(code.url, error="l").terminal(compact=True, border=1)


@cli.command()
@click.option("--revoke", metavar="ID", help="Take this device's pairing away.")
@state_dir_option
@json_option
def devices(revoke: str | None, state_dir: Path | None, as_json: bool) -> None:
    """List the paired devices."""

    async def work(matinee: Any) -> Any:
        if revoke:
            await matinee.revoke_device(revoke)
        return await matinee.list_devices()

    found = _ask(state_dir, work).devices
    if as_json:
        click.echo(json.dumps([device.model_dump() for device in found]))
        return
    for device in found:
        here = "here" if device.connected else "away"
        click.echo(f"{device.device_id}  {device.role:<6}  {here}  {device.name}")
    if not found:
        click.echo("No device is paired. `matinee pair` shows a code.")


@cli.command()
@state_dir_option
@json_option
def status(state_dir: Path | None, as_json: bool) -> None:
    """Show who watches what, and how the box does."""

    async def work(matinee: Any) -> Any:
        me = matinee.me.client_id
        rows = await matinee.get_all_clients_status()
        return await matinee.get_server_status(), [row for row in rows if row.client_id != me]

    server, clients = _ask(state_dir, work)
    if as_json:
        rows = [client.model_dump(exclude_none=True) for client in clients]
        click.echo(json.dumps({"server": server.model_dump(exclude_none=True), "clients": rows}))
        return
    click.echo(f"{server.name} · matinee {server.version} · up {_span(server.uptime_s)} · load {server.load.load1}")
    click.echo(
        f"{server.streams} streams, {server.encoders} encoders, {_size(server.cache_bytes)} of segments, {_size(server.disk_free)} free"
    )
    for client in clients:
        click.echo(f"{client.name:<24} {client.role:<6} {client.health:<9} {_watching(client)}")
    if not clients:
        click.echo("Nobody is here.")


def _watching(client: Any) -> str:
    stream = client.stream
    if stream is None:
        return "-"
    return f"{stream.state} {stream.title} {_span(stream.timeline.position)}/{_span(stream.duration)} ({stream.delivery.mode})"


def _span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _size(count: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            break
        count /= 1024
    return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"


def _ask(state_dir: Path | None, work: Callable[[Any], Awaitable[Result]]) -> Result:
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
        _give_up(f"The daemon does not answer: {error.message} Start it with `matinee serve`.", NO_DAEMON)
    except MatineeError as error:
        _give_up(f"{error.message} {error.hint or ''}".strip(), REFUSED)


def _find_daemon(state_dir: Path | None) -> ControlFile:
    folder = state_dir or default_state_dir()
    try:
        control = read_control(folder)
    except (OSError, ValueError) as error:
        _give_up(
            f"The daemon's file in {folder} cannot be read ({type(error).__name__}). Are you the daemon's user?", FAILED
        )
    if control is None:
        _give_up(f"No daemon runs on {folder}. Start it with `matinee serve`, or name its --state-dir.", NO_DAEMON)
    return control


def _give_up(sentence: str, code: int) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(code)

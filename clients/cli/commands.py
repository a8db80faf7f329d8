"""The commands that ask the daemon which runs on this box."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from clients.cli.asking import ask, is_over, json_option, state_dir_option
from clients.cli.devices import devices
from clients.cli.films import films
from clients.cli.logs import logs
from clients.cli.remote import COMMANDS
from clients.cli.theirs import THEIRS
from clients.cli.watch import watch
from clients.cli.words import describe, in_line, many, position, size, span

HEALTH = {"live": "here", "quiet": "here", "lingering": "away"}
"""How a client is, for people: a quiet one is just not asking for anything."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("matinee"), prog_name="matinee")
def cli() -> None:
    """Matinee: a stream for every viewer, and one TV that is handed over, never grabbed.

    Every command answers in JSON with --json; an error is then one object on the standard error:
    {"error": {"code": …, "name": …, "message": …, "hint": …, "exit": …}}.

    Exit codes: 0 done · 1 failed · 2 wrong usage · 3 no daemon runs · 4 doctor found something · 5 refused ·
    78 bad configuration · 130 interrupted.
    """


for _name, _help in THEIRS.items():
    cli.add_command(click.Command(_name, help=_help))
for _command in (devices, films, watch, logs, *COMMANDS):
    cli.add_command(_command)


@cli.command()
@click.option("--role", type=click.Choice(["owner", "member", "guest"]), default="member", show_default=True)
@state_dir_option
@json_option
def pair(role: str, state_dir: Path | None, as_json: bool) -> None:
    """Show a code that lets one more device in."""
    code = ask(state_dir, lambda matinee: matinee.create_pairing_code(role))
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
@state_dir_option
@json_option
def status(state_dir: Path | None, as_json: bool) -> None:
    """Show who watches what, what is on the TV, and how the box does."""

    async def work(matinee: Any) -> Any:
        me = matinee.me.client_id
        rows = [row for row in await matinee.get_all_clients_status() if row.client_id != me and not is_over(row)]
        tv, authority = await matinee.server_status(), await matinee.get_authority()
        clock = (await matinee.ping()).clock
        return await matinee.get_server_status(), rows, tv, authority, clock

    server, clients, tv, authority, clock = ask(state_dir, work)
    if as_json:
        rows = [client.model_dump(exclude_none=True) for client in clients]
        whole = {"server": server, "screen": tv, "authority": authority}
        click.echo(json.dumps({**{k: v.model_dump(exclude_none=True) for k, v in whole.items()}, "clients": rows}))
        return
    click.echo(f"{server.name} · matinee {server.version} · up {span(server.uptime_s)} · load {server.load.load1:.1f}")
    running = f"{many(server.streams, 'stream')}, {many(server.encoders, 'encoder')}"
    running += f", {len(server.waiting)} waiting in line" if server.waiting else ""
    click.echo(f"Streams     {running} · segments take {size(server.cache_bytes)}, {size(server.disk_free)} are free")
    click.echo(describe(tv, clock) + (f" · {authority.holder.name} holds it" if authority.holder else ""))
    waiting = {each.client_id: each for each in server.waiting}
    click.echo("" if clients else "Nobody is here. `matinee pair` shows a code that lets a device in.")
    for client in clients:
        click.echo(f"{client.name:<24} {client.role:<6} {HEALTH[client.health]:<9} {_watching(client, clock, waiting)}")


def _watching(client: Any, clock: float, waiting: dict[str, Any]) -> str:
    stream = client.stream
    if stream is None:
        return "watches nothing here"
    if stream.state == "waiting":
        place = waiting.get(client.client_id)
        return f"waits for {stream.title}: {in_line(place) if place else 'in line'}"
    place = f"{span(position(stream.timeline, clock))}/{span(stream.duration)}"
    return f"{stream.state} {stream.title} {place} ({stream.delivery.mode})"

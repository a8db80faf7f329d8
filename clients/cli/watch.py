"""`matinee watch`: a live table of who watches what, and how the box does."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import click

from clients.cli.asking import ask, is_over, json_option, state_dir_option

if TYPE_CHECKING:
    from clients.cli.watch_table import Scene

EVERY = 1.0
"""Seconds between two pictures; what happened meanwhile was told by the daemon."""
ASK_EVERY = 2
"""Pictures between two questions for what is not told: speed, seconds ahead, CPU and memory."""
UNSEEN = (120, 40)
"""Columns and lines when the output is no terminal and nothing says how wide it is."""


@click.command()
@state_dir_option
@json_option
def watch(state_dir: Path | None, as_json: bool) -> None:
    """Show who watches what, live, until Ctrl-C.

    What is no terminal, or a dumb one, gets the table once. With --json every line is an object: the whole state first,
    then each thing that happens, and the figures of all clients every two seconds.
    """
    ask(state_dir, _tell if as_json else _show)


async def _look(matinee: Any) -> Scene:
    """Everything, once; from now on the daemon tells what changes."""
    from clients.cli.watch_table import Scene

    await matinee.subscribe("clients", "server")
    server, tv, authority = (
        await matinee.get_server_status(),
        await matinee.server_status(),
        await matinee.get_authority(),
    )
    clock = (await matinee.ping()).clock
    scene = Scene(server.name, server.version, server, tv, authority, clock, matinee.me.client_id)
    await _ask(matinee, scene)
    return scene


async def _ask(matinee: Any, scene: Scene) -> None:
    """The figures of everybody."""
    scene.set_rows(row for row in await matinee.get_all_clients_status() if not is_over(row))
    scene.set_clock((await matinee.ping()).clock)


async def _listen(matinee: Any, seconds: float, hear: Callable[[Any], None]) -> None:
    """Pass on what is told within so many seconds."""
    with anyio.move_on_after(seconds):
        async for event in matinee.events():
            hear(event)


async def _show(matinee: Any) -> None:
    """The table: once, or again and again on a terminal that can be drawn on."""
    from rich.console import Console
    from rich.live import Live

    from clients.cli.watch_table import frame

    columns, lines = shutil.get_terminal_size(UNSEEN)
    console = Console() if sys.stdout.isatty() else Console(width=columns, height=lines)
    scene = await _look(matinee)
    if not console.is_terminal or console.is_dumb_terminal:
        console.print(frame(scene, console.width, None))
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            for round_ in range(ASK_EVERY):
                live.update(frame(scene, console.width, console.height), refresh=True)
                await _listen(matinee, EVERY, scene.hear)
                if round_ == ASK_EVERY - 1:
                    await _ask(matinee, scene)


async def _tell(matinee: Any) -> None:
    """Line by line, for programs."""
    scene = await _look(matinee)
    state = {"server": scene.server, "screen": scene.screen, "authority": scene.authority}
    plain = {name: _dump(model) for name, model in state.items()}
    _say("state", **plain, clients=_plain(scene), clock=scene.clock)
    while True:
        await _listen(matinee, ASK_EVERY * EVERY, lambda event: _say(event.method, **_dump(event)))
        await _ask(matinee, scene)
        _say("clients", clients=_plain(scene), clock=scene.clock)


def _plain(scene: Scene) -> list[dict[str, Any]]:
    return [_dump(row) for row in scene.rows]


def _dump(model: Any) -> dict[str, Any]:
    return dict(model.model_dump(exclude_none=True))


def _say(event: str, **facts: Any) -> None:
    click.echo(json.dumps({"event": event, **facts}))

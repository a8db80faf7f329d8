"""A remote in the terminal: the commands that play on the TV, and the one that holds it."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click

from clients.cli.asking import (
    REFUSED,
    USAGE,
    ask,
    describe,
    give_up,
    json_option,
    position,
    seconds,
    span,
    state_dir_option,
)

override_option = click.option("--override", is_flag=True, help="Take the TV without asking (owners may).")
Screen = Any
Work = Callable[[Any, Screen], Awaitable[Any]]


def _on_screen(state_dir: Path | None, *, override: bool, as_json: bool, work: Work) -> None:
    """Ask for the TV, do one thing, give it back, and say how the TV is."""
    from clients.sdk import TakeoverDenied

    async def run(matinee: Any) -> Any:
        async with matinee.screen("from the terminal", override=override) as screen:
            return await work(matinee, screen), (await matinee.ping()).clock

    try:
        status, clock = ask(state_dir, run)
        click.echo(json.dumps(status.model_dump(exclude_none=True)) if as_json else describe(status, clock))
    except TakeoverDenied as error:
        give_up(f"{error.message} Ask again later, or use --override.", REFUSED)


@click.command()
@click.argument("film", required=False)
@click.option("--at", default="0", help="Where to begin: seconds, or 1:23:45.")
@override_option
@state_dir_option
@json_option
def play(film: str | None, at: str, override: bool, state_dir: Path | None, as_json: bool) -> None:
    """Play FILM (its path in the library) on the TV, or go on with what is there."""
    from clients.sdk import PathRef

    position = seconds(at)

    async def work(_matinee: Any, screen: Screen) -> Any:
        return await screen.play(PathRef(path=film) if film else None, position=position)

    _on_screen(state_dir, override=override, as_json=as_json, work=work)


def _simple(name: str, sentence: str) -> click.Command:
    """A command without words of its own."""

    @click.command(name=name, help=sentence)
    @override_option
    @state_dir_option
    @json_option
    def command(override: bool, state_dir: Path | None, as_json: bool) -> None:
        _on_screen(state_dir, override=override, as_json=as_json, work=lambda _matinee, screen: getattr(screen, name)())

    return command


pause = _simple("pause", "Pause the TV.")
resume = _simple("resume", "Let the TV go on.")
stop = _simple("stop", "Stop the TV.")
next_ = _simple("next", "Go on to what comes next on the TV.")
previous = _simple("previous", "Go back to what came before on the TV.")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("position")
@override_option
@state_dir_option
@json_option
def seek(position: str, override: bool, state_dir: Path | None, as_json: bool) -> None:
    """Go to POSITION on the TV: seconds, 1:23:45, or +30 and -10 from here."""
    step = position[0] in "+-"
    target = seconds(position.lstrip("+-")) * (-1 if position.startswith("-") else 1)

    async def work(matinee: Any, screen: Screen) -> Any:
        return await screen.seek(target + (await _position(matinee) if step else 0.0))

    _on_screen(state_dir, override=override, as_json=as_json, work=work)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("volume")
@override_option
@state_dir_option
@json_option
def volume(volume: str, override: bool, state_dir: Path | None, as_json: bool) -> None:
    """Set the TV's VOLUME: 0 to 100, +10, -10, mute or unmute."""
    number = volume.lstrip("+-")
    if volume not in ("mute", "unmute") and not (number.isdecimal() and int(number) <= 100):
        give_up(f"{volume} is no volume. Say 0 to 100, +10, -10, mute or unmute.", USAGE)

    async def work(matinee: Any, screen: Screen) -> Any:
        if volume in ("mute", "unmute"):
            return await screen.set_mute(volume == "mute")
        base = (await matinee.server_status()).volume if volume[0] in "+-" else 0
        return await screen.set_volume(min(max(base + int(volume), 0), 100))

    _on_screen(state_dir, override=override, as_json=as_json, work=work)


@click.command()
@click.argument("films", nargs=-1)
@click.option("--next", "as_next", is_flag=True, help="Add right after what is playing.")
@state_dir_option
@json_option
def queue(films: tuple[str, ...], as_next: bool, state_dir: Path | None, as_json: bool) -> None:
    """Show the TV's queue, or add FILMS (paths in the library) to it."""
    from clients.sdk import PathRef

    async def work(matinee: Any) -> Any:
        if not films:
            return await matinee.queue_get()
        return await matinee.queue_add(*(PathRef(path=film) for film in films), at="next" if as_next else "end")

    state = ask(state_dir, work)
    if as_json:
        click.echo(json.dumps(state.model_dump(exclude_none=True)))
        return
    for item in state.items:
        mark = "▶" if item.id == state.current_id else " "
        click.echo(f"{mark} {item.title}  {span(item.duration or 0)}")
    if not state.items:
        click.echo("The TV's queue is empty. `matinee queue FILM` adds to it.")


@click.command()
@click.argument("film", required=False)
@click.option("--message", "-m", help="Why: the holder reads it.")
@override_option
@state_dir_option
def takeover(film: str | None, message: str | None, override: bool, state_dir: Path | None) -> None:
    """Ask for the TV and hold it until Ctrl-C or q; play FILM on it, if one is given.

    While it is held, each line is a command: play [FILM], pause, resume, stop, next, previous, seek 1:20, volume 40.
    Who asks for it is answered with y (yes), a (after this film) or n (no).
    """
    from clients.cli.holding import hold
    from clients.sdk import TakeoverDenied

    try:
        ask(state_dir, lambda matinee: hold(matinee, film, message, override=override))
    except TakeoverDenied as error:
        give_up(error.message, REFUSED)
    except KeyboardInterrupt:
        sys.exit(130)


async def _position(matinee: Any) -> float:
    """Where the TV is now."""
    status = await matinee.server_status()
    if status.timeline is None:
        return 0.0
    return position(status.timeline, (await matinee.ping()).clock)


COMMANDS = (play, pause, resume, stop, seek, volume, next_, previous, queue, takeover)

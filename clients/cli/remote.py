"""A remote in the terminal: the commands that play on the TV, and the one that holds it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from clients.cli.asking import ask, json_option, state_dir_option
from clients.cli.failing import REFUSED, USAGE, Failure
from clients.cli.films import find
from clients.cli.handshake import check_there, the_tv
from clients.cli.words import describe, position, seconds, span

override_option = click.option("--override", is_flag=True, help="Take the TV without asking (owners may).")
EMPTY = ("Nothing is on the TV.", "`matinee films` lists what there is; `matinee play FILM` plays one.")
NO_MORE = ("Nothing comes next in the TV's queue.", "`matinee queue FILM` adds to it.")
NO_LESS = ("Nothing came before in the TV's queue.", "`matinee queue` shows it.")


@dataclass(frozen=True, slots=True)
class Held:
    """The TV while it is ours, and the film that was meant, if any."""

    matinee: Any
    screen: Any
    item: Any


def _on_screen(
    state_dir: Path | None,
    wish: str,
    work: Callable[[Held], Awaitable[Any]],
    *,
    film: str | None = None,
    override: bool,
    as_json: bool,
    empty: tuple[str, str] = EMPTY,
) -> None:
    """Ask for the TV, do one thing, give it back, and say how the TV is, as `work` answers it.

    `wish` says what for, after “I want to”. `film` is found first, so that nobody is asked for the TV in vain.
    `empty` says that the queue has nothing there, and what to do then.
    """
    from protocol.errors import EmptyQueue

    async def run(matinee: Any) -> Any:
        await check_there(matinee)
        item = None if film is None else await find(matinee, film)
        try:
            async with the_tv(matinee, wish, override=override, quiet=as_json) as screen:
                return await work(Held(matinee, screen, item)), (await matinee.ping()).clock
        except EmptyQueue as error:
            raise Failure(empty[0], REFUSED, error.name, hint=empty[1], code=error.code) from None

    status, clock = ask(state_dir, run)
    click.echo(json.dumps(status.model_dump(exclude_none=True)) if as_json else describe(status, clock))


@click.command()
@click.argument("film", required=False)
@click.option("--at", default="0", help="Where to begin: seconds, or 1:23:45.")
@override_option
@state_dir_option
@json_option
def play(film: str | None, at: str, override: bool, state_dir: Path | None, as_json: bool) -> None:
    """Play FILM on the TV, or go on with what is there.

    FILM is a path that `matinee films` lists, or a part of one that fits no other film.
    """
    start = seconds(at)

    async def work(held: Held) -> Any:
        return await held.screen.play(held.item, position=start)

    wish = f"play {film}" if film else "let it play"
    _on_screen(state_dir, wish, work, film=film, override=override, as_json=as_json)


def _simple(name: str, sentence: str, wish: str, empty: tuple[str, str] = EMPTY) -> click.Command:
    """A command without words of its own."""

    @click.command(name=name, help=sentence)
    @override_option
    @state_dir_option
    @json_option
    def command(override: bool, state_dir: Path | None, as_json: bool) -> None:
        async def work(held: Held) -> Any:
            return await getattr(held.screen, name)()

        _on_screen(state_dir, wish, work, override=override, as_json=as_json, empty=empty)

    return command


pause = _simple("pause", "Pause the TV.", "pause it")
resume = _simple("resume", "Let the TV go on.", "let it go on")
stop = _simple("stop", "Stop the TV.", "stop it")
next_ = _simple("next", "Go on to what comes next on the TV.", "go on to what comes next", NO_MORE)
previous = _simple("previous", "Go back to what came before on the TV.", "go back to what came before", NO_LESS)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("position")
@override_option
@state_dir_option
@json_option
def seek(position: str, override: bool, state_dir: Path | None, as_json: bool) -> None:
    """Go to POSITION on the TV: 90, 1:23:45, or +30 and -10 from here."""
    step = position[:1] in ("+", "-")
    target = seconds(position[step:]) * (-1 if position.startswith("-") else 1)

    async def work(held: Held) -> Any:
        return await held.screen.seek(target + (await _position(held.matinee) if step else 0.0))

    wish = f"go {span(abs(target))} {'back' if target < 0 else 'on'}" if step else f"go to {span(target)}"
    _on_screen(state_dir, wish, work, override=override, as_json=as_json)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("volume")
@override_option
@state_dir_option
@json_option
def volume(volume: str, override: bool, state_dir: Path | None, as_json: bool) -> None:
    """Set the TV's VOLUME: 0 to 100, +10, -10, mute or unmute."""
    step, number = volume[:1] in ("+", "-"), volume[volume[:1] in ("+", "-") :]
    words = {"mute": "mute it", "unmute": "unmute it"}
    if volume not in words and not (number.isascii() and number.isdecimal() and int(number) <= 100):
        raise Failure(f"“{volume}” is no volume.", USAGE, "usage", hint="Say 0 to 100, +10, -10, mute or unmute.")

    async def work(held: Held) -> Any:
        if volume in words:
            return await held.screen.set_mute(volume == "mute")
        base = (await held.matinee.server_status()).volume if step else 0
        return await held.screen.set_volume(min(max(base + int(volume), 0), 100))

    wish = words.get(volume) or f"set its volume to {volume}"
    _on_screen(state_dir, wish, work, override=override, as_json=as_json)


@click.command()
@click.argument("films", nargs=-1)
@click.option("--next", "as_next", is_flag=True, help="Add right after what is playing.")
@click.option("--clear", is_flag=True, help="Take everything out first; what plays goes on.")
@override_option
@state_dir_option
@json_option
def queue(
    films: tuple[str, ...], as_next: bool, clear: bool, override: bool, state_dir: Path | None, as_json: bool
) -> None:
    """Show the TV's queue, or add FILMS to it.

    FILMS are paths that `matinee films` lists, or parts that fit one film each.
    """

    async def work(matinee: Any) -> Any:
        found = [await find(matinee, film) for film in films]
        state = None
        if clear:
            async with the_tv(matinee, "clear its queue", override=override, quiet=as_json):
                state = await matinee.queue_clear()
        if found:
            return await matinee.queue_add(*found, at="next" if as_next else "end")
        return state or await matinee.queue_get()

    state = ask(state_dir, work)
    click.echo(json.dumps(state.model_dump(exclude_none=True)) if as_json else _listed(state))


def _listed(state: Any) -> str:
    """A queue for people: a line for each film, and one for what is special about it."""
    if not state.total:
        return "The TV's queue is empty. `matinee queue FILM` adds to it."
    lines = [f"{'▶' if item.id == state.current_id else ' '} {item.title}{_length(item)}" for item in state.items]
    more = state.total - len(lines)
    words = [f"and {more} more"] if more else []
    words += {"one": ["repeats one film"], "all": ["repeats"]}.get(state.repeat, [])
    words += ["shuffled"] if state.shuffle else []
    return "\n".join([*lines, f"({', '.join(words)})"] if words else lines)


def _length(item: Any) -> str:
    return f"  {span(item.duration)}" if item.duration else ""


async def _position(matinee: Any) -> float:
    """Where the TV is now."""
    status = await matinee.server_status()
    if status.timeline is None:
        return 0.0
    return position(status.timeline, (await matinee.ping()).clock)


@click.command()
@click.argument("film", required=False)
@click.option("--message", "-m", help="Why: the holder reads it.")
@override_option
@state_dir_option
@json_option
def takeover(film: str | None, message: str | None, override: bool, state_dir: Path | None, as_json: bool) -> None:
    """Ask for the TV and hold it until Ctrl-C or q.

    FILM, if one is given, is played on it: a path that `matinee films` lists, or a part that fits no other film.

    While it is held, each line is a command: play [FILM], pause, resume, stop, next, previous, seek 1:20, volume 40.
    Who asks for it is answered with y (yes), a (after this film) or n (no).

    With --json each line that is written is an object whose `event` says what happened: state (always the first),
    asking, promised, granted, requested, resolved, result, error, lost, released.
    """
    from clients.cli.holding import hold
    from clients.cli.voice import Voice

    ask(state_dir, lambda matinee: hold(matinee, Voice(as_json), film, message, override=override))


COMMANDS = (play, pause, resume, stop, seek, volume, next_, previous, queue, takeover)

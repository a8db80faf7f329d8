"""`matinee takeover`: holds the TV in the foreground, takes commands and answers who asks for it."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import anyio
import click

from clients.cli.asking import describe, seconds
from clients.sdk import PathRef
from protocol.errors import MatineeError
from protocol.events import AuthorityChanged, TakeoverRequested, TakeoverResolved

ANSWERS = {"y": (True, False), "a": (True, True), "n": (False, False)}


async def hold(matinee: Any, film: str | None, message: str | None, *, override: bool) -> None:
    """Ask, hold, and give back at the end. Raises: TakeoverDenied."""
    state = await matinee.get_authority()
    if state.holder:
        click.echo(f"{state.holder.name} holds the TV. Asking …")
    item = PathRef(path=film) if film else None
    async with matinee.screen(message, item=item, override=override) as screen:
        click.echo("You hold the TV. q or Ctrl-C gives it back; ? lists the commands.")
        remote = _Remote(matinee, screen)
        async with anyio.create_task_group() as group:
            group.start_soon(remote.listen, group.cancel_scope)
            await remote.read()
            group.cancel_scope.cancel()


class _Remote:
    """Lines in, commands out."""

    def __init__(self, matinee: Any, screen: Any) -> None:
        self._matinee, self._screen = matinee, screen
        self._asked: str | None = None
        self._heard: set[str] = set()

    async def listen(self, scope: anyio.CancelScope) -> None:
        """Say who asks, and leave when somebody else has the TV."""
        async for event in self._matinee.events():
            match event:
                case TakeoverRequested() if not event.after_item:
                    self._asked = event.request_id
                    self._heard.add(event.request_id)
                    says = f": “{event.message}”" if event.message else ""
                    click.echo(f"{event.by.name} asks for the TV{says}  y yes · a after this film · n no")
                case TakeoverResolved() if event.request_id in self._heard:
                    click.echo(event.reason)
                case AuthorityChanged() if event.lease != self._screen.lease:
                    click.echo(f"The TV is {event.holder.name}'s now." if event.holder else "The TV is free now.")
                    scope.cancel()

    async def read(self) -> None:
        """Carry out what is typed, until q or the end of input."""
        async for line in _typed():
            words = line.split(maxsplit=1)
            if words and words[0] in ("q", "quit"):
                return
            if words:
                await self._obey(words[0], words[1].strip() if len(words) > 1 else "")

    async def _obey(self, verb: str, rest: str) -> None:
        try:
            if verb in ANSWERS:
                await self._answer(*ANSWERS[verb])
            else:
                status = await self._command(verb, rest)
                click.echo(describe(status, (await self._matinee.ping()).clock))
        except MatineeError as error:
            click.echo(error.message)
        except (KeyError, ValueError):
            click.echo("play [FILM] · pause · resume · stop · next · previous · seek 1:20 · volume 40 · y · a · n · q")

    async def _answer(self, accept: bool, after_item: bool) -> None:
        if self._asked is None:
            click.echo("Nobody asks for the TV.")
            return
        asked, self._asked = self._asked, None
        await self._matinee.respond_takeover(asked, accept=accept, after_item=after_item)

    async def _command(self, verb: str, rest: str) -> Any:
        screen = self._screen
        simple = {name: getattr(screen, name) for name in ("pause", "resume", "stop", "next", "previous")}
        if verb in simple:
            return await simple[verb]()
        if verb == "play":
            return await screen.play(PathRef(path=rest) if rest else None)
        return await {"seek": lambda: screen.seek(seconds(rest)), "volume": lambda: screen.set_volume(int(rest))}[
            verb
        ]()


async def _typed() -> AsyncIterator[str]:
    """Lines of the standard input, without a thread: whoever waits for one can be cancelled."""
    keyboard, rest = sys.stdin.fileno(), b""
    while True:
        with suppress(PermissionError):  # a regular file cannot be waited for, and need not be
            await anyio.wait_readable(keyboard)
        chunk = os.read(keyboard, 4096)
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace")

"""Asking for the TV from the terminal: in words, with a countdown, and taken back on Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import click

from clients.cli.failing import REFUSED, Failure, refused

LONGEST_MESSAGE = 200
SWITCHED_OFF = "Start the daemon without `--screen off`."


@asynccontextmanager
async def the_tv(matinee: Any, wish: str, *, override: bool, quiet: bool) -> AsyncIterator[Any]:
    """The TV, held as long as the block lasts; `wish` says what for, after “I want to”; `quiet` shows no countdown.

    Raises: Failure (there is no TV, or its holder keeps it), and what asking for it raises.
    """
    from clients.sdk import TakeoverDenied

    await check_there(matinee)
    countdown = Countdown(await matinee.get_authority(), quiet=quiet)
    asked = matinee.screen(bounded(f"I want to {wish}."), override=override, on_asking=countdown.on_asking)
    try:
        async with asked as screen:
            countdown.over()
            yield screen
    except TakeoverDenied as error:
        raise denied(error) from None
    finally:
        countdown.over()


def denied(error: Any) -> Failure:
    """The TV stays where it is: an answer of the holder's, and no error of the wire."""
    return Failure(error.message, REFUSED, error.name, hint="Ask again later, or use --override.")


async def check_there(matinee: Any) -> None:
    """Nobody is asked for a TV that is off. Raises: Failure."""
    from protocol.errors import ScreenUnavailable

    status = await matinee.server_status()
    if status.state != "off":
        return
    error = ScreenUnavailable(status.error.message if status.error else None)
    raise refused(error, str(status.error.data.get("hint", SWITCHED_OFF)) if status.error else SWITCHED_OFF)


def bounded(message: str) -> str:
    """A message as long as the wire takes it."""
    message = message.encode("utf-8", "replace").decode()
    return message if len(message) <= LONGEST_MESSAGE else f"{message[: LONGEST_MESSAGE - 1]}…"


class Countdown:
    """Says on the standard error who is asked and how long they have: once, or every second on a terminal."""

    def __init__(self, authority: Any, *, quiet: bool) -> None:
        self._holder = authority.holder.name if authority.holder else "Somebody"
        self._quiet, self._live = quiet, sys.stderr.isatty()
        self._said = ""

    def on_asking(self, _request_id: str, left: float | None) -> None:
        """It is not decided."""
        asking = f"{self._holder} holds the TV. Asking … {round(left or 0)} s"
        text = f"{self._holder} gives you the TV after this film. Waiting …" if left is None else asking
        news = text if self._live else str(left is None)
        if news != self._said and not self._quiet:
            click.echo(f"\r\x1b[K{text}" if self._live else text, nl=not self._live, err=True)
            self._said = news

    def over(self) -> None:
        """It is decided; the terminal's line ends here."""
        if self._said and self._live:
            click.echo(err=True)
        self._said = ""

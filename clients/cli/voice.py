"""What `matinee takeover` says: sentences for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import click

from clients.cli.handshake import Countdown


@dataclass(frozen=True, slots=True)
class Voice:
    """Writes to the standard output, line by line."""

    as_json: bool

    def say(self, event: str, sentence: str = "", **facts: Any) -> None:
        """Something happened; people hear nothing of it without a sentence, and programs hear no absent fact."""
        if self.as_json:
            known = {name: fact for name, fact in facts.items() if fact is not None}
            click.echo(json.dumps({"event": event, **known}))
        elif sentence:
            click.echo(sentence)

    def countdown(self, authority: Any) -> Countdown | Announced:
        """What is said while the holder is asked."""
        return Announced(self) if self.as_json else Countdown(authority, quiet=False)


class Announced:
    """A countdown for programs: says once that it is asked, and once that it is promised."""

    def __init__(self, voice: Voice) -> None:
        self._voice, self._said = voice, ""

    def on_asking(self, request_id: str, left: float | None) -> None:
        """It is not decided."""
        event = "promised" if left is None else "asking"
        if event != self._said:
            self._voice.say(event, request_id=request_id, expires_in=left)
            self._said = event

    def over(self) -> None:
        """It is decided; what became of it is said elsewhere."""

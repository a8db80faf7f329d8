"""The lines between the daemon and VLC's process: JSON, numbered orders down, answers and reports up.

Down: `{"id": 7, "do": "Seek", "position": 12.0}`, and `"do": "ping"`. Up: `{"id": 7}` when it was done,
`{"id": 7, "error": "words"}` when it could not be, and `{"report": {…}}` whenever something has changed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, get_args

from pydantic import ConfigDict, TypeAdapter, with_config

from controller.core.screen_calls import Call, Report

PING = "ping"
CALLS: dict[str, Any] = {each.__name__: each for each in get_args(Call)}


@with_config(ConfigDict(strict=True, allow_inf_nan=False))
@dataclass(frozen=True, slots=True)
class Word:
    """What came up: an answer to the order `id`, or a report."""

    id: int | None = None
    error: str | None = None
    report: Report | None = None


WORD = TypeAdapter(Word)


def order(number: int, call: Call | None) -> bytes:
    """The line of a call, or of a ping. JSON keeps the odd bytes of a file's name, as lone surrogates."""
    fields = asdict(call) if call else {}
    return json.dumps({"id": number, "do": type(call).__name__ if call else PING, **fields}).encode() + b"\n"


def read_order(line: bytes) -> tuple[int, Call | None]:
    """The number and the call of such a line; None is a ping."""
    fields = json.loads(line)
    number, name = fields.pop("id"), fields.pop("do")
    return number, None if name == PING else CALLS[name](**fields)


def answer(number: int, error: str | None) -> str:
    """The line that says that an order was carried out, or why not."""
    return json.dumps({"id": number, "error": error})


def news(report: Report) -> str:
    """The line of a report."""
    return json.dumps({"report": asdict(report)})


def read_word(line: str) -> Word:
    """What a line from VLC's process says. Raises: ValueError."""
    return WORD.validate_json(line)

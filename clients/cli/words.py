"""Times, sizes and the TV, as people say and read them."""

from __future__ import annotations

from typing import Any

from clients.cli.failing import USAGE, Failure

LONGEST = 20
"""Characters of a position: more than any film has."""
SOON, MINUTES = 10.0, 55.0
"""Seconds below which an estimate is no number any more, and from which it is one of minutes."""


def span(seconds: float) -> str:
    """`1:02:03`, as people say it."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def seconds(text: str) -> float:
    """`90`, `1:30` or `1:02:03` as seconds. Raises: Failure."""
    parts = text.split(":")
    if (
        len(parts) > 3
        or len(text) > LONGEST
        or not all(part.isascii() and part.replace(".", "", 1).isdecimal() for part in parts)
    ):
        raise Failure(f"“{text}” is no position.", USAGE, "usage", hint="Say seconds, 1:30 or 1:02:03.")
    total = 0.0
    for part in parts:
        total = total * 60 + float(part)
    return total


def plain(text: str) -> str:
    """What a guest or a file is called, as a terminal may be given it: in one line, nothing to act on in it."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def size(count: float) -> str:
    """Bytes in the unit that fits."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            break
        count /= 1024
    return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"


def many(count: int, thing: str) -> str:
    """`1 stream`, `2 streams`, `no streams`."""
    return f"{count or 'no'} {thing}{'' if count == 1 else 's'}"


def in_line(waiting: Any) -> str:
    """Where somebody is among those for whom a film has to be made, how long that may take, and what there is meanwhile."""
    parts = [f"number {waiting.position} in line"]
    if waiting.eta_s is not None:
        parts.append(f"begins {_soon(waiting.eta_s)}")
    if waiting.offers:
        parts.append(f"{many(waiting.offers, 'other way')} to watch it now")
    return ", ".join(parts)


def _soon(eta: float) -> str:
    if eta < SOON:
        return "any moment now"
    return f"in about {eta:.0f} s" if eta < MINUTES else f"in about {eta / 60:.0f} min"


def position(line: Any, clock: float) -> float:
    """Where a timeline is at server clock `clock`."""
    return float(line.position + (clock - line.at) * line.rate * line.playing)


def describe(status: Any, clock: float) -> str:
    """The TV in one line, at server clock `clock`."""
    if status.timeline is None:
        state = {"idle": "nothing is on", "loading": "opening a film"}.get(status.state, status.state)
        return f"TV          {state}" + (f": {status.error.message}" if status.error else "")
    sound = "muted" if status.muted else f"volume {status.volume}"
    at, whole = position(status.timeline, clock), status.duration or 0
    return f"TV          {status.state} {status.title} {span(min(at, whole))}/{span(whole)} · {sound}"

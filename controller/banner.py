"""The first thing that a person sees: what works, where to go, and how to come in."""

from __future__ import annotations

import io
import os
from pathlib import Path

import segno

from controller.app import Started
from controller.core.capacity import films_at_once


def banner(started: Started, *, qr: bool) -> str:
    """The lines of the first minute."""
    minutes = 10
    lines = [
        f"matinee {started.version} · {started.settings.name}",
        *_beside(("Screen", *_screen(started)), ("Transcoder", *_transcoder(started))),
        f"Library     {_folders(started)} · {started.films} {'film' if started.films == 1 else 'films'}",
        f"Open        {started.url}",
        f"Pairing     {started.code.code} ({minutes} minutes; {_role(started)})",
    ]
    if started.aside:
        lines.insert(1, f"Store       was damaged and lies aside as {started.aside}; a new one began, so pair again")
    if started.moved_from:
        lines.insert(1, f"Port        {started.moved_from} is taken, so this is the next free one")
    if qr:
        lines.append(_qr(f"{started.url}/#pair={started.code.code}"))
    return "\n".join([*lines, "Ctrl-C stops it · `matinee doctor` when something looks wrong"])


def _beside(*rows: tuple[str, str, str]) -> list[str]:
    """What there is, and in a column of its own what follows from it."""
    width = max((len(there) for _, there, follows in rows if follows), default=0)
    return [f"{name:<12}{there:<{width}}    {follows}".rstrip() for name, there, follows in rows]


def _screen(started: Started) -> tuple[str, str]:
    if started.settings.screen == "off":
        return "off: for viewers only, as you asked", ""
    if started.vlc is None:
        return "no VLC: for viewers only", "apt install libvlc5 vlc-plugin-base"
    if started.settings.screen == "headless":
        return f"VLC {started.vlc}, headless: no window and no sound, as you asked", ""
    if not started.display:
        nowhere = f"VLC {started.vlc}, no display: sound and picture go nowhere"
        return nowhere, "install a desktop, or run with --screen off"
    return f"VLC {started.vlc} on this display", ""


def _transcoder(started: Started) -> tuple[str, str]:
    """Nobody has measured how much a GPU can do, so nothing is promised of one."""
    ffmpeg = f"FFmpeg {started.ffmpeg or 'of an unknown version'}"
    if started.encoder:
        return f"{ffmpeg} · {started.encoder}", ""
    why = "no GPU" if started.settings.encoder != "software" else "as you asked"
    return f"{ffmpeg} · x264 · {why}", _capacity(started.cost)


def _capacity(cost: float | None) -> str:
    if cost is None:
        return ""
    films = films_at_once(cost, os.cpu_count() or 1)
    return f"about {films} {'film' if films == 1 else 'films'} at 1080p at once"


def _folders(started: Started) -> str:
    home = Path.home()
    inside = [(folder, folder.is_relative_to(home)) for folder in started.settings.folders]
    return ", ".join(str("~" / folder.relative_to(home)) if ours else str(folder) for folder, ours in inside)


def _role(started: Started) -> str:
    return "the first device becomes the owner" if started.code.role == "owner" else f"for one more {started.code.role}"


def _qr(text: str) -> str:
    out = io.StringIO()
    segno.make(text, error="l").terminal(out, compact=True, border=1)
    return out.getvalue().rstrip("\n")

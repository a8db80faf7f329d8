"""Tries what Matinee needs, for real; every finding that is bad says what mends it."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread

from controller.adapters.ffmpeg.choice import EncoderChoice
from controller.adapters.ffmpeg.inspect import encode_one_second, ffmpeg_version, missing_programs
from controller.adapters.vlc import has_display, vlc_version
from controller.config import DEFAULT_PORT, Settings
from protocol.control import read_control

LITTLE = 2 * 1024**3
"""Bytes of free disk below which streams will soon be in trouble."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was tried, what came of it, and what to do if that is bad."""

    name: str
    ok: bool
    detail: str
    mend: str = ""
    optional: bool = False

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "mend": "" if self.ok else self.mend}

    def as_text(self) -> str:
        """For people."""
        mark = "ok  " if self.ok else ("--  " if self.optional else "BAD ")
        return f"{mark} {self.name:<12} {self.detail}" + (
            f"\n     {'':<12} {self.mend}" if self.mend and not self.ok else ""
        )


async def examine(settings: Settings) -> list[Finding]:
    """Every check, in the order in which a newcomer would mend."""
    return [
        await _programs(),
        await _encode(),
        await _encoder(settings),
        await _vlc(),
        _display(),
        _writable("state", settings.state_dir),
        _writable("cache", settings.cache_dir),
        _disk(settings.cache_dir),
        _port(settings),
        await anyio.to_thread.run_sync(_folders, settings),
    ]


async def _programs() -> Finding:
    missing = missing_programs()
    found = await ffmpeg_version()
    packages = " ".join({"setpriv": "util-linux"}.get(name, name) for name in missing)
    return Finding(
        "programs",
        not missing,
        f"FFmpeg {found}" if not missing else f"missing: {', '.join(missing)}",
        f"apt install {packages}",
    )


async def _encode() -> Finding:
    with tempfile.TemporaryDirectory() as folder:
        problem = await encode_one_second(Path(folder))
    return Finding(
        "encode", problem is None, problem or "one second of picture and sound", "apt install --reinstall ffmpeg"
    )


async def _encoder(settings: Settings) -> Finding:
    choice = EncoderChoice()
    await choice.choose(settings.encoder)
    return Finding(
        "encoder",
        settings.encoder in ("auto", choice.encoder.name),
        f"{choice.encoder.title}: {choice.reason}",
        'install the driver of the GPU, or set encoder = "auto"',
        optional=True,
    )


async def _vlc() -> Finding:
    found = await vlc_version()
    detail = f"VLC {found} starts" if found else "libVLC does not start: no TV, viewers only"
    return Finding("screen", found is not None, detail, "apt install libvlc5 vlc-plugin-base", optional=True)


def _display() -> Finding:
    there = has_display()
    detail = "there is one" if there else "there is none: the TV's sound and picture go nowhere"
    return Finding("display", there, detail, "install a desktop, or run with --screen off", optional=True)


def _writable(name: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(name, True, str(folder))
    except OSError as error:
        return Finding(
            name,
            False,
            f"{folder}: {error.strerror}",
            f"chown -R {os.getuid()} {folder}, or choose another --{name}-dir",
        )


def _disk(folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    return Finding(
        "disk", free >= LITTLE, f"{free / 1024**3:.1f} GiB free", "free some space, or choose another --cache-dir"
    )


def _port(settings: Settings) -> Finding:
    port = settings.port or DEFAULT_PORT
    try:
        running = read_control(settings.state_dir)
    except (OSError, ValueError):
        running = None
    if running and running.url.endswith(f":{port}"):
        return Finding("port", True, f"{port}, where a daemon is running")
    try:
        socket.create_server((settings.host, port)).close()
    except OSError as error:
        return Finding(
            "port", False, f"{port}: {error.strerror}", "matinee serve --port ANOTHER", optional=settings.port is None
        )
    return Finding("port", True, f"{port} is free")


def _folders(settings: Settings) -> Finding:
    bad = [str(folder) for folder in settings.folders if not os.access(folder, os.R_OK | os.X_OK)]
    if bad:
        return Finding(
            "folders", False, f"cannot be read: {', '.join(bad)}", "check that they exist and their permissions"
        )
    return Finding("folders", True, ", ".join(map(str, settings.folders)) or "none set: ~/Videos or the demo film")

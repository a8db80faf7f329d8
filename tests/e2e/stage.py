"""What the fault tests share: fetching, counting FFmpegs, and FFmpegs that misbehave."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import anyio
import anyio.to_thread
import psutil

from clients.sdk import Matinee, PathRef, connect
from protocol.results import StreamStatus
from protocol.values import ClientType
from tests.daemon import Daemon
from tests.films import cache

REAL = shutil.which("ffmpeg") or "ffmpeg"
HELD = 600
"""Seconds of the long films."""
COPIED = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-crf", "40"]


def long_film() -> Path:
    """Ten minutes in a few hundred kilobytes, to be copied; keyframes every 4 s."""
    return _ten_minutes("long-160x90.mp4", COPIED)


def held_film() -> Path:
    """Ten minutes whose picture must be encoded, which is held a minute ahead of the viewer: so its encoder stays alive."""
    return _ten_minutes("held-160x90.mp4", ["-c:v", "mpeg4", "-q:v", "20"])


def _ten_minutes(name: str, picture: list[str]) -> Path:
    film = cache() / name
    if not film.exists():
        part = film.with_name(f"part-{os.getpid()}-{name}")
        command = [
            REAL, "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=size=160x90:rate=10:duration={HELD}",
            "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={HELD}",
            *picture, "-g", "40", "-c:a", "aac", "-b:a", "32k", str(part),
        ]  # fmt: skip
        subprocess.run(command, check=True, timeout=120)
        part.replace(film)
    return film


def me(running: Daemon, name: str = "test", client_types: list[ClientType] | None = None) -> Matinee:
    """A client of the daemon's own user."""
    return connect(running.url, name=name, device_token=running.control.token, client_types=client_types)


async def fetch(running: Daemon, path: str) -> tuple[int, bytes]:
    """Status and body of a GET."""

    def get() -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(running.url + path, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    return await anyio.to_thread.run_sync(get)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def place_at(position: int) -> int:
    """The segment of the held film that begins at an even number of seconds: its first two are cut in half."""
    return position // 2 + min(position // 2, 2)


class FakeFfmpeg:
    """A script named `ffmpeg`, first on the daemon's PATH, that counts how often it is started and then does `body`.

    `body` is shell; `$REAL` is the real one, `$CUT` the folder of this script. `-version` is always answered for real.
    """

    def __init__(self, folder: Path, body: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        script = folder / "ffmpeg"
        script.write_text(
            "#!/bin/sh\n"
            f"REAL={REAL}\nCUT={folder}\n"
            'case "$*" in *-version*) exec "$REAL" "$@";; esac\n'
            'echo "$$ $*" >> "$CUT/spawned"\n' + body + "\n"
        )
        script.chmod(0o755)

    @property
    def env(self) -> dict[str, str]:
        """The environment in which it is found first."""
        return {"PATH": f"{self.folder}:{os.environ['PATH']}"}

    def spawns(self, film: str = "") -> int:
        """How often it was started (for a film whose name holds these letters)."""
        try:
            lines = (self.folder / "spawned").read_bytes().splitlines()
        except FileNotFoundError:
            return 0
        return sum(film.encode() in line for line in lines)


THROUGH = 'exec "$REAL" "$@"'
"""Behave."""


async def held_stream(
    running: Daemon, client: Matinee, position: float, segment: str, film: str = "held.mp4"
) -> StreamStatus:
    """A stream of the held film, whose encoder is held. Who watches it near somebody else needs a film of another name for
    an encoder.
    """
    stream = await client.request_hls_stream(PathRef(path=film), position=position)
    assert (await fetch(running, (stream.url or "").replace("master.m3u8", segment)))[0] == 200
    with anyio.fail_after(20):
        while True:
            rows = await client.get_all_clients_status()
            mine = next(row.stream for row in rows if row.client_id == client.me.client_id)
            if mine and mine.encoder.state == "held":
                return stream
            await anyio.sleep(0.05)


async def failure_of(client: Matinee, *, within: float) -> str:
    """The name of the error with which a client's stream fails, as its event tells."""
    with anyio.fail_after(within):
        async for event in client.events():
            if event.method == "stream_failed":
                name: str = event.model_dump()["error"]["data"]["name"]
                return name
    raise AssertionError("refused")

"""A real daemon for tests: started as a user would start it, on a free port, with folders of its own."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets import Subprotocol
from websockets.sync.client import connect

from protocol.control import ControlFile, read_control
from tests.waiting import eventually_now

MATINEE = str(Path(sys.executable).parent / "matinee")
READY_WITHIN = 60.0


@dataclass(slots=True)
class Daemon:
    """A running daemon; `url` ends without a slash."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    state_dir: Path
    cache_dir: Path
    log: Path

    @property
    def control(self) -> ControlFile:
        """The file of the daemon's own user."""
        control = read_control(self.state_dir)
        assert control is not None
        return control

    def pair(self, role: str = "member") -> str:
        """A pairing code, as the daemon's own user is given one; `matinee pair` takes longer to start than to ask."""
        me = {
            "protocol": 1,
            "client_types": ["server_playback"],
            "name": "door",
            "auth": {"device_token": self.control.token},
        }
        wishes, answers = {"register": me, "create_pairing_code": {"role": role}, "goodbye": {}}, list[Any]()
        with connect(f"ws://127.0.0.1:{self.port}/ws", subprotocols=[Subprotocol("matinee.v1")]) as line:
            for number, (method, params) in enumerate(wishes.items()):
                line.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
            while len(answers) < len(wishes):
                frame = json.loads(line.recv(timeout=30))
                answers += [frame["result"]] if "id" in frame else []
        code: str = answers[1]["code"]
        return code

    def log_text(self) -> str:
        """Everything logged so far."""
        return self.log.read_text(errors="replace")

    def children(self) -> list[int]:
        """Process ids of every descendant."""
        import psutil

        try:
            return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def encoders(self) -> list[int]:
        """Process ids of the living FFmpegs that encode; the one that tells its version at the start is none."""
        import psutil

        found = []
        for pid in self.children():
            try:
                process = psutil.Process(pid)
                if process.name() == "ffmpeg" and process.status() != psutil.STATUS_ZOMBIE:
                    found += [pid] if "-version" not in process.cmdline() else []
            except psutil.NoSuchProcess:
                continue
        return found

    def stop(self) -> int:
        """End it as a user would, with INT; answers its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=15)


def allow_descriptors(many: int = 8_000) -> None:
    """Let this process, and what it starts, have so many descriptors, if the machine permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, many), hard), hard))


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def daemon(
    folder: Path,
    home: Path,
    *flags: str,
    env: dict[str, str] | None = None,
    port: int | None = None,
    manner: Sequence[str] = (),
) -> Iterator[Daemon]:
    """A daemon that serves `folder` and keeps its own things below `home`; it is gone afterwards. It tries no GPU,
    measures no encoder and makes no pictures for scrubbers unless `env` says so: tests count FFmpegs. `manner` are programs that start it.
    """
    port = port or free_port()
    state, cache, log = home / "state", home / "cache", home / "daemon.log"
    home.mkdir(parents=True, exist_ok=True)
    command = [
        *manner, MATINEE, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--state-dir", str(state),
        "--cache-dir", str(cache), "--screen", "off", "--log", "json", *flags,
    ]  # fmt: skip
    with log.open("ab") as sink:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,  # as whatever starts daemons does: the processor is shared out among sessions
            env={
                **os.environ,
                "HOME": str(home),
                "MATINEE_ENCODER": "software",
                "MATINEE_THUMBNAILS_MB": "0",
                "MATINEE_MEASURE": "0",
                **(env or {}),
            },
        )
    running = Daemon(f"http://127.0.0.1:{port}", port, process, state, cache, log)
    try:
        wait_ready(running)
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_ready(running: Daemon) -> None:
    """Until /readyz says so. Raises: AssertionError with the log."""

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"{running.url}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        eventually_now(lambda: running.process.poll() is not None or ready(), within=READY_WITHIN)
        assert running.process.poll() is None
    except AssertionError:
        raise AssertionError(f"the daemon did not get ready:\n{running.log_text()}") from None

"""`matinee watch` and `matinee logs` as a stranger uses them, on a real daemon."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import anyio.to_thread

from clients.sdk import Matinee, PathRef, connect
from tests.clients.test_cli import matinee
from tests.daemon import MATINEE, Daemon, daemon
from tests.waiting import LOOK_EVERY

NAME = "Ada's phone"
LONG_ENOUGH = 60.0


@asynccontextmanager
async def somebody(running: Daemon) -> AsyncIterator[Matinee]:
    """Somebody who watches something, of which all is made."""
    async with connect(running.url, name=NAME, pairing_code=running.pair()) as one:
        await one.request_hls_stream(PathRef(path="remux.mp4"))
        await _wait_made(running, one.me.client_id)
        yield one


async def _wait_made(running: Daemon, client_id: str) -> None:
    async with connect(running.url, name="owner", device_token=running.control.token) as owner:
        with anyio.fail_after(LONG_ENOUGH):
            while True:
                log = await owner.get_encoder_log(client_id=client_id)
                if any(line.kind == "ended" for line in log.lines):
                    return
                await anyio.sleep(LOOK_EVERY)  # polls an outside process


async def run(running: Daemon, home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    state = ("--state-dir", str(running.state_dir))
    return await anyio.to_thread.run_sync(lambda: matinee(*words, *state, home=home, **variables))


class Screen:
    """A terminal of 80 columns with `matinee watch` in it."""

    def __init__(self, terminal: int, pid: int) -> None:
        self._terminal, self._pid, self.text = terminal, pid, ""

    def wait_for(self, words: str) -> None:
        """Until these words have been drawn. Raises: AssertionError with what was."""
        until = monotonic() + LONG_ENOUGH
        while words not in self.text:
            assert monotonic() < until, self.text
            assert self._read(), self.text

    def _read(self) -> bool:
        if select.select([self._terminal], [], [], 1.0)[0]:
            try:
                chunk = os.read(self._terminal, 65_536)
            except OSError:  # the other end is closed
                return False
            self.text += chunk.decode(errors="replace")
            return bool(chunk)
        return True

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        os.write(self._terminal, b"\x03")
        while self._read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


@contextmanager
def watching(running: Daemon, kind: str = "xterm") -> Iterator[Screen]:
    command = [str(MATINEE), "watch", "--state-dir", str(running.state_dir)]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    child = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *command],
        stdin=theirs, stdout=theirs, stderr=theirs, env={**environment, "TERM": kind},
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Screen(ours, child.pid)
    finally:
        if child.returncode is None and child.poll() is None:
            child.send_signal(signal.SIGKILL)
            child.wait()
        os.close(ours)


@contextmanager
def program(command: list[Any]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_what_is_no_terminal_gets_the_table_once(running: Daemon, tmp_path: Path) -> None:
    async with somebody(running) as ada:
        done = await run(running, tmp_path, "watch", COLUMNS="80")
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert lines[2].startswith("Encoders    0 working, 0 held · 0 %, 0 bytes · 1 stream, ")
        assert lines[5].split() == ["NAME", "FILM", "PLACE", "SPEED", "AHEAD", "CPU", "STATE"]
        assert lines[6].startswith(NAME)
        assert "remux" in lines[6]
        assert max(map(len, lines)) <= 80
        wide = await run(running, tmp_path, "watch", COLUMNS="")
        assert "DELIVERY" in wide.stdout
        assert ada.me.client_id not in wide.stdout


async def test_a_terminal_is_drawn_on_until_ctrl_c_and_is_then_as_it_was(running: Daemon) -> None:
    async with somebody(running) as ada:
        with watching(running) as screen:
            await anyio.to_thread.run_sync(lambda: screen.wait_for(NAME))
            async with connect(running.url, name="Ben", pairing_code=running.pair()):
                await anyio.to_thread.run_sync(lambda: screen.wait_for("Ben"))
            await ada.stop_hls_stream()
            await anyio.to_thread.run_sync(lambda: screen.wait_for("no streams"))
            assert await anyio.to_thread.run_sync(screen.interrupt) == 130
        assert "\x1b[?1049h" in screen.text
        assert screen.text.endswith("\x1b[?25h\x1b[?1049l")
        assert "Traceback" not in screen.text


async def test_a_dumb_terminal_gets_the_table_once(running: Daemon) -> None:
    async with somebody(running) as ada:
        with watching(running, "dumb") as screen:
            await anyio.to_thread.run_sync(lambda: screen.wait_for(NAME))
            await anyio.to_thread.run_sync(lambda: screen.wait_for("playing"))
        assert "\x1b" not in screen.text
        assert ada.me.client_id not in screen.text


async def test_a_program_hears_the_state_then_what_happens(running: Daemon) -> None:
    async with somebody(running) as ada:
        command = [MATINEE, "watch", "--json", "--state-dir", str(running.state_dir)]
        with program(command) as process:
            assert process.stdout
            hears = process.stdout.readline

            async def until(event: str) -> Any:
                with anyio.fail_after(LONG_ENOUGH):
                    while (found := json.loads(await anyio.to_thread.run_sync(hears)))["event"] != event:
                        pass
                return found

            state = await until("state")
            assert [client["name"] for client in state["clients"]] == [NAME]
            assert {"server", "screen", "authority", "clock"} < set(state)
            await ada.stop_hls_stream()
            assert "stream" not in await until("client_changed")
            assert (await until("server_changed"))["streams"] == 0
            (row,) = (await until("clients"))["clients"]
            assert row["client_id"] == ada.me.client_id
            process.send_signal(signal.SIGINT)
            assert await anyio.to_thread.run_sync(lambda: process.wait(LONG_ENOUGH)) == 130


async def test_logs_tell_what_encoders_did(running: Daemon, tmp_path: Path) -> None:
    async with somebody(running) as ada:
        done = await run(running, tmp_path, "logs", NAME.upper())
        assert (done.returncode, done.stderr) == (0, "")
        heading, started, ended, *_ = done.stdout.splitlines()
        assert heading == f"{NAME} · remux"
        assert "run 1  started at 0.0 s of the film: audio-0, video (process " in started
        assert "run 1  came to its end · made " in ended
        lines = [json.loads(line) for line in (await run(running, tmp_path, "logs", "--json")).stdout.splitlines()]
        mine = [line for line in lines if line["client_id"] == ada.me.client_id]
        assert [line["kind"] for line in mine] == ["started", "ended"]
        assert (mine[0]["client_name"], mine[0]["title"]) == (NAME, "remux")
        gone = await run(running, tmp_path, "logs", "nobody at all")
        assert (gone.returncode, gone.stderr.startswith("Nobody is called “nobody at all”.")) == (5, True)


async def test_logs_go_on_with_what_comes(running: Daemon) -> None:
    async with somebody(running) as ada:
        command = [MATINEE, "logs", ada.me.client_id, "--follow", "--state-dir", str(running.state_dir)]
        with program(command) as process:
            assert process.stdout
            hears = process.stdout.readline
            for words in (NAME, "started", "came to its end"):
                assert words in await anyio.to_thread.run_sync(hears)
            await ada.request_hls_stream(PathRef(path="minute.mp4"))
            for words in ("minute", "started"):
                assert words in await anyio.to_thread.run_sync(hears)
            process.send_signal(signal.SIGINT)
            assert await anyio.to_thread.run_sync(lambda: process.wait(LONG_ENOUGH)) == 130


def test_without_a_run_the_log_says_that_it_is_empty(library: Path, tmp_path: Path) -> None:
    with daemon(library, tmp_path / "home") as fresh:
        done = matinee("logs", "--state-dir", str(fresh.state_dir), home=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "No encoder has run yet.\n")

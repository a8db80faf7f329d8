"""Asking for the TV from a terminal while somebody holds it: who asks, what for, how long, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import pytest

from clients.cli import asking
from clients.sdk import Matinee, connect
from protocol.events import ClientChanged, Event, TakeoverRequested, TakeoverResolved
from tests.daemon import MATINEE, Daemon, daemon

pytestmark = pytest.mark.alone

E = TypeVar("E", bound=Event)


@pytest.fixture(scope="module")
def tv(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a screen."""
    with daemon(library, tmp_path_factory.mktemp("tv"), "--screen", "headless") as one:
        yield one


@asynccontextmanager
async def anna_holding(tv: Daemon) -> AsyncIterator[Matinee]:
    one = connect(tv.url, name="Anna", device_token=tv.control.token, client_types=["server_playback"])
    async with one as anna, anna.screen():
        yield anna


@contextmanager
def terminal(tv: Daemon, *words: str, **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A command that runs in a terminal of somebody called ben; it is gone afterwards."""
    command = [MATINEE, words[0], "--state-dir", str(tv.state_dir), *words[1:]]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    env = {**os.environ, "LOGNAME": "ben"}
    with subprocess.Popen(command, text=True, bufsize=1, env=env, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


async def heard(one: Matinee, kind: type[E]) -> E:
    """The next event of a kind."""
    with anyio.fail_after(10):
        async for event in one.events():
            if isinstance(event, kind):
                return event
    raise AssertionError("the events ended")


async def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = await anyio.to_thread.run_sync(lambda: process.communicate(timeout=20))
    return process.returncode, out, err


async def nobody_but(anna: Matinee) -> bool:
    return [row.client_id for row in await anna.get_all_clients_status()] == [anna.me.client_id]


async def test_the_holder_reads_who_asks_and_what_for_and_the_terminal_says_at_once_whom_it_asks(tv: Daemon) -> None:
    async with anna_holding(tv) as anna:
        with terminal(tv, "pause") as ben:
            asked = await heard(anna, TakeoverRequested)
            assert (asked.by.name, asked.message) == ("Terminal (ben)", "I want to pause it.")
            assert ben.stderr
            assert await anyio.to_thread.run_sync(ben.stderr.readline) == "Anna holds the TV. Asking … 15 s\n"
            await anna.respond_takeover(asked.request_id, accept=False)
            code, out, err = await ended(ben)
        assert (code, out) == (5, "")
        assert err == "Anna keeps the screen. Ask again later, or use --override.\n"
        assert await nobody_but(anna)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("play", "minute.mp4"), "I want to play minute.mp4."),
        (("next",), "I want to go on to what comes next."),
        (("seek", "-1:10"), "I want to go 1:10 back."),
        (("volume", "40"), "I want to set its volume to 40."),
        (("takeover", "-m", "x" * 300), "x" * 199 + "…"),
    ],
)
async def test_with_json_nothing_but_json_is_said_and_ctrl_c_takes_the_question_back(
    tv: Daemon, words: tuple[str, ...], message: str
) -> None:
    async with anna_holding(tv) as anna:
        with terminal(tv, *words, "--json") as ben:
            assert (await heard(anna, TakeoverRequested)).message == message
            ben.send_signal(signal.SIGINT)
            code, out, err = await ended(ben)
        assert (code, err) == (130, "")
        assert all(json.loads(line) for line in out.splitlines())
        assert (await heard(anna, TakeoverResolved)).outcome == "cancelled"
        assert await nobody_but(anna)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_terminal_that_is_closed_takes_its_question_back_too(tv: Daemon, number: signal.Signals) -> None:
    async with anna_holding(tv) as anna:
        with terminal(tv, "stop") as ben:
            await heard(anna, TakeoverRequested)
            ben.send_signal(number)
            assert (await ended(ben))[0] == 130
        assert (await heard(anna, TakeoverResolved)).outcome == "cancelled"
        assert await nobody_but(anna)


async def test_on_a_terminal_the_seconds_count_down_in_one_line(tv: Daemon) -> None:
    async with anna_holding(tv) as anna:
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb", buffering=0) as screen, terminal(tv, "pause", stderr=theirs) as ben:
            os.close(theirs)
            seen = b""
            with anyio.fail_after(10):
                while seen.count(b" s") < 2:
                    await anyio.wait_readable(screen)
                    seen += screen.read(4096)
            ben.send_signal(signal.SIGINT)
            assert await anyio.to_thread.run_sync(lambda: ben.wait(10)) == 130
        first, second = re.findall(r"\r\x1b\[KAnna holds the TV\. Asking … (\d+) s", seen.decode())
        assert (first, int(second) < 15) == ("15", True)
        assert await nobody_but(anna)


async def test_a_promise_is_said_and_kept_when_the_film_is_over(tv: Daemon) -> None:
    async with anna_holding(tv) as anna:
        await anna.call(_play(await _lease(anna)))
        with terminal(tv, "volume", "35", "--json") as ben, terminal(tv, "status") as status:
            asked = await heard(anna, TakeoverRequested)
            await anna.respond_takeover(asked.request_id, accept=True, after_item=True)
            assert "Anna holds it" in (await ended(status))[1]
            await anna.call(_stop(await _lease(anna)))
            code, out, err = await ended(ben)
        assert (code, err) == (0, "")
        assert json.loads(out)["volume"] == 35


async def _lease(one: Matinee) -> int:
    lease = (await one.get_authority()).lease
    assert lease is not None
    return lease


def _play(lease: int) -> Any:
    from clients.sdk import PathRef
    from protocol.commands.screen import ServerPlay

    return ServerPlay(lease=lease, item=PathRef(path="minute.mp4"))


def _stop(lease: int) -> Any:
    from protocol.commands.screen import ServerStop

    return ServerStop(lease=lease)


async def test_what_failed_leaves_nobody_behind(tv: Daemon) -> None:
    async with connect(tv.url, name="Anna", device_token=tv.control.token) as anna:
        for words in (("next",), ("play", "nothing"), ("seek", "1" * 400), ("devices", "revoke", "x" * 300)):
            with terminal(tv, *words) as ben:
                code, _, err = await ended(ben)
            assert code in (2, 5), err
            assert "Traceback" not in err
            assert await nobody_but(anna)
        assert (await anna.get_authority()).state == "free"


async def test_status_leaves_out_commands_that_were_killed_but_not_who_holds_the_tv(tv: Daemon) -> None:
    async with anna_holding(tv) as anna:
        with terminal(tv, "pause") as ben:
            await heard(anna, TakeoverRequested)
            await anna.subscribe("clients")
            ben.kill()
        while (await heard(anna, ClientChanged)).connected:
            pass
        assert len(await anna.get_all_clients_status()) == 2
        with terminal(tv, "status", "--json") as status:
            rows = json.loads((await ended(status))[1])["clients"]
        assert [row["name"] for row in rows] == ["Anna"]


def test_a_terminal_has_the_name_of_its_user_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def said(user: str) -> str:
        monkeypatch.setattr(asking.getpass, "getuser", lambda: user)  # type: ignore[attr-defined]
        return asking.our_name()

    def unknown() -> str:
        raise KeyError("uid not found")

    assert said("anna") == "Terminal (anna)"
    assert said("a\x1b\n" + "n" * 90) == f"Terminal (a{'n' * 39})"
    assert said("\n") == "The terminal"
    monkeypatch.setattr(asking.getpass, "getuser", unknown)  # type: ignore[attr-defined]
    assert asking.our_name() == "The terminal"

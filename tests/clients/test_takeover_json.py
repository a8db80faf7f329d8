"""`matinee takeover --json`: every line is an object, the first says the state, and the same commands are read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from clients.sdk import Matinee, TakeoverDenied, connect
from tests.daemon import MATINEE, Daemon, daemon

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def tv(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a screen."""
    with daemon(library, tmp_path_factory.mktemp("tv"), "--screen", "headless") as one:
        yield one


class Script:
    """A program that talks to `matinee takeover --json`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    async def hears(self) -> dict[str, Any]:
        """The next line."""
        assert self.process.stdout
        line = await anyio.to_thread.run_sync(self.process.stdout.readline)
        found: dict[str, Any] = json.loads(line)
        return found

    async def gets(self, line: str) -> dict[str, Any]:
        """What comes of a line."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        return await self.hears()


@contextmanager
def script(tv: Daemon, *words: str) -> Iterator[Script]:
    command = [MATINEE, "takeover", "--json", "--state-dir", str(tv.state_dir), *words]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, bufsize=1, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield Script(process)
        finally:
            process.kill()


def somebody(tv: Daemon) -> Matinee:
    return connect(tv.url, name="Ben", device_token=tv.control.token, client_types=["server_playback"])


async def test_a_script_holds_the_tv_commands_it_and_gives_it_back(tv: Daemon) -> None:
    with script(tv, "minute.mp4") as one:
        state = await one.hears()
        assert (state["event"], state["authority"], state["screen"]["state"]) == ("state", {"state": "free"}, "idle")
        granted = await one.hears()
        assert granted == {"event": "granted", "lease": granted["lease"]}
        paused = await one.gets("pause")
        assert (paused["event"], paused["command"], paused["screen"]["state"]) == ("result", "pause", "paused")
        assert (await one.gets("play encode"))["screen"]["item"] == {"path": "encode.mkv"}
        wrong = [await one.gets(line) for line in ("seek soon", "hum", "volume 300", "play nothing", "y", "previous x")]
        assert [(line["event"], line["error"]["name"]) for line in wrong[:5]] == [
            ("error", "usage"), ("error", "usage"), ("error", "usage"), ("error", "item_not_found"), ("error", "takeover_not_found"),
        ]  # fmt: skip
        assert all({"code", "name", "message", "hint"} == set(line["error"]) for line in wrong[:5])
        assert wrong[5]["event"] == "result"
        assert await one.gets("q") == {"event": "released"}
        assert one.process.wait(10) == 0


async def test_the_last_line_counts_without_its_end_and_the_end_of_input_gives_back(tv: Daemon) -> None:
    with script(tv) as one:
        assert one.process.stdin
        one.process.stdin.write("volume 12")
        one.process.stdin.close()
        lines = [await one.hears() for _ in range(4)]
        assert [line["event"] for line in lines] == ["state", "granted", "result", "released"]
        assert lines[2]["screen"]["volume"] == 12
        assert one.process.wait(10) == 0


async def test_who_asks_is_told_with_the_outcome_and_who_took_it(tv: Daemon) -> None:
    with script(tv) as one:
        assert [(await one.hears())["event"] for _ in range(2)] == ["state", "granted"]
        async with somebody(tv) as ben, anyio.create_task_group() as group:
            group.start_soon(_try, ben)
            asked = await one.hears()
            assert (asked["event"], asked["by"]["name"], asked["message"]) == ("requested", "Ben", "please")
            said = [await one.gets("n"), await one.hears()]
            assert {line["event"]: line for line in said} == {
                "resolved": {
                    "event": "resolved", "request_id": asked["request_id"], "outcome": "refused",
                    "reason": f"{(await ben.get_authority()).holder.name} keeps the screen.",  # type: ignore[union-attr]
                },
                "result": {"event": "result", "command": "n", "request_id": asked["request_id"]},
            }  # fmt: skip
            group.cancel_scope.cancel()
        async with somebody(tv) as ben, ben.screen(override=True):
            lost = await one.hears()
            assert (lost["event"], lost["holder"]["name"]) == ("lost", "Ben")
            assert one.process.wait(10) == 0


async def _try(ben: Matinee) -> None:
    with pytest.raises(TakeoverDenied):
        async with ben.screen("please"):
            pass


async def test_a_script_that_is_refused_reads_why_and_ends_with_5(tv: Daemon) -> None:
    async with somebody(tv) as ben, ben.screen():
        with script(tv) as one:
            state, asking = await one.hears(), await one.hears()
            assert state["authority"]["holder"]["name"] == "Ben"
            assert (asking["event"], 0 < asking["expires_in"] <= 15) == ("asking", True)
            await ben.respond_takeover(asking["request_id"], accept=False)
            assert await one.hears() == {"event": "resolved", "outcome": "refused", "reason": "Ben keeps the screen."}
            assert one.process.stderr
            error = json.loads(await anyio.to_thread.run_sync(one.process.stderr.readline))["error"]
            assert (error["name"], error["exit"], one.process.wait(10)) == ("takeover_denied", 5, 5)

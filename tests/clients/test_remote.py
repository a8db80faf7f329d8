"""The remote in the terminal, on a real TV: one-word commands, and the one that holds the TV and answers for it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clients.cli.remote import _listed
from clients.sdk import Matinee, PathRef, TakeoverDenied, connect
from protocol.queue_state import QueueItem, QueueState
from tests.daemon import MATINEE, Daemon, daemon

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def tv(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a screen."""
    with daemon(library, tmp_path_factory.mktemp("tv"), "--screen", "headless") as one:
        yield one


def remote(tv: Daemon, *words: str) -> subprocess.CompletedProcess[str]:
    command = [MATINEE, words[0], "--state-dir", str(tv.state_dir), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def said(tv: Daemon, *words: str) -> Any:
    """The TV after a command that must succeed."""
    done = remote(tv, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def holding(tv: Daemon, film: str) -> Iterator[subprocess.Popen[str]]:
    """`matinee takeover` in a terminal of its own."""
    command = [MATINEE, "takeover", film, "--state-dir", str(tv.state_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as terminal:
        try:
            yield terminal
        finally:
            terminal.kill()


def somebody(tv: Daemon) -> Matinee:
    return connect(tv.url, name="Ben", pairing_code=tv.pair(), client_types=["server_playback"])


def test_the_tv_does_what_the_terminal_says(tv: Daemon) -> None:
    assert said(tv, "play", "minute.mp4", "--at", "0:20")["state"] == "playing"
    assert said(tv, "pause")["state"] == "paused"
    assert said(tv, "seek", "0:30")["timeline"]["position"] == 30.0
    assert abs(said(tv, "seek", "-10")["timeline"]["position"] - 20.0) < 0.5
    assert abs(said(tv, "seek", "+5")["timeline"]["position"] - 25.0) < 0.5
    assert said(tv, "volume", "40")["volume"] == 40
    assert said(tv, "volume", "+15")["volume"] == 55
    assert said(tv, "volume", "mute")["muted"] is True
    assert said(tv, "volume", "unmute")["muted"] is False
    assert said(tv, "resume")["state"] == "playing"
    assert [item["title"] for item in said(tv, "queue", "minute.mkv")["items"]] == ["minute", "minute"]
    assert said(tv, "next")["item"] == {"path": "minute.mkv"}
    assert said(tv, "previous")["item"] == {"path": "minute.mp4"}
    assert "▶ minute  1:00" in remote(tv, "queue").stdout
    assert remote(tv, "stop").stdout == "TV          nothing is on\n"


def test_the_queue_is_emptied_and_says_what_is_special_about_it(tv: Daemon) -> None:
    assert [item["title"] for item in said(tv, "queue", "--clear", "minute.mkv", "minute.mp4")["items"]] == [
        "minute"
    ] * 2
    assert remote(tv, "queue").stdout == "  minute  1:00\n  minute  1:00\n"
    assert remote(tv, "queue", "--clear").stdout == "The TV's queue is empty. `matinee queue FILM` adds to it.\n"


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ({}, "  a"),
        ({"total": 3}, "(and 2 more)"),
        ({"repeat": "one"}, "(repeats one film)"),
        ({"repeat": "all", "shuffle": True}, "(repeats, shuffled)"),
    ],
)
def test_a_queue_is_listed_with_what_is_special_about_it(told: dict[str, Any], last: str) -> None:
    item = QueueItem(id="1", item=PathRef(path="a.mp4"), title="a")
    state = QueueState.model_validate({"version": 1, "items": [item], "total": 1, **told})
    assert _listed(state).splitlines()[-1] == last


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("play", "nothing.mp4"), 5, "No film's path or title holds “nothing.mp4”. `matinee films` lists"),
        (("previous",), 5, "Nothing came before in the TV's queue."),
        (("seek", "1:2:3:4"), 2, "“1:2:3:4” is no position."),
        (("seek", ""), 2, "“” is no position."),
        (("seek", "soon"), 2, "“soon” is no position."),
        (("volume", "loud"), 2, "“loud” is no volume."),
        (("volume", "200"), 2, "“200” is no volume."),
    ],
)
def test_what_cannot_be_done_is_said_in_words(tv: Daemon, words: tuple[str, ...], code: int, sentence: str) -> None:
    done = remote(tv, *words)
    assert done.returncode == code
    assert done.stderr.startswith(sentence)


def test_with_nothing_to_play_it_is_said_what_to_do(library: Path, tmp_path: Path) -> None:
    with daemon(library, tmp_path, "--screen", "headless") as fresh:
        play, skip = remote(fresh, "play"), remote(fresh, "next")
    assert (play.returncode, skip.returncode) == (5, 5)
    assert play.stderr == "Nothing is on the TV. `matinee films` lists what there is; `matinee play FILM` plays one.\n"
    assert skip.stderr == "Nothing comes next in the TV's queue. `matinee queue FILM` adds to it.\n"


async def test_takeover_holds_the_tv_obeys_lines_and_answers_who_asks(tv: Daemon) -> None:
    with holding(tv, "minute.mp4") as terminal:
        assert terminal.stdin
        assert terminal.stdout
        assert "You hold the TV" in terminal.stdout.readline()
        for line, expected in (("pause\n", "paused minute"), ("volume 30\n", "volume 30"), ("hum\n", "play [FILM]")):
            terminal.stdin.write(line)
            assert expected in terminal.stdout.readline()
        async with somebody(tv) as ben:
            for answer in ("n\n", "y\n"):
                await ask_and_be_answered(ben, terminal, answer)
        assert terminal.wait(timeout=10) == 0


async def ask_and_be_answered(ben: Matinee, terminal: subprocess.Popen[str], answer: str) -> None:
    """Ask for the TV; the terminal says so, and its answer holds."""
    import anyio

    async def reply() -> None:
        assert terminal.stdin
        assert terminal.stdout
        line = await anyio.to_thread.run_sync(terminal.stdout.readline)
        assert "Ben asks for the TV: “please”" in line
        terminal.stdin.write(answer)

    async with anyio.create_task_group() as group:
        group.start_soon(reply)
        if answer == "n\n":
            with pytest.raises(TakeoverDenied):
                async with ben.screen("please"):
                    pass
            line = await anyio.to_thread.run_sync(terminal.stdout.readline if terminal.stdout else str)
            assert "keeps the screen" in line
        else:
            async with ben.screen("please"):
                assert (await ben.get_authority()).state == "held"


async def test_status_says_who_holds_the_tv_and_override_takes_it(tv: Daemon) -> None:
    async with somebody(tv) as ben, ben.screen() as screen:
        assert said(tv, "status")["authority"]["holder"]["name"] == "Ben"
        assert "· Ben holds it\n" in remote(tv, "status").stdout
        assert said(tv, "volume", "20", "--override")["volume"] == 20
        await screen.lost.wait()

"""The lines between the daemon and VLC's process."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import get_args

import pytest

from controller.adapters.vlc import player as module
from controller.adapters.vlc.player import VlcPlayers
from controller.adapters.vlc.wire import answer, news, order, read_order, read_word
from controller.core.screen_calls import (
    Call,
    Close,
    Hold,
    Open,
    Report,
    Seek,
    SetAudio,
    SetFullscreen,
    SetMute,
    SetRate,
    SetSubtitle,
    SetText,
    SetVolume,
)
from controller.ports import PlayerEnd
from tests.screen_stage import Stage

ONE_OF_EACH: list[Call] = [
    Open(7, "/films/a b.mp4", 12.5, True),
    Close(),
    Hold(True),
    Seek(3.25),
    SetRate(1.5),
    SetVolume(40),
    SetMute(False),
    SetAudio(1),
    SetSubtitle(-1),
    SetFullscreen(True),
    SetText("Änna\n100 % \N{CLAPPER BOARD}"),
]
REPORT = Report(3, "playing", True, 1.25, 1.0, 57, False, 0, -1, True)


@pytest.mark.parametrize("call", ONE_OF_EACH, ids=lambda call: type(call).__name__)
def test_every_call_arrives_as_it_was_sent_on_one_line(call: Call) -> None:
    line = order(5, call)
    assert line.count(b"\n") == 1
    assert read_order(line) == (5, call)


def test_no_call_was_forgotten() -> None:
    assert {type(call) for call in ONE_OF_EACH} == set(get_args(Call))


@pytest.mark.parametrize("name", [b"caf\xe9\xff.mp4", b"new\nline", b'"quoted"', "\N{CLAPPER BOARD}".encode()])
def test_a_path_arrives_byte_by_byte(name: bytes) -> None:
    path = os.fsdecode(b"/films/" + name)
    _number, call = read_order(order(1, Open(1, path, 0.0, False)))
    assert isinstance(call, Open)
    assert os.fsencode(call.path) == b"/films/" + name


def test_a_ping_is_no_call() -> None:
    assert read_order(order(0, None)) == (0, None)


def test_answers_and_reports_arrive_as_they_were_said() -> None:
    assert (read_word(answer(5, None)).id, read_word(answer(5, None)).error) == (5, None)
    assert read_word(answer(6, "no such track")).error == "no such track"
    assert read_word(news(REPORT)).report == REPORT
    assert read_word(news(Report(0, "none"))).report == Report(0, "none")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "error: XDG_RUNTIME_DIR is invalid",
        "[]",
        '{"id": "5"}',
        news(replace(REPORT, time=float("nan"))),
        news(REPORT).replace("playing", "flying"),
        '{"report": {"epoch": 1}}',
    ],
)
def test_what_is_no_word_is_not_believed(line: str) -> None:
    with pytest.raises(ValueError):
        read_word(line)


async def test_a_child_that_says_nothing_sensible_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_PATIENCE", 1.0)
    players = VlcPlayers(display=False)
    players._argv = ["sh", "-c", "echo error: this is no word; cat >/dev/null"]
    stage = Stage(players)
    await stage.run()
    assert (stage.player, stage.end) == (None, PlayerEnd("VLC did not start within 10 s."))


@pytest.mark.parametrize(
    ("command", "end"),
    [
        ("kill -KILL $$", PlayerEnd("VLC was ended by signal 9.", killed=True)),
        ("kill -TERM $$", PlayerEnd("VLC was ended by signal 15.", killed=True)),
        ("exit 0", PlayerEnd("VLC gave up with exit code 0.", killed=True)),
        ("kill -SEGV $$", PlayerEnd("VLC was ended by signal 11.")),
        ("exit 3", PlayerEnd("VLC gave up with exit code 3.")),
    ],
)
async def test_a_child_that_ends_before_its_first_word_was_killed_or_failed(command: str, end: PlayerEnd) -> None:
    players = VlcPlayers(display=False)
    players._argv = ["sh", "-c", command]
    stage = Stage(players)
    await stage.run()
    assert (stage.player, stage.end) == (None, end)

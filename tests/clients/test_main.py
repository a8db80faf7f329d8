"""`matinee` decides with a glance at its arguments whether it becomes the daemon or stays a remote."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from clients.cli import commands, failing
from clients.cli.main import main
from clients.cli.theirs import OURS, THEIRS


class Became(BaseException):
    """The process would be another one now."""


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What this process became: the daemon with its arguments, or the remote with none."""
    found: list[list[str]] = []

    def become(program: str, arguments: list[str]) -> None:
        assert program == arguments[0] == sys.executable
        found.append(arguments[1:])
        raise Became

    monkeypatch.setattr(os, "execv", become)
    monkeypatch.setattr(failing, "run", lambda group, words: found.append(["remote", *words]))
    return found


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["matinee", *arguments])
    with suppress(Became):
        main()


@pytest.mark.parametrize(
    ("arguments", "daemon"),
    [
        ([], ["serve"]),
        (["serve"], ["serve"]),
        (["serve", "films", "--port", "0"], ["serve", "films", "--port", "0"]),
        (["--port", "0"], ["serve", "--port", "0"]),
        (["--screen=off"], ["serve", "--screen=off"]),
        (["doctor", "--json"], ["doctor", "--json"]),
        (["demo"], ["demo"]),
        (["config", "show"], ["config", "show"]),
        (["serve", "--help"], ["serve", "--help"]),
        (["serve", "--", "-films"], ["serve", "--", "-films"]),
    ],
)
def test_what_is_the_daemons_is_run_by_the_daemon_in_place_of_this_process(
    fate: list[list[str]], monkeypatch: pytest.MonkeyPatch, arguments: list[str], daemon: list[str]
) -> None:
    run(monkeypatch, *arguments)
    assert fate == [["-m", "controller", *daemon]]


def test_a_folder_alone_is_served_whatever_it_is_called(
    fate: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("movies", "pair", "-x", "two words"):
        (tmp_path / name).mkdir()
    for folder in ("movies", str(tmp_path / "movies"), "./pair", "./-x", "two words"):
        run(monkeypatch, folder, "--port", "0")
        assert fate.pop() == ["-m", "controller", "serve", folder, "--port", "0"]


def test_a_folder_with_the_name_of_a_command_takes_nothing_over(
    fate: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pair").mkdir()
    run(monkeypatch, "pair", "--json")
    assert fate == [["remote", "pair", "--json"]]


@pytest.mark.parametrize(
    "arguments", [["pair"], ["status", "--json"], ["-h"], ["--help"], ["--version"], ["no-such-folder"], [""]]
)
def test_anything_else_is_the_remotes(
    fate: list[list[str]], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    run(monkeypatch, *arguments)
    assert fate == [["remote", *arguments]]


def test_the_help_knows_the_daemons_commands_by_the_same_words() -> None:
    assert set(commands.cli.commands) == {*THEIRS, *OURS}

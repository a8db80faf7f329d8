"""The control file: where the daemon is, for a program of the same user."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from protocol.control import CONTROL_FILE, ControlFile, default_state_dir, read_control

FILE = ControlFile(url="http://127.0.0.1:8430", token="t", pid=42)


def test_the_state_folder_is_the_one_that_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_STATE_DIR", "/srv/matinee")
    monkeypatch.setenv("XDG_STATE_HOME", "/home/me/state")
    assert default_state_dir() == Path("/srv/matinee")


def test_without_a_choice_it_is_a_folder_in_the_user_s_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MATINEE_STATE_DIR", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/home/me/state")
    assert default_state_dir() == Path("/home/me/state/matinee")


@pytest.mark.parametrize("empty", [None, ""])
def test_without_a_state_folder_it_is_below_home(monkeypatch: pytest.MonkeyPatch, empty: str | None) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for name in ("MATINEE_STATE_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
        if empty is not None:
            monkeypatch.setenv(name, empty)
    assert default_state_dir() == Path("/home/me/.local/state/matinee")


def test_no_file_means_no_daemon(tmp_path: Path) -> None:
    assert read_control(tmp_path) is None
    assert read_control(tmp_path / "nowhere") is None


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    (tmp_path / CONTROL_FILE).write_text(FILE.model_dump_json())
    assert read_control(tmp_path) == FILE


@pytest.mark.parametrize(
    "text", ["", "{", "{}", '{"url":"u","token":"t","pid":"42"}', '{"url":"u","token":"t","pid":42,"more":1}']
)
def test_a_file_that_is_something_else_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / CONTROL_FILE).write_text(text)
    with pytest.raises(ValidationError):
        read_control(tmp_path)


def test_a_file_that_is_not_text_is_a_value_error(tmp_path: Path) -> None:
    (tmp_path / CONTROL_FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="utf-8"):
        read_control(tmp_path)


def test_what_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / CONTROL_FILE).mkdir()
    with pytest.raises(OSError, match="directory"):
        read_control(tmp_path)

"""Log lines: one per event, in the form that was asked for, and without what must not be seen."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

WORKS = """
import logging, warnings
import structlog
from controller import logs

logs.set_up(FORM, LEVEL)
log = structlog.get_logger("test")


def stumbles(token):
    return {}[token[:0]]


for level in ("debug", "info", "warning", "error"):
    getattr(log, level)("said", at=level)
log.warning("named", title="new\\nline \\x1b[31m and caf\\udce9", path="plain name.mp4", count=7)
logging.getLogger("library").warning("theirs %s", "a\\nb")
logging.getLogger("library").info("chatter")
try:
    stumbles("the-token-of-somebody")
except KeyError:
    log.exception("stumbled")
    logging.getLogger("library").exception("theirs broke")
"""


def lines(form: str, level: str = "info") -> list[str]:
    """What a program that logs in every way writes; on stdout it writes nothing."""
    program = WORKS.replace("FORM", repr(form)).replace("LEVEL", repr(level))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def entries(level: str = "info") -> list[dict[str, Any]]:
    """The same, read."""
    return [json.loads(line) for line in lines("json", level)]


@pytest.fixture(scope="module")
def as_json() -> list[dict[str, Any]]:
    return entries()


@pytest.fixture(scope="module")
def as_text() -> list[str]:
    return lines("text")


def test_json_has_one_object_per_event_with_its_level_and_time(as_json: list[dict[str, Any]]) -> None:
    assert [(entry["event"], entry["level"]) for entry in as_json] == [
        ("said", "info"),
        ("said", "warning"),
        ("said", "error"),
        ("named", "warning"),
        ("theirs a\nb", "warning"),
        ("stumbled", "error"),
        ("theirs broke", "error"),
    ]
    assert all(entry["timestamp"].endswith("Z") for entry in as_json)
    assert as_json[4]["logger"] == "library"
    assert as_json[3]["count"] == 7


def test_an_error_s_traceback_says_where_and_not_with_what(as_json: list[dict[str, Any]], as_text: list[str]) -> None:
    for entry in as_json[-2:]:
        (error,) = entry["exception"]
        assert error["exc_type"] == "KeyError"
        assert [frame["name"] for frame in error["frames"]] == ["<module>", "stumbles"]
    assert "in stumbles" in "\n".join(as_text)
    for text in (json.dumps(as_json), "\n".join(as_text)):
        assert "the-token-of-somebody" not in text


def test_text_is_one_line_per_event_whatever_a_film_is_called(as_text: list[str]) -> None:
    said = [line for line in as_text if line.startswith("20")]
    assert [line.split("]")[0].split("[")[1].strip() for line in said] == [
        "info", "warning", "error", "warning", "warning", "error", "error",
    ]  # fmt: skip
    (named,) = [line for line in said if "named" in line]
    assert "path='plain name.mp4'" in named
    assert "new\\\\nline \\\\x1b[31m and caf" in named
    assert "theirs a\\nb" in said[4]
    assert "\x1b" not in "".join(as_text), "no colours without a terminal"


@pytest.mark.parametrize(("level", "ours"), [("debug", 4), ("warning", 2), ("error", 1)])
def test_less_severe_events_are_left_out(level: str, ours: int) -> None:
    found = entries(level)
    assert sum(entry["event"] == "said" for entry in found) == ours
    assert any(entry["event"].startswith("theirs a") for entry in found) is (level != "error")
    assert not any(entry["event"] == "chatter" for entry in found), "libraries are heard from warning on"

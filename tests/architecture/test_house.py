"""The house stands: floors, style, types, sizes and names, checked as facts."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONGEST

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
JUDGE = "tests/e2e/hls_audit.py"


def tracked(*patterns: str) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def run(*command: str) -> str:
    """What a checker says when it is not content. How much of our code it runs is of no interest, so it is not measured."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    assert run(str(BIN / "ruff"), "check", "--quiet", ".") == ""


def test_every_file_is_formatted() -> None:
    assert run(str(BIN / "ruff"), "format", "--check", "--quiet", ".") == ""


def test_every_type_checks_strictly() -> None:
    assert run(str(BIN / "mypy")) == ""


def test_the_types_in_the_pages_scripts_check_strictly() -> None:
    assert run(str(ROOT / "node_modules" / ".bin" / "tsc"), "--pretty", "false") == ""


@pytest.mark.parametrize("large", ["sqlalchemy", "aiohttp", "controller.app"])
def test_whoever_cannot_start_is_told_so_before_anything_large_is_imported(large: str) -> None:
    look = f"import sys, controller.commands, controller.place; sys.exit({large!r} in sys.modules and 'it is')"
    assert run(sys.executable, "-c", look) == ""


def test_imports_go_down_only() -> None:
    assert run(str(BIN / "lint-imports"), "--no-cache") == ""


@pytest.mark.parametrize(
    "path", [p for p in tracked("*.py") if str(p.relative_to(ROOT)) != JUDGE], ids=lambda p: p.name
)
def test_files_and_functions_are_of_a_size_that_reads_well(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_FILE, f"{path.name} is longer than {LONGEST_FILE} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_every_file_that_is_said_to_be_long_is_there() -> None:
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []


def test_no_class_is_called_manager_helper_or_util_but_the_assigned_one() -> None:
    names = re.findall(
        r"^class (\w*(?:Manager|Helper|Util)\w*)", "\n".join(p.read_text() for p in tracked("*.py")), re.MULTILINE
    )
    assert names == ["ClientManager"]


def test_no_task_is_without_a_parent_and_nothing_sleeps_to_hide_a_race() -> None:
    banned = ("asyncio." + "create_task(", "time." + "sleep(", "ensure_" + "future(")
    found = [(p.name, word) for p in tracked("*.py") for word in banned if word in p.read_text()]
    assert found == []


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile(
        "|".join(
            name + r"\." + end for name, end in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "(?:org|com)"))
        )
    )
    found = [
        p.name for p in tracked() if p.suffix not in {".png", ".ico"} and hosts.search(p.read_text(errors="ignore"))
    ]
    assert found == []


def test_every_locked_package_has_its_hash() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        packages = re.findall(r"^[a-z0-9-]+==", text, re.MULTILINE)
        assert len(packages) > 20
        assert len(re.findall(r"^[a-z0-9-]+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(packages)


def test_every_locked_script_has_its_hash_and_no_address() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package for place, package in locked.items() if place)
    assert not any("resolved" in package for package in locked.values())

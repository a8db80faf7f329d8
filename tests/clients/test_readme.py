"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import anyio

from tests.daemon import Daemon, daemon

README = Path(__file__).parents[2] / "README.md"


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


async def run(text: str, running: Daemon, folder: Path) -> str:
    """What an example prints, with the address and code of a real daemon in it."""
    script = folder / "example.py"
    script.write_text(text.replace("http://192.168.1.20:8765", running.url).replace("7F3K-9QXM", running.pair()))
    with anyio.fail_after(30):
        done = await anyio.run_process([sys.executable, "-W", "error", str(script)], check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


async def test_the_example_of_a_stream_runs_as_written(running: Daemon, tmp_path: Path) -> None:
    printed = await run(examples()[0], running, tmp_path)
    assert re.fullmatch(r"encode plays at http://127\.0\.0\.1:\d+/hls/\S+/master\.m3u8\nstream_changed\n", printed)


async def test_the_example_of_the_tv_runs_as_written(library: Path, tmp_path: Path) -> None:
    with daemon(library, tmp_path / "home", "--screen", "headless") as running:
        assert await run(examples()[1], running, tmp_path) == "The TV shows encode\n"
    assert len(examples()) == 2


def test_every_command_in_the_table_is_known() -> None:
    from clients.cli.commands import cli

    rows = [line for line in README.read_text().splitlines() if line.startswith("| `matinee ")]
    named = set(re.findall(r"`(?:matinee \[?)?([a-z]+)", " ".join(row.rsplit("|", 2)[0] for row in rows)))
    assert named == set(cli.commands)

"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import anyio

from tests.daemon import Daemon

README = Path(__file__).parents[2] / "README.md"


def example() -> str:
    blocks: list[str] = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) == 1
    return blocks[0]


async def test_the_python_example_runs_as_written(running: Daemon, tmp_path: Path) -> None:
    text = example().replace("http://192.168.1.20:8765", running.url).replace("7F3K-9QXM", running.pair())
    script = tmp_path / "example.py"
    script.write_text(text)
    with anyio.fail_after(30):
        done = await anyio.run_process([sys.executable, "-W", "error", str(script)], check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert re.fullmatch(
        r"encode plays at http://127\.0\.0\.1:\d+/hls/\S+/master\.m3u8\nstream_changed\n", done.stdout.decode()
    )


def test_every_command_in_the_table_is_known() -> None:
    from clients.cli.commands import cli

    named = set(re.findall(r"^\| `matinee \[?(\w+)", README.read_text(), re.MULTILINE))
    assert named == set(cli.commands)

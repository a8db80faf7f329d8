"""The independent judge of streams: a program of its own that fetches one as a player would.

Most of its time it waits for ffprobe and ffmpeg, which tell it what is in a segment, and in all of them one after the other.
Streams of one film hold mostly the same bytes, in whatever order they were asked for; so both tools are asked once about the
same bytes, and what they said is remembered beside the daemon's own folders.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import anyio

from tests.daemon import Daemon

PROGRAM = (sys.executable, "-I", "-S", str(Path(__file__).with_name("hls_audit.py")))
"""It needs the standard library alone, and how much of itself it runs is not measured: so it starts in half the time."""
ORDERS = ("sequential", "random", "backward", "jumpy")
TOOL = """#!/bin/sh
for word; do [ -f "$word" ] && file=$word; done
sum=$(sha256sum < "$file")
said="$(dirname "$0")/NAME-${sum%% *}"
if [ ! -e "$said" ]; then
  exec 9> "$said.lock"
  flock 9
  [ -e "$said" ] || { REAL "$@" SINK "$said.part"; mv "$said.part" "$said"; }
fi
cat "$said" WHERE
"""
"""The judge reads only one of a tool's outputs, and asks each of them always the same."""


def tools(home: Path) -> Path:
    """A folder with both tools, made now if it is not there."""
    folder = home / "judge"
    if not folder.is_dir():
        folder.mkdir()
        for name, sink, where in (("ffprobe", ">", ""), ("ffmpeg", "2>", ">&2")):
            real = shutil.which(name)
            assert real is not None
            text = TOOL.replace("NAME", name).replace("REAL", real).replace("SINK", sink).replace("WHERE", where)
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
    return folder


async def verdict(running: Daemon, url: str, *flags: str) -> dict[str, Any]:
    """Its `findings` in a stream, and its `figures`; `flags` are its own. Raises: AssertionError when it could not run."""
    surroundings = {**os.environ, "PATH": f"{tools(running.log.parent)}:{os.environ['PATH']}"}
    ended = await anyio.run_process([*PROGRAM, url, "--json", *flags], check=False, env=surroundings)
    assert ended.returncode in {0, 1}, ended.stderr.decode()
    found: dict[str, Any] = json.loads(ended.stdout)
    return found

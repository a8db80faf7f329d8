"""The independent judge of streams: a program of its own that fetches one as a player would."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import anyio

PROGRAM = (sys.executable, "-I", "-S", str(Path(__file__).with_name("hls_audit.py")))
"""It needs the standard library alone, and how much of itself it runs is not measured: so it starts in half the time."""
ORDERS = ("sequential", "random", "backward", "jumpy")


async def verdict(url: str, *flags: str) -> dict[str, Any]:
    """Its `findings` in a stream, and its `figures`; `flags` are its own. Raises: AssertionError when it could not run."""
    ended = await anyio.run_process([*PROGRAM, url, "--json", *flags], check=False)
    assert ended.returncode in {0, 1}, ended.stderr.decode()
    found: dict[str, Any] = json.loads(ended.stdout)
    return found

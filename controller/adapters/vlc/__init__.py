"""VLC, in a process of its own: it can crash, and must not take the daemon along."""

from __future__ import annotations

import os
import sys

import anyio

from controller.adapters.process import run_child

START = """
import vlc
player = vlc.Instance("--vout=dummy", "--aout=dummy", "--intf=dummy", "--quiet")
assert player is not None
player.release()
print(vlc.libvlc_get_version().decode().split()[0])
"""
PATIENCE = 10.0


async def vlc_version() -> str | None:
    """The version of the libVLC that really starts, as `3.0.24`; None when none does."""
    lines: list[str] = []
    try:
        with anyio.fail_after(PATIENCE):
            ended = await run_child([sys.executable, "-P", "-c", START], on_line=lines.append)
    except (OSError, TimeoutError):
        return None
    return lines[-1] if ended.code == 0 and lines else None


def has_display() -> bool:
    """Whether there is something to draw on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

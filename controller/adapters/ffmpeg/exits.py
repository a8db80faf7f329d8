"""How FFmpeg is run, and what its end means."""

from __future__ import annotations

NICE = 10
"""An encoder works ahead; who waits for a segment that is there, or for an answer, goes first."""


def reason(code: int, stderr: str) -> str:
    """Why FFmpeg ended, for people, without the paths that its messages hold."""
    if code < 0:
        return f"FFmpeg was ended by signal {-code}."
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    words = next((line.rsplit(":", 1)[-1].strip() for line in reversed(lines) if ":" in line), "")
    return f"FFmpeg gave up with exit code {code}" + (f": {words[:100]}." if words and "/" not in words else ".")

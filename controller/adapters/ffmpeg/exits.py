"""How FFmpeg is run, and what its end means."""

from __future__ import annotations

from controller.adapters.process import Share

AHEAD = Share(nice=5, last_at_disk=True)
"""An encoder works ahead; who waits for a segment that is there, or for an answer, goes first."""
YIELDING = 10
"""How nice one is that lets other encoders go first: it gets a third of what they get where all want everything."""
NO_MEMORY = ("Cannot allocate memory", "malloc of size", "Error allocating")


def reason(code: int, stderr: str, most: int | None = None) -> str:
    """Why FFmpeg ended, for people, without the paths that its messages hold. `most` are the bytes of memory it could have."""
    if most is not None and any(words in stderr for words in NO_MEMORY):
        return f"FFmpeg needed more memory than the {most // 1024**2} MB it may have: see the setting encoder_mb."
    if code < 0:
        return f"FFmpeg was ended by signal {-code}."
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    words = next((line.rsplit(":", 1)[-1].strip() for line in reversed(lines) if ":" in line), "")
    return f"FFmpeg gave up with exit code {code}" + (f": {words[:100]}." if words and "/" not in words else ".")

"""A film whose colour tells what time it is, and what colour a part of an image has."""

from __future__ import annotations

import subprocess
from pathlib import Path

COLOURS = ("red", "lime", "blue", "yellow", "white", "black")
RGB = dict(
    zip(COLOURS, [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 255, 255), (0, 0, 0)], strict=True)
)
EACH = 10
"""Seconds of each colour."""


def coloured_film(film: Path, *flags: str, size: str = "320x180") -> Path:
    """A minute of it."""
    inputs = [
        word
        for colour in COLOURS
        for word in ("-f", "lavfi", "-i", f"color={colour}:size={size}:rate=10:duration={EACH}")
    ]
    joined = "".join(f"[{number}]" for number in range(len(COLOURS))) + f"concat=n={len(COLOURS)}"
    codec = flags or ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "20")
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *inputs, "-filter_complex", joined, *codec, str(film)]
    subprocess.run(command, check=True, timeout=60)
    return film


def colour_of(image: bytes, left: int, top: int, width: int, height: int) -> str:
    """The colour in the middle of a part of an image, or what it looks most like."""
    cut = f"crop={width // 2}:{height // 2}:{left + width // 4}:{top + height // 4},scale=1:1"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "mjpeg", "-i", "pipe:0", "-vf", cut, "-f", "rawvideo"]
    done = subprocess.run(
        [*command, "-pix_fmt", "rgb24", "pipe:1"], input=image, check=True, capture_output=True, timeout=30
    )
    seen = tuple(done.stdout[:3])
    return min(RGB, key=lambda name: sum((a - b) ** 2 for a, b in zip(RGB[name], seen, strict=True)))

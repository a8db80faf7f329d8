"""Picture subtitles as a Blu-ray has them (PGS), drawn by hand: FFmpeg can copy them, but not make any.

Each is a rectangle of one colour on the left or right half of the screen. The format: US 2009/0185789 A1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

WHITE = (235, 128, 128)
"""Y, Cr, Cb."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the screen from `begin` to `end`, in seconds."""

    begin: float
    end: float
    x: int
    y: int
    width: int
    height: int


def write(path: Path, boxes: list[Box], size: tuple[int, int]) -> None:
    """A .sup file."""
    path.write_bytes(b"".join(_shown(number, box, size) + _gone(number, box, size) for number, box in enumerate(boxes)))


def _segment(kind: int, at: float, body: bytes) -> bytes:
    return b"PG" + struct.pack(">IIBH", round(at * 90_000), 0, kind, len(body)) + body


def _shown(number: int, box: Box, size: tuple[int, int]) -> bytes:
    composition = struct.pack(">HHBHBBBB", *size, 0x10, 2 * number, 0x80, 0, 0, 1)
    composition += struct.pack(">HBBHH", 0, 0, 0, box.x, box.y)
    window = struct.pack(">BBHHHH", 1, 0, box.x, box.y, box.width, box.height)
    palette = struct.pack(">BB", 0, 0) + bytes((1, *WHITE, 255))
    lines = _line(box.width) * box.height
    picture = struct.pack(">HBB", 0, 0, 0xC0) + (len(lines) + 4).to_bytes(3, "big")
    picture += struct.pack(">HH", box.width, box.height) + lines
    parts = ((0x16, composition), (0x17, window), (0x14, palette), (0x15, picture), (0x80, b""))
    return b"".join(_segment(kind, box.begin, body) for kind, body in parts)


def _gone(number: int, box: Box, size: tuple[int, int]) -> bytes:
    composition = struct.pack(">HHBHBBBB", *size, 0x10, 2 * number + 1, 0x00, 0, 0, 0)
    window = struct.pack(">BBHHHH", 1, 0, box.x, box.y, box.width, box.height)
    parts = ((0x16, composition), (0x17, window), (0x80, b""))
    return b"".join(_segment(kind, box.end, body) for kind, body in parts)


def _line(width: int) -> bytes:
    """One line of colour 1, run-length encoded."""
    return b"\x00" + struct.pack(">H", 0xC000 | width) + b"\x01\x00\x00"

"""Which film formats VLC is given, told by their first bytes, and the one reader that it must use for each.

Left to itself, VLC takes a playlist named film.mp4 for what it is and follows it: to other files (HLS, ffconcat) and
into the network. A forced reader finds only what it reads, or nothing.
"""

from __future__ import annotations

import os
import re

HEAD = 4 * 1024
"""Bytes needed to tell."""
TAG_HEAD = 10
MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"styp", b"pnot")
PACKETS = (188, 192, 204)
"""Lengths of a transport stream's packets."""
IN_STEP = 4
"""Packets in a row that must begin as they should."""
SIGNS: tuple[tuple[bytes, str], ...] = (
    (rb"\x1aE\xdf\xa3", "mkv"),
    (rb"....(?:%s)" % b"|".join(MP4_BOXES), "mp4"),
    (rb"RIFF....AVI ", "avi"),
    (rb"(?:RIFF|RF64)....WAVE", "wav"),
    (rb"\x00\x00\x01\xba", "mpeg"),
    (rb"FLV\x01", "flv"),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (rb"OggS", "ogg"),
    (rb"fLaC", "flac"),
    (rb"\x0b\x77.{3}[\x00-\x57]", "ac3"),
    (rb"\x0b\x77.{3}[\x58-\x87]", "eac3"),
    (rb"\x7f\xfe\x80\x01|\xfe\x7f\x01\x80|\x1f\xff\xe8\x00|\xff\x1f\x00\xe8", "dts"),
    (rb"\xff[\xf0\xf1\xf8\xf9]", "aac"),
    (rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]", "mpga"),
)
THROUGH_LIBAVFORMAT = ("flv", "aac", "ogg", "mpeg")
"""What VLC's own readers cannot read (flv) or seek in: aac begins at 0, Vorbis somewhere or not at all, mpeg 0.5 s off."""


def reader_options(descriptor: int) -> list[str] | None:
    """The media options that force the reader of an open file; None when it is no film. Raises: OSError."""
    name = _format(os.pread(descriptor, HEAD, _tag_length(os.pread(descriptor, TAG_HEAD, 0))))
    if name is None:
        return None
    if name in THROUGH_LIBAVFORMAT:
        return [":demux=avformat", f":avformat-format={name}"]
    return [f":demux={name}"]


def _format(head: bytes) -> str | None:
    for sign, name in SIGNS:
        if re.match(sign, head, re.DOTALL):
            return name
    return "ts" if any(_in_step(head, length) for length in PACKETS) else None


def _in_step(head: bytes, length: int) -> bool:
    """Whether a byte 0x47 comes every so often; a recording may begin with the rest of a packet, or with garbage."""
    last = len(head) - (IN_STEP - 1) * length
    return any(all(head[at + number * length] == 0x47 for number in range(IN_STEP)) for at in range(last))


def _tag_length(head: bytes) -> int:
    """How long the ID3 tag before the sound is (ID3v2.4 §3.1); 0 without one."""
    if head[:3] != b"ID3" or len(head) < TAG_HEAD:
        return 0
    size = 0
    for seven_bits in head[6:TAG_HEAD]:
        size = size << 7 | seven_bits & 0x7F
    return TAG_HEAD + size

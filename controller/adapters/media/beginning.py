"""Reads the first packets of a film, once and without a seek: where there is no index a seek reads half of the file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from controller.adapters.media.keyframes import Picture, Unplayable, picture_of

FIRST_PACKETS = 500
"""Packets read to find the first of every sound track."""
AVCC, LEAST_OF_AVCC, DELIMITER = 1, 7, 9
"""How the parameters of H.264 begin that lie apart from it, their least bytes (ISO/IEC 14496-15 §5.3.3.1), and the type of
the unit (H.264, table 7-1).
"""


@dataclass(slots=True)
class Beginning:
    """`firsts` is when the first packet of each sound track is due, seconds of the container, what a decoder would hide
    included; `rotation` how far the picture has to be turned, degrees; `pictures` what was read of the picture track, and
    `delimited` whether there are delimiters in it.
    """

    firsts: dict[int, float] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    rotation: int | None = None
    delimited: bool = False


def read_beginning(container: InputContainer, picture: VideoStream | None, sounds: list[Any]) -> Beginning:
    """Read until a picture is decoded, which is the proof that one can be, and every sound was met or is too far away.

    Raises:
        Unplayable: not one picture can be decoded.
    """
    read = Beginning()
    for number, packet in enumerate(container.demux(*([picture] if picture else []), *sounds)):
        if picture is not None and packet.stream_index == picture.index:
            _see(read, packet)
        elif packet.pts is not None:
            read.firsts.setdefault(packet.stream_index, float(packet.pts * packet.time_base))
        seen = picture is None or read.rotation is not None
        if seen and (len(read.firsts) == len(sounds) or number > FIRST_PACKETS):
            break
    if picture is not None and read.rotation is None:
        raise Unplayable("Not one picture of this film can be decoded.")
    return read


def _see(read: Beginning, packet: Any) -> None:
    if packet.size:
        read.delimited = read.delimited or (not read.pictures and _is_delimited(packet))
        read.pictures.append(picture_of(packet))
    if read.rotation is None:
        with suppress(FFmpegError):  # what is damaged is passed over, as players do
            for frame in packet.decode():
                read.rotation = int(frame.rotation)
                break


def _is_delimited(packet: Any) -> bool:
    """Whether a packet of H.264 has a delimiter, or may have one, where its units are not told apart by their lengths."""
    context = packet.stream.codec_context
    set_apart, data = bytes(context.extradata or b""), bytes(packet)
    if context.name != "h264" or len(set_apart) < LEAST_OF_AVCC or set_apart[0] != AVCC:
        return True
    length, at = (set_apart[4] & 3) + 1, 0
    while at + length < len(data):
        if data[at + length] & 0x1F == DELIMITER:
            return True
        at += length + int.from_bytes(data[at : at + length])
    return False

"""Which films VLC is given, told by their first bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.adapters.vlc.formats import reader_options
from tests import films

READERS = {"mp4": "mp4", "m4a": "mp4", "mkv": "mkv", "webm": "mkv", "avi": "avi", "ts": "ts", "flac": "flac"}

Tell = Callable[[bytes], list[str] | None]


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """How a file of these bytes is to be read."""

    def of(content: bytes) -> list[str] | None:
        path = tmp_path / "film.mp4"
        path.write_bytes(content)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return reader_options(descriptor)
        finally:
            os.close(descriptor)

    return of


@pytest.mark.parametrize("name", [name for name in films.RECIPES if films.RECIPES[name][0] in READERS])
def test_every_film_is_read_by_the_reader_of_its_format(tell: Tell, name: str) -> None:
    assert tell(films.make(name).read_bytes()[:100_000]) == [f":demux={READERS[films.RECIPES[name][0]]}"]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"FLV\x01\x05", "flv"),
        (b"\xff\xf1\x4c\x40", "aac"),
        (b"OggS\x00\x02", "ogg"),
        (b"\x00\x00\x01\xba\x44\x00\x04", "mpeg"),
    ],
)
def test_what_libavformat_reads_better_is_told_to_it_by_name(tell: Tell, head: bytes, name: str) -> None:
    assert tell(head + bytes(100)) == [":demux=avformat", f":avformat-format={name}"]


@pytest.mark.parametrize(
    ("head", "reader"),
    [
        (b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat", "mp4"),
        (b"RIFF\x46\x50\x12\x00WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "asf"),
        (b"\x0b\x77\xca\x7a\x0c\x40\x2f", "ac3"),
        (b"\x0b\x77\x00\xbf\x32\x87\xc0", "eac3"),
        (b"\x7f\xfe\x80\x01\xfc", "dts"),
        (b"\xff\xfb\x54\xc4", "mpga"),
        (b"\xff\xfd\xe4\xc4", "mpga"),
    ],
)
def test_what_else_may_be_a_film_is_known_by_its_first_bytes(tell: Tell, head: bytes, reader: str) -> None:
    assert tell(head + bytes(100)) == [f":demux={reader}"]


def test_sound_behind_a_tag_with_a_large_picture_is_found(tell: Tell) -> None:
    picture = b"\x89PNG" * 50_000
    size = len(picture)
    tag = b"ID3\x04\x00\x00" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    assert tell(tag + picture + b"\xff\xfb\x54\xc4") == [":demux=mpga"]
    assert tell(tag + picture + b"fLaC") == [":demux=flac"]
    assert tell(tag + picture) is None


@pytest.mark.parametrize("length", [188, 192, 204])
def test_a_recording_may_begin_in_the_middle_of_a_packet(tell: Tell, length: int) -> None:
    packet = b"\x47" + bytes(length - 1)
    assert tell(bytes(150) + packet * 10) == [":demux=ts"]
    assert tell(packet * 3) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"ID3",
        b"#EXTM3U\n#EXT-X-VERSION:3\n",
        b"ffconcat version 1.0\nfile 'x'\n",
        b"<asx version='3.0'>",
        b"<?xml version='1.0'?><playlist>",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\n",
        b"[playlist]\nFile1=/x\n",
        b"<!doctype html><title>x</title>",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        b"Rar!\x1a\x07\x00",
        b"\x1f\x8b\x08\x00",
        b"%PDF-1.7",
        bytes(10_000),
    ],
)
def test_what_is_no_film_is_not_given_to_vlc_at_all(tell: Tell, content: bytes) -> None:
    assert tell(content) is None

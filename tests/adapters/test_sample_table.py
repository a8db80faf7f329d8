"""The index of an MP4 is read as it is, and anything that is not one is no index."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import pack

import pytest

from controller.adapters.media import sample_table as module
from controller.adapters.media.sample_table import SampleTable, is_fragmented, read_sizes, read_table
from controller.adapters.media.worker import answer
from tests import films

EMPTY = b"\0" * 8


def box(kind: bytes, *content: bytes, size: int | None = None) -> bytes:
    inside = b"".join(content)
    return pack(">I4s", 8 + len(inside) if size is None else size, kind) + inside


def table(kind: bytes, *numbers: int, entries: int) -> bytes:
    return box(kind, pack(f">II{len(numbers)}i", 0, entries, *numbers))


def movie(*tables: bytes, track: int = 1, version: int = 0) -> bytes:
    times = b"\0" * (16 if version else 8)
    head = box(b"tkhd", bytes([version, 0, 0, 0]), times, pack(">I", track), b"\0" * 60)
    media = box(b"mdia", box(b"hdlr"), box(b"minf", box(b"stbl", *tables)))
    return box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd"), box(b"trak", head, media))


@contextmanager
def file(content: bytes, folder: Path) -> Iterator[int]:
    path = folder / "film.mp4"
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read(content: bytes, folder: Path, track: int = 1) -> SampleTable | None:
    with file(content, folder) as descriptor:
        return read_table(descriptor, track)


STTS = table(b"stts", 2, 10, 1, 5, entries=2)


@pytest.mark.parametrize("version", [0, 1])
def test_runs_become_times(tmp_path: Path, version: int) -> None:
    tables = [STTS, table(b"ctts", 1, 20, 2, -10, entries=2), table(b"stss", 1, 3, entries=2)]
    found = read(movie(*tables, version=version), tmp_path)
    assert found == SampleTable(decoded=[0, 10, 20], shown=[20, 0, 10], keyframes=[0, 2])


def test_without_offsets_pictures_are_shown_when_decoded_and_without_a_list_all_are_keyframes(tmp_path: Path) -> None:
    assert read(movie(STTS), tmp_path) == SampleTable([0, 10, 20], [0, 10, 20], [0, 1, 2])


@pytest.mark.parametrize(
    ("stsz", "sizes"),
    [
        (box(b"stsz", pack(">IIIIII", 0, 0, 3, 700, 20, 1)), [700, 20, 1]),
        (box(b"stsz", pack(">III", 0, 9, 3)), [9, 9, 9]),
        (box(b"stsz", pack(">IIII", 0, 0, 3, 700)), None),
        (box(b"stsz", b"\0"), None),
        (b"", None),
    ],
    ids=["one by one", "all alike", "cut off", "not whole", "none"],
)
def test_sizes_are_those_of_the_index_or_none(stsz: bytes, sizes: list[int] | None, tmp_path: Path) -> None:
    with file(movie(STTS, stsz), tmp_path) as descriptor:
        assert read_sizes(descriptor, 1).tolist() == (sizes or [])
        assert read_sizes(descriptor, 2).tolist() == []
    found = read(movie(STTS, stsz), tmp_path)
    assert found is None or found.sizes.tolist() == (sizes or [])


def test_sizes_of_another_number_of_pictures_are_not_believed(tmp_path: Path) -> None:
    found = read(movie(STTS, box(b"stsz", pack(">III", 0, 9, 4))), tmp_path)
    assert found is not None
    assert not found.sizes


def test_an_index_that_comes_in_parts_says_so(tmp_path: Path) -> None:
    told = {}
    for content in (movie(STTS), box(b"ftyp") + box(b"moov", box(b"mvhd"), box(b"mvex")), box(b"ftyp"), b"\0\0"):
        with file(content, tmp_path) as descriptor:
            told[content] = is_fragmented(descriptor)
    assert [*told.values()] == [False, True, False, False]


def test_the_film_may_be_larger_than_four_gigabytes_and_end_with_its_index(tmp_path: Path) -> None:
    large = pack(">I4sQ", 1, b"mdat", 16 + 5) + b"12345"
    assert read(large + movie(STTS), tmp_path) is not None
    assert read(movie(STTS) + pack(">I4s", 0, b"mdat") + b"to the end", tmp_path) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0",
        box(b"ftyp"),
        box(b"moov"),
        box(b"moov", b"\0" * 8, size=4_000),
        pack(">I4s", 1, b"moov"),
        movie(STTS, track=2),
        movie(),
        movie(table(b"stts", entries=0)),
        movie(table(b"stts", 2, 10, entries=900)),
        movie(table(b"stts", -1, 1, entries=1)),
        movie(STTS, table(b"ctts", 2, 1, entries=1)),
        movie(STTS, table(b"stss", entries=0)),
        movie(STTS, table(b"stss", 0, entries=1)),
        movie(STTS, table(b"stss", 4, entries=1)),
        movie(STTS, table(b"stss", 3, 1, entries=2)),
        movie(box(b"stts", b"\0")),
        box(b"moov", box(b"trak", box(b"tkhd", b"\0"))),
        box(b"moov", box(b"trak", box(b"edts"))),
        box(b"moov", box(b"trak", box(b"tkhd", EMPTY * 10))),
    ],
)
def test_what_is_no_whole_index_is_none(tmp_path: Path, content: bytes) -> None:
    assert read(content, tmp_path) is None


def test_more_boxes_than_anybody_needs_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BOXES", 5)
    assert read(box(b"free") * 6 + movie(STTS), tmp_path) is None


def test_a_file_that_cannot_be_read_has_none(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    assert read_table(descriptor, 1) is None
    os.close(descriptor)


def test_whatever_is_in_an_index_a_film_gets_its_facts_or_a_sentence(tmp_path: Path) -> None:
    """Bytes of the index changed at random."""
    content = films.make("fast_start").read_bytes()
    end, chance, path = content.index(b"mdat"), random.Random(7), tmp_path / "film.mp4"
    kinds = []
    for _ in range(150):
        changed = bytearray(content)
        for _ in range(chance.choice((1, 1, 4))):
            changed[chance.randrange(40, end)] = chance.randrange(256)
        path.write_bytes(changed)
        kinds.append({*answer(os.fsencode(path))})
    assert {"facts"} in kinds
    assert all(kind <= {"facts", "unread"} or kind == {"problem"} for kind in kinds)

"""A film that grows is the same; one that another was written over is not, however large that is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller.adapters.library import FolderLibrary
from controller.adapters.library.looks import REMEMBERED, Looks
from controller.ports import SourceFile

SIZE = 100_000


def overwrite(film: Path, content: bytes) -> int:
    """Write another film over it; answers the inode, which is that of before."""
    film.write_bytes(content)
    return film.stat().st_ino


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mkv"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.mark.parametrize("size", [SIZE, 2 * SIZE])
async def test_another_film_that_is_written_over_it_is_noticed(film: Path, size: int) -> None:
    library = FolderLibrary([film.parent])
    source = await library.resolve("film.mkv", None)
    assert await library.changed([source]) == []
    assert overwrite(film, os.urandom(size)) == source.inode
    assert await library.changed([source]) == [source]


async def test_what_is_written_on_behind_its_end_and_at_its_beginning_is_no_change(film: Path) -> None:
    library = FolderLibrary([film.parent])
    source = await library.resolve("film.mkv", None)
    with film.open("r+b") as file:
        file.write(b"its length is known now")
        file.seek(0, os.SEEK_END)
        file.write(os.urandom(SIZE))
    assert await library.changed([source]) == []


async def test_what_was_a_hole_and_is_filled_is_no_change_and_from_then_on_the_film(film: Path) -> None:
    overwrite(film, b"\0" * SIZE)
    library = FolderLibrary([film.parent])
    source = await library.resolve("film.mkv", None)
    for expected in ([], [source]):
        with film.open("r+b") as file:
            file.write(os.urandom(SIZE))
        assert await library.changed([source]) == expected


async def test_what_is_gone_is_as_it_was_and_what_is_shorter_is_not(film: Path) -> None:
    library = FolderLibrary([film.parent])
    source = await library.resolve("film.mkv", None)
    os.truncate(film, SIZE - 1)
    assert await library.changed([source]) == [source]
    os.rename(film, film.with_name("elsewhere.mkv"))
    assert await library.changed([source]) == []


def test_so_many_films_are_remembered_and_no_more(film: Path) -> None:
    looks, inode = Looks(), film.stat().st_ino
    looks.remember(SourceFile(film.with_name("gone.mkv"), SIZE, 0, "gone"))
    for version in range(REMEMBERED + 5):
        looks.remember(SourceFile(film, SIZE, version, "film", inode))
    film.write_bytes(os.urandom(SIZE))
    assert not looks.has_changed(SourceFile(film, SIZE, 4, "film", inode)), "it is looked at for the first time"
    assert looks.has_changed(SourceFile(film, SIZE, 9, "film", inode))

"""The pictures of a scrubber, made of real films."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from controller.adapters import sheets as module
from controller.adapters.ffmpeg.sheets import sheet_arguments
from controller.adapters.media.worker import look
from controller.adapters.segments import SegmentCache, open_cache
from controller.adapters.sheets import SheetCache
from controller.core.media import MediaFacts
from controller.core.tiling import COLUMNS, ROWS, Tiling, sheet_name, tiling_of
from controller.ports import SourceFile
from tests import films
from tests.colours import COLOURS, EACH, colour_of, coloured_film
from tests.fakes.facts import film as plain_film
from tests.fakes.facts import picture
from tests.fakes.segments import FakeSegmentStore


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[SegmentCache]:
    cache = open_cache(tmp_path / "cache", "0" * 16)
    yield cache
    cache.close()


@pytest.fixture
def cache(tmp_path: Path, scratch: SegmentCache) -> SheetCache:
    return SheetCache(tmp_path / "cache", scratch, 10**9)


def source_of(path: Path) -> SourceFile:
    return SourceFile(path, path.stat().st_size, path.stat().st_mtime_ns, path.stem)


def known(path: Path) -> tuple[SourceFile, MediaFacts, Tiling]:
    facts = look(os.fsencode(path))
    tiling = tiling_of(facts)
    assert tiling is not None
    return source_of(path), facts, tiling


async def made(cache: SheetCache, path: Path) -> Path | None:
    return await cache.make(*known(path), lambda _run: None)


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("film.mp4", ()),
        ("film.ts", ()),
        ("%d film.mkv", ("-c:v", "mpeg4", "-g", "20")),
        ("-seldom.mkv", ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "100")),
    ],
)
async def test_each_picture_shows_what_the_film_shows_then(
    cache: SheetCache, tmp_path: Path, name: str, flags: tuple[str, ...]
) -> None:
    film = coloured_film(tmp_path / name, *flags)
    folder = await made(cache, film)
    assert folder is not None
    *_, tiling = known(film)
    assert (tiling.every, tiling.count, tiling.sheets) == (2.0, 30, 2)
    for number in range(tiling.count):
        sheet, place = divmod(number, COLUMNS * ROWS)
        left, top = place % COLUMNS * tiling.width, place // COLUMNS * tiling.height
        image = (folder / sheet_name(sheet)).read_bytes()
        assert colour_of(image, left, top, tiling.width, tiling.height) == COLOURS[int(number * 2.0) // EACH], number


@pytest.mark.parametrize(
    "name",
    [
        "rotated",
        "broadcast_interlaced",
        "vp9_opus",
        "ten_bit",
        "odd_size",
        "hevc_ac3",
        "flash",
        "variable_rate",
        "late_picture",
    ],
)
async def test_films_of_every_kind_have_them(cache: SheetCache, name: str) -> None:
    folder = await made(cache, films.make(name))
    assert folder is not None
    *_, tiling = known(films.make(name))
    assert len(list(folder.iterdir())) == tiling.sheets


async def test_the_films_that_nobody_opened_for_the_longest_make_room(tmp_path: Path, scratch: SegmentCache) -> None:
    paths = [films.make(name) for name in ("b_frames", "baseline", "transport")]
    folders = [await made(SheetCache(tmp_path / "cache", scratch, 10**9), path) for path in paths[:2]]
    assert all(folders)
    size = sum(path.stat().st_size for path in (tmp_path / "cache" / "thumbnails").rglob("*.jpg"))
    small = SheetCache(tmp_path / "cache", scratch, size + 5_000)
    for age, folder in enumerate(folders):
        os.utime(folder or "", (age, age))
    assert small.find(*known(paths[0])[::2]), "somebody opens the older one"
    assert await made(small, paths[2])
    assert [bool(small.find(*known(path)[::2])) for path in paths] == [True, False, True]


async def test_what_is_newly_made_stays_although_there_is_room_for_nothing(
    tmp_path: Path, scratch: SegmentCache
) -> None:
    none = SheetCache(tmp_path / "cache", scratch, 0)
    for name in ("b_frames", "baseline"):
        assert await made(none, films.make(name))
    assert len(list((tmp_path / "cache" / "thumbnails").iterdir())) == 1


async def test_sheets_that_are_too_large_or_incomplete_are_none(
    cache: SheetCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = films.make("b_frames")
    folder = await made(cache, film)
    assert folder is not None
    (folder / sheet_name(0)).unlink()
    assert cache.find(*known(film)[::2]) is None
    monkeypatch.setattr(module, "LARGEST", 10)
    assert await made(cache, film) is None
    assert list((tmp_path / "cache").glob("run-*/thumbnails/*")) == []


async def test_without_room_none_are_made(tmp_path: Path) -> None:
    full = SheetCache(tmp_path / "cache", FakeSegmentStore(tmp_path / "scratch", room=0), 10**9)
    assert await made(full, films.make("b_frames")) is None


async def test_when_ffmpeg_cannot_be_started_none_are_made(cache: SheetCache, monkeypatch: pytest.MonkeyPatch) -> None:
    known_film = known(films.make("b_frames"))
    monkeypatch.setenv("PATH", "/nowhere")
    assert await cache.make(*known_film, lambda _run: None) is None


def test_a_film_is_read_as_carefully_as_by_an_encoder() -> None:
    facts = plain_film(picture(transfer="smpte2084"))
    tiling = tiling_of(facts)
    assert tiling is not None
    argv = sheet_arguments(SourceFile(Path("/films/-concat:x %d.mkv"), 1, 1, "x"), facts, tiling)
    told = dict(pairwise(argv))
    assert told["-protocol_whitelist"] == "file"
    assert told["-format_whitelist"] == "matroska,webm"
    assert told["-f"] in ("matroska", "image2")
    assert argv[argv.index("-f") + 1] == "matroska"
    assert told["-i"] == b"file:/films/-concat:x %d.mkv"
    assert told["-max_pixels"] == str(8192 * 8192)
    assert argv.index("-skip_frame") < argv.index("-i")
    assert "tonemap" in str(told["-vf"])
    plain = sheet_arguments(SourceFile(Path("/x"), 1, 1, "x"), replace(facts, video=picture()), tiling)
    assert "tonemap" not in " ".join(str(word) for word in plain)

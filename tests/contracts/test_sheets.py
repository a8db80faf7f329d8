"""The same promises about the pictures of a scrubber, kept by FFmpeg and by one who only pretends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from controller.adapters.segments import open_cache
from controller.adapters.sheets import SheetCache
from controller.core.tiling import Tiling, sheet_name, tiling_of
from controller.ports import EncoderRun, SourceFile
from controller.services.thumbnails import Sheets
from tests import films
from tests.fakes.beside import Beside
from tests.fakes.facts import copied_film
from tests.fakes.sheets import FakeSheets
from tests.film_parts import SECONDS
from tests.waiting import eventually

FACTS = copied_film(SECONDS)


def tiling() -> Tiling:
    found = tiling_of(FACTS)
    assert found is not None
    return found


@pytest.fixture
def film(tmp_path: Path) -> SourceFile:
    path = tmp_path / "film.mp4"
    shutil.copyfile(films.make("b_frames"), path)
    return SourceFile(path, path.stat().st_size, path.stat().st_mtime_ns, "film")


@pytest.fixture
def nothing(tmp_path: Path) -> SourceFile:
    path = tmp_path / "nothing.mp4"
    path.touch()
    return SourceFile(path, 0, 1, "nothing")


@pytest.fixture(params=["real", "fake"])
def sheets(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sheets]:
    if request.param == "fake":
        yield FakeSheets(tmp_path / "cache", at_once=True)
        return
    cache = open_cache(tmp_path / "cache", "0" * 16)
    yield SheetCache(tmp_path / "cache", cache, 1_000_000)
    cache.close()


async def test_a_film_has_none_until_they_are_made(sheets: Sheets, film: SourceFile) -> None:
    started: list[EncoderRun] = []
    assert sheets.find(film, tiling()) is None
    folder = await sheets.make(film, FACTS, tiling(), started.append)
    assert folder is not None
    assert sheets.find(film, tiling()) == folder
    assert sorted(path.name for path in folder.iterdir()) == [sheet_name(n) for n in range(tiling().sheets)]
    assert all((folder / sheet_name(n)).read_bytes()[:2] == b"\xff\xd8" for n in range(tiling().sheets))
    assert len(started) == 1


async def test_a_file_that_changed_has_none(sheets: Sheets, film: SourceFile) -> None:
    assert await sheets.make(film, FACTS, tiling(), lambda _run: None)
    assert sheets.find(replace(film, modified_ns=film.modified_ns + 1), tiling()) is None
    assert sheets.find(replace(film, size=film.size + 1), tiling()) is None


async def test_of_what_is_no_film_none_are_made(sheets: Sheets, nothing: SourceFile) -> None:
    assert await sheets.make(nothing, FACTS, tiling(), lambda _run: None) is None
    assert sheets.find(nothing, tiling()) is None


async def test_who_is_cancelled_leaves_nothing(sheets: Sheets, film: SourceFile, beside: Beside) -> None:
    if isinstance(sheets, FakeSheets):
        sheets.at_once = False
    started: list[EncoderRun] = []

    def stop(run: EncoderRun) -> None:
        run.hold(True)
        started.append(run)

    making = beside.start(sheets.make(film, FACTS, tiling(), stop))
    await eventually(lambda: started, within=10)
    making.cancel()
    await beside.end()
    assert making.cancelled()
    assert sheets.find(film, tiling()) is None
    await eventually(lambda: started[0].usage() is None, within=5)

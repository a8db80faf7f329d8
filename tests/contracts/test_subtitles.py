"""The same promises, kept by worker processes on real films and by one who knows beforehand."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from controller.adapters.media.reader import WindowReader
from controller.core.media import SubtitleFacts
from controller.core.subtitles import Window
from controller.ports import SourceFile, SubtitleReader
from protocol.errors import NotPlayable
from tests import subtitled
from tests.fakes.beside import Beside
from tests.fakes.subtitles import FakeSubtitles

INSIDE = SubtitleFacts(2, "subrip")
BESIDE = SubtitleFacts(-1, "subrip", external=True)
FIRST, SECOND = Window(0.0, 60.0), Window(60.0, 120.0)


def source_of(path: Path) -> SourceFile:
    status = path.stat()
    return SourceFile(path, status.st_size, status.st_mtime_ns, path.stem)


@pytest.fixture
def film(tmp_path: Path) -> SourceFile:
    path = tmp_path / "film.mkv"
    shutil.copyfile(subtitled.make("srt"), path)
    return source_of(path)


@pytest.fixture
def sidecar(tmp_path: Path) -> SourceFile:
    path = tmp_path / "film.srt"
    path.write_text(subtitled.subrip())
    return source_of(path)


@pytest.fixture
def garbage(tmp_path: Path) -> SourceFile:
    path = tmp_path / "garbage.mkv"
    path.write_bytes(b"no film at all " * 1_000)
    return source_of(path)


@pytest.fixture(params=["real", "fake"])
async def reader(
    request: pytest.FixtureRequest, film: SourceFile, sidecar: SourceFile, beside: Beside
) -> AsyncIterator[SubtitleReader]:
    if request.param == "fake":
        yield FakeSubtitles({film.path: subtitled.CUES, sidecar.path: subtitled.CUES})
        return
    real = WindowReader()
    beside.live(real.run())
    await asyncio.sleep(0)
    yield real
    await beside.end()


async def seen(
    reader: SubtitleReader, source: SourceFile, track: SubtitleFacts, window: Window
) -> list[tuple[float, str]]:
    return [(cue.start, cue.text) for cue in await reader.cues(source, track, window)]


@pytest.mark.parametrize("window", [FIRST, SECOND, Window(120.0, 130.0), Window(1.5, 61.5), Window(52.0, 53.0)])
async def test_a_window_has_every_cue_that_is_seen_within_it_whole_and_in_order(
    reader: SubtitleReader, film: SourceFile, sidecar: SourceFile, window: Window
) -> None:
    expected = [cue for cue in subtitled.CUES if cue.start < window.end and cue.end > window.start]
    for source, track in ((film, INSIDE), (sidecar, BESIDE)):
        found = await reader.cues(source, track, window)
        assert [cue.text for cue in found] == [cue.text for cue in expected]
        for cue, plan in zip(found, expected, strict=True):
            assert (cue.start, cue.end) == pytest.approx((plan.start, plan.end), abs=0.03)


async def test_a_cue_that_crosses_an_edge_is_in_both_windows(reader: SubtitleReader, film: SourceFile) -> None:
    for window in (FIRST, SECOND):
        assert subtitled.EDGE.text in [text for _, text in await seen(reader, film, INSIDE, window)]


async def test_nothing_is_seen_where_nothing_is_said(
    reader: SubtitleReader, film: SourceFile, sidecar: SourceFile
) -> None:
    for source, track in ((film, INSIDE), (sidecar, BESIDE)):
        assert await reader.cues(source, track, Window(5.6, 6.2)) == ()
        assert await reader.cues(source, track, Window(500.0, 560.0)) == ()


async def test_the_same_window_is_the_same_however_often_and_by_how_many_it_is_asked_for(
    reader: SubtitleReader, film: SourceFile
) -> None:
    asked = [reader.cues(film, INSIDE, window) for window in (FIRST, SECOND, FIRST)]
    first, second, third = await asyncio.gather(*asked)
    assert first == third == await reader.cues(film, INSIDE, FIRST)
    assert second != first


async def test_what_cannot_be_read_is_refused_without_its_place(reader: SubtitleReader, garbage: SourceFile) -> None:
    missing = replace(garbage, path=garbage.path.with_name("none.mkv"))
    for source in (garbage, missing):
        with pytest.raises(NotPlayable) as caught:
            await reader.cues(source, INSIDE, FIRST)
        assert str(source.path.parent) not in caught.value.message


async def test_pictures_have_no_text(reader: SubtitleReader, film: SourceFile) -> None:
    with pytest.raises(NotPlayable):
        await reader.cues(film, SubtitleFacts(0, "h264"), FIRST)


async def test_one_who_gives_up_spoils_it_for_nobody(reader: SubtitleReader, film: SourceFile, beside: Beside) -> None:
    impatient = beside.start(reader.cues(film, INSIDE, FIRST))
    patient = beside.start(reader.cues(film, INSIDE, FIRST))
    await asyncio.sleep(0)
    impatient.cancel()
    assert len(await patient) == 21
    assert impatient.cancelled()

"""The same promises, kept by PyAV in a worker process and by one who knows beforehand."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from controller.adapters.media.probe import FilmProbe
from controller.core.media import MediaFacts
from controller.ports import MediaProbe, SourceFile
from protocol.errors import NotPlayable
from tests import film_parts, films
from tests.fakes.beside import Beside
from tests.fakes.facts import copied_film
from tests.fakes.probe import FakeProbe


def source_of(path: Path) -> SourceFile:
    status = path.stat()
    return SourceFile(path, status.st_size, status.st_mtime_ns, path.stem)


@pytest.fixture
def film(tmp_path: Path) -> SourceFile:
    """A film of some seconds."""
    path = tmp_path / "film.mp4"
    shutil.copyfile(films.make("b_frames"), path)
    return source_of(path)


@pytest.fixture
def garbage(tmp_path: Path) -> SourceFile:
    path = tmp_path / "garbage.mp4"
    path.write_bytes(b"no film at all " * 1_000)
    return source_of(path)


@pytest.fixture(params=["real", "fake"])
async def probe(request: pytest.FixtureRequest, film: SourceFile, beside: Beside) -> AsyncIterator[MediaProbe]:
    if request.param == "fake":
        yield FakeProbe({film.path: copied_film(film_parts.SECONDS)})
        return
    real = FilmProbe()
    beside.live(real.run())
    yield real
    await beside.end()


async def test_a_film_has_facts(probe: MediaProbe, film: SourceFile) -> None:
    facts = await probe.facts(film)
    assert facts.duration == pytest.approx(film_parts.SECONDS, abs=0.1)
    assert facts.video is not None
    assert (facts.video.codec, [track.codec for track in facts.audio]) == ("h264", ["aac"])


async def test_facts_are_known_once_they_were_asked_for(probe: MediaProbe, film: SourceFile) -> None:
    assert probe.known(film) is None
    facts = await probe.facts(film)
    assert probe.known(film) == facts
    assert await probe.facts(film) == facts


async def test_a_file_that_changed_is_not_known(probe: MediaProbe, film: SourceFile) -> None:
    await probe.facts(film)
    assert probe.known(replace(film, modified_ns=film.modified_ns + 1)) is None
    assert probe.known(replace(film, size=film.size + 1)) is None


async def test_what_is_no_film_cannot_be_played_however_often_one_asks(probe: MediaProbe, garbage: SourceFile) -> None:
    for _ in range(2):
        with pytest.raises(NotPlayable) as caught:
            await probe.facts(garbage)
        assert os.fspath(garbage.path) not in caught.value.message
    assert probe.known(garbage) is None


async def test_everyone_who_asks_at_once_is_answered(probe: MediaProbe, film: SourceFile, garbage: SourceFile) -> None:
    asked = [probe.facts(film), probe.facts(garbage), probe.facts(film)]
    first, second, third = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(first, MediaFacts)
    assert first == third
    assert isinstance(second, NotPlayable)


async def test_one_who_gives_up_spoils_it_for_nobody(probe: MediaProbe, film: SourceFile, beside: Beside) -> None:
    impatient = beside.start(probe.facts(film))
    patient = beside.start(probe.facts(film))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).duration == pytest.approx(film_parts.SECONDS, abs=0.1)
    assert impatient.cancelled()


async def test_a_film_of_which_a_picture_can_be_decoded_passes_the_check(probe: MediaProbe, film: SourceFile) -> None:
    for position in (0.0, 6.2, film_parts.SECONDS - 1):
        await probe.check(film, position)


async def test_what_is_no_film_does_not_pass_the_check(probe: MediaProbe, garbage: SourceFile) -> None:
    for _ in range(2):
        with pytest.raises(NotPlayable) as caught:
            await probe.check(garbage, 0.0)
        assert os.fspath(garbage.path) not in caught.value.message


async def test_a_check_tells_nothing_of_what_is_in_a_film(probe: MediaProbe, film: SourceFile) -> None:
    await probe.check(film, 1.0)
    assert probe.known(film) is None


async def test_a_study_tells_no_less_of_a_film_that_is_known(probe: MediaProbe, film: SourceFile) -> None:
    probe.study(film)
    facts = await probe.facts(film)
    probe.study(film)
    assert await probe.facts(film) == facts

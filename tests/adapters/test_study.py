"""A film without an index is understood in a moment, as far as one can; the rest is found out while somebody watches."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest

from controller.adapters.media import probe as module
from controller.adapters.media.child import Worker
from controller.adapters.media.probe import FilmProbe
from controller.core.media import MediaFacts
from controller.ports import SourceFile
from tests import films
from tests.fakes.beside import Beside
from tests.fakes.facts_store import FakeFactsStore
from tests.waiting import eventually


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """Nobody has any patience, unless they say how much; these are the patiences that were told."""
    told: list[float | None] = []
    real = Worker.ask

    async def ask(worker: Worker, source: SourceFile, **more: Any) -> dict[str, Any]:
        told.append(more.get("patience"))
        return await real(worker, source, **{"patience": -1.0, **more})

    monkeypatch.setattr(Worker, "ask", ask)
    return told


@pytest.fixture
def film(tmp_path: Path) -> SourceFile:
    path = tmp_path / "film.ts"
    shutil.copyfile(films.make("transport"), path)
    return SourceFile(path, path.stat().st_size, path.stat().st_mtime_ns, "film")


@asynccontextmanager
async def probing(store: FakeFactsStore | None = None) -> AsyncIterator[FilmProbe]:
    tasks, probe = Beside(), FilmProbe(store)
    tasks.live(probe.run())
    await anyio.lowlevel.checkpoint()
    yield probe
    await tasks.end()
    assert not [child for child in psutil.Process().children() if "media.worker" in " ".join(child.cmdline())]


def keyframes(facts: MediaFacts | None) -> tuple[float, ...] | None:
    assert facts is not None
    assert facts.video is not None
    return facts.video.keyframes


async def test_what_there_was_no_time_for_is_known_after_somebody_watched(
    film: SourceFile, hasty: list[float | None]
) -> None:
    store = FakeFactsStore()
    async with probing(store) as probe:
        assert keyframes(await probe.facts(film)) is None
        assert store.rows == {}, "half of the facts are not worth keeping"
        for _ in range(2):
            probe.study(film)
        await eventually(lambda: keyframes(probe.known(film)), within=20)
        await eventually(lambda: store.rows, within=5)
    assert hasty == [None, module.STUDY_DEADLINE]
    async with probing(store) as probe:
        assert keyframes(await probe.facts(film))
    assert len(hasty) == 2


async def test_a_film_that_nobody_watches_is_not_studied(film: SourceFile, hasty: list[float | None]) -> None:
    async with probing() as probe:
        probe.study(film)
        await probe.facts(film)
        await probe.facts(film)
    assert hasty == [None]


async def test_only_so_many_films_wait_to_be_studied(
    film: SourceFile, hasty: list[float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STUDIES", 1)
    real = Worker.start

    async def start(*manner: str) -> Worker:
        if manner:
            await anyio.sleep_forever()
        return await real(*manner)

    monkeypatch.setattr(Worker, "start", start)
    async with probing() as probe:
        for number in range(4):
            source = replace(film, modified_ns=number)
            await probe.facts(source)
            probe.study(source)
        assert len(probe._unread) == 2, "one is studied, one waits"


async def test_a_study_that_is_lost_spoils_nothing(
    film: SourceFile, hasty: list[float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STUDY_DEADLINE", 0.0)
    store = FakeFactsStore()
    async with probing(store) as probe:
        first = await probe.facts(film)
        probe.study(film)
        await eventually(lambda: len(hasty) == 2, within=20)
        assert await probe.facts(film) == first
    assert store.rows == {}


async def test_where_no_worker_can_be_started_for_a_moment_the_next_film_has_one(
    film: SourceFile, hasty: list[float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Descriptors are short, say."""
    real, refused = Worker.start, list[object]()

    async def start(*manner: str) -> Worker:
        if not refused or (manner and len(refused) == 1):
            refused.append(manner)
            raise OSError(24, "Too many open files")
        return await real(*manner)

    monkeypatch.setattr(Worker, "start", start)
    async with probing() as probe:
        await eventually(lambda: refused, within=5)
        assert await probe.facts(film)
        probe.study(film)
        await eventually(lambda: len(refused) == 2, within=5)
        assert await probe.facts(replace(film, modified_ns=1))
        probe.study(replace(film, modified_ns=1))
        await eventually(lambda: len(hasty) == 3, within=20)


async def test_who_asked_last_is_answered_first(monkeypatch: pytest.MonkeyPatch) -> None:
    answered: list[str] = []
    real = Worker.ask

    async def ask(worker: Worker, source: SourceFile, *more: Any, **even_more: float) -> dict[str, Any]:
        answered.append(source.title)
        return await real(worker, source, *more, **even_more)

    monkeypatch.setattr(Worker, "ask", ask)
    path = films.make("b_frames")
    async with probing() as probe:
        asked = [probe.facts(SourceFile(path, number, 0, str(number))) for number in range(4)]
        await asyncio.gather(*asked)
    assert answered == ["3", "2", "1", "0"]

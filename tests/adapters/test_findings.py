"""What was found in a film is not looked for again, also after a restart; and when it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from controller.adapters.media import findings as module
from controller.adapters.media.child import Worker
from controller.adapters.media.examine import VERSION
from controller.adapters.media.probe import FilmProbe
from controller.adapters.store import facts as sql
from controller.adapters.store.facts import SqlFacts
from controller.ports import FactsStore, SourceFile
from protocol.errors import NotPlayable
from tests import films
from tests.fakes.beside import Beside
from tests.fakes.facts_store import FakeFactsStore
from tests.stores import ask, opened, run, sqlite_url
from tests.waiting import eventually


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[SourceFile]:
    """The films that a worker was asked about."""
    asked: list[SourceFile] = []
    real = Worker.ask

    async def count(worker: Worker, source: SourceFile, **more: Any) -> dict[str, Any]:
        asked.append(source)
        return await real(worker, source, **more)

    monkeypatch.setattr(Worker, "ask", count)
    return asked


@pytest.fixture
def film(tmp_path: Path) -> SourceFile:
    path = tmp_path / "film.mp4"
    shutil.copyfile(films.make("b_frames"), path)
    return SourceFile(path, path.stat().st_size, path.stat().st_mtime_ns, "film")


@pytest.fixture
def garbage(tmp_path: Path) -> SourceFile:
    path = tmp_path / "garbage.mp4"
    path.write_bytes(b"no film at all " * 1_000)
    return SourceFile(path, path.stat().st_size, path.stat().st_mtime_ns, "garbage")


@asynccontextmanager
async def probing(store: FactsStore) -> AsyncIterator[FilmProbe]:
    """A probe as a daemon that has just started has it."""
    tasks, probe = Beside(), FilmProbe(store)
    tasks.live(probe.run())
    await anyio.lowlevel.checkpoint()
    yield probe
    await tasks.end()


async def test_a_film_is_looked_at_once_however_often_the_daemon_starts(
    tmp_path: Path, film: SourceFile, looks: list[SourceFile]
) -> None:
    async with opened(sqlite_url(tmp_path)) as store:
        kept = SqlFacts(store)
        async with probing(kept) as probe:
            first = await probe.facts(film)
            await _until_kept(kept, film)
        for _ in range(2):
            async with probing(kept) as probe:
                assert probe.known(film) is None
                assert await probe.facts(film) == first
                assert probe.known(film) == first
    assert looks == [film]


async def test_what_is_remembered_does_not_wait_for_a_film_that_is_looked_at(
    film: SourceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FakeFactsStore()
    async with probing(store) as probe:
        first = await probe.facts(film)
        await _until_kept(store, film)
    monkeypatch.setattr(Worker, "start", anyio.sleep_forever)
    async with probing(store) as probe:
        assert await probe.facts(film) == first


async def test_a_film_that_changed_is_looked_at_again(film: SourceFile, looks: list[SourceFile]) -> None:
    store = FakeFactsStore()
    changed = replace(film, modified_ns=film.modified_ns + 1)
    async with probing(store) as probe:
        await probe.facts(film)
        await _until_kept(store, film)
        await probe.facts(changed)
    assert looks == [film, changed]


async def test_another_version_looks_again(
    film: SourceFile, looks: list[SourceFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FakeFactsStore()
    async with probing(store) as probe:
        await probe.facts(film)
        await _until_kept(store, film)
    monkeypatch.setattr(module, "VERSION", VERSION + 1)
    module.examiner.cache_clear()
    async with probing(store) as probe:
        await probe.facts(film)
    module.examiner.cache_clear()
    assert looks == [film, film]


async def test_that_a_file_cannot_be_played_is_remembered_for_a_while(
    garbage: SourceFile, looks: list[SourceFile]
) -> None:
    store, said = FakeFactsStore(), []
    for _ in range(3):
        async with probing(store) as probe:
            with pytest.raises(NotPlayable) as caught:
                await probe.facts(garbage)
            said.append(caught.value.message)
            await _until_kept(store, garbage)
    assert (len(looks), len(set(said))) == (1, 1)
    kept, by, text = store.rows[garbage.path]
    store.rows[garbage.path] = (kept, by, json.dumps({**json.loads(text), "until": 1.0}))
    async with probing(store) as probe:
        with pytest.raises(NotPlayable):
            await probe.facts(garbage)
    assert len(looks) == 2


async def test_what_may_be_the_fault_of_the_disk_is_not_remembered_for_long(
    film: SourceFile, looks: list[SourceFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FakeFactsStore()
    monkeypatch.setattr("controller.adapters.media.probe.LOST_FOR", 0.0)
    gone = replace(film, path=film.path.with_name("gone.mp4"))
    async with probing(store) as probe:
        for _ in range(2):
            with pytest.raises(NotPlayable, match="FileNotFoundError"):
                await probe.facts(gone)
    assert (len(looks), store.rows) == (2, {})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"facts": {}}', '{"facts": 5}', '{"problem": "x"}', '{"until": "x"}'])
async def test_what_cannot_be_understood_is_looked_at_again(
    film: SourceFile, looks: list[SourceFile], text: str
) -> None:
    store = FakeFactsStore()
    await store.keep(film, module.examiner(), text, 0.0)
    async with probing(store) as probe:
        assert (await probe.facts(film)).video
    assert looks == [film]


async def test_a_store_that_fails_costs_a_look_and_is_left_alone(film: SourceFile, looks: list[SourceFile]) -> None:
    store = FakeFactsStore(refuses=True)
    async with probing(store) as probe:
        assert (await probe.facts(film)).video
        with pytest.raises(NotPlayable):
            await probe.facts(replace(film, path=film.path.with_name("gone.mp4")))
    assert (len(looks), store.asked) == (2, 1)


async def test_a_store_that_cannot_keep_costs_nobody_anything(tmp_path: Path, film: SourceFile) -> None:
    async with opened(sqlite_url(tmp_path)) as store:
        await run(
            store, "CREATE TRIGGER full BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
        async with probing(SqlFacts(store)) as probe:
            first = await probe.facts(film)
            assert await probe.facts(film) == first


async def test_more_than_can_be_kept_at_once_is_not_kept(
    film: SourceFile, garbage: SourceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TO_BE_KEPT", 1)
    found = module.Findings(FakeFactsStore())
    for source in (garbage, film):
        found.note(source, NotPlayable("no"))
    assert found.known(film) is not None
    found.close()


async def test_facts_that_are_too_large_or_damaged_are_not_there(
    tmp_path: Path, film: SourceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(sqlite_url(tmp_path)) as store:
        kept = SqlFacts(store)
        await kept.keep(film, "1", "found", 0.0)
        await run(store, "UPDATE facts SET packed = x'00'")
        assert await kept.find(film, "1", 0.0) is None
        monkeypatch.setattr(sql, "LARGEST", 5)
        await kept.keep(film, "1", "found", 0.0)
        assert await ask(store, "SELECT count(*) FROM facts") == [(0,)]


async def _until_kept(store: FactsStore, source: SourceFile) -> None:
    async def there() -> bool:
        return await store.find(source, module.examiner(), 0.0) is not None

    while not await there():
        assert await eventually(lambda: True, within=1)

"""The probe and its worker process, when the worker dies, hangs or has too much to do."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from controller.adapters.media import findings
from controller.adapters.media import probe as module
from controller.adapters.media.probe import FilmProbe
from controller.ports import SourceFile
from protocol.errors import NotPlayable
from tests import films
from tests.fakes.beside import Beside
from tests.waiting import eventually


def source_of(name: str) -> SourceFile:
    path = films.make(name)
    return SourceFile(path, path.stat().st_size, path.stat().st_mtime_ns, name)


def workers() -> list[psutil.Process]:
    """Living children of this process that are workers."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if any("media.worker" in word for word in child.cmdline()):
                found.append(child)
    return found


@pytest.fixture
async def probe(beside: Beside) -> AsyncIterator[FilmProbe]:
    one = FilmProbe()
    beside.live(one.run())
    yield one
    await beside.end()
    assert workers() == []


async def test_a_worker_that_dies_costs_one_film_and_is_replaced(probe: FilmProbe) -> None:
    await probe.facts(source_of("b_frames"))
    (worker,) = workers()
    worker.kill()
    with pytest.raises(NotPlayable, match="understood"):
        await probe.facts(source_of("baseline"))
    assert (await probe.facts(source_of("transport"))).video is not None
    assert [child.pid for child in workers()] != [worker.pid]


async def test_a_worker_that_hangs_is_given_up(probe: FilmProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    await probe.facts(source_of("b_frames"))
    (worker,) = workers()
    worker.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(module, "DEADLINE", 0.2)
    with pytest.raises(NotPlayable, match="in time"):
        await probe.facts(source_of("baseline"))
    assert await eventually(lambda: not worker.is_running(), within=5)


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_film_over_which_a_worker_was_lost_is_left_alone_for_a_moment(
    probe: FilmProbe, monkeypatch: pytest.MonkeyPatch, fate: signal.Signals
) -> None:
    monkeypatch.setattr(module, "DEADLINE", await lose_a_worker(probe, fate))
    for _ in range(2):
        with pytest.raises(NotPlayable, match="understood in time"):
            await probe.facts(source_of("baseline"))
    assert workers() == [], "it was not asked about a second time"


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_film_over_which_a_worker_was_lost_is_looked_at_again_after_that(
    probe: FilmProbe, monkeypatch: pytest.MonkeyPatch, fate: signal.Signals
) -> None:
    monkeypatch.setattr(module, "LOST_FOR", 0.0)
    with monkeypatch.context() as hasty:
        hasty.setattr(module, "DEADLINE", await lose_a_worker(probe, fate))
        with pytest.raises(NotPlayable, match="understood in time"):
            await probe.facts(source_of("baseline"))
    assert (await probe.facts(source_of("baseline"))).video is not None
    assert probe.known(source_of("baseline")) is not None


async def test_what_a_worker_said_of_a_film_is_believed_without_another_look(probe: FilmProbe, tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    for _ in range(2):
        with pytest.raises(NotPlayable, match="empty"):
            await probe.facts(SourceFile(path, 0, 1, "empty"))
        for worker in workers():
            worker.kill()
            worker.wait(5)


async def lose_a_worker(probe: FilmProbe, fate: signal.Signals) -> float:
    """Stop or kill the worker while nobody asks it; answers a deadline that one who asks it now need not wait long for."""
    await probe.facts(source_of("b_frames"))
    workers()[0].send_signal(fate)
    return 0.2


async def test_more_questions_than_can_wait_are_refused_and_spoil_nothing(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 1)
    one = FilmProbe()
    first = beside.start(one.facts(source_of("b_frames")))
    await asyncio.sleep(0)
    with pytest.raises(NotPlayable, match="Too many"):
        await one.facts(source_of("baseline"))
    beside.live(one.run())
    assert (await first).video is not None
    assert (await one.facts(source_of("baseline"))).video is not None
    await beside.end()


async def test_only_so_many_films_are_remembered(probe: FilmProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "REMEMBERED", 1)
    first, second = source_of("b_frames"), source_of("baseline")
    await probe.facts(first)
    await probe.facts(second)
    assert probe.known(first) is None
    assert probe.known(second) is not None


async def test_a_film_is_opened_by_its_bytes_whatever_its_name(probe: FilmProbe, tmp_path: Path) -> None:
    for number, name in enumerate(("new\nline.mp4", "%d.mp4", "concat:x.mp4", "caf\udce9.mp4")):
        path = tmp_path / name
        path.write_bytes(films.make("b_frames").read_bytes())
        facts = await probe.facts(SourceFile(path, path.stat().st_size, number, name))
        assert facts.video is not None

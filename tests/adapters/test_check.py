"""One picture of a film, decoded before it goes to the screen."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import psutil
import pytest

from controller.adapters.media import probe as module
from controller.adapters.media.probe import FilmProbe
from controller.ports import SourceFile
from protocol.errors import NotPlayable
from tests import film_parts, films
from tests.adapters.test_probe import source_of, workers
from tests.fakes.beside import Beside


@pytest.fixture
async def probe(beside: Beside) -> AsyncIterator[FilmProbe]:
    one = FilmProbe()
    beside.live(one.run())
    await one.facts(source_of("b_frames"))
    yield one
    await beside.end()
    assert workers() == []


async def checker(probe: FilmProbe) -> psutil.Process:
    """The process that checks; it has done so once."""
    others = {worker.pid for worker in workers()}
    await probe.check(source_of("b_frames"), 0.0)
    (one,) = [worker for worker in workers() if worker.pid not in others]
    return one


def put(path: Path, content: bytes) -> SourceFile:
    path.write_bytes(content)
    return SourceFile(path, path.stat().st_size, path.stat().st_mtime_ns, path.stem)


async def test_every_kind_of_film_can_be_decoded_at_any_position(probe: FilmProbe) -> None:
    for name in films.RECIPES:
        if not name.startswith(("bench", "minute")):
            for position in (0.0, 5.5, 11.4):
                await probe.check(source_of(name), position)


async def test_a_position_beyond_the_end_is_no_fault_of_the_film(probe: FilmProbe) -> None:
    await probe.check(source_of("b_frames"), 1e6)


async def test_a_film_that_is_cut_off_passes_where_it_is_whole_only(probe: FilmProbe, tmp_path: Path) -> None:
    content = films.make("fast_start").read_bytes()
    film = put(tmp_path / "film.mp4", content[: len(content) // 3])
    await probe.check(film, 0.0)
    with pytest.raises(NotPlayable, match="decoded there"):
        await probe.check(film, film_parts.SECONDS)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#EXTM3U\n#EXTINF:12.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile 'canary.mp4'\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 33\n",
    ],
)
async def test_what_no_film_may_be_is_refused_in_a_sentence(probe: FilmProbe, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotPlayable) as caught:
        await probe.check(put(tmp_path / "film.mp4", content), 0.0)
    assert caught.value.message.endswith(".")


async def test_a_worker_that_hangs_over_it_is_given_up_and_replaced(
    probe: FilmProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await checker(probe)
    worker.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(module, "CHECK_DEADLINE", 0.2)
        with pytest.raises(NotPlayable, match="in time"):
            await probe.check(source_of("baseline"), 0.0)
    assert not worker.is_running()
    await probe.check(source_of("baseline"), 0.0)


async def test_a_worker_that_dies_over_it_is_replaced(probe: FilmProbe) -> None:
    (await checker(probe)).kill()
    with pytest.raises(NotPlayable):
        await probe.check(source_of("baseline"), 0.0)
    await probe.check(source_of("baseline"), 0.0)


async def test_who_gives_up_leaves_no_answer_for_the_next_one(probe: FilmProbe, tmp_path: Path) -> None:
    await checker(probe)
    for number in range(5):
        with anyio.move_on_after(0.001 * number):
            await probe.check(source_of("b_frames"), 0.0)
        with pytest.raises(NotPlayable):
            await probe.check(put(tmp_path / f"{number}.mp4", b"no film"), 0.0)


async def test_a_check_waits_for_nobody_who_asks_for_facts(probe: FilmProbe, beside: Beside) -> None:
    (asked,) = workers()
    await checker(probe)
    asked.send_signal(signal.SIGSTOP)
    waiting = beside.start(probe.facts(source_of("transport")))
    with anyio.fail_after(2):
        await probe.check(source_of("baseline"), 3.0)
    assert not waiting.done()
    asked.send_signal(signal.SIGCONT)
    assert (await waiting).video is not None

"""Subtitles out of real films and files of every kind, and workers that die, hang or answer nonsense."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from controller.adapters.media import reader as module
from controller.adapters.media import subtitles
from controller.adapters.media.child import Worker
from controller.adapters.media.reader import WindowReader
from controller.adapters.media.worker import answer, look
from controller.core.media import SubtitleFacts
from controller.core.subtitles import Window
from controller.core.webvtt import Cue
from controller.ports import SourceFile
from protocol.errors import NotPlayable, Overloaded
from tests import subtitled
from tests.fakes.beside import Beside
from tests.waiting import eventually

TRACK = SubtitleFacts(2, "subrip")
FIRST, SECOND, LAST = Window(0.0, 60.0), Window(60.0, 120.0), Window(120.0, 130.0)


def source_of(path: Path) -> SourceFile:
    return SourceFile(path, path.stat().st_size, path.stat().st_mtime_ns, path.stem)


def said(path: Path, window: Window, index: int = 2, **more: object) -> list[Cue]:
    """What the worker answers."""
    size = path.stat().st_size
    wanted = {
        "index": index,
        "codec": "subrip",
        "language": None,
        "size": size,
        "start": window.start,
        "end": window.end,
    }
    told = answer(os.fsencode(path), None, {**wanted, **more})
    assert "cues" in told, told
    return [Cue(*row) for row in told["cues"]]


def refused(path: Path, **more: object) -> str:
    wanted = {"index": 2, "codec": "subrip", "language": None, "size": path.stat().st_size, "start": 0.0, "end": 60.0}
    return str(answer(os.fsencode(path), None, {**wanted, **more})["problem"])


# ── in films ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("window", [FIRST, SECOND, LAST, Window(1.37, 61.37)])
@pytest.mark.parametrize("name", ["srt", "ass", "webvtt_in_matroska", "webvtt", "mov_text", "late"])
def test_every_kind_of_text_is_read_at_film_time(name: str, window: Window) -> None:
    found = said(subtitled.make(name), window)
    expected = [cue for cue in subtitled.cues_of(name) if cue.start < window.end and cue.end > window.start]
    assert [cue.text for cue in found] == [cue.text for cue in expected]
    for cue, plan in zip(found, expected, strict=True):
        assert (cue.start, cue.end) == pytest.approx((plan.start, plan.end), abs=0.03), "AAC begins a frame early"


def test_each_of_twenty_tracks_is_read() -> None:
    film = subtitled.make("twenty")
    assert len(look(os.fsencode(film)).subtitles) == 20
    for index in (2, 11, 21):
        assert len(said(film, FIRST, index)) == 21


def test_a_film_that_begins_late_is_as_long_as_it_lasts() -> None:
    facts = look(os.fsencode(subtitled.make("late")))
    assert facts.duration == pytest.approx(subtitled.SECONDS, abs=0.1)
    assert facts.video is not None
    assert facts.video.end == pytest.approx(subtitled.SECONDS, abs=0.2)


def test_tracks_are_known_by_kind_and_purpose() -> None:
    pictures, text = look(os.fsencode(subtitled.make("pictures_first"))).subtitles
    assert (pictures.kind, pictures.language, pictures.forced) == ("picture", "eng", False)
    assert (text.kind, text.codec, text.forced, text.hearing_impaired) == ("text", "subrip", True, True)
    assert "no such text" in refused(subtitled.make("pictures_first"))
    assert len(said(subtitled.make("pictures_first"), FIRST, 3)) == 21


@pytest.mark.parametrize("index", [0, 1, 3, 99])
def test_what_is_no_text_is_refused(index: int) -> None:
    assert "no such text" in refused(subtitled.make("srt"), index=index)


def test_of_a_large_film_only_the_window_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    film = subtitled.make("srt")
    taken = []
    for name in ("srt", "mov_text"):
        before = _read()
        said(subtitled.make(name), Window(100.0, 104.0))
        taken.append(_read() - before)
    monkeypatch.setattr(subtitles, "LOOK_BACK", 0.0)
    before = _read()
    said(film, Window(100.0, 104.0))
    assert _read() - before < taken[0] < film.stat().st_size * 0.7
    assert taken[1] < subtitled.make("mov_text").stat().st_size * 0.7


def _read() -> int:
    """Bytes that this process has read from files."""
    rows = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(rows["rchar"])


def test_a_window_that_takes_too_long_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subtitles, "BUDGET", -1.0)
    wanted = {"index": 2, "codec": "subrip", "language": None, "start": 0.0, "end": 60.0}
    film = subtitled.make("srt")
    assert answer(os.fsencode(film), None, {**wanted, "size": film.stat().st_size}) == {"late": True}


def test_a_window_holds_so_much_and_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "film.srt"
    path.write_text(subtitled.subrip())
    monkeypatch.setattr(subtitles, "MOST_CUES", 3)
    assert len(said(path, FIRST, -1)) == len(said(subtitled.make("srt"), FIRST)) == 3
    monkeypatch.setattr(subtitles, "MOST_TEXT", 20)
    assert len(said(path, FIRST, -1)) == 1


def test_what_is_damaged_in_its_middle_is_read_up_to_there(tmp_path: Path) -> None:
    whole = subtitled.make("srt").read_bytes()
    path = tmp_path / "film.mkv"
    path.write_bytes(whole[: len(whole) // 3])
    assert 5 < len(said(path, FIRST)) < 21


def test_a_cue_without_an_end_is_seen_until_the_next_or_for_a_while() -> None:
    found = [subtitles._Found(1.0, None, "a"), subtitles._Found(2.0, 3.0, "b"), subtitles._Found(4.0, None, "c")]
    assert [cue.end for cue in subtitles._ended(found)] == [2.0, 3.0, 9.0]


# ── beside films ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "film.srt"
    path.write_bytes("1\r\n00:00:01,000 --> 00:00:02,000\r\nÇa va être <b>là</b> ?\r\n".encode(encoding))
    assert said(path, FIRST, -1) == [Cue(1.0, 2.0, "Ça va être <b>là</b> ?")]


def test_a_file_is_read_in_the_encoding_of_the_language_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "film.ru.srt"
    path.write_bytes("1\n00:00:01,000 --> 00:00:02,000\nДа\n".encode("cp1251"))
    assert said(path, FIRST, -1, language="ru") == [Cue(1.0, 2.0, "Да")]


def test_a_file_is_read_by_what_it_holds(tmp_path: Path) -> None:
    texts = {
        "ass": "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\\i1}a\n",
        "webvtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n<i>a</i>\n",
        "subrip": "1\n00:00:01,000 --> 00:00:02,000\n<i>a</i>\n",
    }
    for codec, text in texts.items():
        path = tmp_path / codec
        path.write_text(text)
        assert said(path, FIRST, -1, codec=codec) == [Cue(1.0, 2.0, "<i>a</i>")]
        assert said(path, SECOND, -1, codec=codec) == []


def test_a_file_that_has_changed_or_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    path, link, pipe, empty = (tmp_path / name for name in ("a.srt", "b.srt", "c.srt", "d.srt"))
    path.write_text(subtitled.subrip())
    link.symlink_to(path)
    os.mkfifo(pipe)
    empty.touch()
    assert "changed" in refused(path, index=-1, size=1)
    assert "changed" in refused(subtitled.make("srt"), size=1)
    assert "cannot be read" in refused(link, index=-1)
    assert "regular" in refused(pipe, index=-1)
    assert "empty" in refused(empty, index=-1)


def test_nonsense_of_the_largest_size_is_read_in_time_and_memory(tmp_path: Path) -> None:
    path = tmp_path / "film.srt"
    for body in (
        b"\xff" * 2_000_000,
        b"<{\\" * 700_000,
        b"00:00:01,000 --> 00:00:02,000\n" * 70_000,
        os.urandom(2_000_000),
    ):
        path.write_bytes(body)
        began = time.process_time()
        said(path, FIRST, -1)
        assert time.process_time() - began < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_500_000


# ── the workers ───────────────────────────────────────────────────────────────────────────────────


def workers() -> list[psutil.Process]:
    """Living children of this process that are workers."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if any("media.worker" in word for word in child.cmdline()):
                found.append(child)
    return found


@pytest.fixture
async def reader(beside: Beside) -> AsyncIterator[WindowReader]:
    one = WindowReader()
    beside.live(one.run())
    await asyncio.sleep(0)
    yield one
    await beside.end()
    assert workers() == []


async def test_nobody_works_before_somebody_asks(reader: WindowReader) -> None:
    assert workers() == []
    await reader.cues(source_of(subtitled.make("srt")), TRACK, FIRST)
    assert len(workers()) == 1


async def test_a_worker_that_dies_costs_one_request_and_is_replaced(reader: WindowReader) -> None:
    film = source_of(subtitled.make("srt"))
    await reader.cues(film, TRACK, FIRST)
    (worker,) = workers()
    worker.kill()
    with pytest.raises(Overloaded) as caught:
        await reader.cues(film, TRACK, SECOND)
    assert caught.value.retry_after_s == 2.0
    assert len(await reader.cues(film, TRACK, SECOND)) == 21
    assert [child.pid for child in workers()] != [worker.pid]


async def test_a_worker_that_hangs_is_given_up(reader: WindowReader, monkeypatch: pytest.MonkeyPatch) -> None:
    film = source_of(subtitled.make("srt"))
    await reader.cues(film, TRACK, FIRST)
    (worker,) = workers()
    worker.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as hasty:
        hasty.setattr(module, "DEADLINE", 0.2)
        with pytest.raises(Overloaded):
            await reader.cues(film, TRACK, SECOND)
    assert await eventually(lambda: not worker.is_running(), within=5)
    assert len(await reader.cues(film, TRACK, SECOND)) == 21


@pytest.mark.parametrize(
    "nonsense", [{"cues": [[0, float("nan"), "x"]]}, {"cues": [["a"]]}, {"cues": 3}, {}, {"late": True}, ValueError()]
)
async def test_a_worker_that_answers_nonsense_is_not_believed(
    reader: WindowReader, monkeypatch: pytest.MonkeyPatch, nonsense: object
) -> None:
    async def ask(*_: object, **__: object) -> object:
        if isinstance(nonsense, Exception):
            raise nonsense
        return nonsense

    monkeypatch.setattr(Worker, "ask", ask)
    with pytest.raises(Overloaded):
        await reader.cues(source_of(subtitled.make("srt")), TRACK, FIRST)


async def test_what_one_viewer_asked_for_is_there_for_the_next(reader: WindowReader) -> None:
    film = source_of(subtitled.make("srt"))
    first = await reader.cues(film, TRACK, FIRST)
    for worker in workers():
        worker.kill()
        worker.wait(5)
    assert await reader.cues(film, TRACK, FIRST) == first
    changed = SourceFile(film.path, film.size, film.modified_ns + 1, film.title)
    with pytest.raises(Overloaded):
        await reader.cues(changed, TRACK, FIRST)


async def test_only_so_much_is_remembered(reader: WindowReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 8_000)
    film = source_of(subtitled.make("srt"))
    first = await reader.cues(film, TRACK, FIRST)
    assert await reader.cues(film, TRACK, FIRST) is first
    await reader.cues(film, TRACK, SECOND)
    again = await reader.cues(film, TRACK, FIRST)
    assert again == first
    assert again is not first


async def test_nobody_waits_for_what_nobody_wants_any_more(reader: WindowReader, beside: Beside) -> None:
    film = source_of(subtitled.make("srt"))
    asked = [beside.start(reader.cues(film, TRACK, Window(float(at), at + 1.0))) for at in range(40)]
    await asyncio.sleep(0)
    for task in asked[2:-1]:
        task.cancel()
    await asked[-1]
    assert len(reader._known) <= 4


async def test_more_questions_than_can_wait_are_refused(
    reader: WindowReader, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 1)
    film = source_of(subtitled.make("srt"))
    first = beside.start(reader.cues(film, TRACK, FIRST))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await reader.cues(film, TRACK, SECOND)
    assert len(await first) == 21


async def test_without_its_owner_nothing_is_read() -> None:
    with pytest.raises(Overloaded):
        await WindowReader().cues(source_of(subtitled.make("srt")), TRACK, FIRST)


async def test_what_the_worker_refuses_is_told(reader: WindowReader) -> None:
    with pytest.raises(NotPlayable, match="no such text"):
        await reader.cues(source_of(subtitled.make("bare")), TRACK, FIRST)

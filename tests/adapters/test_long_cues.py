"""Cues that last for minutes: seen in every window that they overlap, also straight after a seek into their middle."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.media import subtitles
from controller.adapters.media.child import Worker
from controller.adapters.media.cue_index import lasting
from controller.adapters.media.reader import WindowReader
from controller.adapters.media.worker import answer
from controller.core.media import SubtitleFacts
from controller.core.subtitles import LENGTH, Window
from controller.core.webvtt import Cue
from controller.ports import SourceFile
from tests.core.making import modest
from tests.fakes.beside import Beside
from tests.films import cache
from tests.subtitled import subrip

SECONDS = 420.0
LONG = (Cue(100.0, 220.0, "two minutes"), Cue(20.0, 400.0, "nearly all of it"))
SHORT = tuple(Cue(3.0 * number + 0.5, 3.0 * number + 2.5, f"{number}") for number in range(140))
ALONE = (*(cue for cue in SHORT if cue.end < 100.0), LONG[0], *(cue for cue in SHORT if cue.start > 220.0))
"""3GPP timed text knows no two cues at once."""
KINDS = {
    "srt": ("mkv", ["-c:v", "libx264", "-c:s", "srt"]),
    "ass": ("mkv", ["-c:v", "libx264", "-c:s", "ass"]),
    "late": ("mkv", ["-c:v", "libx264", "-c:s", "srt", "-output_ts_offset", "7.5"]),
    "index_first": ("mkv", ["-c:v", "libx264", "-c:s", "srt", "-reserve_index_space", "200000"]),
    "webvtt": ("webm", ["-c:v", "libvpx", "-deadline", "realtime", "-c:s", "webvtt"]),
    "mov_text": ("mp4", ["-c:v", "libx264", "-c:s", "mov_text"]),
}
WINDOWS = [Window(at * LENGTH, min((at + 1) * LENGTH, SECONDS)) for at in range(7)]


def cues_of(kind: str) -> tuple[Cue, ...]:
    return ALONE if kind == "mov_text" else (*SHORT, *LONG)


def make(kind: str) -> Path:
    """A film of seven minutes, made now if it is not there."""
    ending, words = KINDS[kind]
    film = cache() / f"long-cues-2-{kind}.{ending}"
    if not film.exists():
        script, part = film.with_name(f"part-{kind}.srt"), film.with_name(f"part-{kind}.{ending}")
        script.write_text(subrip(tuple(sorted(cues_of(kind), key=lambda cue: cue.start))))
        command = [
            "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=size=64x36:rate=10:duration={SECONDS}",
            "-i", str(script), "-map", "0", "-map", "1", "-g", "20", *words, str(part),
        ]  # fmt: skip
        subprocess.run(command, check=True, timeout=120)
        part.replace(film)
        script.unlink()
    return film


def seen(film: Path, window: Window) -> list[str]:
    wanted = {"index": 1, "codec": "", "language": None, "size": film.stat().st_size}
    told = answer(os.fsencode(film), None, {**wanted, "start": window.start, "end": window.end})
    return [str(text) for _, _, text in told["cues"]]


def expected(kind: str, window: Window) -> list[str]:
    cues = sorted(cues_of(kind), key=lambda cue: cue.start)
    return [cue.text for cue in cues if cue.start < window.end and cue.end > window.start]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cue_is_seen_in_every_window_that_it_overlaps_in_whatever_order_they_are_asked_for(kind: str) -> None:
    film = make(kind)
    for window in random.Random(7).sample(WINDOWS, len(WINDOWS)):
        assert seen(film, window) == expected(kind, window)


def test_a_few_places_are_read_and_not_the_film(monkeypatch: pytest.MonkeyPatch) -> None:
    film, read = make("srt"), []
    whole = subtitles._Reading._read

    def counted(self: subtitles._Reading, end: float) -> object:
        for packet in whole(self, end):
            read.append(packet.pts)
            yield packet

    monkeypatch.setattr(subtitles._Reading, "_read", counted)
    assert LONG[1].text in seen(film, WINDOWS[6])
    assert len(read) < 40


def test_without_an_index_that_tells_two_minutes_are_read_back_where_that_costs_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subtitles, "lasting", lambda _descriptor: frozenset())
    film = make("srt")
    assert LONG[0].text in seen(film, Window(215.0, 275.0))
    assert LONG[1].text not in seen(film, WINDOWS[6])
    monkeypatch.setattr(subtitles, "CHEAP", 0)
    assert LONG[0].text not in seen(film, Window(215.0, 275.0))
    assert LONG[0].text in seen(film, Window(125.0, 185.0))


def test_an_index_that_does_not_tell_of_every_cue_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subtitles, "lasting", lambda _descriptor: frozenset([(100_000, 120_000)]))
    assert LONG[0].text in seen(make("srt"), Window(215.0, 275.0))
    assert LONG[1].text not in seen(make("srt"), WINDOWS[6])


# ── the index ─────────────────────────────────────────────────────────────────────────────────────


def told(film: Path) -> frozenset[tuple[int, int]]:
    descriptor = os.open(film, os.O_RDONLY)
    try:
        return lasting(descriptor)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("kind", ["srt", "index_first", "webvtt"])
def test_the_index_tells_how_long_each_cue_is_wherever_it_lies(kind: str) -> None:
    found = {(begins / 1000, length / 1000) for begins, length in told(make(kind))}
    assert found >= {(cue.start, cue.end - cue.start) for cue in (*SHORT, *LONG)}


def test_what_is_no_matroska_has_no_such_index(tmp_path: Path) -> None:
    assert told(make("mov_text")) == frozenset()
    (tmp_path / "empty").touch()
    assert told(tmp_path / "empty") == frozenset()


@given(data=st.data())
@modest(200)
def test_no_damage_does_more_than_to_hide_it(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    body = bytearray(make("index_first").read_bytes()[:20_000])
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    damaged = tmp_path_factory.mktemp("damaged") / "film.mkv"
    damaged.write_bytes(body[: data.draw(st.integers(0, len(body)))])
    assert isinstance(told(damaged), frozenset)


# ── remembered ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def reader(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WindowReader]:
    """Of films that are read back for thirty seconds and no further."""

    async def ask(_worker: Worker, _source: SourceFile, subtitles: dict[str, float]) -> dict[str, object]:
        start, end = subtitles["start"], subtitles["end"]
        cues = (cue for cue in (*SHORT, *LONG) if start - 30.0 <= cue.start < end and cue.end > start)
        return {"cues": [[cue.start, cue.end, cue.text] for cue in cues]}

    monkeypatch.setattr(Worker, "ask", ask)
    one = WindowReader()
    beside.live(one.run())
    await asyncio.sleep(0)
    yield one
    await beside.end()


FILM, TRACK = SourceFile(Path("/films/a.mkv"), 1, 1, "a"), SubtitleFacts(1, "subrip")


async def test_what_was_seen_to_begin_is_seen_to_the_end_by_who_watches_on(reader: WindowReader) -> None:
    for window in WINDOWS:
        assert [cue.text for cue in await reader.cues(FILM, TRACK, window)] == expected("srt", window)
    other = await reader.cues(FILM, SubtitleFacts(2, "subrip"), WINDOWS[4])
    assert LONG[1] not in other, "another track has its own"


async def test_of_a_few_tracks_only_and_not_of_every_one(reader: WindowReader) -> None:
    await reader.cues(FILM, TRACK, WINDOWS[0])
    for index in range(2, 40):
        await reader.cues(FILM, SubtitleFacts(index, "subrip"), WINDOWS[0])
    assert LONG[1] not in await reader.cues(FILM, TRACK, WINDOWS[4])

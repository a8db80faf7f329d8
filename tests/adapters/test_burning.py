"""Text that is drawn into the picture, by FFmpeg on real films: from files beside them, and in fonts that they bring."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import pytest
from structlog.testing import capture_logs

from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.media.reader import WindowReader
from controller.adapters.media.worker import look
from controller.adapters.segments import open_cache
from controller.core.delivery import decide
from controller.core.playlist import VIDEO, SegmentId
from controller.core.sidecars import facts_of
from controller.core.stream_phase import Completed, Crashed, Outcome
from controller.core.subtitles import with_files
from controller.core.wish import Wish
from controller.ports import EncodeJob, EncoderRun, SourceFile, StreamDirectory
from protocol.errors import NotPlayable, Overloaded
from tests.fakes.beside import Beside
from tests.fakes.subtitles import FakeSubtitles

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
KNOWN, UNKNOWN = "DejaVu Serif", "Matinee Serf"
"""The name of that font, and another one of its length that no font of this machine has."""
SCRIPT = """[Script Info]
ScriptType: v4.00+
PlayResX: 320
PlayResY: 180

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,{font},70,&H00FFFFFF,&H00FFFFFF,&H00FFFFFF,&H00FFFFFF,0,0,0,0,100,100,0,0,1,0,0,5,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.00,0:00:04.00,Default,,0,0,0,,{text}
"""
WORDS = "Ça g\u00eane"
ALIKE, OTHER = 0.5, 3.0
"""Mean difference of two pictures, of 255: of the same words in the same font, and of others."""


def script(text: str = WORDS, font: str = KNOWN) -> str:
    return SCRIPT.format(text=text, font=font)


def film(folder: Path, name: str = "film.mkv", styled: str | None = None, font: bytes | None = None) -> Path:
    """A grey film of four seconds, with a script in it and a font attached that is called like a file elsewhere."""
    path, more = folder / name, list[str]()
    if styled:
        (folder / "in.ass").write_text(styled)
        more += ["-i", str(folder / "in.ass"), "-map", "0", "-map", "1", "-c:s", "copy"]
    if font:
        (folder / "in.ttf").write_bytes(font)
        more += ["-attach", str(folder / "in.ttf"), "-metadata:s:t", "mimetype=application/x-truetype-font"]
        more += ["-metadata:s:t", "filename=../../escaped.ttf"]
    grey = ["-f", "lavfi", "-i", "color=gray:size=320x180:rate=24:duration=4"]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *grey, *more, "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", os.fsencode(path)], check=True, timeout=60)
    for part in ("in.ass", "in.ttf"):
        (folder / part).unlink(missing_ok=True)
    return path


def renamed_font() -> bytes:
    body, before, after = FONT.read_bytes(), KNOWN.encode("utf-16-be"), UNKNOWN.encode("utf-16-be")
    assert body.count(before) >= 2
    return body.replace(before, after).replace(KNOWN.encode(), UNKNOWN.encode()).replace(b"DejaVuSerif", b"MatineeSerf")


Directories = Callable[[], StreamDirectory]


class Listener:
    """Implements `ports.EncoderListener`."""

    def __init__(self) -> None:
        self.made: dict[SegmentId, bytes] = {}

    def on_started(self, run: EncoderRun) -> None:
        pass

    def on_made(self, segment: SegmentId, made: Path) -> None:
        self.made[segment] = made.read_bytes()


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directories]:
    """Makes one for every run."""
    cache = open_cache(tmp_path / "cache", "0123456789abcdef")
    numbers = count()
    yield lambda: cache.create("client", f"stream-{next(numbers)}")
    cache.close()


@pytest.fixture
async def reader(beside: Beside) -> AsyncIterator[WindowReader]:
    one = WindowReader()
    beside.live(one.run())
    await asyncio.sleep(0)
    yield one
    await beside.end()


def source_of(path: Path) -> SourceFile:
    """As the library says; the file may have gone meanwhile."""
    return SourceFile(path, 1_000, 1, "subtitles")


async def run(reader: Any, source: Path, directory: Directories, sidecar: Path | None = None) -> tuple[Outcome, bytes]:
    """How a run ends that draws the first subtitles, and what is seen at two seconds: a grey value per pixel."""
    facts = look(os.fsencode(source))
    files: tuple[SourceFile, ...] = ()
    if sidecar:
        facts = with_files(facts, [facts_of(sidecar.name, source.stem)])
        files = (source_of(sidecar),)
    delivery, listener = decide(facts, Wish(subtitle_track=0, burn=True)), Listener()
    assert delivery.reasons == ("subtitles_burned_in",)
    job = EncodeJob(source, facts, delivery, 0, 1, directory(), frozenset([VIDEO]), beside=files)
    outcome = await FfmpegEncoder(reader).encode(job, listener)
    return outcome, await anyio.to_thread.run_sync(seen, listener.made)


def seen(made: dict[SegmentId, bytes]) -> bytes:
    """The picture at two seconds; nothing when there is no film."""
    whole = b"".join(made[segment] for segment in sorted(made, key=lambda each: each.index))
    command = ["ffmpeg", "-v", "error", "-f", "mpegts", "-i", "-", "-vf", "select='eq(n,48)'", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"]  # fmt: skip
    return subprocess.run(command, input=whole, check=True, capture_output=True, timeout=60).stdout if whole else b""


def difference(one: bytes, other: bytes) -> float:
    assert len(one) == len(other) == 320 * 180
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


def listed(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(path.name for path in folder.rglob(pattern))


def is_blank(picture: bytes) -> bool:
    return max(picture) - min(picture) < 8


# ── from files beside the film ────────────────────────────────────────────────────────────────────


@pytest.fixture
async def expected(tmp_path: Path, directory: Directories) -> bytes:
    """What is seen of the words when they are in the film."""
    folder = tmp_path / "inside"
    folder.mkdir()
    outcome, picture = await run(FakeSubtitles(), film(folder, styled=script()), directory)
    assert outcome == Completed()
    assert not is_blank(picture)
    return picture


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_a_styled_file_is_drawn_as_if_it_were_in_the_film_however_it_is_encoded(
    tmp_path: Path, directory: Directories, expected: bytes, reader: WindowReader, encoding: str
) -> None:
    folder = tmp_path / "beside"
    folder.mkdir()
    sidecar = folder / "film.fr.ass"
    sidecar.write_bytes(script().replace("\n", "\r\n").encode(encoding))
    outcome, picture = await run(reader, film(folder), directory, sidecar)
    assert outcome == Completed()
    assert difference(picture, expected) < ALIKE
    assert listed(folder) == ["film.fr.ass", "film.mkv"], "nothing is written beside the film"


@pytest.mark.parametrize(
    "name",
    [
        b"it's: a [film], 100%d; x=y",
        b"new\nline",
        b"caf\xe9",
        b"back\\slash'\\''",
        b"-y",
        b"%{n}$HOME",
        "日本".encode(),
    ],
)
async def test_a_film_and_its_file_may_have_any_name_and_so_may_their_folders(
    tmp_path: Path, directory: Directories, expected: bytes, reader: WindowReader, name: bytes
) -> None:
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    source = film(folder, os.fsdecode(name) + ".mkv")
    sidecar = folder / (os.fsdecode(name) + ".ass")
    sidecar.write_text(script())
    outcome, picture = await run(reader, source, directory, sidecar)
    assert outcome == Completed()
    assert difference(picture, expected) < ALIKE


async def test_other_words_are_another_picture(
    tmp_path: Path, directory: Directories, expected: bytes, reader: WindowReader
) -> None:
    sidecar = tmp_path / "film.ass"
    sidecar.write_text(script("Tout va"))
    assert difference((await run(reader, film(tmp_path), directory, sidecar))[1], expected) > OTHER


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("film.srt", f"1\n00:00:00,000 --> 00:00:04,000\n<i>{WORDS}</i>\n"),
        ("film.vtt", f"WEBVTT\n\n00:00.000 --> 00:04.000\n{WORDS}\n"),
        ("film.ass", f"1\n00:00:00,000 --> 00:00:04,000\n{WORDS}\n"),
        ("film.ssa", script().replace("V4+ Styles", "V4 Styles").replace("v4.00+", "v4.00").replace("Layer", "Marked")),
    ],
)
async def test_text_of_every_kind_is_drawn(
    tmp_path: Path, directory: Directories, reader: WindowReader, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    outcome, picture = await run(reader, film(tmp_path), directory, tmp_path / name)
    assert outcome == Completed()
    assert not is_blank(picture)


@pytest.mark.parametrize("text", ["", "no subtitles at all", "[Script Info]\n[V4+ Styles]\n", "\0" * 100])
async def test_a_file_that_says_nothing_costs_no_film(
    tmp_path: Path, directory: Directories, reader: WindowReader, text: str
) -> None:
    (tmp_path / "film.ass").write_text(text)
    outcome, picture = await run(reader, film(tmp_path), directory, tmp_path / "film.ass")
    assert outcome == Completed()
    assert is_blank(picture)


async def test_without_its_file_a_film_goes_on_without_its_text_and_that_is_said(
    tmp_path: Path, directory: Directories, reader: WindowReader
) -> None:
    with capture_logs() as logs:
        outcome, picture = await run(reader, film(tmp_path), directory, tmp_path / "film.ass")
    assert outcome == Completed()
    assert is_blank(picture)
    assert [(log["event"], log["file"]) for log in logs] == [("subtitles are not drawn", "subtitles")]


async def test_what_is_put_in_the_place_of_a_file_is_not_followed_elsewhere(
    tmp_path: Path, directory: Directories, reader: WindowReader
) -> None:
    (tmp_path / "secret.ass").write_text(script())
    (tmp_path / "film.ass").symlink_to(tmp_path / "secret.ass")
    outcome, picture = await run(reader, film(tmp_path), directory, tmp_path / "film.ass")
    assert outcome == Completed()
    assert is_blank(picture)


async def test_a_file_that_is_not_read_in_time_is_tried_again_later(tmp_path: Path, directory: Directories) -> None:
    outcome, _ = await run(FakeSubtitles(lost=True), film(tmp_path), directory, tmp_path / "film.ass")
    assert isinstance(outcome, Crashed)
    assert listed(tmp_path, "burn*") == []


async def test_a_script_is_not_written_without_its_owner_nor_over_anything(
    tmp_path: Path, reader: WindowReader
) -> None:
    sidecar, there = tmp_path / "film.ass", tmp_path / "there"
    sidecar.write_text(script())
    there.write_text("mine")
    facts = facts_of(sidecar.name, "film")
    with pytest.raises(Overloaded):
        await WindowReader().write_script(source_of(sidecar), facts, tmp_path / "target")
    with pytest.raises(NotPlayable):
        await reader.write_script(source_of(sidecar), facts, there)
    assert there.read_text() == "mine"


# ── fonts ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders for films."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    return tmp_path / "one", tmp_path / "two"


@pytest.mark.parametrize("external", [False, True])
async def test_a_film_brings_the_fonts_that_its_subtitles_are_written_in(
    folders: tuple[Path, Path], directory: Directories, expected: bytes, reader: WindowReader, external: bool
) -> None:
    styled = script(font=UNKNOWN)
    pictures = []
    for folder, font in zip(folders, (renamed_font(), None), strict=True):
        source = film(folder, styled=None if external else styled, font=font)
        (folder / "film.ass").write_text(styled)
        sidecar = folder / "film.ass" if external else None
        outcome, picture = await run(reader, source, directory, sidecar)
        assert outcome == Completed()
        pictures.append(picture)
    attached, without = pictures
    assert difference(attached, expected) < ALIKE, "the font under another name"
    assert difference(without, expected) > OTHER, "another font"
    assert listed(folders[0].parent, "escaped.ttf") == []


async def test_fonts_are_found_by_what_they_are_and_a_broken_one_costs_nothing(
    tmp_path: Path, directory: Directories, expected: bytes
) -> None:
    source = film(tmp_path, styled=script(), font=b"no font at all")
    assert look(os.fsencode(source)).fonts == (2,)
    outcome, picture = await run(FakeSubtitles(), source, directory)
    assert outcome == Completed()
    assert difference(picture, expected) < ALIKE

"""Subtitles that are drawn into the picture: seen where and when they should be, also after a seek, and gone when switched off."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio
import pytest

from clients.sdk import Matinee, PathRef, connect
from controller.adapters.library import media_id_of
from protocol.results import StreamStatus
from protocol.values import ItemRef, MediaRef
from tests import pgs
from tests.daemon import Daemon, daemon
from tests.e2e.judging import ORDERS, verdict
from tests.e2e.stage import fetch
from tests.pgs import Box

WIDTH, HEIGHT = 640, 360
STYLED = """[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,DejaVu Sans,80,&H00FFFFFF,&H00FFFFFF,&H00FFFFFF,&H00FFFFFF,1,0,0,0,100,100,0,0,1,0,0,4,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:02.00,0:00:05.00,Default,,0,0,0,,LEFT
Dialogue: 0,0:00:08.00,0:00:14.00,Default,,0,0,0,,{\\an6}RIGHT
"""
ENCODED = {"beside": "cp1252", "it's: a [film], 100%d\nof two\\lines": "utf-16", "caf\udce9": "utf-8-sig"}
"""Films with the same script in a file beside them, by their names, and its encoding."""
BOXES = [Box(2.0, 5.0, 20, 140, 200, 60), Box(8.0, 14.0, 400, 140, 200, 60)]
WHEN = [(1.0, ""), (3.0, "left"), (6.0, ""), (9.0, "right"), (11.0, "right"), (15.0, "")]
"""Seconds of film, and where something white is to be seen then."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder, parts = tmp_path_factory.mktemp("films"), tmp_path_factory.mktemp("parts")
    (parts / "styled.ass").write_text(STYLED)
    pgs.write(parts / "pictures.sup", BOXES, (WIDTH, HEIGHT))
    for name, subtitles in (("styled", "styled.ass"), ("pictures", "pictures.sup")):
        delay = (
            ["-itsoffset", str(BOXES[0].begin)] if subtitles.endswith(".sup") else []
        )  # FFmpeg moves it to the start
        command = [
            "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", f"color=gray:size={WIDTH}x{HEIGHT}:rate=24:duration=20",
            "-f", "lavfi", "-i", "sine=duration=20", *delay, "-i", str(parts / subtitles), "-map", "0", "-map", "1", "-map", "2",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "48", "-c:a", "aac", "-c:s", "copy", str(folder / f"{name}.mkv"),
        ]  # fmt: skip
        subprocess.run(command, check=True, timeout=60)
    for name, encoding in ENCODED.items():
        if not (film := folder / f"{name}.mkv").exists():
            film.symlink_to(folder / "pictures.mkv")
        (folder / f"{name}.fr.ass").write_bytes(STYLED.replace("LEFT", "GÊNÉ").encode(encoding))
    with daemon(folder, tmp_path_factory.mktemp("home")) as one:
        yield one


async def white_at(running: Daemon, stream: StreamStatus, second: float) -> str:
    """On which half of the picture something white is to be seen."""
    base = (stream.url or "").removesuffix("master.m3u8")
    _, text = await fetch(running, f"{base}video.m3u8")
    lengths = [float(line[8:].rstrip(",")) for line in text.decode().splitlines() if line.startswith("#EXTINF:")]
    index = next(i for i in range(len(lengths)) if sum(lengths[: i + 1]) > second)
    status, body = await fetch(running, f"{base}video-{index}.ts")
    assert status == 200
    offset = second - sum(lengths[:index])
    command = ["ffmpeg", "-v", "error", "-i", "-", "-vf", f"select='gte(t-start_t,{offset})',scale=2:1:flags=area", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"]  # fmt: skip
    left, right = (await anyio.run_process(command, input=body)).stdout
    calm = 126
    return "left" if left > calm + 8 else "right" if right > calm + 8 else ""


@pytest.mark.parametrize("film", ["styled", "pictures"])
async def test_what_is_drawn_in_is_seen_where_and_when_it_should_be_and_after_a_seek_too(
    running: Daemon, film: str
) -> None:
    async with connect(running.url, name="reader", device_token=running.control.token) as matinee:
        for order in (WHEN, list(reversed(WHEN))):
            stream = await matinee.request_hls_stream(PathRef(path=f"{film}.mkv"), subtitle_track=0, burn_in=True)
            assert stream.delivery
            assert stream.delivery.reasons == ["subtitles_burned_in"]
            assert [(second, await white_at(running, stream, second)) for second, _ in order] == order


@pytest.mark.parametrize("film", ["styled", "pictures"])
async def test_they_can_be_drawn_in_and_left_out_while_the_film_plays(running: Daemon, film: str) -> None:
    async with connect(running.url, name="reader", device_token=running.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path=f"{film}.mkv"))
        assert await white_at(running, stream, 3.0) == ""
        await matinee.hls_seek(8.0)
        changed = await matinee.hls_set_tracks(subtitle_track=0, burn_in=True)
        assert changed.url == stream.url
        assert await white_at(running, stream, 9.0) == "right"
        await matinee.hls_set_tracks(subtitle_track=-1, burn_in=False)
        assert await white_at(running, stream, 13.0) == ""


async def test_subtitles_that_are_pictures_are_drawn_in_without_a_word(running: Daemon) -> None:
    async with connect(running.url, name="reader", device_token=running.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path="pictures.mkv"), subtitle_track=0)
        assert await white_at(running, stream, 3.0) == "left"
        text = await matinee.request_hls_stream(PathRef(path="styled.mkv"), subtitle_track=0)
        assert await white_at(running, text, 3.0) == "", "text is shown by the player"


# ── from files beside the film ────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def watched(running: Daemon, name: str) -> AsyncIterator[tuple[Matinee, ItemRef, int]]:
    """A viewer, a film, and its track that is a file beside it."""
    async with connect(running.url, name="reader", device_token=running.control.token) as matinee:
        item = MediaRef(media_id=media_id_of(f"{name}.mkv"))
        await matinee.request_hls_stream(item)
        tracks = (await matinee.hls_status()).tracks
        assert tracks
        assert [(track.external, track.kind) for track in tracks.subtitles] == [(False, "picture"), (True, "text")]
        yield matinee, item, 1


@pytest.mark.parametrize("name", ENCODED)
async def test_a_styled_file_beside_the_film_is_drawn_in_as_one_in_the_film_is(running: Daemon, name: str) -> None:
    async with watched(running, name) as (matinee, item, track):
        for order in (WHEN, list(reversed(WHEN))):
            stream = await matinee.request_hls_stream(item, subtitle_track=track, burn_in=True)
            assert stream.delivery
            assert stream.delivery.reasons == ["subtitles_burned_in"]
            assert [(second, await white_at(running, stream, second)) for second, _ in order] == order


async def test_it_can_be_drawn_in_and_left_out_while_the_film_plays(running: Daemon) -> None:
    async with watched(running, "beside") as (matinee, item, track):
        stream = await matinee.request_hls_stream(item, subtitle_track=track)
        assert await white_at(running, stream, 3.0) == "", "text is shown by the player"
        await matinee.hls_seek(8.0)
        changed = await matinee.hls_set_tracks(subtitle_track=track, burn_in=True)
        assert changed.url == stream.url
        assert await white_at(running, stream, 9.0) == "right"
        await matinee.hls_set_tracks(subtitle_track=-1, burn_in=False)
        assert await white_at(running, stream, 13.0) == ""


@pytest.mark.parametrize("order", ORDERS)
async def test_the_judge_finds_nothing_in_a_film_with_a_file_drawn_in(running: Daemon, order: str) -> None:
    async with watched(running, "beside") as (matinee, item, track):
        stream = await matinee.request_hls_stream(item, subtitle_track=track, burn_in=True)
        assert stream.url
        found = await verdict(running, matinee.url_of(stream.url), "--order", order, "--duration", "20")
        assert found["findings"] == []

"""Small pictures for the scrubber, from a real daemon: made when it has time, and served like all that is a stream's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import anyio
import pytest

from clients.sdk import Matinee, PathRef
from protocol.events import StreamChanged
from tests.colours import COLOURS, EACH, colour_of, coloured_film
from tests.daemon import Daemon, daemon
from tests.e2e.stage import me
from tests.waiting import eventually

CUE = re.compile(r"(\d+):(\d\d):(\S+) --> (\d+):(\d\d):(\S+)\n(thumbnails-\d+\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)\n")
FOR_EVER = "private, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("cinema")
    coloured_film(folder / "colours.mp4")
    with daemon(folder, tmp_path_factory.mktemp("home"), env={"MATINEE_THUMBNAILS_MB": "64"}) as one:
        yield one


async def told_of(matinee: Matinee) -> str:
    """Where the pictures are, once that is said."""
    with anyio.fail_after(60):
        async for event in matinee.events():
            if isinstance(event, StreamChanged) and event.thumbnails:
                return event.thumbnails
    raise AssertionError("nobody said so")


async def test_the_picture_of_a_time_shows_that_time(cinema: Daemon) -> None:
    async with me(cinema) as matinee, aiohttp.ClientSession() as http:
        first = await matinee.request_hls_stream(PathRef(path="colours.mp4"))
        assert first.url
        base = matinee.url_of(first.url).removesuffix("master.m3u8")
        async with http.get(base + "thumbnails.vtt") as answer:
            assert answer.status == 404
        async with http.get(base + "video-0.ts") as answer:
            assert answer.status == 200
        assert await told_of(matinee) == first.url.replace("master.m3u8", "thumbnails.vtt")
        async with http.get(base + "thumbnails.vtt") as answer:
            assert answer.content_type == "text/vtt"
            assert (answer.headers["Cache-Control"], answer.headers["Access-Control-Allow-Origin"]) == (FOR_EVER, "*")
            cues = list(CUE.finditer(await answer.text()))
        assert len(cues) == 30
        sheets: dict[str, bytes] = {}
        for name in {cue[7] for cue in cues}:
            async with http.get(base + name) as answer:
                assert (answer.status, answer.content_type) == (200, "image/jpeg")
                assert (answer.headers["Cache-Control"], answer.headers["Access-Control-Allow-Origin"]) == (
                    FOR_EVER,
                    "*",
                )
                sheets[name] = await answer.read()
        for cue in cues:
            begin, where = int(cue[2]) * 60 + float(cue[3]), [int(cue[at]) for at in range(8, 12)]
            assert colour_of(sheets[cue[7]], *where) == COLOURS[int(begin) // EACH], begin
        for name in ("thumbnails-2.jpg", "thumbnails-00.jpg", "thumbnails-0.png", "thumbnails", "thumbnails.vtt.part"):
            async with http.get(base + name) as answer:
                assert (answer.status, await answer.text()) == (404, "Not found\n"), name
        again = await matinee.request_hls_stream(PathRef(path="colours.mp4"))
        assert again.thumbnails, "they are there from the start the second time"
        async with http.get(base + "thumbnails.vtt") as answer:
            assert answer.status == 404, "the address died with its stream"
        assert list(cinema.cache_dir.glob("run-*/thumbnails/*")) == []
        (kept,) = cinema.cache_dir.glob("thumbnails/*")
        for sheet in kept.iterdir():
            sheet.unlink()
        async with http.get(matinee.url_of(again.thumbnails).replace(".vtt", "-0.jpg")) as answer:
            assert (answer.status, await answer.text()) == (404, "Not found\n")


async def test_a_daemon_that_is_killed_leaves_no_process_and_no_half_made_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    coloured_film(folder / "colours.mp4")
    with daemon(folder, tmp_path / "home", env={"MATINEE_THUMBNAILS_MB": "64"}) as one:
        async with me(one) as matinee:
            await matinee.request_hls_stream(PathRef(path="colours.mp4"))
            await eventually(lambda: list(one.cache_dir.glob("run-*/thumbnails/*")), within=60)
        one.process.kill()
        one.process.wait()
    with daemon(folder, tmp_path / "home") as again:
        assert list(again.cache_dir.glob("run-*/thumbnails/*")) == []

"""A box that cannot make a film as quickly as it is watched: the picture becomes smaller before the player runs dry."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import anyio
import pytest

from clients.sdk import PathRef
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.stage import THROUGH, FakeFfmpeg, fetch, me

pytestmark = pytest.mark.alone

SLOW = """
case "$*" in
*veryfast*) set -- -readrate 0.2 "$@";;
esac
"""
"""An FFmpeg that is quick enough only when it makes haste."""
BEGIN, WATCHED, HELD = 10.0, 26.0, 6.0
"""Seconds of film: where it is put on, how much of it is watched, how much the player fetches ahead."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Daemon]:
    (tmp_path / "films").mkdir()
    shutil.copyfile(films.make("minute_hevc"), tmp_path / "films" / "film.mkv")
    fake = FakeFfmpeg(tmp_path / "bin", SLOW + THROUGH)
    with daemon(tmp_path / "films", tmp_path / "home", env=fake.env) as one:
        yield one


async def test_who_watches_never_waits_and_reads_why_the_picture_is_made_in_haste(running: Daemon) -> None:
    async with me(running) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path="film.mkv"), position=BEGIN)
        base = (stream.url or "").removesuffix("master.m3u8")
        first = await parts(running, base)
        began, there, stalled = 0.0, 0.0, 0.0
        for index, length in first:
            for name in ("video", "audio-0"):
                assert (await fetch(running, f"{base}{name}-{index}.ts"))[0] == 200
            began = began or monotonic()
            stalled += max(0.0, monotonic() - began - stalled - there)
            there += length
            await anyio.sleep(max(0.0, there - HELD - (monotonic() - began - stalled)))
        status = await matinee.hls_status()
        assert status.delivery
        assert status.delivery.reasons == ["video_codec_not_supported", "server_too_slow"]
        assert stalled < 0.05


async def parts(running: Daemon, base: str) -> list[tuple[int, float]]:
    """The segments that are watched, and their lengths."""
    _, text = await fetch(running, f"{base}video.m3u8")
    lengths = [float(line[8:].rstrip(",")) for line in text.decode().splitlines() if line.startswith("#EXTINF:")]
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    return [(i, lengths[i]) for i, start in enumerate(starts) if BEGIN <= start < BEGIN + WATCHED]

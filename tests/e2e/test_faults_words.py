"""FAULTS 5: an FFmpeg that complains without end and talks nonsense is listened to, and costs nobody anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest

from clients.sdk import PathRef
from tests import films
from tests.daemon import daemon
from tests.e2e.stage import THROUGH, FakeFfmpeg, fetch, me

pytestmark = pytest.mark.alone

MEGABYTE = 1024 * 1024
TALKS = r"""
case "$*" in *loud.mkv*)
  head -c 100000000 /dev/zero | tr '\0' x >&2
  yes 'a complaint about /a/b like so many others' | head -c 10000000 >&2
  head -c 10000000 /dev/urandom
  yes 'out_time_us=nonsense' | head -c 1000000
  printf '\nvideo-0.ts,,\nvideo-99999999999999999999.ts,1.0,2.0\n../video-0.ts,0.0,1.0\nvideo-1.ts,nan,inf\n';;
esac
"""


async def test_what_an_ffmpeg_says_without_end_is_drained_and_a_little_of_it_kept(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in ("loud.mkv", "calm.mkv"):
        shutil.copyfile(films.make("minute_half"), shelf / name)
    fake = FakeFfmpeg(tmp_path / "path" / "bin", TALKS + THROUGH)
    with daemon(shelf, tmp_path / "home", env=fake.env) as running:
        async with me(running, "calm") as calm, me(running, "loud") as loud:
            quiet = await calm.request_hls_stream(PathRef(path="calm.mkv"))
            assert (await fetch(running, (quiet.url or "").replace("master.m3u8", "video-0.ts")))[0] == 200
            before = psutil.Process(running.process.pid).memory_info().rss
            stream = await loud.request_hls_stream(PathRef(path="loud.mkv"))
            most = 0
            for index in range(8):
                status, body = await fetch(running, (stream.url or "").replace("master.m3u8", f"video-{index}.ts"))
                assert (status, len(body) % 188) == (200, 0)
                most = max(most, psutil.Process(running.process.pid).memory_info().rss - before)
            print("more memory, MB", round(most / MEGABYTE, 1))
            assert most < 32 * MEGABYTE
            assert (await loud.hls_status()).error is None
            assert (await fetch(running, (quiet.url or "").replace("master.m3u8", "video-5.ts")))[0] == 200
        assert len(running.log_text()) < MEGABYTE
        assert "raceback" not in running.log_text()

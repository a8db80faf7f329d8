"""FAULTS 6, for many: six viewers share a disk of 40 MB that is too small for them. Nobody crashes, and everybody is told."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from time import monotonic

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from protocol.results import StreamStatus
from tests.daemon import Daemon, daemon
from tests.e2e.stage import REAL, fetch, me
from tests.e2e.test_faults_disk import MEGABYTE, PACKET, path_of, small_disk

pytestmark = pytest.mark.alone

VIEWERS = 6
DISK = 40
WATCHED = 24.0
"""Seconds of the film that each watches."""
AHEAD = 8.0
"""Seconds that a player fetches ahead."""
SMALLER_WITHIN = 20.0
STOOD = 20.0
"""Seconds that a film may stand still before it is small enough."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of noise, of a megabyte a second, to be copied; under a name for each viewer."""
    folder = tmp_path_factory.mktemp("shelf")
    noise = "testsrc2=size=854x480:rate=25:duration=60,noise=alls=100:allf=t"
    recipe = ["-f", "lavfi", "-i", noise, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v", "8M", "-g", "50"]  # fmt: skip
    subprocess.run([REAL, "-nostdin", "-v", "error", *recipe, str(folder / "0.mp4")], check=True, timeout=120)
    for number in range(1, VIEWERS):
        shutil.copyfile(folder / "0.mp4", folder / f"{number}.mp4")
    return folder


@dataclass
class Viewer:
    """Somebody who watches on a disk that is too small."""

    client: Matinee
    told: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    bytes: int = 0
    stood: float = 0.0

    async def hear(self) -> None:
        """Note what is told of the disk, and of one's own stream."""
        async for event in self.client.events():
            said = event.model_dump()
            if event.method == "server_warning":
                self.told.append(said["name"])
            if event.method == "stream_failed":
                self.failed.append(said["error"]["data"]["name"])

    async def watch(self, running: Daemon, stream: StreamStatus) -> None:
        """In real time, with a little fetched ahead as players do; what is not ready is asked for again."""
        _, text = await fetch(running, path_of(stream, "video.m3u8"))
        lengths = [float(line[8:].rstrip(",")) for line in text.decode().splitlines() if line.startswith("#EXTINF:")]
        began = monotonic()
        for index, start in enumerate(accumulate(lengths, initial=0.0)):
            if start >= WATCHED:
                return
            while monotonic() - began < start - AHEAD:
                await self.client.hls_report(position=monotonic() - began, playing=True, buffered_s=AHEAD)
                await anyio.sleep(0.5)  # the film plays: that is what this test is about
            began += await self.fetch(running, path_of(stream, f"video-{index}.ts"))

    async def fetch(self, running: Daemon, path: str) -> float:
        """A segment, whole; answers how long the film stood still for it."""
        asked = monotonic()
        while True:
            status, body = await fetch(running, path)
            if status == 200:
                assert body
                assert len(body) % PACKET == 0
                self.bytes += len(body)
                waited = max(0.0, monotonic() - asked - AHEAD)
                self.stood += waited
                return waited
            assert (status, body) == (503, b"Not ready yet\n"), path


@asynccontextmanager
async def crowd(running: Daemon) -> AsyncIterator[list[Viewer]]:
    """The six, listening."""
    async with AsyncExitStack() as stack:
        viewers = [Viewer(await stack.enter_async_context(me(running, f"viewer {n}"))) for n in range(VIEWERS)]
        async with anyio.create_task_group() as hearing:
            for viewer in viewers:
                hearing.start_soon(viewer.hear)
            yield viewers
            hearing.cancel_scope.cancel()


async def reasons_of(viewers: list[Viewer]) -> set[str]:
    """Why the films are delivered as they are."""
    after = [await viewer.client.hls_status() for viewer in viewers]
    return {reason for status in after if status.delivery for reason in status.delivery.reasons}


@pytest.mark.parametrize("films", ["one film", "six films"])
async def test_six_viewers_share_a_disk_that_is_too_small_for_them(shelf: Path, tmp_path: Path, films: str) -> None:
    """One film is there once for all of them, and whole; six are made as small as need be."""
    home, one = tmp_path / "home", films == "one film"
    with small_disk(home / "cache", DISK) as cache, daemon(shelf, home) as running:
        async with crowd(running) as viewers:
            streams = [
                await viewer.client.request_hls_stream(PathRef(path="0.mp4" if one else f"{number}.mp4"))
                for number, viewer in enumerate(viewers)
            ]
            with anyio.fail_after(120):
                async with anyio.create_task_group() as watching:
                    for viewer, stream in zip(viewers, streams, strict=True):
                        watching.start_soon(viewer.watch, running, stream)
            expected = {"container_copied" if one else "disk_too_full"}
            until, reasons = monotonic() + SMALLER_WITHIN, await reasons_of(viewers)
            while reasons != expected and monotonic() < until:
                await anyio.sleep(0.5)  # the room is shared out once a second
                reasons = await reasons_of(viewers)
            print(films, "MB watched", [round(viewer.bytes / MEGABYTE, 1) for viewer in viewers])
            rows = await viewers[0].client.get_all_clients_status()
            print("MB kept", [round((row.stream.encoder.cache_bytes or 0) / MEGABYTE, 1) for row in rows if row.stream])
            print("stood still, s", [round(viewer.stood, 1) for viewer in viewers])
            print("failed", [viewer.failed for viewer in viewers])
            print("reasons", reasons, "on the disk, MB", shutil.disk_usage(cache).used // MEGABYTE)
            assert [{*viewer.told} - {"overload"} for viewer in viewers] == [{"disk_low"}] * VIEWERS
            assert [viewer.failed for viewer in viewers if {*viewer.failed} - {"disk_full"}] == []
            assert max(viewer.stood for viewer in viewers) < (1.0 if one else STOOD)
            assert reasons == expected
        assert running.process.poll() is None
        assert "raceback" not in running.log_text()

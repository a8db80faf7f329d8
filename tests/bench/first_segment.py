"""From a request to the first whole segment over HTTP, at the start of a film and after a seek, against FFmpeg run by hand
as people run it: veryfast or a copy, segments of four seconds, until the first of them is whole.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

import aiohttp
import anyio

from clients.sdk import Matinee, PathRef, connect
from protocol.results import StreamStatus
from tests.bench import Result
from tests.daemon import daemon
from tests.films import make

PAIRS = 9
SECONDS = 4
FAR, WATCHED = 36.0, 1.3
"""Where the viewer jumps to, seconds into the film, and for how long they have watched: nothing is made there."""
REMUX, TRANSCODE = "bench_remux", "bench_transcode"
COPY = ["-c", "copy"]
ENCODE = [
    *(
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-pix_fmt",
        "yuv420p",
        "-force_key_frames",
        f"expr:gte(t,n_forced*{SECONDS})",
    ),
    *("-c:a", "aac", "-ac", "2"),
]


async def measure(folder: Path) -> list[Result]:
    """A film that is copied, and one that is encoded."""
    films = folder / "films"
    films.mkdir()
    for recipe in (REMUX, TRANSCODE):
        film = make(recipe)
        shutil.copyfile(film, films / f"{recipe}{film.suffix}")
    remux, transcode, seek = Pairs(), Pairs(), Pairs()
    with daemon(films, folder / "home", "--log-level", "warning") as one:
        async with (
            connect(one.url, name="bench", device_token=one.control.token) as matinee,
            aiohttp.ClientSession() as http,
        ):
            viewer = Viewer(matinee, http)
            for _ in range(PAIRS + 1):
                remux.add(await viewer.start(f"{REMUX}.mp4"), _by_hand(films / f"{REMUX}.mp4", COPY))
                by_hand = _by_hand(films / f"{TRANSCODE}.mkv", ENCODE)
                transcode.add(await viewer.start(f"{TRANSCODE}.mkv"), by_hand)
                seek.add(await viewer.seek(f"{TRANSCODE}.mkv"), by_hand)
    return [
        remux.result("first segment, remux, against FFmpeg by hand", 1.15),
        transcode.result("first segment, 1080p transcode, against FFmpeg by hand", 0.4),
        seek.result("seek to where nothing is made, against the same", 0.4),
    ]


class Pairs:
    """Our figures and the peer's; the first pair warms both up."""

    def __init__(self) -> None:
        self._pairs: list[tuple[float, float]] = []

    def add(self, ours: float, peer: float) -> None:
        self._pairs.append((ours, peer))

    def result(self, name: str, bound: float) -> Result:
        ours, peers = zip(*self._pairs[1:], strict=True)
        return Result(name, "s", list(ours), list(peers), bound)


class Viewer:
    """Asks as a player does."""

    def __init__(self, matinee: Matinee, http: aiohttp.ClientSession) -> None:
        self._matinee, self._http = matinee, http

    async def start(self, path: str) -> float:
        """Request, master playlist, media playlist, first segment."""
        began = perf_counter()
        stream = await self._matinee.request_hls_stream(PathRef(path=path))
        for name in ("master.m3u8", "video.m3u8", "video-0.ts"):
            await self._fetch(stream, name)
        took = perf_counter() - began
        await self._matinee.stop_hls_stream()
        return took

    async def seek(self, path: str) -> float:
        """A jump of somebody who watches, and the segment there."""
        stream = await self._matinee.request_hls_stream(PathRef(path=path))
        await self._fetch(stream, "video-0.ts")
        text = (await self._fetch(stream, "video.m3u8")).decode()
        lengths = [float(line[8:].rstrip(",")) for line in text.splitlines() if line.startswith("#EXTINF:")]
        index = next(i for i in range(len(lengths)) if sum(lengths[: i + 1]) > FAR)
        await anyio.sleep(WATCHED)
        began = perf_counter()
        await self._matinee.hls_seek(FAR)
        await self._fetch(stream, f"video-{index}.ts")
        took = perf_counter() - began
        await self._matinee.stop_hls_stream()
        return took

    async def _fetch(self, stream: StreamStatus, name: str) -> bytes:
        """What is there; a segment goes by in chunks as it does through a player: nobody joins eight megabytes."""
        assert stream.url
        async with self._http.get(self._matinee.url_of(stream.url.replace("master.m3u8", name))) as answer:
            assert answer.status == 200
            if name.endswith(".m3u8"):
                return await answer.read()
            assert sum([len(chunk) async for chunk in answer.content.iter_any()])
            return b""


def _by_hand(film: Path, how: list[str]) -> float:
    """Until the first segment of four seconds is whole."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "ffmpeg", "-nostdin", "-v", "error", "-i", str(film), "-map", "0:v", "-map", "0:a", *how, "-f", "segment",
            "-segment_time", str(SECONDS), "-segment_format", "mpegts", "-segment_list", "pipe:1", "-segment_list_type", "csv", "%d.ts",
        ]  # fmt: skip
        began = perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder) as process:
            assert process.stdout
            process.stdout.readline()
            took = perf_counter() - began
            process.kill()
    return took

"""From request to the first whole segment over HTTP, against FFmpeg run by hand with the same arguments."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

import aiohttp

from clients.sdk import Matinee, PathRef, connect
from controller.adapters.ffmpeg.arguments import encode_arguments
from controller.adapters.library import FolderLibrary
from controller.adapters.media.probe import FilmProbe
from controller.adapters.segments import CacheDirectory
from controller.core.delivery import Wish, decide
from controller.ports import EncodeJob
from tests.bench import Result
from tests.daemon import daemon
from tests.films import make

PAIRS = 9
BOUNDS = {"remux": ("bench_remux", 1.25), "transcode": ("bench_transcode", 1.15)}


async def measure(folder: Path) -> list[Result]:
    """Both deliveries."""
    films = folder / "films"
    films.mkdir()
    for recipe, _ in BOUNDS.values():
        film = make(recipe)
        shutil.copyfile(film, films / f"{recipe}{film.suffix}")
    results = []
    with daemon(films, folder / "home", "--log-level", "warning") as one:
        async with (
            connect(one.url, name="bench", device_token=one.control.token) as matinee,
            aiohttp.ClientSession() as http,
        ):
            for name, (recipe, bound) in BOUNDS.items():
                path = f"{recipe}{make(recipe).suffix}"
                job = await _job(films, path, folder)
                ours, peers = [], []
                for pair in range(PAIRS + 1):
                    mine, theirs = await _ours(matinee, http, path), _by_hand(job)
                    if pair:
                        ours.append(mine)
                        peers.append(theirs)
                results.append(Result(f"first segment, {name}, against FFmpeg by hand", "s", ours, peers, bound))
    return results


async def _job(films: Path, path: str, folder: Path) -> EncodeJob:
    import anyio

    probe = FilmProbe()
    async with anyio.create_task_group() as group:
        group.start_soon(probe.run)
        source = await FolderLibrary([films]).resolve(path, None)
        facts = await probe.facts(source)
        group.cancel_scope.cancel()
    directory = CacheDirectory(Path(tempfile.mkdtemp(dir=folder)) / "by-hand")
    delivery = decide(facts, Wish())
    return EncodeJob(source.path, facts, delivery, 0, 1, directory, frozenset(delivery.renditions[:2]))


async def _ours(matinee: Matinee, http: aiohttp.ClientSession, path: str) -> float:
    """As a player: request, master playlist, media playlist, first segment."""
    began = perf_counter()
    stream = await matinee.request_hls_stream(PathRef(path=path))
    assert stream.url
    for name in ("master.m3u8", "video.m3u8", "video-0.ts"):
        async with http.get(matinee.url_of(stream.url.replace("master.m3u8", name))) as answer:
            assert answer.status == 200
            assert await _length(answer)
    took = perf_counter() - began
    await matinee.stop_hls_stream()
    return took


async def _length(answer: aiohttp.ClientResponse) -> int:
    """Bytes of the body, which goes by in chunks as it does through a player: nobody joins eight megabytes."""
    return sum([len(chunk) async for chunk in answer.content.iter_any()])


def _by_hand(job: EncodeJob) -> float:
    directory = job.directory.run_directory(job.epoch)
    began = perf_counter()
    with subprocess.Popen(encode_arguments(job, directory), stdout=subprocess.PIPE, cwd=directory) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith(b"video-1.ts"):
                break
        took = perf_counter() - began
        process.kill()
    job.directory.drop_run(job.epoch)
    return took

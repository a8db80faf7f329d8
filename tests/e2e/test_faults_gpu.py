"""A GPU that passes its test and fails in use: nobody's film ends, and the next ones are made in software."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clients.sdk import Matinee, PathRef
from protocol.box import VideoEncoder
from protocol.results import StreamStatus
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.stage import FakeFfmpeg, fetch, me
from tests.fakes.gpu import gpu
from tests.waiting import eventually

TRYING = {"MATINEE_ENCODER": "auto"}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Films that are encoded; with `later.mkv` the GPU fails after a few segments."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    shutil.copyfile(films.make("minute_hevc"), folder / "good.mkv")
    (folder / "later.mkv").hardlink_to(folder / "good.mkv")
    return folder


async def encoder_of(client: Matinee) -> VideoEncoder:
    """What the daemon says that it encodes with."""
    told = (await client.get_server_status()).video_encoder
    assert told
    return told


async def wait_chosen(running: Daemon) -> None:
    """Until the daemon has tried what there is."""
    await eventually(lambda: "encoder chosen" in running.log_text(), within=30, what="a choice")


async def statuses(running: Daemon, stream: StreamStatus, first: int, count: int) -> set[int]:
    """What is answered for some segments of picture and sound; 0 for an empty one."""
    base = (stream.url or "").removesuffix("master.m3u8")
    names = [f"{each}-{index}.ts" for index in range(first, first + count) for each in ("video", "audio-0")]
    answers = [await fetch(running, base + name) for name in names]
    return {status if body else 0 for status, body in answers}


def made_with(fake: FakeFfmpeg, codec: str, film: str) -> int:
    """How many FFmpegs were started for a film with an encoder."""
    lines = (fake.folder / "spawned").read_text().splitlines()
    return sum(codec in line and film in line for line in lines)


async def test_a_gpu_that_fails_in_use_costs_nobody_a_second(shelf: Path, tmp_path: Path) -> None:
    fake = gpu(tmp_path / "path" / "bin")
    with daemon(shelf, tmp_path / "home", env={**fake.env, **TRYING}) as running:
        await wait_chosen(running)
        async with me(running, "unlucky") as unlucky, me(running, "lucky") as lucky:
            assert await encoder_of(lucky) == VideoEncoder(name="nvenc", reason="A second of film was encoded with it.")
            good = await lucky.request_hls_stream(PathRef(path="good.mkv"))
            assert await statuses(running, good, 0, 2) == {200}
            film = await unlucky.request_hls_stream(PathRef(path="later.mkv"))
            assert await statuses(running, film, 0, 10) == {200}
            after = await unlucky.hls_status()
            assert after.encoder
            assert (after.encoder.restarts, after.error, after.url) == (0, None, film.url)
            told = await encoder_of(lucky)
            assert (told.name, told.reason) == (
                "software",
                "NVENC failed in use and was given up. FFmpeg was ended by signal 11.",
            )
            assert made_with(fake, "libx264", "good.mkv") == 0, "a run that is well goes on"
            again = await lucky.request_hls_stream(PathRef(path="good.mkv"), position=50.0)
            assert await statuses(running, again, 25, 1) == {200}
            assert made_with(fake, "libx264", "good.mkv") >= 1, "the next run is made in software"
            assert made_with(fake, "h264_nvenc", "later.mkv") == 1
        assert running.log_text().count("encoder given up") == 1


async def test_without_a_gpu_the_daemon_says_why_it_encodes_in_software(shelf: Path, tmp_path: Path) -> None:
    fake = gpu(
        tmp_path / "path" / "bin", 'case "$*" in *h264_nvenc*) echo "No capable devices found" >&2; exit 1;; esac\n'
    )
    with daemon(shelf, tmp_path / "home", env={**fake.env, **TRYING}) as running:
        async with me(running) as client:
            film = await client.request_hls_stream(PathRef(path="good.mkv"))
            assert await statuses(running, film, 0, 1) == {200}
            await wait_chosen(running)
            told = await encoder_of(client)
            assert (told.name, told.reason) == ("software", "No GPU works (NVENC: No capable devices found).")

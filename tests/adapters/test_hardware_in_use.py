"""A hardware encoder that fails in use: the run goes on in software, and who is to blame is found out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from controller.adapters.ffmpeg.choice import EncoderChoice
from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.ffmpeg.video_encoders import NVENC, SOFTWARE
from controller.adapters.media.worker import look
from controller.adapters.segments import open_cache
from controller.core.delivery import Wish, decide
from controller.core.playlist import VIDEO, SegmentId, sound_of
from controller.core.stream_phase import Completed, Crashed
from controller.ports import EncodeJob, EncoderRun, StreamDirectory
from tests import films
from tests.e2e.stage import FakeFfmpeg
from tests.fakes.facts import played
from tests.fakes.gpu import gpu
from tests.fakes.subtitles import FakeSubtitles

SOUND = sound_of(0)
WORKED = "A second of film was encoded with it."


@dataclass(slots=True)
class Listener:
    """Implements `ports.EncoderListener`; a segment is told of once, however many processes make it."""

    made: list[SegmentId] = field(default_factory=list)
    pids: list[int] = field(default_factory=list)

    def on_started(self, run: EncoderRun) -> None:
        self.pids.append(run.pid)

    def on_made(self, segment: SegmentId, made: Path) -> None:
        assert segment not in self.made
        assert made.stat().st_size > 0
        self.made.append(segment)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeFfmpeg:
    one = gpu(tmp_path / "bin")
    monkeypatch.setenv("PATH", one.env["PATH"])
    return one


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[StreamDirectory]:
    cache = open_cache(tmp_path / "cache", "0123456789abcdef")
    yield cache.create("client", "stream")
    cache.close()


def job_of(name: str, directory: StreamDirectory, tmp_path: Path, recipe: str = "hevc_ac3") -> EncodeJob:
    film = tmp_path / name
    shutil.copyfile(films.make(recipe), film)
    facts = look(bytes(film))
    delivery = decide(facts, Wish())
    return EncodeJob(film, facts, delivery, 0, 1, directory, played(delivery), eager=True)


def whole(job: EncodeJob, listener: Listener) -> bool:
    """Whether all of the film was made of picture and sound."""
    planned = {SegmentId(each, n) for each in (VIDEO, SOUND) for n in range(len(job.delivery.plan))}
    return set(listener.made) == planned


async def test_one_that_works_makes_the_whole_film(
    fake: FakeFfmpeg, directory: StreamDirectory, tmp_path: Path
) -> None:
    choice, listener = EncoderChoice(NVENC, WORKED), Listener()
    job = job_of("good.mkv", directory, tmp_path)
    assert await FfmpegEncoder(FakeSubtitles(), choice).encode(job, listener) == Completed()
    assert whole(job, listener)
    assert (choice.encoder, len(listener.pids), fake.spawns("h264_nvenc")) == (NVENC, 1, 1)


@pytest.mark.parametrize(
    ("film", "why"),
    [
        ("crash.mkv", "FFmpeg gave up with exit code 1: was lost."),
        ("later.mkv", "FFmpeg was ended by signal 11."),
        ("nothing.mkv", "It made nothing, or not all."),
        ("empty.mkv", "What it made was not as planned."),
        ("odd.mkv", "What it made was not as planned."),
    ],
)
async def test_one_that_fails_is_followed_by_software_in_the_same_run(
    fake: FakeFfmpeg, directory: StreamDirectory, tmp_path: Path, film: str, why: str
) -> None:
    choice, listener = EncoderChoice(NVENC, WORKED), Listener()
    encoder, job = FfmpegEncoder(FakeSubtitles(), choice), job_of(film, directory, tmp_path)
    assert await encoder.encode(job, listener) == Completed()
    assert whole(job, listener)
    assert len(listener.pids) == 2
    assert (choice.encoder, choice.reason) == (SOFTWARE, f"NVENC failed in use and was given up. {why}")
    assert await encoder.encode(replace(job, epoch=2), Listener()) == Completed()
    assert (fake.spawns("h264_nvenc"), fake.spawns("libx264")) == (1, 2)


async def test_software_begins_where_hardware_has_ended(
    fake: FakeFfmpeg, directory: StreamDirectory, tmp_path: Path
) -> None:
    listener, job = Listener(), job_of("later.mkv", directory, tmp_path)
    await FfmpegEncoder(FakeSubtitles(), EncoderChoice(NVENC, WORKED)).encode(job, listener)
    (second,) = [line for line in (fake.folder / "spawned").read_text().splitlines() if "libx264" in line]
    assert "-ss " in second


async def test_a_film_that_is_broken_is_not_the_encoders_fault(
    fake: FakeFfmpeg, directory: StreamDirectory, tmp_path: Path
) -> None:
    choice = EncoderChoice(NVENC, WORKED)
    outcome = await FfmpegEncoder(FakeSubtitles(), choice).encode(job_of("broken.mkv", directory, tmp_path), Listener())
    assert isinstance(outcome, Crashed)
    assert (choice.encoder, fake.spawns("broken.mkv")) == (NVENC, 2)


async def test_one_that_somebody_else_killed_is_not_to_blame(
    fake: FakeFfmpeg, directory: StreamDirectory, tmp_path: Path
) -> None:
    choice = EncoderChoice(NVENC, WORKED)
    outcome = await FfmpegEncoder(FakeSubtitles(), choice).encode(job_of("killed.mkv", directory, tmp_path), Listener())
    assert outcome == Crashed("FFmpeg was ended by signal 9.")
    assert (choice.encoder, fake.spawns()) == (NVENC, 1)


async def test_a_picture_that_is_copied_needs_no_encoder(
    fake: FakeFfmpeg, directory: StreamDirectory, tmp_path: Path
) -> None:
    job = job_of("copied.mp4", directory, tmp_path, "b_frames")
    assert await FfmpegEncoder(FakeSubtitles(), EncoderChoice(NVENC, WORKED)).encode(job, Listener()) == Completed()
    assert fake.spawns("h264_nvenc") == 0

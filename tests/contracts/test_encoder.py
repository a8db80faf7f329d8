"""The same promises, kept by FFmpeg on real films and by an encoder that makes segments out of nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import psutil
import pytest

from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.media.worker import look
from controller.adapters.segments import open_cache
from controller.core.delivery import Wish, decide
from controller.core.playlist import VIDEO, Rendition, SegmentId, sound_of
from controller.core.stream_phase import Completed, Crashed
from controller.ports import EncodeJob, Encoder, EncoderRun, StreamDirectory
from tests import films
from tests.fakes.beside import Beside
from tests.fakes.encoder import FakeEncoder
from tests.fakes.facts import played
from tests.fakes.subtitles import FakeSubtitles

SOUND = sound_of(0)

LONG_ENOUGH = 60.0


@dataclass(slots=True)
class Listener:
    """Implements `ports.EncoderListener`; keeps what was made, with its size."""

    made: dict[SegmentId, int] = field(default_factory=dict)
    run: EncoderRun | None = None
    news: anyio.Event = field(default_factory=anyio.Event)

    def on_started(self, run: EncoderRun) -> None:
        assert self.run is None
        self.run = run

    def on_made(self, segment: SegmentId, made: Path) -> None:
        assert segment not in self.made
        self.made[segment] = made.stat().st_size
        self.news.set()
        self.news = anyio.Event()

    def indices(self, rendition: Rendition) -> list[int]:
        return [segment.index for segment in self.made if segment.rendition == rendition]

    async def wait_made(self, count: int) -> EncoderRun:
        with anyio.fail_after(LONG_ENOUGH):
            while len(self.made) < count:
                await self.news.wait()
        assert self.run is not None
        return self.run


@pytest.fixture(params=["real", "fake"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return FakeEncoder("makes all", speed=100.0) if request.param == "fake" else FfmpegEncoder(FakeSubtitles())


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[StreamDirectory]:
    cache = open_cache(tmp_path, "0123456789abcdef")
    yield cache.create("client", "stream")
    cache.close()


def job_of(recipe: str, directory: StreamDirectory, start: int = 0) -> EncodeJob:
    film = films.make(recipe)
    facts = look(bytes(film))
    delivery = decide(facts, Wish())
    return EncodeJob(film, facts, delivery, start, 1, directory, played(delivery))


@pytest.mark.parametrize(("recipe", "mode"), [("b_frames", "remux"), ("hevc_ac3", "transcode")])
async def test_every_planned_segment_is_made_whole_and_in_order(
    encoder: Encoder, directory: StreamDirectory, recipe: str, mode: str
) -> None:
    job, listener = job_of(recipe, directory), Listener()
    assert job.delivery.mode == mode
    assert await encoder.encode(job, listener) == Completed()
    planned = list(range(len(job.delivery.plan)))
    assert len(planned) >= 3
    assert listener.indices(VIDEO) == planned
    assert listener.indices(SOUND) == planned
    assert min(listener.made.values()) > 0
    assert all(size % 188 == 0 for size in listener.made.values())


@pytest.mark.parametrize("recipe", ["b_frames", "hevc_ac3"])
async def test_a_run_that_begins_in_the_middle_makes_only_from_there(
    encoder: Encoder, directory: StreamDirectory, recipe: str
) -> None:
    job, listener = job_of(recipe, directory, start=1), Listener()
    assert await encoder.encode(job, listener) == Completed()
    planned = list(range(1, len(job.delivery.plan)))
    assert listener.indices(VIDEO) == planned
    assert listener.indices(SOUND) == planned


@pytest.mark.parametrize("recipe", ["minute", "minute_hevc"])
@pytest.mark.parametrize(("start", "until"), [(0, 1), (0, 5), (3, 6)])
async def test_a_run_with_an_end_makes_what_lies_before_it_as_whole_as_one_without(
    encoder: Encoder, directory: StreamDirectory, recipe: str, start: int, until: int
) -> None:
    job, listener, whole = job_of(recipe, directory, start), Listener(), Listener()
    assert await encoder.encode(replace(job, until=until, epoch=2), listener) == Completed()
    assert await encoder.encode(job, whole) == Completed()
    for rendition in (VIDEO, SOUND):
        assert listener.indices(rendition) == list(range(start, until))
    if job.delivery.mode == "remux":
        assert listener.made == {each: whole.made[each] for each in listener.made}


async def test_a_run_writes_into_its_own_directory_only(encoder: Encoder, directory: StreamDirectory) -> None:
    await encoder.encode(job_of("b_frames", directory, start=1), Listener())
    assert [path.name for path in directory.root.iterdir()] == ["run-1"]


async def test_a_cancelled_run_is_gone_and_says_nothing_more(
    encoder: Encoder, directory: StreamDirectory, beside: Beside
) -> None:
    listener = Listener()
    running = beside.start(encoder.encode(job_of("minute_hevc", directory), listener))
    run = await listener.wait_made(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    made = len(listener.made)
    assert made < 2 * 30
    assert run.usage() is None
    if isinstance(encoder, FfmpegEncoder):
        assert not psutil.pid_exists(run.pid)
    await asyncio.sleep(0)
    assert len(listener.made) == made


async def test_a_held_run_stops_in_its_tracks_and_goes_on_when_released(
    encoder: Encoder, directory: StreamDirectory, beside: Beside
) -> None:
    listener = Listener()
    job = job_of("minute_hevc", directory)
    running = beside.start(encoder.encode(job, listener))
    run = await listener.wait_made(1)
    run.hold(True)
    run.hold(True)
    await asyncio.wait([running], timeout=0.3)
    made = len(listener.made)
    await asyncio.wait([running], timeout=0.5)
    assert len(listener.made) == made
    assert made < 2 * len(job.delivery.plan)
    assert not running.done()
    run.hold(False)
    assert await running == Completed()
    assert listener.indices(VIDEO) == list(range(len(job.delivery.plan)))


async def test_a_held_run_can_be_cancelled(encoder: Encoder, directory: StreamDirectory, beside: Beside) -> None:
    listener = Listener()
    running = beside.start(encoder.encode(job_of("minute_hevc", directory), listener))
    run = await listener.wait_made(1)
    run.hold(True)
    running.cancel()
    with anyio.fail_after(5), pytest.raises(asyncio.CancelledError):
        await running
    assert run.usage() is None


async def test_a_living_run_has_an_id_and_uses_something(
    encoder: Encoder, directory: StreamDirectory, beside: Beside
) -> None:
    listener = Listener()
    running = beside.start(encoder.encode(job_of("minute_hevc", directory), listener))
    run = await listener.wait_made(1)
    usage = run.usage()
    assert run.pid > 1
    assert usage is not None
    assert usage.rss > 1_000_000
    assert usage.cpu >= 0
    running.cancel()
    await asyncio.wait([running])


async def test_a_source_that_is_gone_is_a_crash_that_names_no_path(
    encoder: Encoder, directory: StreamDirectory, tmp_path: Path
) -> None:
    gone = tmp_path / "secret" / "gone.mp4"
    if isinstance(encoder, FakeEncoder):
        encoder.gone.add(gone)
    listener = Listener()
    outcome = await encoder.encode(replace(job_of("b_frames", directory), source=gone), listener)
    assert isinstance(outcome, Crashed)
    assert "No such file or directory" in outcome.reason
    assert "secret" not in outcome.reason
    assert listener.made == {}


@pytest.mark.parametrize("name", ["100%d", "-y", "new\nline", "it's: a [list], #1"])
async def test_the_cache_may_lie_in_a_folder_of_any_name(encoder: Encoder, tmp_path: Path, name: str) -> None:
    cache = open_cache(tmp_path / name, "0123456789abcdef")
    job, listener = job_of("b_frames", cache.create("client", "stream")), Listener()
    assert await encoder.encode(job, listener) == Completed()
    assert listener.indices(VIDEO) == list(range(len(job.delivery.plan)))
    cache.close()

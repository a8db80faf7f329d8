"""What a real FFmpeg has of the machine: its place behind others, its threads and its memory."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import anyio
import psutil
import pytest

from controller.adapters.ffmpeg.arguments import encode_arguments
from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.ffmpeg.exits import AHEAD, YIELDING
from controller.adapters.media.worker import look
from controller.adapters.segments import SegmentCache, open_cache
from controller.core.delivery import Wish, decide
from controller.core.playlist import VIDEO, SegmentId
from controller.core.room import MEBI
from controller.core.stream_phase import Crashed
from controller.ports import EncodeJob, EncoderRun
from tests import films
from tests.fakes.subtitles import FakeSubtitles


class Meeting:
    """Implements `ports.EncoderListener`: holds the run when its first picture is there."""

    def __init__(self) -> None:
        self.run: EncoderRun | None = None
        self.made = anyio.Event()

    def on_started(self, run: EncoderRun) -> None:
        self.run = run

    def on_made(self, segment: SegmentId, made: Path) -> None:
        if segment.rendition == VIDEO and self.run and not self.made.is_set():
            self.run.hold(True)
            self.made.set()


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[SegmentCache]:
    opened = open_cache(tmp_path / "cache", "0123456789abcdef")
    yield opened
    opened.close()


def job_in(cache: SegmentCache, name: str, *, eager: bool = False, yields: bool = False) -> EncodeJob:
    film = films.make("bench_transcode")
    facts = look(bytes(film))
    delivery = decide(facts, Wish())
    renditions = frozenset(delivery.renditions)
    return EncodeJob(film, facts, delivery, 0, 1, cache.create("client", name), renditions, eager, yields)


@asynccontextmanager
async def at_work(encoder: FfmpegEncoder, job: EncodeJob, *, hold: bool = True) -> AsyncIterator[int]:
    """The process id of a run that has made something; it is gone afterwards."""
    meeting = Meeting()
    async with anyio.create_task_group() as group:
        group.start_soon(encoder.encode, job, meeting)
        with anyio.fail_after(60):
            await meeting.made.wait()
        assert meeting.run
        meeting.run.hold(hold)
        yield meeting.run.pid
        group.cancel_scope.cancel()


def threads_of(pid: int) -> list[int]:
    return [int(each.name) for each in Path(f"/proc/{pid}/task").iterdir()]


def told(pid: int, what: str) -> str:
    """What the kernel tells of a process."""
    return Path(f"/proc/{pid}/{what}").read_text()


def place_at_the_disk(thread: int) -> str:
    command = ["ionice", "-p", str(thread)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(("yields", "nice"), [(False, AHEAD.nice), (True, YIELDING)])
async def test_every_thread_of_an_encoder_goes_after_others_at_the_processor_and_at_the_disk(
    cache: SegmentCache, yields: bool, nice: int
) -> None:
    async with at_work(FfmpegEncoder(FakeSubtitles()), job_in(cache, "one", yields=yields)) as pid:
        found = threads_of(pid)
        assert len(found) > 1, "it works with several"
        assert {os.getpriority(os.PRIO_PROCESS, each) for each in found} == {nice}
        said = {place_at_the_disk(each) for each in found}
        assert said == {"best-effort: prio 7"}


def test_its_place_at_the_disk_costs_no_time() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        took = []
        for _ in range(20):
            began = perf_counter()
            AHEAD.bind(child.pid)
            took.append(perf_counter() - began)
        assert psutil.Process(child.pid).ionice().value == 7
        child.kill()
    assert sorted(took)[10] < 0.002


async def test_beside_another_an_encoder_that_nobody_waits_for_takes_its_part_of_the_cores(
    cache: SegmentCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    encoder = FfmpegEncoder(FakeSubtitles())
    async with at_work(encoder, job_in(cache, "one"), hold=False) as first:
        assert encoder.working == 1
        async with (
            at_work(encoder, job_in(cache, "two")) as second,
            at_work(encoder, job_in(cache, "three", eager=True)) as third,
            at_work(encoder, job_in(cache, "four", eager=True, yields=True)) as fourth,
        ):
            many = ["-threads:v" in told(pid, "cmdline") for pid in (first, second, third, fourth)]
            assert many == [False, True, False, True]
            assert len(threads_of(second)) < len(threads_of(third))
            assert encoder.working == 1, "who is held does not work"
    assert encoder.working == 0


def test_few_threads_are_for_decoding_for_filters_and_for_encoding(cache: SegmentCache, tmp_path: Path) -> None:
    argv = encode_arguments(job_in(cache, "one"), tmp_path, threads=3)
    source = argv.index("-i")
    assert argv[argv.index("-threads") + 1] == "3"
    assert argv.index("-threads") < source < argv.index("-threads:v")
    assert argv[argv.index("-filter_threads") + 1] == "3"


async def test_an_encoder_that_needs_more_memory_than_it_may_have_ends_and_says_so(cache: SegmentCache) -> None:
    outcome = await FfmpegEncoder(FakeSubtitles(), most_memory=64 * MEBI).encode(job_in(cache, "one"), Meeting())
    assert outcome == Crashed("FFmpeg needed more memory than the 64 MB it may have: see the setting encoder_mb.")


async def test_an_encoder_with_enough_memory_does_not_notice_its_bound(cache: SegmentCache) -> None:
    async with at_work(FfmpegEncoder(FakeSubtitles(), most_memory=4096 * MEBI), job_in(cache, "one")) as pid:
        bounds = told(pid, "limits").splitlines()
        assert next(line for line in bounds if line.startswith("Max data size")).split()[3] == str(4096 * MEBI)

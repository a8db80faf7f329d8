"""A film that FFmpeg makes slower or faster: picture and sound together, where the playlist says, across runs."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from itertools import pairwise
from math import prod
from pathlib import Path

import av
import pytest

from controller.adapters.ffmpeg.arguments import encode_arguments, tempos_of
from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.media.worker import look
from controller.core.delivery import Wish, decide
from controller.core.media import SubtitleFacts
from controller.core.playlist import VIDEO, Rendition, SegmentId, sound_of
from controller.core.segment_plan import MEDIA_OFFSET
from controller.core.stream_phase import Completed
from controller.ports import EncodeJob
from tests import films
from tests.adapters.kept import Kept
from tests.fakes.facts import encoded_film, played
from tests.fakes.segments import FakeDirectory
from tests.fakes.subtitles import FakeSubtitles

SOUND = sound_of(0)
FLASH = 4.0
"""Seconds of film from one flash, with its tone, to the next; each lasts a second."""


async def two_runs(rate: float, tmp_path: Path) -> tuple[EncodeJob, dict[Rendition, Path]]:
    """The film of flashes at a rate: the first half of its segments from one run, the rest from another."""
    film = films.make("flashes")
    facts = look(bytes(film))
    delivery = decide(facts, Wish(rate=rate))
    assert delivery.reasons == ("rate_asked",)
    half, whole = len(delivery.plan) // 2, Kept()
    for start in (0, half):
        job = EncodeJob(
            film,
            facts,
            delivery,
            start,
            start + 1,
            FakeDirectory(tmp_path / f"run-{start}"),
            played(delivery),
            eager=True,
        )
        kept = Kept()
        assert await FfmpegEncoder(FakeSubtitles()).encode(job, kept) == Completed()
        assert {segment.index for segment in kept.made} == set(range(start, len(delivery.plan)))
        whole.made |= kept.made
    paths = {each: tmp_path / f"{each}.ts" for each in (VIDEO, SOUND)}
    for each, path in paths.items():
        path.write_bytes(b"".join(whole.made[SegmentId(each, index)] for index in range(len(delivery.plan))))
    return job, paths


def times(path: Path) -> list[float]:
    """When each frame of a rendition is shown or heard, in playlist time."""
    with av.open(str(path)) as container:
        return sorted(
            float(packet.pts * packet.time_base) - MEDIA_OFFSET
            for packet in container.demux()
            if packet.pts is not None
        )


def begins(path: Path, detector: str, word: str) -> list[float]:
    """When flashes or tones begin, in playlist time."""
    command = ["ffmpeg", "-hide_banner", "-nostdin", "-copyts", "-i", str(path), *detector.split(), "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr
    found = [float(at) - MEDIA_OFFSET for at in re.findall(rf"{word}: ?([\d.]+)", told)]
    return [at for at in found if at > 0.1]


@pytest.mark.parametrize("rate", [0.5, 1.5, 4.0])
async def test_picture_and_sound_go_by_together_and_runs_join_without_a_gap(rate: float, tmp_path: Path) -> None:
    job, paths = await two_runs(rate, tmp_path)
    plan = job.delivery.plan
    assert plan.boundaries[-1] == pytest.approx(24.0, abs=0.1)
    for each, step in ((VIDEO, 1 / 25), (SOUND, 1024 / 48_000)):
        seen = times(paths[each])
        assert seen[0] == pytest.approx(0.0, abs=step)
        assert seen[-1] + step == pytest.approx(plan.duration / rate, abs=2 * step)
        assert max(abs(later - sooner - step) for sooner, later in pairwise(seen)) < 0.001
    flashes = begins(paths[VIDEO], "-vf blackdetect=d=0.05", "black_end")
    tones = begins(paths[SOUND], "-af silencedetect=n=-30dB:d=0.05", "silence_end")
    due = [number * FLASH / rate for number in range(1, 6)]
    assert flashes[:5] == pytest.approx(due, abs=0.06)
    assert tones[:5] == pytest.approx(due, abs=0.08)


def test_the_words_of_a_run_at_a_rate(tmp_path: Path) -> None:
    facts = encoded_film(9.0)
    delivery = decide(facts, Wish(rate=1.5))
    job = EncodeJob(Path("/a.mkv"), facts, delivery, 2, 1, FakeDirectory(tmp_path / "s"), played(delivery))
    argv = [os.fsdecode(word) for word in encode_arguments(job, Path("/run"))]
    assert argv[argv.index("-ss") + 1] == "2.220000", "1.48 s of the playlist"
    assert argv[argv.index("-vf") + 1].startswith(
        "settb=AVTB,setpts=PTS/1.5,fps=25/1,tpad=stop=-1:stop_mode=clone,fps=25/1:start_time=0.520000,scale="
    )
    assert argv[argv.index("-af") + 1] == (
        "aresample=48000,aresample=48000:async=1:first_pts=0,atempo=1.5,atrim=start_sample=21120,apad"
    )
    assert argv[argv.index("-force_key_frames") + 1] == "0.520000,1.520000,2.520000"
    assert argv[argv.index("-output_ts_offset") + 1] == "11.480000"
    assert argv[argv.index("-segment_times") + 1] == "12.980000,13.980000,360016.000000"
    assert argv.count("4.520000") == 2, "both tracks last to the end of the playlist"


def test_subtitles_that_are_drawn_go_by_at_the_rate_too(tmp_path: Path) -> None:
    facts = replace(encoded_film(9.0), subtitles=(SubtitleFacts(3, "hdmv_pgs_subtitle"),))
    delivery = decide(facts, Wish(subtitle_track=0, rate=2.0))
    job = EncodeJob(Path("/a.mkv"), facts, delivery, 0, 1, FakeDirectory(tmp_path / "s"), played(delivery))
    argv = [os.fsdecode(word) for word in encode_arguments(job, Path("/run"))]
    assert argv[argv.index("-filter_complex") + 1].startswith(
        "[0:0]settb=AVTB,setpts=PTS/2.0,fps=25/1,tpad=stop=-1:stop_mode=clone,fps=25/1:start_time=0.000000[film];"
        "[0:3]settb=AVTB,setpts=PTS/2.0,null[drawn];[film][drawn]overlay="
    )


def test_text_that_is_drawn_is_timed_by_the_film(tmp_path: Path) -> None:
    facts = replace(encoded_film(60.0), subtitles=(SubtitleFacts(3, "ass"),))
    delivery = decide(facts, Wish(subtitle_track=0, burn=True, rate=2.0))
    start = delivery.plan.index_at(40.0)
    job = EncodeJob(Path("/a.mkv"), facts, delivery, start, 1, FakeDirectory(tmp_path / "s"), played(delivery))
    argv = [os.fsdecode(word) for word in encode_arguments(job, Path("/run"))]
    assert argv[argv.index("-ss") + 1] == "36.000000", "four seconds of film before, in which a text may begin"
    assert "settb=AVTB,setpts=(PTS+18.000000/TB)*2.0,ass=f=../burn-3.ass,setpts=PTS/2.0-18.000000/TB," in " ".join(argv)


@pytest.mark.parametrize("rate", [0.25, 0.3, 0.5, 0.75, 1.1, 2.0, 3.0, 4.0])
def test_tempos_multiply_to_the_rate_and_leave_nothing_out(rate: float) -> None:
    tempos = tempos_of(rate)
    assert prod(tempos) == pytest.approx(rate, abs=1e-7)
    assert all(0.5 <= tempo <= 2.0 for tempo in tempos)

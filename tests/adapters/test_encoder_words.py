"""What FFmpeg says, and how much of it is believed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from controller.adapters.ffmpeg.encoder import _Watcher
from controller.adapters.ffmpeg.exits import reason
from controller.core.delivery import Wish, decide
from controller.core.playlist import VIDEO, SegmentId, sound_of
from controller.core.segment_plan import SegmentPlan
from controller.ports import EncodeJob, EncoderRun
from tests.fakes.facts import copied_film, played
from tests.fakes.segments import FakeDirectory

SOUND = sound_of(0)


class Heard:
    """Implements `ports.EncoderListener`."""

    def __init__(self) -> None:
        self.made: list[SegmentId] = []

    def on_started(self, run: EncoderRun) -> None:
        """Not asked here."""

    def on_made(self, segment: SegmentId, made: Path) -> None:
        self.made.append(segment)


class Words:
    """A watcher of a run that began at segment 1 of a film of 12 s in three segments."""

    def __init__(self, folder: Path) -> None:
        facts = copied_film(12.0)
        directory = FakeDirectory(folder / "stream")
        delivery = replace(decide(facts, Wish()), plan=SegmentPlan((0.0, 4.0, 8.0, 12.0)))
        job = EncodeJob(Path("/a.mp4"), facts, delivery, 1, 1, directory, played(delivery))
        self.folder, self.heard = directory.run_directory(1), Heard()
        self.watcher = _Watcher(job, self.folder, self.heard)

    def write(self, name: str, size: int = 188) -> Path:
        path = self.folder / name
        path.write_bytes(b"x" * size)
        return path


@pytest.fixture
def words(tmp_path: Path) -> Words:
    return Words(tmp_path)


def test_a_segment_counts_when_it_ends_where_the_plan_says(words: Words) -> None:
    words.write("video-2.ts")
    words.watcher.on_line("video-2.ts,13.980000,18.000000")
    assert words.heard.made == [SegmentId(VIDEO, 1)]


def test_what_came_too_early_is_thrown_away(words: Words) -> None:
    early = words.write("video-1.ts")
    words.watcher.on_line("video-1.ts,13.500000,13.980000")
    assert words.heard.made == []
    assert not early.exists()


def test_what_comes_after_the_plans_end_is_thrown_away(words: Words) -> None:
    late = words.write("audio-0-4.ts")
    words.watcher.on_line("audio-0-4.ts,22.000000,22.020000")
    assert words.heard.made == []
    assert not late.exists()


def test_an_empty_segment_does_not_count(words: Words) -> None:
    words.write("video-2.ts", size=0)
    words.watcher.on_line("video-2.ts,13.980000,18.000000")
    assert words.heard.made == []


@pytest.mark.parametrize("end", ["15.0", "17.4", "18.6"])
def test_a_segment_of_odd_length_does_not_count_until_ffmpeg_goes_on(words: Words, end: str) -> None:
    words.write("video-2.ts")
    words.watcher.on_line(f"video-2.ts,13.980000,{end}")
    assert words.heard.made == []
    words.write("audio-0-2.ts")
    words.watcher.on_line("audio-0-2.ts,14.000000,18.000000")
    assert words.heard.made == [SegmentId(SOUND, 1)]
    words.write("video-3.ts")
    words.watcher.on_line("video-3.ts,18.000000,22.000000")
    assert words.heard.made == [SegmentId(SOUND, 1), SegmentId(VIDEO, 1), SegmentId(VIDEO, 2)]


def test_a_short_last_segment_counts_after_a_good_end_only(words: Words) -> None:
    words.write("video-3.ts")
    words.watcher.on_line("video-3.ts,17.980000,20.500000")
    assert words.heard.made == []
    words.watcher.on_good_end()
    assert words.heard.made == [SegmentId(VIDEO, 2)]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "video-2.ts",
        "video-2.ts,1,2,3",
        "video-2.ts,1.2.3,18.0",
        "video-2.ts,13.98,1.8.0",
        "video-2.ts,..,.",
        "video-2.ts,13.98,nan",
        "../video-2.ts,13.98,18.0",
        "subtitle-2.ts,13.98,18.0",
        "video-99999999.ts,13.98,18.0",
        "video--2.ts,13.98,18.0",
        "video-\u0662.ts,13.98,18.0\u0660x",
    ],
)
def test_garbage_is_not_believed(words: Words, line: str) -> None:
    words.write("video-2.ts")
    words.watcher.on_line(line)
    assert words.heard.made == []


def test_a_segment_that_is_announced_and_not_there_is_an_os_error(words: Words) -> None:
    with pytest.raises(FileNotFoundError):
        words.watcher.on_line("video-2.ts,13.980000,18.000000")


@pytest.mark.parametrize(
    ("code", "stderr", "said"),
    [
        (-9, "", "FFmpeg was ended by signal 9."),
        (1, "", "FFmpeg gave up with exit code 1."),
        (1, "no colon here", "FFmpeg gave up with exit code 1."),
        (
            254,
            "file:/home/me/secret film.mp4: No such file or directory\n",
            "FFmpeg gave up with exit code 254: No such file or directory.",
        ),
        (
            1,
            "[mov @ 0x5581] moov atom not found\nfile:/home/me/x.mp4: Invalid data found when processing input\n\n",
            "FFmpeg gave up with exit code 1: Invalid data found when processing input.",
        ),
        (1, "Error opening output: /var/cache/matinee/run", "FFmpeg gave up with exit code 1."),
        (1, "Error: /home/me/a: b/c", "FFmpeg gave up with exit code 1."),
    ],
)
def test_a_reason_is_one_sentence_without_a_path(code: int, stderr: str, said: str) -> None:
    assert reason(code, stderr) == said


def test_a_reason_is_never_long() -> None:
    assert len(reason(1, "x: " + "very " * 1_000)) < 160

"""A film is as long as there is something to see or to hear, whatever its subtitles say."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from controller.adapters.media.worker import look
from controller.core.delivery import Wish, decide
from controller.core.webvtt import Cue
from tests import films
from tests.film_parts import picture, sound
from tests.subtitled import subrip

WEEKS = 1193 * 3600.0
"""Seconds that a subtitle of a DVD stays which nothing takes away: 2^32 milliseconds."""


@pytest.mark.parametrize(
    ("ending", "until"), [("mkv", 14.0), ("mkv", 5 * 3600.0), ("mkv", WEEKS), ("mp4", 14.0), ("mp4", 1800.0)]
)
def test_a_subtitle_that_stays_when_the_film_is_over_makes_it_no_longer(
    tmp_path: Path, ending: str, until: float
) -> None:
    source, script, film = films.make("b_frames"), tmp_path / "s.srt", tmp_path / f"film.{ending}"
    script.write_text(subrip((Cue(2.0, until, "I stay"),)))
    codec = "srt" if ending == "mkv" else "mov_text"
    command = ["ffmpeg", "-v", "error", "-i", str(source), "-i", str(script), "-map", "0", "-map", "1", "-c", "copy"]
    subprocess.run([*command, "-c:s", codec, str(film)], check=True, timeout=30)
    told = films.told_duration(film)
    assert told
    assert told > films.duration(source) + 1
    facts = look(os.fsencode(film))
    assert facts.duration == pytest.approx(films.duration(source), abs=0.1)
    assert facts.bit_rate == pytest.approx(8 * film.stat().st_size / films.duration(source), rel=0.05)
    assert decide(facts, Wish()).mode == "remux"


def test_what_is_said_to_be_weeks_long_is_read_to_its_end(tmp_path: Path) -> None:
    """A plan with every cut of it would keep everybody waiting for a minute."""
    film = tmp_path / "film.mkv"
    command = ["ffmpeg", "-v", "error", "-i", str(films.make("b_frames")), "-map", "0:v", "-c", "copy"]
    subprocess.run([*command, str(film)], check=True, timeout=30)
    data = bytearray(film.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3  # Matroska's Duration, a double, in milliseconds
    data[at : at + 8] = b"\x41\xf0" + bytes(6)
    film.write_bytes(data)
    told = films.told_duration(film)
    assert told
    assert told > 1_000_000
    assert look(os.fsencode(film)).duration == pytest.approx(films.duration(films.make("b_frames")), abs=0.1)


def test_what_begins_before_time_zero_is_heard_and_seen_to_its_end(tmp_path: Path) -> None:
    """Matroska tells when the film is over, counted from its time zero."""
    source, film = films.make("open_gop"), tmp_path / "film.mkv"
    shift = ["-output_ts_offset", "-1.5", "-avoid_negative_ts", "disabled"]
    command = ["ffmpeg", "-v", "error", "-i", str(source), "-c", "copy", *shift, str(film)]
    subprocess.run(command, check=True, timeout=30)
    assert films.duration(film) == pytest.approx(films.duration(source) - 1.5, abs=0.1)
    assert look(os.fsencode(film)).duration == pytest.approx(films.duration(source), abs=0.1)


def test_a_length_that_was_only_reckoned_from_the_bit_rate_is_not_believed(tmp_path: Path) -> None:
    """A recording that was broken off: nothing tells its length, and of these codecs libavformat knows the bit rate."""
    film = tmp_path / "film.mkv"
    command = ["ffmpeg", "-v", "error", *picture(seconds=30), *sound(44_100, 30), "-c:v", "mpeg4", "-c:a", "ac3"]
    subprocess.run([*command, "-f", "matroska", "-live", "1", str(film)], check=True, timeout=60)
    told = films.told_duration(film)
    assert told
    assert told > 45.0
    facts = look(os.fsencode(film))
    assert facts.duration == pytest.approx(30.0, abs=0.1)
    assert facts.video
    assert [facts.video.end, facts.audio[0].end] == pytest.approx([30.0, 30.0], abs=0.1)

"""What is found in every kind of film."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from controller.adapters.media import keyframes
from controller.adapters.media.codec_strings import avc_codecs, hevc_codecs
from controller.adapters.media.worker import answer, look
from controller.core.delivery import Wish, decide
from controller.core.media import MediaFacts
from tests import films
from tests.film_parts import SECONDS


@dataclass(frozen=True, slots=True)
class Picture:
    """What is expected. `cuts`: all keyframes are safe, some are, or nobody asked because it is not H.264."""

    codec: str
    rate: tuple[int, int]
    cuts: Literal["all", "some"] | None = None
    rotation: int = 0
    interlaced: bool = False
    trimmed: bool = False
    sound: str | None = "aac"


EXPECTED: dict[str, Picture | None] = {
    "b_frames": Picture("h264", (24, 1), "all"),
    "baseline": Picture("h264", (30, 1), "all"),
    "ntsc_ac3_six_channels": Picture("h264", (24_000, 1_001), "all", sound="ac3"),
    "hevc_ac3": Picture("hevc", (24_000, 1_001), "some", sound="ac3"),
    "long_gop": Picture("h264", (25, 1), "all"),
    "mpeg4_mp3": Picture("mpeg4", (25, 1), sound="mp3"),
    "vp9_opus": Picture("vp9", (30, 1), sound="opus"),
    "transport": Picture("h264", (25, 1), "all"),
    "broadcast_interlaced": Picture("mpeg2video", (25, 1), interlaced=True, sound="mp2"),
    "variable_rate": Picture("h264", (30, 1), "some"),
    "rotated": Picture("h264", (24, 1), "all", rotation=90),
    "edit_list": Picture("h264", (24, 1), "all", trimmed=True),
    "odd_size": Picture("vp9", (30, 1), sound="opus"),
    "silent": Picture("h264", (50, 1), "all", sound=None),
    "sound_only": None,
    "flac_only": None,
    "late_sound": Picture("h264", (25, 1), "all"),
    "late_picture": Picture("h264", (25, 1), "all"),
    "short_sound": Picture("h264", (25, 1), "all"),
    "open_gop": Picture("h264", (25, 1), "some"),
    "ten_bit": Picture("h264", (25, 1), "all", sound="opus"),
    "fragmented": Picture("h264", (24, 1), "all"),
    "flash": Picture("h264", (25, 1), "all"),
    "slow_rate": Picture("h264", (5, 1), "all"),
    "several_tracks": Picture("h264", (25, 1), "all"),
    "recorded_live": Picture("h264", (24, 1), "all"),
    "fast_start": Picture("h264", (24, 1), "all"),
    "bench_remux": Picture("h264", (30, 1), "all"),
    "bench_transcode": Picture("mpeg4", (30, 1), sound="ac3"),
    "flashes": Picture("h264", (25, 1), "all"),
    "minute": Picture("h264", (24, 1), "all"),
    "minute_mpeg4": Picture("mpeg4", (24, 1)),
    "minute_half": Picture("mpeg4", (24, 1)),
    "minute_more": Picture("mpeg4", (24, 1)),
    "minute_hevc": Picture("hevc", (24, 1), "some"),
}
STEADY_MKV = [
    name
    for name, seen in EXPECTED.items()
    if seen and seen.cuts and films.RECIPES[name][0] == "mkv" and name not in ("variable_rate", "recorded_live")
]
"""Without `variable_rate`: the index of a Matroska file holds keyframes only, so it cannot tell of a pause. And without
`recorded_live`, which has none.
"""
AS_MP4 = [
    "b_frames",
    "baseline",
    "silent",
    "slow_rate",
    "late_sound",
    "late_picture",
    "open_gop",
    "variable_rate",
    "rotated",
]


def facts_of(name: str) -> MediaFacts:
    facts = look(os.fsencode(films.make(name)))
    assert isinstance(facts, MediaFacts)
    return facts


def keyframe_count(film: Path) -> int:
    """How many there are, in FFmpeg's own opinion."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=flags", "-of", "csv=p=0"]
    told = subprocess.run([*command, str(film)], check=True, capture_output=True, text=True, timeout=30).stdout
    return sum("K" in line for line in told.split())


def test_every_recipe_is_expected() -> None:
    assert set(EXPECTED) == set(films.RECIPES)


@pytest.mark.parametrize("name", [name for name, seen in EXPECTED.items() if seen])
def test_a_picture_is_seen_as_it_is(name: str) -> None:
    expected, facts = EXPECTED[name], facts_of(name)
    assert expected is not None
    assert facts.video is not None
    video = facts.video
    assert (video.codec, video.rate) == (expected.codec, expected.rate)
    assert (video.rotation, video.interlaced, video.trimmed) == (
        expected.rotation,
        expected.interlaced,
        expected.trimmed,
    )
    assert {track.codec for track in facts.audio} == ({expected.sound} if expected.sound else set())
    assert facts.duration == pytest.approx(films.told_duration(films.make(name)) or SECONDS, abs=0.1)
    assert facts.size == films.make(name).stat().st_size
    assert facts.bit_rate > 0


@pytest.mark.parametrize("name", [name for name, seen in EXPECTED.items() if seen])
def test_places_for_cuts_are_known_where_a_picture_may_be_copied(name: str) -> None:
    expected, video = EXPECTED[name], facts_of(name).video
    assert expected is not None
    assert video is not None
    if expected.cuts is None:
        assert (video.keyframes, video.codecs) == (None, None)
        return
    assert video.keyframes is not None
    assert list(video.keyframes) == sorted(set(video.keyframes))
    count = keyframe_count(films.make(name))
    assert len(video.keyframes) == count if expected.cuts == "all" else 0 < len(video.keyframes) < count
    assert (video.codecs or "").startswith({"h264": "avc1.", "hevc": "hvc1."}[video.codec])


@pytest.mark.parametrize(("name", "codec"), [("sound_only", "aac"), ("flac_only", "flac")])
def test_sound_without_picture_is_a_film_too(name: str, codec: str) -> None:
    facts = facts_of(name)
    assert facts.video is None
    assert [track.codec for track in facts.audio] == [codec]


def test_what_is_late_or_short_is_seen() -> None:
    late_sound, late_picture, short = facts_of("late_sound"), facts_of("late_picture"), facts_of("short_sound")
    assert late_sound.audio[0].start == pytest.approx(3, abs=0.1)
    assert late_picture.video is not None
    assert late_picture.video.start == pytest.approx(1.5, abs=0.1)
    assert short.audio[0].end < short.duration - 5
    assert facts_of("edit_list").audio[0].trimmed
    assert not facts_of("b_frames").audio[0].trimmed


def test_details_that_make_a_picture_unusual_are_seen() -> None:
    for name, pixels in (("ten_bit", "yuv420p10le"), ("odd_size", "yuv444p"), ("b_frames", "yuv420p")):
        video = facts_of(name).video
        assert video is not None
        assert video.pixel_format == pixels
    assert facts_of("ntsc_ac3_six_channels").audio[0].channels == 6


@pytest.mark.parametrize("name", STEADY_MKV)
def test_the_index_of_a_large_matroska_file_tells_no_other_cuts_than_reading_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = facts_of(name).video
    monkeypatch.setattr(keyframes, "LITTLE", 0)
    monkeypatch.setattr(keyframes, "_read_through", _nobody_reads)
    indexed = facts_of(name).video
    assert read is not None
    assert indexed is not None
    whole = replace(read, keyframes=None, open_gop=True) if indexed.open_gop else read
    assert replace(indexed, packed=None) == replace(whole, packed=None)
    assert indexed.open_gop or sum(indexed.packed or ()) == pytest.approx(sum(read.packed or ()), rel=0.15)
    assert not indexed.open_gop or len(read.keyframes or ()) < keyframe_count(films.make(name))


@pytest.mark.parametrize("flags", [[], ["-movflags", "faststart"]], ids=["index last", "index first"])
@pytest.mark.parametrize("name", AS_MP4)
def test_the_index_of_an_mp4_tells_all_that_reading_it_tells(
    name: str, flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = remuxed(name, tmp_path / "film.mp4", *flags)
    with monkeypatch.context() as by_table:
        by_table.setattr(keyframes, "_read_through", _nobody_reads)
        by_table.setattr(keyframes, "_from_index", _nobody_reads)
        indexed = look(os.fsencode(film)).video
    monkeypatch.setattr(keyframes, "read_table", lambda *_: None)
    monkeypatch.setattr(keyframes, "LITTLE", 1e12)
    read = look(os.fsencode(film)).video
    assert indexed == read
    assert indexed is not None
    assert indexed.keyframes


@pytest.mark.parametrize("name", ["edit_list", "fragmented"])
def test_an_mp4_whose_index_tells_something_else_than_its_film_is_looked_at_in_another_way(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_either = facts_of(name).video
    monkeypatch.setattr(keyframes, "read_table", lambda *_: None)
    assert facts_of(name).video == by_either


def test_an_index_that_knows_a_part_of_a_film_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = without_cues(films.make("minute"), tmp_path, repeat=3)
    monkeypatch.setattr(keyframes, "LITTLE", 0)
    video = look(os.fsencode(film)).video
    assert video is not None
    assert video.keyframes is not None
    assert len(video.keyframes) == keyframe_count(film)


@pytest.mark.parametrize("name", ["transport", "flash"])
def test_without_time_the_places_for_cuts_stay_unknown_and_that_is_said(name: str) -> None:
    said = answer(os.fsencode(films.make(name)), patience=-1.0)
    assert said["facts"]["video"]["keyframes"] is None
    assert said["facts"]["duration"] == pytest.approx(SECONDS, abs=0.1)
    assert said["unread"]
    patient = answer(os.fsencode(films.make(name)))
    assert patient["facts"]["video"]["keyframes"]
    assert "unread" not in patient


@pytest.mark.parametrize("patience", [0.4, -1.0], ids=["in time", "without time"])
@pytest.mark.parametrize("name", ["b_frames", "hevc_ac3", "vp9_opus", "flac_only"])
def test_a_film_that_was_recorded_live_has_its_length_all_the_same(name: str, patience: float, tmp_path: Path) -> None:
    film, source = tmp_path / "live.mkv", films.make(name)
    untold = ["-map_metadata", "-1", "-map_metadata:s", "-1"]
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        str(source),
        "-c",
        "copy",
        *untold,
        "-f",
        "matroska",
        "pipe:1",
    ]
    film.write_bytes(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)
    assert films.told_duration(film) is None
    whole = answer(os.fsencode(film), patience=patience)["facts"]
    assert whole["duration"] == pytest.approx(films.duration(source), abs=0.1)
    film.write_bytes(film.read_bytes()[:-5_000])
    assert answer(os.fsencode(film), patience=patience)["facts"]["duration"] == pytest.approx(
        films.duration(source), abs=2.5
    )


@pytest.mark.parametrize("codec", ["aac", "mp3", "ac3"])
def test_sound_without_a_container_is_as_long_as_it_is(codec: str, tmp_path: Path) -> None:
    """The first half of it is nearly silent and takes few bits."""
    film, flags = tmp_path / f"sound.{codec}", ["-write_xing", "0", "-q:a", "4"] if codec == "mp3" else []
    sound = "aevalsrc='if(lt(t,30),0.001*sin(600*t),random(0))':s=48000:d=60"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", sound, *flags, str(film)]
    subprocess.run(command, check=True, timeout=60)
    assert look(os.fsencode(film)).duration == pytest.approx(60, abs=0.1)
    hasty = answer(os.fsencode(film), patience=-1.0)
    assert hasty["facts"]["duration"] > 0, "it can be played"
    assert hasty["unread"], "and is studied then"


def remuxed(name: str, film: Path, *flags: str) -> Path:
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        str(films.make(name)),
        "-map",
        "0:v",
        "-map",
        "0:a?",
        "-c",
        "copy",
    ]
    subprocess.run([*command, *flags, str(film)], check=True, timeout=30)
    return film


def without_cues(source: Path, folder: Path, *, repeat: int) -> Path:
    """A Matroska file that says how long it is, but not where its keyframes are: the index is painted over."""
    film = folder / "film.mkv"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-stream_loop", str(repeat - 1), "-i", str(source), "-c", "copy"]
    subprocess.run([*command, str(film)], check=True, timeout=30)
    content = bytearray(film.read_bytes())
    cues = content.rindex(b"\x1c\x53\xbb\x6b")
    content[cues : cues + 4] = b"\x1c\x53\xbb\x6c"
    film.write_bytes(content)
    return film


def _nobody_reads(*_: object) -> None:
    raise AssertionError("there is no need to read it")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"<html><body>no film</body></html>" * 100, "FFmpeg cannot read this file"),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n", "FFmpeg cannot read this file"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "This is no kind of file that is played here."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 1_000, "This is no kind of file that is played here."),
        (bytes(range(256)) * 400, "FFmpeg cannot read this file"),
    ],
)
def test_what_is_no_film_is_refused_with_a_sentence(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    said = answer(os.fsencode(path))
    assert problem in said["problem"]
    assert str(tmp_path) not in said["problem"]


def test_a_film_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    whole = films.make("fast_start").read_bytes()
    path = tmp_path / "film.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    assert "cut off" in answer(os.fsencode(path))["problem"]


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "link.mp4").symlink_to(films.make("b_frames"))
    assert "regular" in answer(os.fsencode(tmp_path / "pipe.mp4"))["problem"]
    for name in ("link.mp4", "none.mp4"):
        assert "problem" in answer(os.fsencode(tmp_path / name))


def test_the_name_of_an_h264_track_comes_from_either_kind_of_header() -> None:
    assert avc_codecs(bytes.fromhex("0164001e")) == "avc1.64001e"
    assert avc_codecs(bytes.fromhex("00000001674d401f00")) == "avc1.4d401f"
    assert avc_codecs(b"") is None
    assert avc_codecs(b"\0" * 20) is None


def test_the_name_of_an_hevc_track_comes_from_its_box() -> None:
    box = bytes.fromhex("01 01 60 00 00 00 90 00 00 00 00 00 78 f0 00")
    assert hevc_codecs(box) == "hvc1.1.6.L120.90"
    assert hevc_codecs(bytes.fromhex("01 62 20 00 00 00 b0 00 00 00 00 00 96")) == "hvc1.A2.4.H150.B0"
    assert hevc_codecs(b"\0\0\0\1") is None
    assert hevc_codecs(b"") is None


@pytest.mark.parametrize(("recipe", "holed"), [("sound_with_a_hole", True), ("transport", False)])
def test_a_sound_that_pauses_is_not_copied_with_its_hole(recipe: str, holed: bool) -> None:
    facts = look(os.fsencode(films.make(recipe)))
    assert facts.audio[0].holed is holed
    assert ("audio_has_holes" in decide(facts, Wish()).reasons) is holed

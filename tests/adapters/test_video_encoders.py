"""What each encoder is told, word for word, and that this FFmpeg knows the words of those that it has."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.ffmpeg.arguments import encode_arguments
from controller.adapters.ffmpeg.video_encoders import HARDWARE, NVENC, SOFTWARE, VAAPI, VideoEncoder, decoding
from controller.core.delivery import Wish, decide
from controller.core.media import MediaFacts, VideoFacts
from controller.core.picture import burned, encode
from controller.core.wish import Rung
from controller.ports import EncodeJob
from tests.fakes.facts import copied_film, encoded_film, hevc, played
from tests.fakes.segments import FakeDirectory

KEYFRAMES = "0.000000,1.000000,2.000000,3.000000,4.000000"
BY_AVERAGE = ["-b:v", "3000k", "-maxrate", "4000k", "-bufsize", "4000k"]
WORDS: dict[str, list[str]] = {
    "software": [
        "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-level:v", "31",
        "-crf", "22", "-maxrate", "4000k", "-bufsize", "4000k", "-g", "9999", "-sc_threshold", "0",
    ],
    "nvenc": [
        "-c:v", "h264_nvenc", "-preset", "p4", "-profile:v", "high", "-level:v", "31",
        "-rc", "vbr", "-cq", "23", "-b:v", "0", "-maxrate", "4000k", "-bufsize", "4000k", "-g", "9999",
        "-bf", "0", "-no-scenecut", "1", "-forced-idr", "1",
    ],
    "qsv": [
        "-c:v", "h264_qsv", "-preset", "medium", "-profile:v", "high", "-level:v", "31", *BY_AVERAGE, "-g", "9999",
        "-bf", "0", "-adaptive_i", "0", "-look_ahead", "0", "-forced_idr", "1",
    ],
    "vaapi": [
        "-c:v", "h264_vaapi", "-profile:v", "high", "-level:v", "31", "-rc_mode", "VBR", *BY_AVERAGE, "-g", "9999",
        "-bf", "0", "-idr_interval", "0",
    ],
    "amf": [
        "-c:v", "h264_amf", "-usage", "transcoding", "-quality", "balanced", "-profile:v", "high", "-level:v", "31",
        "-rc", "vbr_peak", *BY_AVERAGE, "-g", "9999", "-bf", "0", "-forced_idr", "1",
    ],
    "videotoolbox": [
        "-c:v", "h264_videotoolbox", "-realtime", "0", "-profile:v", "high", "-level:v", "31", *BY_AVERAGE, "-g", "9999",
        "-bf", "0", "-allow_sw", "0",
    ],
}  # fmt: skip
HURRIED = {
    "software": ["-preset", "ultrafast"],
    "nvenc": ["-preset", "p1"],
    "qsv": ["-preset", "veryfast"],
    "vaapi": ["-profile:v", "high"],
    "amf": ["-usage", "transcoding", "-quality", "speed"],
    "videotoolbox": ["-realtime", "1"],
}
FILTERS = {
    "software": "format=yuv420p",
    "vaapi": "format=nv12,hwupload",
}
BEFORE = {
    "software": [],
    "nvenc": ["-hwaccel", "cuda"],
    "qsv": ["-hwaccel", "vaapi"],
    "vaapi": [
        "-init_hw_device", "vaapi=gpu", "-filter_hw_device", "gpu", "-hwaccel", "vaapi", "-hwaccel_device", "gpu",
    ],
    "amf": ["-hwaccel", "vaapi"],
    "videotoolbox": ["-hwaccel", "videotoolbox"],
}  # fmt: skip
ALL = pytest.mark.parametrize("encoder", [SOFTWARE, *HARDWARE], ids=lambda encoder: encoder.name)


def argv_of(facts: MediaFacts, encoder: VideoEncoder, tmp_path: Path, *, eager: bool = False) -> list[str]:
    delivery = decide(facts, Wish())
    directory = FakeDirectory(Path(tempfile.mkdtemp(dir=tmp_path)) / "stream")
    job = EncodeJob(Path("/films/a.mp4"), facts, delivery, 0, 1, directory, played(delivery), eager)
    return [os.fsdecode(word) for word in encode_arguments(job, Path("/run"), encoder)]


def between(argv: list[str], first: str, last: str) -> list[str]:
    return argv[argv.index(first) : argv.index(last)]


@ALL
def test_a_picture_is_made_with_these_words(encoder: VideoEncoder, tmp_path: Path) -> None:
    argv = argv_of(encoded_film(6.0), encoder, tmp_path)
    assert between(argv, "-c:v", "-force_key_frames") == WORDS[encoder.name]
    assert argv[argv.index("-force_key_frames") + 1] == KEYFRAMES
    usual = FILTERS.get(encoder.name, "format=nv12")
    assert (
        argv[argv.index("-vf") + 1]
        == f"fps=25/1,tpad=stop=-1:stop_mode=clone,fps=25/1:start_time=0.000000,scale=1280:720,setsar=1,{usual}"
    )
    assert argv[argv.index("-stats_period") + 2 : argv.index("-protocol_whitelist")] == BEFORE[encoder.name]


@ALL
def test_a_run_that_somebody_waits_for_makes_haste(encoder: VideoEncoder, tmp_path: Path) -> None:
    argv = argv_of(encoded_film(6.0), encoder, tmp_path, eager=True)
    after = argv.index(encoder.codec) + 1
    assert argv[after : after + len(HURRIED[encoder.name])] == HURRIED[encoder.name]
    calm = argv_of(encoded_film(6.0), encoder, tmp_path)
    assert between(argv, "-profile:v", "-segment_times") == between(calm, "-profile:v", "-segment_times")


@ALL
def test_a_picture_that_is_copied_asks_no_device(encoder: VideoEncoder, tmp_path: Path) -> None:
    assert argv_of(copied_film(12.0), encoder, tmp_path) == argv_of(copied_film(12.0), SOFTWARE, tmp_path)


@pytest.mark.parametrize(
    ("about", "wish"),
    [
        ({"pixel_format": "yuv420p10le", "profile": "Main 10"}, Wish()),
        ({"pixel_format": "yuv422p"}, Wish()),
        ({"pixel_format": "yuvj420p"}, Wish()),
        ({"transfer": "arib-std-b67"}, Wish()),
        ({"interlaced": True}, Wish()),
        ({"rotation": 90}, Wish()),
        ({"codec": "mpeg4"}, Wish()),
        ({"codec": "vc1"}, Wish()),
        ({}, Wish(subtitle_track=0, burn=True)),
        ({}, Wish(rung=Rung("server_too_slow", blank=True))),
    ],
)
def test_the_processor_decodes_what_filters_have_to_know_all_about(about: dict[str, Any], wish: Wish) -> None:
    assert decoded(VAAPI, hevc(**about), wish) == ()


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1"])
def test_a_device_decodes_plain_pictures(codec: str) -> None:
    assert decoded(NVENC, hevc(codec=codec), Wish("360p")) == ("-hwaccel", "cuda")
    assert decoded(replace(NVENC, decoding=()), hevc(codec=codec), Wish()) == ()
    assert decoded(SOFTWARE, hevc(codec=codec), Wish()) == ()


def decoded(encoder: VideoEncoder, video: VideoFacts, wish: Wish) -> tuple[str, ...]:
    facts = replace(encoded_film(6.0), video=video)
    return decoding(encoder, video, encode(video, wish, burned(facts, wish)))


@ALL
def test_every_player_gets_a_profile_that_it_decodes(encoder: VideoEncoder) -> None:
    video = encode(hevc(), Wish())
    profiles = [encoder.arguments(replace(video, rank=rank), "0", eager=False) for rank in (1, 2, 3)]
    named = [argv[argv.index("-profile:v") + 1] for argv in profiles]
    assert [name.removeprefix("constrained_") for name in named] == ["baseline", "main", "high"]


@ALL
def test_what_must_be_made_in_haste_always_is(encoder: VideoEncoder) -> None:
    video = encode(hevc(), Wish(rung=Rung("server_too_slow", haste=True)))
    assert encoder.arguments(video, "0", eager=False) == encoder.arguments(video, "0", eager=True)


def help_of(encoder: VideoEncoder) -> str:
    """What this FFmpeg says of an encoder; that it does not know it, where it was built without it."""
    asked = ["ffmpeg", "-hide_banner", "-h", f"encoder={encoder.codec}"]
    return subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True).stdout


HERE = [encoder for encoder in HARDWARE if f"Encoder {encoder.codec}" in help_of(encoder)]


def test_this_ffmpeg_has_some_encoders_for_hardware() -> None:
    assert {"vaapi", "nvenc"} <= {encoder.name for encoder in HERE}


@pytest.mark.parametrize("encoder", HERE, ids=lambda encoder: encoder.name)
def test_this_ffmpeg_knows_every_word_of_an_encoder_that_it_has(encoder: VideoEncoder) -> None:
    told = help_of(encoder)
    known = set(re.findall(r"^ +(-?[\w-]+) ", told, re.MULTILINE))
    generic = {"-b", "-maxrate", "-bufsize", "-bf", "-profile", "-level", "-g"}
    options = [word.removesuffix(":v") for word in WORDS[encoder.name] if re.match("-[a-z]", word)][1:]
    assert set(options) - generic <= known
    assert {value for value in (*encoder.eager, *encoder.steady) if value[0] != "-"} <= known
    assert encoder.pixels in told or encoder.upload
    assert {encoder.baseline, "main", "high"} <= known

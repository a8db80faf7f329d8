"""Films made with FFmpeg's lavfi: every kind that tests need, each made once per machine and kept.

A recipe is named after what is special about it. `make(name)` gives its path; all are a few seconds long and small.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

SECONDS = 12.5
SIZE = "320x180"


def _picture(rate: str = "25", size: str = SIZE, seconds: float = SECONDS) -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]


def _sound(rate: int = 48_000, seconds: float = SECONDS, hertz: int = 440) -> list[str]:
    return ["-f", "lavfi", "-i", f"sine=frequency={hertz}:sample_rate={rate}:duration={seconds}"]


def _subtitles(text: str) -> list[str]:
    return ["-f", "srt", "-i", f"data:text/plain,1%0A00:00:00,000 --> 00:00:12,000%0A{text}%0A"]


X264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac"]

RECIPES: dict[str, tuple[str, list[str]]] = {
    "b_frames": ("mp4", [*_picture("24"), *_sound(), *X264, "-g", "60", "-bf", "3", *AAC]),
    "baseline": ("mp4", [*_picture("30"), *_sound(44_100), *X264, "-profile:v", "baseline", "-g", "30", *AAC]),
    "ntsc_ac3_six_channels": (
        "mkv",
        [*_picture("24000/1001"), *_sound(), *X264, "-g", "48", "-c:a", "ac3", "-ac", "6"],
    ),
    "hevc_ac3": (
        "mkv",
        [
            *_picture("24000/1001"),
            *_sound(),
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-x265-params",
            "log-level=error",
            "-c:a",
            "ac3",
            "-ac",
            "6",
        ],
    ),
    "long_gop": (
        "mp4",
        [
            *_picture("25", seconds=52),
            *_sound(seconds=52),
            *X264,
            "-g",
            "625",
            "-keyint_min",
            "625",
            "-sc_threshold",
            "0",
            *AAC,
        ],
    ),
    "mpeg4_mp3": ("avi", [*_picture(), *_sound(), "-c:v", "mpeg4", "-bf", "2", "-c:a", "libmp3lame"]),
    "vp9_opus": (
        "webm",
        [
            *_picture("30"),
            *_sound(),
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-c:a",
            "libopus",
        ],
    ),
    "transport": ("ts", [*_picture(), *_sound(), *X264, "-g", "50", *AAC]),
    "broadcast_interlaced": (
        "ts",
        [*_picture(), *_sound(), "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-b:v", "2M", "-c:a", "mp2"],
    ),
    "variable_rate": (
        "mkv",
        [
            *_picture("30"),
            *_sound(),
            "-vf",
            "select='mod(n,7)*mod(n,5)*lt(mod(n,90),60)'",
            "-fps_mode",
            "vfr",
            *X264,
            "-g",
            "60",
            *AAC,
        ],
    ),
    "rotated": ("mp4", ["@b_frames", "-c", "copy", "-metadata:s:v", "rotate=90"]),
    "edit_list": ("mp4", ["-ss", "3.3", "@b_frames", "-c", "copy"]),
    "odd_size": (
        "webm",
        [
            *_picture("30", "321x181"),
            *_sound(),
            "-pix_fmt",
            "yuv444p",
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-c:a",
            "libopus",
        ],
    ),
    "silent": ("mp4", [*_picture("50"), *X264, "-g", "100"]),
    "sound_only": ("m4a", [*_sound(), *AAC]),
    "flac_only": ("flac", [*_sound()]),
    "late_sound": ("mkv", [*_picture(), "-itsoffset", "3", *_sound(seconds=9.5), *X264, "-g", "50", *AAC]),
    "late_picture": ("mkv", ["-itsoffset", "1.5", *_picture(seconds=11), *_sound(), *X264, "-g", "50", *AAC]),
    "short_sound": ("mp4", [*_picture(), *_sound(seconds=6), *X264, "-g", "50", *AAC]),
    "open_gop": ("mp4", [*_picture(), *_sound(), *X264, "-g", "50", "-x264-params", "open-gop=1:bframes=3", *AAC]),
    "ten_bit": (
        "mkv",
        [
            *_picture(),
            *_sound(),
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-pix_fmt",
            "yuv420p10le",
            "-c:a",
            "libopus",
        ],
    ),
    "fragmented": ("mp4", ["@b_frames", "-c", "copy", "-movflags", "frag_keyframe+empty_moov"]),
    "flash": ("flv", [*_picture(), *_sound(44_100), *X264, "-g", "50", *AAC]),
    "slow_rate": ("mp4", [*_picture("5"), *_sound(), *X264, "-g", "20", *AAC]),
    "several_tracks": (
        "mkv",
        [
            *_picture(),
            *_sound(),
            *_sound(hertz=880),
            *_subtitles("one"),
            *_subtitles("two"),
            *(word for track in range(5) for word in ("-map", str(track))),
            *X264,
            "-g",
            "50",
            *AAC,
            "-c:s",
            "srt",
        ],
    ),
    "fast_start": ("mp4", ["@b_frames", "-c", "copy", "-movflags", "faststart"]),
    "bench_remux": (
        "mp4",
        [*_picture("30", "1920x1080", 20), *_sound(seconds=20), *X264, "-preset", "ultrafast", "-g", "60", *AAC],
    ),
    "bench_transcode": (
        "mkv",
        [*_picture("30", "1920x1080", 20), *_sound(seconds=20), "-c:v", "mpeg4", "-q:v", "4", "-c:a", "ac3"],
    ),
    "flashes": (
        "mp4",
        [
            "-f",
            "lavfi",
            "-i",
            f"color=black:size={SIZE}:rate=25:duration=24,drawbox=color=white:t=fill:enable='lt(mod(t,4),1)'",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000:duration=24,volume='lt(mod(t,4),1)':eval=frame",
            *X264,
            "-g",
            "50",
            *AAC,
        ],
    ),
    "minute": ("mp4", [*_picture("24", seconds=60), *_sound(seconds=60), *X264, "-g", "48", *AAC]),
    "minute_hevc": (
        "mkv",
        [
            *_picture("24", seconds=60),
            *_sound(seconds=60),
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-x265-params",
            "log-level=error",
            *AAC,
        ],
    ),
}


def cache() -> Path:
    """Where films are kept between runs of the suite."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "matinee-test-films"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def make(name: str) -> Path:
    """The film of a recipe, made now if it is not there."""
    ending, recipe = RECIPES[name]
    parents = [RECIPES[word[1:]] for word in recipe if word.startswith("@")]
    digest = hashlib.sha256(repr([recipe, *parents]).encode()).hexdigest()[:8]
    film = cache() / f"{name}-{digest}.{ending}"
    if not film.exists():
        arguments: list[str] = []
        for word in recipe:
            arguments += ["-i", str(make(word[1:]))] if word.startswith("@") else [word]
        with tempfile.NamedTemporaryFile(dir=film.parent, suffix=f".{ending}", delete=False) as part:
            subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, part.name], check=True, timeout=120)
        os.replace(part.name, film)
    return film


def duration(film: Path) -> float:
    """What the container says, seconds."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(film)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout)

"""Films made with FFmpeg's lavfi: every kind that tests need, each made once per machine and kept.

A recipe is named after what is special about it. `make(name)` gives its path; all are a few seconds long and small.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from tests.film_parts import AAC, SIZE, X264, picture, sound, subtitles

RECIPES: dict[str, tuple[str, list[str]]] = {
    "b_frames": ("mp4", [*picture("24"), *sound(), *X264, "-g", "60", "-bf", "3", *AAC]),
    "baseline": ("mp4", [*picture("30"), *sound(44_100), *X264, "-profile:v", "baseline", "-g", "30", *AAC]),
    "ntsc_ac3_six_channels": (
        "mkv",
        [*picture("24000/1001"), *sound(), *X264, "-g", "48", "-c:a", "ac3", "-ac", "6"],
    ),
    "hevc_ac3": (
        "mkv",
        [
            *picture("24000/1001"),
            *sound(),
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
            *picture("25", seconds=52),
            *sound(seconds=52),
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
    "mpeg4_mp3": ("avi", [*picture(), *sound(), "-c:v", "mpeg4", "-bf", "2", "-c:a", "libmp3lame"]),
    "vp9_opus": (
        "webm",
        [
            *picture("30"),
            *sound(),
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
    "transport": ("ts", [*picture(), *sound(), *X264, "-g", "50", *AAC]),
    "broadcast_interlaced": (
        "ts",
        [*picture(), *sound(), "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-b:v", "2M", "-c:a", "mp2"],
    ),
    "variable_rate": (
        "mkv",
        [
            *picture("30"),
            *sound(),
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
            *picture("30", "321x181"),
            *sound(),
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
    "silent": ("mp4", [*picture("50"), *X264, "-g", "100"]),
    "sound_only": ("m4a", [*sound(), *AAC]),
    "flac_only": ("flac", [*sound()]),
    "late_sound": ("mkv", [*picture(), "-itsoffset", "3", *sound(seconds=9.5), *X264, "-g", "50", *AAC]),
    "late_picture": ("mkv", ["-itsoffset", "1.5", *picture(seconds=11), *sound(), *X264, "-g", "50", *AAC]),
    "short_sound": ("mp4", [*picture(), *sound(seconds=6), *X264, "-g", "50", *AAC]),
    "open_gop": ("mp4", [*picture(), *sound(), *X264, "-g", "50", "-x264-params", "open-gop=1:bframes=3", *AAC]),
    "ten_bit": (
        "mkv",
        [
            *picture(),
            *sound(),
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
    "flash": ("flv", [*picture(), *sound(44_100), *X264, "-g", "50", *AAC]),
    "slow_rate": ("mp4", [*picture("5"), *sound(), *X264, "-g", "20", *AAC]),
    "several_tracks": (
        "mkv",
        [
            *picture(),
            *sound(),
            *sound(hertz=880),
            *subtitles("one"),
            *subtitles("two"),
            *(word for track in range(5) for word in ("-map", str(track))),
            *X264,
            "-g",
            "50",
            *AAC,
            "-c:s",
            "srt",
        ],
    ),
    "recorded_live": ("mkv", ["@b_frames", "-c", "copy", "-live", "1"]),
    "fast_start": ("mp4", ["@b_frames", "-c", "copy", "-movflags", "faststart"]),
    "bench_remux": (
        "mp4",
        [*picture("30", "1920x1080", 20), *sound(seconds=20), *X264, "-preset", "ultrafast", "-g", "60", *AAC],
    ),
    "bench_transcode": (
        "mkv",
        [*picture("30", "1920x1080", 40), *sound(seconds=40), "-c:v", "mpeg4", "-q:v", "4", "-c:a", "ac3"],
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
    "minute": ("mp4", [*picture("24", seconds=60), *sound(seconds=60), *X264, "-g", "48", *AAC]),
    "minute_mpeg4": (
        "mkv",
        [
            *picture("24", seconds=60, size="1280x720"),
            *sound(seconds=60),
            "-c:v",
            "mpeg4",
            "-q:v",
            "6",
            "-g",
            "48",
            *AAC,
        ],
    ),
    "minute_half": (
        "mkv",
        [*picture("24", seconds=26), *sound(seconds=26), "-c:v", "mpeg4", "-q:v", "8", "-g", "48", *AAC],
    ),
    "minute_more": (
        "mkv",
        [*picture("24", seconds=80), *sound(seconds=80), "-c:v", "mpeg4", "-q:v", "8", "-g", "48", *AAC],
    ),
    "minute_hevc": (
        "mkv",
        [
            *picture("24", seconds=60),
            *sound(seconds=60),
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
    from tests.films_odd import LONG, ODD

    every = RECIPES | ODD | LONG
    ending, recipe = every[name]
    parents = [every[word[1:]] for word in recipe if word.startswith("@")]
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
    told = told_duration(film)
    assert told is not None
    return told


def told_duration(film: Path) -> float | None:
    """The same; None when it says nothing."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(film)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()
    return None if told == "N/A" else float(told)

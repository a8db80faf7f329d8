"""Films with subtitles, made with FFmpeg, each once per machine and kept; and the text that is in them.

Every script says something every three seconds, and one thing that lasts from 50 to 75 s, over the edge of a segment.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from controller.core.webvtt import Cue
from tests import pgs
from tests.films import cache

SECONDS = 130.0
EDGE = Cue(50.0, 75.0, "over the edge")
SPOKEN = tuple(Cue(3.0 * number + 0.5, 3.0 * number + 2.5, f"<i>{number}</i> &amp; more") for number in range(43))
CUES = tuple(sorted((*SPOKEN, EDGE), key=lambda cue: cue.start))
RECIPES: dict[str, tuple[str, list[str]]] = {
    "srt": ("mkv", ["-map", "2", "-c:s", "srt"]),
    "ass": ("mkv", ["-map", "2", "-c:s", "ass"]),
    "webvtt_in_matroska": ("mkv", ["-map", "2", "-c:s", "webvtt"]),
    "webvtt": ("webm", ["-map", "2", "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-c:s", "webvtt"]),
    "mov_text": ("mp4", ["-map", "2", "-c:s", "mov_text"]),
    "late": ("mkv", ["-map", "2", "-c:s", "srt", "-bf", "3", "-output_ts_offset", "7.5"]),
    "twenty": ("mkv", [*(word for _ in range(20) for word in ("-map", "2")), "-c:s", "srt"]),
    "pictures_first": (
        "mkv",
        ["-map", "3", "-map", "2", "-c:s:0", "copy", "-c:s:1", "srt", "-disposition:s:1", "forced+hearing_impaired"],
    ),
    "bare": ("mp4", []),
}
"""`late` begins at 7.5 s of its own time, and its pictures are stored in another order than they are shown."""


def subrip(cues: tuple[Cue, ...] = CUES, end: str = "\n") -> str:
    """A script as a SubRip file; its text is written as people do, without escapes."""

    def stamp(seconds: float) -> str:
        ms = round(seconds * 1000)
        return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"

    return end.join(
        f"{number}{end}{stamp(cue.start)} --> {stamp(cue.end)}{end}{cue.text.replace('&amp;', '&')}{end}"
        for number, cue in enumerate(cues, 1)
    )


def make(name: str) -> Path:
    """The film of a recipe, made now if it is not there."""
    ending, recipe = RECIPES[name]
    film = cache() / f"subtitled-{name}-{hashlib.sha256(repr([recipe, CUES]).encode()).hexdigest()[:8]}.{ending}"
    if not film.exists():
        with tempfile.TemporaryDirectory(dir=film.parent) as folder:
            script, sup, part = Path(folder) / "s.srt", Path(folder) / "s.sup", Path(folder) / f"film.{ending}"
            # mov_text knows no two cues at once, so the long one is alone there.
            script.write_text(subrip(ALONE if name == "mov_text" else CUES))
            pgs.write(sup, [pgs.Box(1.0, 5.0, 40, 60, 80, 20)], (160, 90))
            command = [
                "ffmpeg", "-nostdin", "-v", "error", "-y",
                "-f", "lavfi", "-i", f"testsrc2=size=160x90:rate=12:duration={SECONDS}",
                "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={SECONDS}",
                "-i", str(script), "-i", str(sup), "-map", "0", "-map", "1", "-metadata:s:s:0", "language=eng",
                "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "48", "-c:a", "aac", *recipe, str(part),
            ]  # fmt: skip
            subprocess.run(command, check=True, timeout=120)
            os.replace(part, film)
    return film


ALONE = tuple(cue for cue in CUES if cue is EDGE or cue.end <= EDGE.start or cue.start >= EDGE.end)


def cues_of(name: str) -> tuple[Cue, ...]:
    """What a film of these says."""
    return ALONE if name == "mov_text" else CUES

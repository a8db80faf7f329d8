"""The command line that makes the sheets of a scrubber's pictures, from keyframes alone, in one run."""

from __future__ import annotations

import os

from controller.adapters.ffmpeg.arguments import MOST_PIXELS, PROTOCOLS, demuxer_of
from controller.adapters.ffmpeg.filters import TONE_MAP
from controller.core.media import MediaFacts
from controller.core.picture import HDR
from controller.core.tiling import COLUMNS, ROWS, Tiling
from controller.ports import SourceFile

MOST_CPU = 900
"""Seconds of CPU for one film: thirty times what a film of two hours takes at 1080p."""
LEISURE = ("prlimit", f"--cpu={MOST_CPU}", "ionice", "-c3", "nice", "-n19")


def sheet_arguments(source: SourceFile, facts: MediaFacts, tiling: Tiling) -> list[str | bytes]:
    """The arguments of the run; it writes `thumbnails-0.jpg` … into the folder that it is started in."""
    assert facts.video is not None
    return [
        *LEISURE, "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error",
        "-protocol_whitelist", PROTOCOLS, "-format_whitelist", facts.container, "-max_pixels", str(MOST_PIXELS),
        "-threads", "1", "-skip_frame", "nokey", "-f", demuxer_of(facts.container),
        "-i", b"file:" + os.fsencode(source.path),
        "-map", f"0:{facts.video.index}", "-an", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",
        "-vf", ",".join(_filters(facts, tiling)), "-frames:v", str(tiling.sheets), "-fps_mode", "passthrough",
        "-c:v", "mjpeg", "-q:v", "5", "-f", "image2", "-start_number", "0", "thumbnails-%d.jpg",
    ]  # fmt: skip


def _filters(facts: MediaFacts, tiling: Tiling) -> list[str]:
    """The last keyframe at or before each time; the first one stands for what is before it, the last for the rest."""
    bright = facts.video is not None and facts.video.transfer in HDR
    return [
        f"fps=fps=1/{tiling.every:g}:round=up:start_time=0",
        f"scale={tiling.width}:{tiling.height}",
        "setsar=1",
        *(TONE_MAP if bright else ()),
        "format=yuvj420p",
        "tpad=stop=-1:stop_mode=clone",
        f"tile={COLUMNS}x{ROWS}",
    ]

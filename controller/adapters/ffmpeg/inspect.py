"""What FFmpeg is installed, whether it really works, and how much work it is on this machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import anyio

from controller.adapters.ffmpeg.video_encoders import SOFTWARE
from controller.adapters.process import run_child

NEEDED = ("ffmpeg", "setpriv")
TEST_FILM, TEST_PIXELS = "testsrc2=size=640x360:rate=25:duration=2", 640 * 360 * 25 * 2 / 1e6
"""What is encoded to see what it costs: as hard as a real film is, by the pixel. Millions of them."""
PATIENCE = 8.0
"""Seconds for that; nobody is shown the first minute before."""


def missing_programs() -> list[str]:
    """Programs that Matinee cannot do without and that are not on the PATH."""
    return [name for name in NEEDED if shutil.which(name) is None]


async def ffmpeg_version() -> str | None:
    """The version, as `5.1.9`; None when there is no FFmpeg."""
    lines: list[str] = []
    try:
        await run_child(["ffmpeg", "-version"], on_line=lines.append)
    except OSError:
        return None
    found = re.match(r"ffmpeg version n?(\d+(?:\.\d+)*)", lines[0]) if lines else None
    return found[1] if found else None


async def encode_one_second(directory: Path) -> str | None:
    """Encode a second of picture and sound for real; a sentence about what went wrong, or None."""
    target = directory / "matinee-doctor.ts"
    try:
        ended = await run_child(
            [
                "ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
                "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=1",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=1",
                "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mpegts", str(target),
            ]
        )  # fmt: skip
        if ended.code == 0 and target.stat().st_size > 10_000:
            return None
        return (ended.stderr.strip().splitlines() or [f"exit code {ended.code}"])[-1]
    except OSError as error:
        return str(error)
    finally:
        target.unlink(missing_ok=True)


async def encoding_cost() -> float | None:
    """Seconds of a core that x264 takes for a million pixels, as an encoder does that takes its time; measured by two
    seconds of a small film. None when FFmpeg cannot do that in time, or does not say.
    """
    command = [
        "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-benchmark", "-f", "lavfi", "-i", TEST_FILM,
        "-pix_fmt", SOFTWARE.pixels, "-c:v", SOFTWARE.codec, *SOFTWARE.steady, "-f", "null", "-",
    ]  # fmt: skip
    try:
        with anyio.fail_after(PATIENCE):
            ended = await run_child(command)
    except (OSError, TimeoutError):
        return None
    found = re.search(r"^bench: utime=([0-9.]+)s stime=([0-9.]+)s", ended.stderr, re.MULTILINE)
    return (float(found[1]) + float(found[2])) / TEST_PIXELS if found and ended.code == 0 else None

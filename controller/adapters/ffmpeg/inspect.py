"""What FFmpeg is installed, and whether it really works."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from controller.adapters.process import run_child

NEEDED = ("ffmpeg", "setpriv")


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

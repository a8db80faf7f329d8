"""What the judge of streams is told by tools that remember is what the real ones say, also about what is broken."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import films
from tests.e2e.judging import tools

PROBE = ("-v", "error", "-show_entries", "packet=codec_type,pts_time,dts_time,duration_time,flags", "-of", "json")


@pytest.fixture(params=["whole", "broken", "empty"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A segment as the judge keeps it."""
    body = bytearray(films.make("transport").read_bytes())
    if request.param == "broken":
        body[2_000:40_000] = b"\x55" * 38_000
    file = tmp_path / "segment.bin"
    file.write_bytes(b"" if request.param == "empty" else body)
    return file


@pytest.mark.parametrize("name", ["ffprobe", "ffmpeg"])
def test_both_times_a_tool_says_what_the_real_one_says(tmp_path: Path, file: Path, name: str) -> None:
    flags = (*PROBE, file) if name == "ffprobe" else ("-v", "fatal", "-nostdin", "-i", file, "-f", "null", "-")
    said = [
        subprocess.run([program, *flags], capture_output=True, check=False)
        for program in (shutil.which(name) or name, tools(tmp_path) / name, tools(tmp_path) / name)
    ]
    real, first, second = [one.stdout if name == "ffprobe" else one.stderr for one in said]
    assert first == second == real


def test_other_bytes_are_looked_at_anew(tmp_path: Path) -> None:
    file, seen = tmp_path / "segment.bin", []
    for kind in ("transport", "broadcast_interlaced"):
        shutil.copyfile(films.make(kind), file)
        seen.append(subprocess.run([tools(tmp_path) / "ffprobe", *PROBE, file], capture_output=True, check=True).stdout)
    assert seen[0] != seen[1]

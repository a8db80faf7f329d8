from __future__ import annotations

import json
import subprocess
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from controller.adapters.ffmpeg.demo import CHAPTERS, NAME, SECONDS, DemoFailed, make_demo


def probed(film: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_chapters", "-show_format", str(film)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)
    return found


async def test_the_demo_film_has_a_clock_two_languages_subtitles_and_chapters(tmp_path: Path) -> None:
    shares: list[float] = []
    began = monotonic()
    film = await make_demo(tmp_path / "demo", shares.append)
    print(f"the demo film took {monotonic() - began:.1f} s")
    assert film == tmp_path / "demo" / NAME
    assert [path.name for path in film.parent.iterdir()] == [NAME]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.02)
    found = probed(film)
    kinds = [stream["codec_type"] for stream in found["streams"]]
    assert kinds == ["video", "audio", "audio", "subtitle"]
    assert [s["tags"]["language"] for s in found["streams"] if s["codec_type"] == "audio"] == ["eng", "deu"]
    assert [chapter["tags"]["title"] for chapter in found["chapters"]] == [title for _, title in CHAPTERS]
    assert float(found["format"]["duration"]) == pytest.approx(SECONDS, abs=0.1)
    before = film.stat().st_mtime_ns
    assert await make_demo(tmp_path / "demo") == film
    assert film.stat().st_mtime_ns == before


async def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DemoFailed, match="Not a directory"):
        await make_demo(tmp_path / "file" / "demo")


async def test_an_ffmpeg_that_fails_is_quoted_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho out_time_us=30000000\necho 'Unknown encoder' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    shares: list[float] = []
    with pytest.raises(DemoFailed, match=r"^Unknown encoder$"):
        await make_demo(tmp_path / "demo", shares.append)
    assert shares == [0.5]
    assert list((tmp_path / "demo").iterdir()) == []

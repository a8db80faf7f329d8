"""What the tests believe of a daemon is true."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.daemon import Daemon


def test_an_ffmpeg_that_tells_its_version_is_no_encoder(tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nread line\n")
    program.chmod(0o755)
    us = cast("Any", SimpleNamespace(pid=os.getpid()))
    running = Daemon("", 0, us, tmp_path, tmp_path, tmp_path / "log")
    with ExitStack() as stack:
        children = [
            stack.enter_context(subprocess.Popen([program, *words], stdin=subprocess.PIPE))
            for words in (["-i", "film.mp4"], ["-version"], ["-hide_banner", "-version"])
        ]
        assert {child.pid for child in children} <= set(running.children())
        assert running.encoders() == [children[0].pid]
        for child in children:
            child.communicate(b"\n")
    assert running.encoders() == []

"""Where a film was left outlives the daemon, however that ends."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from protocol.values import PathRef
from tests.daemon import daemon
from tests.e2e.stage import me

MINUTE = PathRef(path="minute.mp4")


@pytest.mark.parametrize("ended", ["killed", "told to end"])
async def test_what_was_left_is_offered_by_the_next_daemon(library: Path, tmp_path: Path, ended: str) -> None:
    with daemon(library, tmp_path) as one:
        async with me(one) as viewer:
            await viewer.request_hls_stream(MINUTE, position=20)
            await anyio.sleep(1)  # a viewer watches for a second
            if ended == "killed":
                one.process.kill()
            else:
                await viewer.hls_seek(40)
                one.process.terminate()
            one.process.wait(timeout=15)
    with daemon(library, tmp_path) as two:
        async with me(two) as viewer:
            (left,) = (await viewer.list_left()).items
            assert left.title == "minute"
            assert left.position == pytest.approx(20 if ended == "killed" else 40, abs=2)
            assert (await viewer.get_item(MINUTE)).left_at == left.position

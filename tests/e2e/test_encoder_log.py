"""What a real FFmpeg says of a film that is damaged, as an owner reads it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import anyio
import pytest

from clients.sdk import PathRef
from tests import films
from tests.daemon import daemon
from tests.e2e.stage import me
from tests.waiting import LOOK_EVERY


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A folder with a film whose second third is noise, under a name with a blank."""
    whole = films.make("minute_hevc").read_bytes()
    third = len(whole) // 3
    noise = random.Random(7).randbytes(third)
    folder = tmp_path / "My Films"
    folder.mkdir()
    (folder / "a damaged film.mkv").write_bytes(whole[:third] + noise + whole[2 * third :])
    return folder


async def test_what_is_wrong_with_a_film_is_told_without_a_folder_or_a_token(damaged: Path, tmp_path: Path) -> None:
    with daemon(damaged, tmp_path / "home") as one:
        async with me(one) as owner:
            status = await owner.request_hls_stream(PathRef(path="a damaged film.mkv"))
            with anyio.fail_after(60):
                while True:
                    log = await owner.get_encoder_log(client_id=owner.me.client_id)
                    said = [line.text for line in log.lines if line.kind == "said"]
                    if said and any(line.kind == "ended" for line in log.lines):
                        break
                    await anyio.sleep(LOOK_EVERY)  # polls an outside process
            told = json.dumps(log.model_dump())
            assert str(status.url).split("/")[3] not in told
            assert str(damaged) not in told
            assert str(one.cache_dir) not in told
            assert log.streams[0].title == "a damaged film"
            assert one.log_text().count('"film is damaged"') == 1
            assert all(line.pid for line in log.lines)

"""A file of subtitles goes while it is drawn, or before the daemon comes back: the film goes on without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import Daemon, daemon
from tests.e2e.stage import fetch
from tests.e2e.test_burning import STYLED
from tests.films import make
from tests.server.remote import Remote, dial, pair

PLAYER = ["hls_streaming"]
WISH = {"item": {"path": "film.mkv"}, "subtitle_track": 0, "burn_in": True}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A film with a styled file beside it."""
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "film.mkv").write_bytes(make("minute_hevc").read_bytes())
    (folder / "film.de.ass").write_text(STYLED)
    return folder


async def plays(running: Daemon, stream: dict[str, Any], index: int) -> None:
    base = stream["url"].removesuffix("master.m3u8")
    status, body = await fetch(running, f"{base}video-{index}.ts")
    assert (status, len(body) > 0) == (200, True)


async def settled(remote: Remote, stream: dict[str, Any]) -> dict[str, Any]:
    """A stream that is opened: looking into its film may take more than a second."""
    while stream["state"] == "idle":
        stream = await remote.event("stream_changed")
    return stream


def told(running: Daemon, event: str) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in running.log_text().splitlines() if line.startswith("{"))
    return [line for line in lines if line["event"] == event]


async def test_a_restart_without_the_file_brings_the_film_back_without_subtitles(shelf: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with daemon(shelf, home) as running:
        auth = await pair(running)
        async with dial(running) as remote:
            me = await remote.register(auth, client_types=PLAYER)
            stream = await remote.do("request_hls_stream", position=20.0, **WISH)
            assert "subtitles_burned_in" in stream["delivery"]["reasons"]
            await remote.do("hls_pause")
            await plays(running, stream, 0)
        running.process.kill()
        running.process.wait()
    (shelf / "film.de.ass").unlink()
    with daemon(shelf, home) as running:
        resume = {name: me[name] for name in ("client_id", "resume_token")} | {"last_seq": 0}
        async with dial(running) as remote:
            back = await remote.register(auth, client_types=PLAYER, resume=resume)
            stream = await settled(remote, back["snapshot"]["stream"])
            assert "subtitles_burned_in" not in stream["delivery"]["reasons"]
            assert stream["tracks"]["subtitles"] == []
            assert stream["timeline"]["position"] == pytest.approx(20.0, abs=2.0)
            await plays(running, stream, 0)
        assert [line["file"] for line in told(running, "subtitles of before are gone")] == ["film.de.ass"]
        assert told(running, "film of before is gone") == []


async def test_a_file_that_is_gone_when_it_is_to_be_drawn_leaves_the_film_as_it_is(shelf: Path, tmp_path: Path) -> None:
    with daemon(shelf, tmp_path / "home") as running:
        auth = await pair(running)
        async with dial(running) as remote:
            await remote.register(auth, client_types=PLAYER)
            stream = await remote.do("request_hls_stream", item=WISH["item"])
            await plays(running, stream, 0)
            (shelf / "film.de.ass").unlink()
            changed = await remote.do("hls_set_tracks", subtitle_track=0, burn_in=True)
            await plays(running, changed, 1)
            await plays(running, changed, 8)
            status = await remote.do("hls_status")
            assert (status["stream_id"], status["state"]) == (changed["stream_id"], "playing")
        assert [line["file"] for line in told(running, "subtitles are not drawn")] == ["film.de"]

"""What is served stands before an independent judge: every kind of film, asked for in every order."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from clients.sdk import PathRef, connect
from controller.adapters.ffmpeg.demo import make_demo
from tests import films
from tests.daemon import Daemon, daemon

JUDGE = Path(__file__).with_name("hls_audit.py")
ORDERS = ("sequential", "random", "backward", "jumpy")
KINDS = [name for name in films.RECIPES if not name.startswith(("minute", "bench"))]
COPIED = {"b_frames", "flashes", "baseline", "long_gop", "transport", "variable_rate", "silent", "fragmented", "flash", "slow_rate", "fast_start", "recorded_live", "sound_only", "open_gop", "several_tracks"}  # fmt: skip


@pytest.fixture(scope="module")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("cinema")
    for name in KINDS:
        film = films.make(name)
        shutil.copyfile(film, folder / f"{name}{film.suffix}")
    with daemon(folder, tmp_path_factory.mktemp("home")) as one:
        yield one


async def judge(one: Daemon, path: str, order: str, *flags: str, duration: float | None = None) -> str:
    """Request a film as a client would, have it judged, and answer how it was delivered."""
    async with connect(one.url, name="auditor", device_token=one.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path=path))
        assert stream.url
        assert stream.delivery
        length = duration if duration is not None else stream.duration
        command = [
            sys.executable,
            str(JUDGE),
            matinee.url_of(stream.url),
            "--order",
            order,
            "--json",
            "--duration",
            str(length),
            *flags,
        ]
        verdict = await anyio.run_process(command, check=False)
    assert verdict.returncode in {0, 1}, verdict.stderr.decode()
    assert json.loads(verdict.stdout)["findings"] == []
    return stream.delivery.mode


@pytest.mark.parametrize("kind", KINDS)
async def test_the_judge_finds_nothing_in_any_order(cinema: Daemon, kind: str) -> None:
    """Four viewers at once, each in an order of their own."""
    film = films.make(kind)
    modes: list[str] = []

    async def view(order: str) -> None:
        modes.append(await judge(cinema, f"{kind}{film.suffix}", order, duration=films.told_duration(film)))

    async with anyio.create_task_group() as group:
        for order in ORDERS:
            group.start_soon(view, order)
    assert modes == ["remux" if kind in COPIED else "transcode"] * len(ORDERS)


@pytest.mark.parametrize("order", ORDERS)
async def test_the_judge_finds_nothing_in_the_real_clip(real_clip: Path | None, tmp_path: Path, order: str) -> None:
    """Without the clip beside the checkout, a film of the same kind stands in: 24 pictures a second, six channels."""
    clip = real_clip or films.make("ntsc_ac3_six_channels")
    shutil.copyfile(clip, tmp_path / f"clip{clip.suffix}")
    with daemon(tmp_path, tmp_path / "home") as one:
        mode = await judge(one, f"clip{clip.suffix}", order, duration=films.duration(clip))
    assert mode == ("remux" if real_clip else "transcode")


async def test_the_judge_finds_nothing_in_the_demo_film(tmp_path: Path) -> None:
    film = await make_demo(tmp_path / "films")
    with daemon(film.parent, tmp_path / "home") as one:
        for order in ORDERS:
            assert await judge(one, film.name, order, "--limit", "12", duration=films.duration(film)) == "remux"


async def test_a_stream_that_begins_in_the_middle_makes_no_detour_over_its_beginning(cinema: Daemon) -> None:
    async with connect(cinema.url, name="late", device_token=cinema.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path="hevc_ac3.mkv"), position=9.0)
        assert stream.url
        command = [sys.executable, str(JUDGE), matinee.url_of(stream.url), "--start-at", "9", "--json"]
        verdict = await anyio.run_process(command, check=False)
        assert json.loads(verdict.stdout)["findings"] == []
        row = (await matinee.get_all_clients_status(name="late"))[0]
        made = {path.name for path in cinema.cache_dir.rglob("video-*.ts") if row.client_id in path.parts}
    assert "video-6.ts" in made
    assert "video-0.ts" not in made

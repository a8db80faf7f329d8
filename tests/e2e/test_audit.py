"""What is served stands before an independent judge: every kind of film, asked for in every order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from clients.sdk import PathRef, connect
from controller.adapters.ffmpeg.demo import make_demo
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.judging import ORDERS, verdict

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
        found = await verdict(one, matinee.url_of(stream.url), "--order", order, "--duration", str(length), *flags)
    assert found["findings"] == []
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


@pytest.mark.parametrize("kind", ["minutes_matroska", "minutes_transport"])
async def test_the_judge_finds_nothing_where_one_run_that_copies_ends_and_the_next_begins(
    tmp_path: Path, kind: str
) -> None:
    """Four viewers at once, each in an order of their own and on encoders of their own; none gets the film in one run."""
    film, folder = films.make(kind), tmp_path / "films"
    folder.mkdir()
    shutil.copyfile(film, folder / film.name)
    with daemon(folder, tmp_path / "home", env={"MATINEE_SHARE": "false"}) as one:

        async def view(order: str) -> None:
            assert await judge(one, film.name, order, duration=films.duration(film)) == "remux"

        async with anyio.create_task_group() as group:
            for order in ORDERS:
                group.start_soon(view, order)
        assert one.log.read_text().count("encoder started") >= 3 * len(ORDERS)


@pytest.fixture(scope="module")
def beside(real_clip: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Daemon, Path]]:
    """A daemon, and the clip that it serves. Without the real one beside the checkout, a film of the same kind stands in: 24
    pictures a second, six channels.
    """
    clip = real_clip or films.make("ntsc_ac3_six_channels")
    folder = tmp_path_factory.mktemp("beside")
    shutil.copyfile(clip, folder / f"clip{clip.suffix}")
    with daemon(folder, tmp_path_factory.mktemp("home")) as one:
        yield one, folder / f"clip{clip.suffix}"


@pytest.mark.parametrize("order", ORDERS)
async def test_the_judge_finds_nothing_in_the_real_clip(
    beside: tuple[Daemon, Path], real_clip: Path | None, order: str
) -> None:
    one, clip = beside
    assert await judge(one, clip.name, order, duration=films.duration(clip)) == ("remux" if real_clip else "transcode")


async def test_the_judge_finds_nothing_in_the_demo_film(tmp_path: Path) -> None:
    """Four viewers at once, each in an order of their own."""
    film = await make_demo(tmp_path / "films")
    length, modes = films.duration(film), list[str]()
    with daemon(film.parent, tmp_path / "home") as one:

        async def view(order: str) -> None:
            modes.append(await judge(one, film.name, order, "--limit", "12", duration=length))

        async with anyio.create_task_group() as group:
            for order in ORDERS:
                group.start_soon(view, order)
    assert modes == ["remux"] * len(ORDERS)


async def test_a_stream_that_begins_in_the_middle_makes_no_detour_over_its_beginning(cinema: Daemon) -> None:
    async with connect(cinema.url, name="late", device_token=cinema.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path="hevc_ac3.mkv"), position=9.0)
        assert stream.url
        assert (await verdict(cinema, matinee.url_of(stream.url), "--start-at", "9"))["findings"] == []
        row = (await matinee.get_all_clients_status(name="late"))[0]
        made = {path.name for path in cinema.cache_dir.rglob("video-*.ts") if row.client_id in path.parts}
    assert "video-6.ts" in made
    assert "video-0.ts" not in made

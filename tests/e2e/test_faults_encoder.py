"""FAULTS 1, 3, 4, 13 and 14: FFmpeg is killed, misbehaves, must not be started, or would be started too often."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from protocol.errors import ItemNotFound, NotPlayable
from protocol.results import StreamStatus
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.stage import (
    HELD,
    THROUGH,
    FakeFfmpeg,
    failure_of,
    fetch,
    held_film,
    held_stream,
    long_film,
    me,
    place_at,
)
from tests.server.remote import owner
from tests.waiting import eventually

pytestmark = pytest.mark.alone

MISBEHAVE = """
for last; do :; done; d=${last%/*}
case "$*" in
*nothing.mp4*) exit 0;;
*announced.mp4*) : > "$d/video-1.ts"; echo "video-1.ts,10.0,14.0"; exit 0;;
*quiet.mp4*) : > "$d/video-1.ts"; : > "$d/audio-0-1.ts"; exit 0;;
*fails.mp4*) echo "/a/b: No such codec" >&2; exit 1;;
*seek.mp4*) exec 9>"$CUT/alive"; flock -n 9 || echo two >> "$CUT/overlap";;
esac
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with films that are copied (`long.mp4` and others), encoded and held, encoded slowly, and short."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(films.make("minute_hevc"), folder / "encode.mkv")
    shutil.copyfile(films.make("b_frames"), folder / "short.mp4")
    shutil.copyfile(long_film(), folder / "long.mp4")
    shutil.copyfile(held_film(), folder / "held.mp4")
    for number in range(9):
        (folder / f"held-{number}.mp4").hardlink_to(folder / "held.mp4")
    for name in ("nothing", "announced", "quiet", "fails", "seek"):
        (folder / f"{name}.mp4").hardlink_to(folder / "long.mp4")
    return folder


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> FakeFfmpeg:
    """An FFmpeg that misbehaves with films of certain names."""
    return FakeFfmpeg(tmp_path_factory.mktemp("path") / "bin", MISBEHAVE + THROUGH)


@pytest.fixture(scope="module")
def running(shelf: Path, fake: FakeFfmpeg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that finds that FFmpeg first."""
    with daemon(shelf, tmp_path_factory.mktemp("home"), env=fake.env) as one:
        yield one


async def pid_of(client: Matinee) -> int | None:
    """The process id of a client's encoder, as everybody may see it."""
    rows = await client.get_all_clients_status()
    stream = next(row.stream for row in rows if row.client_id == client.me.client_id)
    return stream.encoder.pid if stream and stream.encoder else None


async def read_segments(running: Daemon, stream: StreamStatus, first: int, count: int) -> tuple[float, list[int]]:
    """Fetch segments of both renditions in order; answers the longest wait for one, and every status."""
    base = (stream.url or "").removesuffix("master.m3u8")
    longest, seen = 0.0, []
    for index in range(first, first + count):
        for rendition in ("video", "audio-0"):
            asked = monotonic()
            status, body = await fetch(running, f"{base}{rendition}-{index}.ts")
            longest = max(longest, monotonic() - asked)
            seen.append(status if body else 0)
    return longest, seen


async def test_one_ffmpeg_of_ten_is_killed_and_only_its_client_notices_a_pause(running: Daemon) -> None:
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(me(running, f"other {n}")) for n in range(9)]
        theirs = [
            await held_stream(running, one, 4.0 * n, f"video-{place_at(4 * n)}.ts", f"held-{n}.mp4")
            for n, one in enumerate(others)
        ]
        await eventually(lambda: len(running.encoders()) == 9, within=30, what="nine held encoders")
        held = {*running.encoders()}
        victim = await stack.enter_async_context(me(running, "victim"))
        stream = await victim.request_hls_stream(PathRef(path="encode.mkv"))
        assert (await read_segments(running, stream, 0, 1))[1] == [200, 200]
        (pid,) = await eventually(lambda: {*running.encoders()} - held, within=5, what="the tenth, in haste or not")
        os.kill(pid, signal.SIGKILL)
        longest, seen = await read_segments(running, stream, 1, 12)
        assert set(seen) == {200}
        print("longest wait for a segment, s", round(longest, 2))
        assert longest < 4.0
        assert await restarts_of(victim) == 1
        for n, (one, their) in enumerate(zip(others, theirs, strict=True)):
            assert await restarts_of(one) == 0
            assert (await read_segments(running, their, place_at(4 * n) + 1, 2))[1] == [200] * 4


async def test_a_held_ffmpeg_that_is_killed_is_replaced_before_the_viewer_gets_there(running: Daemon) -> None:
    async with me(running) as client:
        stream = await held_stream(running, client, 0.0, "video-0.ts")
        pid = await pid_of(client)
        os.kill(pid or 0, signal.SIGKILL)
        longest, seen = await read_segments(running, stream, 1, 40)
        assert set(seen) == {200}
        print("longest wait for a segment, s", round(longest, 2))
        assert longest < 4.0


async def restarts_of(client: Matinee) -> int:
    """How often a client's encoder was started again."""
    status = await client.hls_status()
    assert status.encoder
    return status.encoder.restarts


def odd_things(shelf: Path, outside: Path) -> list[str]:
    """Row 3: puts into a folder what is no regular file of it; answers the names, and some paths that lead out."""
    shutil.copyfile(films.make("b_frames"), outside / "outside.mp4")
    os.mkfifo(shelf / "fifo.mp4")
    (shelf / "folder.mp4").mkdir()
    (shelf / "out.mp4").symlink_to(outside / "outside.mp4")
    (shelf / "out").symlink_to(outside)
    (shelf / "zero.mp4").symlink_to("/dev/zero")
    (shelf / "loop.mp4").symlink_to("loop.mp4")
    (shelf / "gone.mp4").symlink_to("nowhere.mp4")
    (shelf / "inside.mp4").symlink_to("short.mp4")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(shelf / "socket.mp4"))
    beside = shelf.with_name(shelf.name + "-2")
    beside.mkdir()
    shutil.copyfile(outside / "outside.mp4", beside / "beside.mp4")
    return [
        "fifo.mp4", "folder.mp4", "out.mp4", "out/outside.mp4", "zero.mp4", "loop.mp4", "gone.mp4", "socket.mp4", ".", "..", "/etc/passwd",
        f"../{beside.name}/beside.mp4", f"short.mp4/../../{beside.name}/beside.mp4", "short.mp4/x", "nowhere.mp4", "a" * 4_000, "x/" * 2_000,
    ]  # fmt: skip


async def test_what_is_no_regular_file_inside_the_library_is_refused_before_anything_is_spawned(
    tmp_path: Path, fake: FakeFfmpeg
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    shutil.copyfile(films.make("b_frames"), shelf / "short.mp4")
    refused, before = odd_things(shelf, tmp_path), fake.spawns()
    with daemon(shelf, tmp_path / "home", env=fake.env) as running:
        async with me(running) as client:
            for path in refused:
                began = monotonic()
                with pytest.raises((ItemNotFound, NotPlayable)) as caught:
                    await client.request_hls_stream(PathRef(path=path))
                assert monotonic() - began < 1.0, path
                assert str(tmp_path) not in caught.value.message
            assert (fake.spawns(), running.encoders()) == (before, [])
            listed = {item.path for item in (await client.browse()).items}
            assert listed == {"short.mp4", "inside.mp4", "out.mp4"}
            with pytest.raises(ItemNotFound):
                await client.get_item(PathRef(path="out.mp4"))
            with pytest.raises(ItemNotFound):
                await client.browse("out")
            stream = await client.request_hls_stream(PathRef(path="inside.mp4"))
            assert (await read_segments(running, stream, 0, 1))[1] == [200, 200]
            assert fake.spawns() == before + 1


@pytest.mark.parametrize("film", ["nothing.mp4", "announced.mp4", "quiet.mp4"])
async def test_an_ffmpeg_that_calls_nothing_a_success_is_not_started_again(
    running: Daemon, fake: FakeFfmpeg, film: str
) -> None:
    async with me(running, "unlucky") as unlucky, me(running, "lucky") as lucky:
        good = await lucky.request_hls_stream(PathRef(path="long.mp4"))
        stream = await unlucky.request_hls_stream(PathRef(path=film))
        assert await failure_of(unlucky, within=3) == "empty_output"
        for _ in range(3):
            answer = await fetch(running, (stream.url or "").replace("master.m3u8", "video-0.ts"))
            assert answer == (503, b"Not ready yet\n")
        assert fake.spawns(film) == 1, "no restart loop"
        assert (await read_segments(running, good, 0, 3))[1] == [200] * 6, "the other client notices nothing"


async def test_an_ffmpeg_that_fails_at_once_is_tried_three_times_more_and_then_given_up(
    running: Daemon, fake: FakeFfmpeg
) -> None:
    async with me(running, "unlucky") as unlucky, me(running, "lucky") as lucky:
        good = await lucky.request_hls_stream(PathRef(path="long.mp4"))
        began = monotonic()
        await unlucky.request_hls_stream(PathRef(path="fails.mp4"))
        assert await failure_of(unlucky, within=14) == "encoder_failed"
        assert 7.4 <= monotonic() - began < 12, "0.5 s, 2 s and 5 s between the tries"
        assert fake.spawns("fails.mp4") == 4
        error = (await unlucky.hls_status()).error
        assert error
        assert error.data["retryable"]
        assert "/" not in str(error)
        assert await restarts_of(lucky) == 0
        assert (await lucky.hls_status()).error is None
        assert (await read_segments(running, good, 0, 3))[1] == [200] * 6


async def test_fifty_seeks_a_second_start_few_encoders_one_at_a_time_and_the_last_wins(
    running: Daemon, fake: FakeFfmpeg
) -> None:
    async with me(running) as client:
        await client.request_hls_stream(PathRef(path="seek.mp4"))
        before, began = fake.spawns("seek.mp4"), monotonic()
        async with anyio.create_task_group() as group:
            for number in range(500):
                group.start_soon(client.hls_seek, (number * 37.0) % (HELD - 20))
                await anyio.sleep(max(0.0, began + (number + 1) / 50 - monotonic()))  # the pace is the fault
        moved = await client.hls_seek(333.0)
        assert 9.9 <= monotonic() - began < 13
        assert (await read_segments(running, await client.hls_status(), 333 // 4, 3))[1] == [200] * 6
        now = await client.hls_status()
        print("encoders started by 501 seeks", fake.spawns("seek.mp4") - before)
        assert fake.spawns("seek.mp4") - before <= 12
        assert len(running.encoders()) <= 1, "what is only copied may be through"
        assert not (fake.folder / "overlap").exists(), "two were alive at once"
        assert now.timeline
        assert now.timeline.position == moved.position == 333.0


async def test_a_seek_to_nowhere_is_an_error_or_clamped_and_starts_nothing(running: Daemon, fake: FakeFfmpeg) -> None:
    async with owner(running) as remote:
        status = await remote.do("request_hls_stream", item={"path": "long.mp4"}, position=100.0)
        end = status["duration"]
        base = status["url"].removesuffix("master.m3u8")
        assert (await fetch(running, base + "video-25.ts"))[0] == 200
        before, pids = fake.spawns(), running.encoders()
        for text, name in (
            ("NaN", "parse_error"),
            ("Infinity", "parse_error"),
            ("1e999", "invalid_params"),
            ('"1"', "invalid_params"),
        ):
            await remote.send(f'{{"jsonrpc":"2.0","id":1,"method":"hls_seek","params":{{"position":{text}}}}}')
            assert (await remote.answer())["error"]["data"]["name"] == name
        for position, clamped in ((-1.0, 0.0), (-1e308, 0.0), (1e308, end), (end + 0.001, end), (1e6, end)):
            moved = await remote.do("hls_seek", position=position)
            assert (moved["position"], moved["clamped"]) == (clamped, True), position
        moved = await remote.do("hls_seek", position=end)
        assert (moved["position"], moved.get("clamped", False)) == (end, False)
        assert (await remote.do("hls_status"))["state"] == "finished"
        assert fake.spawns() == before
        assert [pid for pid in running.encoders() if pid not in pids] == []
        await remote.do("hls_seek", position=104.0)
        assert (await fetch(running, base + "video-26.ts"))[0] == 200
        await remote.do("goodbye")


async def test_a_request_at_a_position_that_is_none_is_refused_or_clamped(running: Daemon) -> None:
    async with me(running) as client:
        for position, begins in ((-5.0, 0.0), (1e300, float(HELD))):
            stream = await client.request_hls_stream(PathRef(path="long.mp4"), position=position)
            assert stream.timeline
            assert stream.timeline.position == pytest.approx(begins, abs=0.2)
    async with owner(running) as remote:
        assert await remote.refused("request_hls_stream", item={"path": "long.mp4"}, position="0") == "invalid_params"
        await remote.do("goodbye")

"""The line of those for whom a film has to be encoded, with real encoders: order, estimates, offers, and freed places."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from protocol.results import Offer, StreamStatus
from tests.daemon import Daemon, daemon
from tests.e2e.stage import REAL, FakeFfmpeg, fetch, me
from tests.films import cache
from tests.waiting import eventually

pytestmark = pytest.mark.alone

FETCHED_AHEAD = 4.0
"""Seconds that a player fetches ahead."""
STOOD = 1.5
"""Seconds that who watches may stand still on a machine that is busy with the tests, too."""
BREATH = 0.05
"""Seconds; who is told an estimate and that it is their turn within that reads the latter."""


def film(name: str, picture: str) -> Path:
    """A film whose picture has to be encoded."""
    made = cache() / f"admission-{name}.mkv"
    if not made.exists():
        part = made.with_name(f"part-{made.name}")
        command = [REAL, "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2={picture}"]
        subprocess.run([*command, "-c:v", "mpeg4", "-q:v", "6", str(part)], check=True, timeout=120)
        part.replace(made)
    return made


def long_small() -> Path:
    """Five minutes that cost next to nothing: its encoder is soon held, and keeps its place."""
    return film("long", "size=160x90:rate=10:duration=300")


def heavy() -> Path:
    """A quarter of a minute that takes about a core for as long as it lasts."""
    return film("heavy", "size=1920x1080:rate=60:duration=15")


def paced() -> Path:
    """A film that is encoded in ten seconds, whatever else the machine does, and never held."""
    return film("paced", "size=160x90:rate=10:duration=50")


def whole() -> Path:
    """A film that one encoder makes to its end without being held, in about ten seconds of a core or two."""
    return film("whole", "size=1280x720:rate=30:duration=50")


PACED = 'exec "$REAL" -readrate 5 "$@"'


def shelf(folder: Path, source: Path, count: int) -> Path:
    """The same film so many times; no two are one file."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.mkv").write_bytes(source.read_bytes())
        os.utime(folder / f"{number}.mkv", (1_000_000 + number, 1_000_000 + number))
    return folder


@asynccontextmanager
async def viewers(running: Daemon, count: int) -> AsyncIterator[list[Matinee]]:
    """So many clients."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(me(running, f"viewer {number}")) for number in range(count)]


def place(status: StreamStatus) -> int | None:
    assert (status.state == "waiting") is (status.waiting is not None)
    return status.waiting.position if status.waiting else None


async def until(client: Matinee, there: Callable[[StreamStatus], object], within: float) -> StreamStatus:
    """A client's stream, once it is as it should be; each change is told."""
    with anyio.fail_after(within):
        status = await client.hls_status()
        async for event in client.events():
            if there(status):
                break
            if event.method == "stream_changed":
                status = await client.hls_status()
    return status


async def until_it_begins(client: Matinee, within: float) -> float:
    """Seconds until a client's turn comes."""
    began = monotonic()
    await until(client, lambda status: status.state != "waiting", within)
    return monotonic() - began


async def plays(running: Daemon, status: StreamStatus, index: int) -> bool:
    """Whether a segment comes."""
    assert status.url
    with anyio.fail_after(30):
        while True:
            code, body = await fetch(running, status.url.replace("master.m3u8", f"video-{index}.ts"))
            if code != 503:
                return code == 200 and len(body) > 0


async def test_six_ask_for_two_places(tmp_path: Path) -> None:
    with daemon(
        shelf(tmp_path / "films", long_small(), 6), tmp_path / "home", env={"MATINEE_ENCODERS": "2"}
    ) as running:
        async with viewers(running, 6) as clients:
            asked = [await one.request_hls_stream(PathRef(path=f"{n}.mkv")) for n, one in enumerate(clients)]
            assert [place(status) for status in asked] == [None, None, 1, 2, 3, 4]
            assert await plays(running, asked[0], 0)
            assert await plays(running, asked[1], 0)
            assert len((await clients[0].get_server_status()).waiting) == 4
            await clients[3].stop_hls_stream()
            assert [place(await one.hls_status()) for one in clients[2:]] == [1, None, 2, 3]
            await clients[0].stop_hls_stream()
            assert await until_it_begins(clients[2], 5.0) <= 1.0
            assert await plays(running, asked[2], 0)
            assert [place(await one.hls_status()) for one in clients[4:]] == [1, 2]
            await clients[1].goodbye()
            assert await until_it_begins(clients[4], 5.0) <= 1.0
            assert running.log.read_text().count('"stream admitted"') == 4


async def test_what_is_encoded_for_somebody_else_is_offered_and_begins(tmp_path: Path) -> None:
    env = {"MATINEE_ENCODERS": "1", "MATINEE_SHARE": "true"}
    with daemon(shelf(tmp_path / "films", long_small(), 1), tmp_path / "home", env=env) as running:
        async with viewers(running, 2) as (first, late):
            theirs = await first.request_hls_stream(PathRef(path="0.mkv"), position=200.0)
            assert await plays(running, theirs, 101)
            waiting = (await late.request_hls_stream(PathRef(path="0.mkv"))).waiting
            assert waiting is not None
            (join,) = [offer for offer in waiting.offers if offer.kind == "join"]
            assert join.position == pytest.approx(200.0, abs=5.0)
            mine = await take(late, "0.mkv", join)
            assert await plays(running, mine, 102)
            assert (await late.hls_status()).state == "playing"
            assert (await first.get_server_status()).encoders <= 1
            begun = [line for line in running.log_text().splitlines() if "encoder started" in line]
            assert begun
            assert not [line for line in begun if str(mine.stream_id) in line]


async def take(client: Matinee, path: str, offer: Offer) -> StreamStatus:
    return await client.request_hls_stream(
        PathRef(path=path), position=offer.position, quality=offer.quality, delivery=offer.delivery
    )


async def test_an_estimate_is_within_a_factor_of_two(tmp_path: Path) -> None:
    films = shelf(tmp_path / "films", paced(), 2)
    env = {"MATINEE_ENCODERS": "1"} | FakeFfmpeg(tmp_path / "path" / "bin", PACED).env
    with daemon(films, tmp_path / "home", env=env) as running:
        async with viewers(running, 2) as (first, second):
            await first.request_hls_stream(PathRef(path="0.mkv"))
            await second.request_hls_stream(PathRef(path="1.mkv"))
            told = list[tuple[float, float]]()

            def note(now: StreamStatus) -> bool:
                if now.waiting and now.waiting.eta_s:
                    told.append((monotonic(), now.waiting.eta_s))
                return now.state != "waiting"

            await until(second, note, 120.0)
            told_before = [(eta, monotonic() - at) for at, eta in told]
            print("estimated, waited, s", [(eta, round(waited, 1)) for eta, waited in told_before])
            waits = [(eta, waited) for eta, waited in told_before if waited > BREATH]
            assert len(waits) > 3
            assert max(eta for eta, _ in waits) > 4.0
            right = [eta for eta, waited in waits if waited / 2 - 1.0 <= eta <= waited * 2 + 1.0]
            assert len(right) == len(waits), "told in whole seconds"


async def test_on_a_box_that_has_encoded_nothing_yet_the_first_estimate_is_within_a_factor_of_two(
    tmp_path: Path,
) -> None:
    env = {"MATINEE_ENCODERS": "1", "MATINEE_MEASURE": "1"}
    with daemon(shelf(tmp_path / "films", whole(), 2), tmp_path / "home", env=env) as running:
        await eventually(lambda: '"encoding measured"' in running.log_text(), within=20.0)
        async with viewers(running, 2) as (first, second):
            await first.request_hls_stream(PathRef(path="0.mkv"))
            waiting = (await second.request_hls_stream(PathRef(path="1.mkv"))).waiting
            assert waiting
            assert waiting.eta_s
            waited = await until_it_begins(second, 120.0)
            print("estimated, waited, s", waiting.eta_s, round(waited, 1))
            assert waited / 2 - 1.0 <= waiting.eta_s <= waited * 2 + 1.0, "told in whole seconds"


async def test_a_smaller_picture_is_offered_by_what_was_measured_and_begins(tmp_path: Path) -> None:
    """Nobody says how many: films are begun until the box is full. On one that is quick enough it is their turn first."""
    with daemon(shelf(tmp_path / "films", heavy(), 4), tmp_path / "home") as running:
        async with viewers(running, 4) as clients:
            asked = [await one.request_hls_stream(PathRef(path=f"{n}.mkv")) for n, one in enumerate(clients)]
            assert place(asked[0]) is None
            last = clients[-1]
            assert place(asked[-1])
            mine = await until(last, lambda now: smaller(now) or not now.waiting, 60.0)
            if offers := smaller(mine):
                mine = await take(last, "3.mkv", offers[-1])
            assert mine.state == "starting"
            assert await plays(running, mine, 0)


async def watch(running: Daemon, client: Matinee, stream: StreamStatus, seconds: float) -> float:
    """Play a film from its beginning in real time, a few seconds fetched ahead; the longest time that it stood still for."""
    _, text = await fetch(running, (stream.url or "").replace("master.m3u8", "video.m3u8"))
    lengths = [float(line[8:].rstrip(",")) for line in text.decode().splitlines() if line.startswith("#EXTINF:")]
    worst, start, began = 0.0, 0.0, monotonic()
    for index, length in enumerate(lengths):
        if start >= seconds:
            break
        while monotonic() - began < start - FETCHED_AHEAD:
            await client.hls_report(position=monotonic() - began, playing=True, buffered_s=FETCHED_AHEAD)
            await anyio.sleep(0.2)  # the film plays: that is what this test is about
        asked = monotonic()
        assert await plays(running, stream, index)
        stood = 0.0 if index == 0 else max(0.0, monotonic() - max(asked, began + start))
        worst, start, began = max(worst, stood), start + length, monotonic() if index == 0 else began + stood
    return worst


async def test_who_watches_never_stands_still_for_those_who_come(tmp_path: Path) -> None:
    """Those who play are slowed down last: others begin as far as there is room, and the rest wait."""
    with daemon(shelf(tmp_path / "films", heavy(), 8), tmp_path / "home") as running:
        async with viewers(running, 8) as (first, *others):
            stream = await first.request_hls_stream(PathRef(path="0.mkv"))
            waiting = list[int | None]()

            async def come() -> None:
                await anyio.sleep(3.0)  # the film has begun
                asked = [await one.request_hls_stream(PathRef(path=f"{n}.mkv")) for n, one in enumerate(others, 1)]
                waiting.extend(place(status) for status in asked)

            async with anyio.create_task_group() as group:
                group.start_soon(come)
                stood = await watch(running, first, stream, 14.0)
            print("stood still at most, s", round(stood, 2), "places in line", waiting)
            assert stood < STOOD, "without a line it is 3 to 13 seconds"
            assert len([number for number in waiting if number]) >= 3


def smaller(status: StreamStatus) -> list[Offer]:
    offers = status.waiting.offers if status.waiting else []
    return [offer for offer in offers if offer.kind == "quality" and offer.quality != "audio-only"]

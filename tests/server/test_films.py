"""What /media serves: a film as it is, in any part, for as long as its stream lives."""

from __future__ import annotations

import os
import shutil
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from tests import films
from tests.daemon import Daemon, daemon
from tests.server.raw import Answer, ask
from tests.server.remote import Remote, owner

BIG = 32_000_000
"""Bytes that are on their way for longer than sockets can hide."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    for name in ("film", "replaced", "link", "gone"):
        shutil.copyfile(films.make("b_frames"), folder / f"{name}.mp4")
    shutil.copyfile(films.make("hevc_ac3"), folder / "hevc.mkv")
    nothing = struct.pack(">I4s", BIG, b"free").ljust(BIG, b"\0")
    (folder / "big.mp4").write_bytes((folder / "film.mp4").read_bytes() + nothing)
    return folder


@pytest.fixture(scope="module")
def running(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with daemon(shelf, tmp_path_factory.mktemp("home")) as one:
        yield one


@dataclass(frozen=True, slots=True)
class Direct:
    """A film that is given as it is."""

    running: Daemon
    remote: Remote
    url: str
    whole: bytes

    async def get(self, *headers: str, method: str = "GET", url: str | None = None) -> Answer:
        return await anyio.to_thread.run_sync(lambda: ask(self.running.port, url or self.url, *headers, method=method))


@pytest.fixture
async def film(running: Daemon, shelf: Path) -> AsyncIterator[Direct]:
    async with owner(running) as remote:
        yield await watch(running, remote, shelf / "film.mp4")
        await remote.do("goodbye")


async def watch(running: Daemon, remote: Remote, film: Path) -> Direct:
    status = await remote.do("request_hls_stream", item={"path": film.name}, delivery="auto")
    assert status["delivery"] == {"mode": "direct", "reasons": ["plays_as_it_is"]}
    return Direct(running, remote, status["url"], await anyio.Path(film).read_bytes())


async def test_a_film_is_given_as_it_is_with_its_type_and_to_any_page(film: Direct) -> None:
    answer = await film.get("Origin: http://elsewhere.example")
    assert (answer.status, answer.body) == (200, film.whole)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert film.url.startswith("/media/")
    assert film.url.endswith("/film.mp4")


async def test_its_head_tells_its_length_and_nothing_more(film: Direct) -> None:
    answer = await film.get(method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) == len(film.whole)


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("0-0", 0, 0), ("0-", 0, None), ("100-199", 100, 199), ("-500", -500, None), ("1000-99999999999", 1000, None), ("-99999999999", 0, None)],
)  # fmt: skip
async def test_a_part_is_just_that_part(film: Direct, wanted: str, first: int, last: int | None) -> None:
    answer = await film.get(f"Range: bytes={wanted}")
    size = len(film.whole)
    start = first if first >= 0 else size + first
    end = size - 1 if last is None else last
    assert answer.status == 206
    assert answer.body == film.whole[start : end + 1]
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{size}"


@pytest.mark.parametrize("wanted", ["99999999999-", "99999999999-999999999999", "-0"])
async def test_a_part_that_is_not_there_is_416_with_the_length(film: Direct, wanted: str) -> None:
    answer = await film.get(f"Range: bytes={wanted}")
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{len(film.whole)}"


@pytest.mark.parametrize(
    "wanted",
    ["bytes=0-1,5-6", "bytes=0-10,5-20", "lines=1-2", "bytes=a-b", "bytes=", "bytes=5-2", "bytes=--1", "bytes"],
)
async def test_what_is_no_single_part_gets_the_whole(film: Direct, wanted: str) -> None:
    """RFC 9110 §14.2: what is no range set is ignored, and so may be what asks for several parts."""
    answer = await film.get(f"Range: {wanted}")
    assert (answer.status, answer.body) == (200, film.whole)


async def test_a_part_of_another_version_is_not_given(film: Direct) -> None:
    tag = (await film.get(method="HEAD")).headers["etag"]
    fresh = await film.get("Range: bytes=0-9", f"If-Range: {tag}")
    stale = await film.get("Range: bytes=0-9", 'If-Range: "somebody else\'s"')
    assert (fresh.status, fresh.body) == (206, film.whole[:10])
    assert (stale.status, stale.body) == (200, film.whole)
    assert (await film.get(f"If-None-Match: {tag}")).status == 304
    dated = (await film.get(method="HEAD")).headers["last-modified"]
    assert (await film.get("Range: bytes=0-9", f"If-Range: {dated}")).status == 206
    assert (await film.get("Range: bytes=0-9", "If-Range: Thu, 01 Jan 1970 00:00:00 GMT")).status == 200
    assert (await film.get("Range: bytes=0-9", "Range: bytes=5-6")).status == 200


async def test_whatever_is_not_there_gets_the_same_404(film: Direct) -> None:
    base = film.url.rpartition("/")[0]
    token = base.split("/")[3]
    wrong = [
        f"{base}/film.mkv", f"{base}/", f"{base}/master.m3u8", f"{base}/..%2ffilm.mp4", f"{base}/film.mp4%00",
        film.url.replace(token, "x" * len(token)), film.url.replace("/media/", "/hls/"), f"{base}/film.mp4/x",
        f"{base.replace('/media/', '/hls/')}/master.m3u8", f"{base.replace('/media/', '/hls/')}/video-0.ts",
    ]  # fmt: skip
    answers = [await film.get(url=url) for url in wrong]
    assert {(answer.status, answer.body) for answer in answers} == {(404, b"Not found\n")}


async def test_a_stream_that_is_no_direct_one_has_no_film(running: Daemon) -> None:
    async with owner(running) as remote:
        status = await remote.do("request_hls_stream", item={"path": "hevc.mkv"}, delivery="auto")
        assert status["delivery"]["mode"] == "transcode"
        url = status["url"].replace("/hls/", "/media/").replace("master.m3u8", "film.matroska")
        assert (await anyio.to_thread.run_sync(lambda: ask(running.port, url))).status == 404
        await remote.do("goodbye")


async def test_a_file_that_is_another_by_now_or_a_link_is_not_there(running: Daemon, shelf: Path) -> None:
    async with owner(running) as remote:
        replaced = await watch(running, remote, shelf / "replaced.mp4")
        (shelf / "new.mp4").write_bytes(b"something else")
        os.replace(shelf / "new.mp4", shelf / "replaced.mp4")
        assert (await replaced.get()).status == 404
        link = await watch(running, remote, shelf / "link.mp4")
        (shelf / "link.mp4").unlink()
        (shelf / "link.mp4").symlink_to("/etc/passwd")
        assert (await link.get()).status == 404
        await remote.do("goodbye")


async def test_who_still_reads_when_the_stream_ends_is_cut_off(running: Daemon, shelf: Path) -> None:
    async with owner(running) as remote:
        film = await watch(running, remote, shelf / "big.mp4")
        with socket.create_connection(("127.0.0.1", running.port)) as reader:
            reader.sendall(f"GET {film.url} HTTP/1.1\r\nHost: localhost:{running.port}\r\n\r\n".encode())
            assert reader.recv(1000)
            await remote.do("stop_hls_stream")
            assert (await film.get()).status == 404
            reader.settimeout(5)
            with anyio.fail_after(5):
                assert await anyio.to_thread.run_sync(lambda: drain(reader)) < BIG
        await remote.do("goodbye")


def drain(reader: socket.socket) -> int:
    """Read until nothing more comes; answers how many bytes came."""
    came = 0
    try:
        while got := len(reader.recv(65_536)):
            came += got
    except ConnectionResetError:
        pass
    return came


async def test_a_connection_gives_part_after_part_and_one_that_is_hung_up_is_no_fault(film: Direct) -> None:
    def read() -> list[bytes]:
        connection = HTTPConnection("127.0.0.1", film.running.port, timeout=10)
        parts = []
        for first in (0, 5_000, 2_000):
            connection.request("GET", film.url, headers={"Range": f"bytes={first}-{first + 999}"})
            parts.append(connection.getresponse().read())
            assert connection.sock, "it stays open"
        connection.request("GET", film.url)
        connection.getresponse().read(100)
        connection.close()
        return parts

    parts = await anyio.to_thread.run_sync(read)
    assert parts == [film.whole[first : first + 1000] for first in (0, 5_000, 2_000)]
    assert (await film.get()).body == film.whole
    assert "Unhandled exception" not in film.running.log_text()

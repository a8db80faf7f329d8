"""FAULTS 12: films that are absurd: pictures of 16,000 by 16,000, thousands of tracks, thousands of pictures a second."""

from __future__ import annotations

import shutil
import subprocess
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import pack
from time import monotonic

import psutil
import pytest

from clients.sdk import PathRef
from protocol.errors import NotPlayable
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.hls_audit import packets
from tests.e2e.stage import REAL, THROUGH, FakeFfmpeg, fetch, me

pytestmark = pytest.mark.alone

MEGABYTE = 1024 * 1024
SIDE = 16_000
TRACKS = 4_000
REFUSED_WITHIN = 1.0 + 2.0
"""Seconds; two of them for a busy machine."""
MOST_MEMORY = 600 * MEGABYTE
"""Bytes of the daemon and its children together: one such picture would take more."""


def picture(path: Path) -> None:
    """A PNG of 16,000 by 16,000 in colour, that is 768 MB once it is decoded."""
    packer, line = zlib.compressobj(1), b"\0" * (3 * SIDE + 1)
    rows = b"".join([packer.compress(line * 100) for _ in range(SIDE // 100)] + [packer.flush()])
    head = pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
    parts = [pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data)) for kind, data in chunks]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def slides(picture: Path, film: Path) -> None:
    """A film of such pictures, packed and never opened."""
    command = [REAL, "-nostdin", "-v", "error", "-f", "png_pipe", "-framerate", "5", "-i", f"concat:{'|'.join([str(picture)] * 3)}"]  # fmt: skip
    subprocess.run([*command, "-c", "copy", str(film)], check=True, timeout=60)


def element(name: str, *inside: bytes) -> bytes:
    """A Matroska element."""
    body = b"".join(inside)
    return bytes.fromhex(name) + (len(body) | 1 << 56).to_bytes(8, "big") + body


def crowded(film: Path) -> None:
    """A film of 4,000 tracks."""
    head = element("1a45dfa3", element("4282", b"matroska"), element("4287", b"\4"), element("4285", b"\2"))
    tracks = [
        element("ae", element("d7", pack(">H", number)), element("73c5", pack(">H", number)), element("83", b"\2"), element("86", b"A_PCM/INT/LIT"), element("e1", element("b5", pack(">f", 8000.0)), element("9f", b"\1"), element("6264", b"\x10")))
        for number in range(1, TRACKS + 1)
    ]  # fmt: skip
    info = element("1549a966", element("2ad7b1", pack(">I", 1_000_000)), element("4489", pack(">f", 10_000.0)))
    sound = element("1f43b675", element("e7", b"\0"), element("a3", b"\x81\0\0\x80" + bytes(16_000)))
    film.write_bytes(head + element("18538067", info, element("1654ae6b", *tracks), sound))


def fast(film: Path) -> None:
    """A second of film with 20,000 pictures."""
    source = ["-f", "lavfi", "-i", "color=size=64x64:rate=20000:duration=1", "-c:v", "mpeg4"]
    subprocess.run([REAL, "-nostdin", "-v", "error", *source, str(film)], check=True, timeout=60)


@pytest.fixture
def fake(tmp_path: Path) -> FakeFfmpeg:
    """The real FFmpeg, counted."""
    return FakeFfmpeg(tmp_path / "path" / "bin", THROUGH)


@contextmanager
def watched(running: Daemon) -> Iterator[list[int]]:
    """The most memory, in bytes, that each look found that the daemon and its children had."""
    found, over = [0], threading.Event()

    def look() -> None:
        while True:
            total = 0
            for pid in [running.process.pid, *running.children()]:
                try:
                    total += psutil.Process(pid).memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            found[0] = max(found[0], total)
            if over.wait(0.02):
                return

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
    finally:
        over.set()
        looking.join()


def absurd(kind: str, shelf: Path, scratch: Path) -> None:
    """Put such a film on the shelf."""
    match kind:
        case "huge.mkv":
            picture(scratch / "huge.png")
            slides(scratch / "huge.png", shelf / kind)
        case "crowded.mkv":
            crowded(shelf / kind)
        case _:
            fast(shelf / kind)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with a film as there are many."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    shutil.copyfile(films.make("b_frames"), folder / "film.mp4")
    return folder


@pytest.mark.parametrize("kind", ["huge.mkv", "crowded.mkv"])
async def test_what_is_absurd_is_refused_at_once_and_takes_no_memory(
    shelf: Path, tmp_path: Path, fake: FakeFfmpeg, kind: str
) -> None:
    absurd(kind, shelf, tmp_path)
    with daemon(shelf, tmp_path / "home", env=fake.env) as running:
        async with me(running) as client:
            await client.get_item(PathRef(path="film.mp4"))
            with watched(running) as most:
                spawned, began = fake.spawns(), monotonic()
                with pytest.raises(NotPlayable) as refused:
                    await client.request_hls_stream(PathRef(path=kind))
                assert monotonic() - began < REFUSED_WITHIN
            print(kind, refused.value.message, "most memory, MB", most[0] // MEGABYTE)
            assert fake.spawns() == spawned
            assert most[0] < MOST_MEMORY
            assert (await client.request_hls_stream(PathRef(path="film.mp4"))).url, "others are served"
        assert "raceback" not in running.log_text()


async def test_a_film_of_twenty_thousand_pictures_a_second_is_shown_with_sixty(
    shelf: Path, tmp_path: Path, fake: FakeFfmpeg
) -> None:
    absurd("fast.mkv", shelf, tmp_path)
    with daemon(shelf, tmp_path / "home", env=fake.env) as running:
        async with me(running) as client:
            with watched(running) as most:
                stream = await client.request_hls_stream(PathRef(path="fast.mkv"))
                assert b"FRAME-RATE=60.000" in (await fetch(running, stream.url or ""))[1]
                status, body = await fetch(running, (stream.url or "").replace("master.m3u8", "video-0.ts"))
            print("most memory, MB", most[0] // MEGABYTE)
            assert status == 200
            assert len([pts for pts, _, _ in packets(body)["video"]]) <= 61
            assert most[0] < MOST_MEMORY

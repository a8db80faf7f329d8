"""What /hls serves, and the one answer to everything that it does not."""

from __future__ import annotations

import os
import random
import secrets
import string
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from tests.daemon import Daemon
from tests.server.raw import Answer, Line, ask, request
from tests.server.remote import Remote, owner

GUESSES = 100_000
AT_ONCE = 200
NAMES = [
    "", ".", "..", "../", "%2e%2e", "%2E%2E/", "..%2f", "..%2F..%2f", "..%5c", "..\\", "%252e%252e", "%252e%252e%252f", "....//", "%c0%ae%c0%ae",
    "../master.m3u8", "..%2fmaster.m3u8", "%2e%2e%2fmaster.m3u8", "./master.m3u8", ".%2fmaster.m3u8", "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "/etc/passwd", "%2fetc%2fpasswd", "file:%2f%2f%2fetc%2fpasswd",
    "%00", "video-0.ts%00", "%00video-0.ts", "video-0.ts%00.m3u8", "%0a", "video-0.ts%0a", "%0d%0aX-Evil:%201", "master.m3u8%0d%0a", "%20",
    "a" * 300, "a" * 5_000, "video-" + "9" * 300 + ".ts", "video-" + "0" * 5_000 + ".ts", "%F0%9F%8E%AC", "%ff%fe", "%ed%a0%80", "%", "%zz", "%2",
    ".tmp", "video-0.ts.tmp", "video-0.tmp", "link.ts", "fifo.ts", "folder", "folder/", "secret.ts", "owner.lock", "..%2f..%2fowner.lock",
    "run-1", "run-1/video-1.ts", "run-1%2fvideo-1.ts", "video-00.ts", "video--1.ts", "video-+1.ts", "video-1e0.ts", "video-%D9%A1.ts", "video-0.TS",
    "VIDEO-0.ts", "subs-0.ts", "video-9999.ts", "video-1000000.ts", "video-0.ts/", "video-0.ts/x", "master.m3u8/", "video-0.m4s", "init.mp4",
    "master.m3u", "video.m3u8%20", "master.m3u8;x", "master.m3u8%3fx", "video-0.ts::$DATA", "CON", "~", "{name}", "%7bname%7d", "*", "$(id)",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Open:
    """A stream that is open: its daemon, whose it is, its path with the slash at the end, and its directory."""

    running: Daemon
    remote: Remote
    client_id: str
    base: str
    directory: Path

    @property
    def token(self) -> str:
        return self.base.split("/")[3]

    async def get(self, target: str, *headers: str, method: str = "GET") -> Answer:
        """One request, elsewhere than on the loop."""
        return await anyio.to_thread.run_sync(lambda: ask(self.running.port, target, *headers, method=method))


@pytest.fixture
async def stream(running: Daemon) -> AsyncIterator[Open]:
    """A stream of a minute, whose first segment is there."""
    async with owner(running) as remote:
        status: dict[str, Any] = await remote.do("request_hls_stream", item={"path": "minute.mp4"})
        client_id = status["url"].split("/")[2]
        (directory,) = running.cache_dir.glob(f"run-*/{client_id}/{status['stream_id']}")
        found = Open(running, remote, client_id, status["url"].removesuffix("master.m3u8"), directory)
        assert (await found.get(found.base + "video-0.ts")).status == 200
        yield found
        await remote.do("goodbye")


async def test_playlists_and_segments_have_their_types_and_lifetimes(stream: Open) -> None:
    for name, kind, kept in (
        ("master.m3u8", "application/vnd.apple.mpegurl", "no-cache"),
        ("video.m3u8", "application/vnd.apple.mpegurl", "no-cache"),
        ("audio-0.m3u8", "application/vnd.apple.mpegurl", "no-cache"),
        ("video-0.ts", "video/mp2t", "private, max-age=31536000, immutable"),
        ("audio-0-0.ts", "video/mp2t", "private, max-age=31536000, immutable"),
    ):
        answer = await stream.get(stream.base + name)
        assert (answer.status, answer.headers["cache-control"]) == (200, kept), name
        assert answer.headers["content-type"].split(";")[0] == kind
        assert answer.headers["access-control-allow-origin"] == "*"
        head = await stream.get(stream.base + name, method="HEAD")
        assert (head.status, head.headers["content-length"]) == (200, str(len(answer.body)))


async def test_whatever_is_not_there_gets_the_same_404_and_never_a_byte(stream: Open, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"canary")
    (stream.directory / "link.ts").symlink_to(tmp_path / "secret")
    (stream.directory / "folder").mkdir()
    (stream.directory / "secret.ts").write_bytes(b"canary")
    (stream.directory / "video-0.ts.tmp").write_bytes(b"canary")
    (stream.directory / "video-1000000.ts").symlink_to(tmp_path / "secret")
    os.mkfifo(stream.directory / "fifo.ts")
    unknown = await stream.get(f"/hls/nobody/{'a' * 43}/master.m3u8")
    assert (unknown.status, unknown.body) == (404, b"Not found\n")
    for name in NAMES:
        assert await stream.get(stream.base + name) == unknown, name
        assert await stream.get(stream.base + name, "Range: bytes=0-", method="HEAD") == Answer(
            404, unknown.headers, b""
        ), name
    assert "request failed" not in stream.running.log_text()


async def test_bytes_that_no_path_may_hold_are_400_or_the_404(stream: Open) -> None:
    for raw in (b"\0", b"a\0b", b"a\nb", b"a\rb", b"\xff", b"a b", b"\t"):
        with Line(stream.running.port) as line:
            line.send(b"GET " + stream.base.encode() + raw + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert line.answer().status in (400, 404), raw


async def test_paths_around_the_stream_get_the_same_404(stream: Open) -> None:
    unknown = await stream.get(f"/hls/nobody/{'a' * 43}/master.m3u8")
    token, client = stream.token, stream.client_id
    for target in (
        "/hls", "/hls/", f"/hls/{client}", f"/hls/{client}/", f"/hls/{client}/{token}", f"/hls/{token}/{client}/master.m3u8",
        f"/hls/{client}//master.m3u8", f"/hls//{token}/master.m3u8", f"/hls/{client}/{token}%00/master.m3u8", f"/hls/{client}/{token}%20/master.m3u8",
        f"/hls/{client}/%ed%a0%80/master.m3u8", f"/hls/{client}/%ff/master.m3u8", f"/hls/{client}/{'a' * 5_000}/master.m3u8",
        f"/hls/{client}/x/../{token}/master.m3u8", f"/hls/{client}/{token}/x/../master.m3u8", f"/hls/../hls/{client}/{token}/master.m3u8",
        f"/media/{client}/{token}/master.m3u8", f"/HLS/{client}/{token}/master.m3u8",
    ):  # fmt: skip
        answer = await stream.get(target)
        assert (answer.status, answer.body) == (404, unknown.body), target


async def test_another_clients_token_on_my_path_is_no_key(stream: Open) -> None:
    async with owner(stream.running) as other:
        url = (await other.do("request_hls_stream", item={"path": "minute.mp4"}))["url"]
        _, _, theirs, token, _ = url.split("/")
        unknown = await stream.get("/hls/nobody/nothing/master.m3u8")
        assert await stream.get(f"/hls/{stream.client_id}/{token}/master.m3u8") == unknown
        assert await stream.get(f"/hls/{theirs}/{stream.token}/master.m3u8") == unknown
        assert (await stream.get(url)).status == 200
        await other.do("goodbye")


async def test_a_streams_token_dies_with_it(stream: Open) -> None:
    unknown = await stream.get("/hls/nobody/nothing/master.m3u8")
    first = stream.base
    second = (await stream.remote.do("request_hls_stream", item={"path": "minute.mp4"}))["url"]
    assert second != first + "master.m3u8", "a new stream has a new token"
    for name in ("master.m3u8", "video.m3u8", "video-0.ts"):
        assert await stream.get(first + name) == unknown
    await stream.remote.do("stop_hls_stream")
    assert await stream.get(second) == unknown
    assert not stream.directory.exists()


async def test_none_of_100_000_guesses_at_a_token_hits_and_all_are_answered_alike(stream: Open) -> None:
    def guess(line: Line, targets: list[str]) -> list[Answer]:
        line.send(b"".join(request(stream.running.port, target) for target in targets))
        return [line.answer() for _ in targets]

    def attack(targets: list[str]) -> tuple[int, list[Answer]]:
        count = 0
        kinds: list[Answer] = []
        with Line(stream.running.port) as line:
            for at in range(0, len(targets), AT_ONCE):
                answers = guess(line, targets[at : at + AT_ONCE])
                count, kinds = count + len(answers), kinds_of([*kinds, *answers])
        return count, kinds

    guesses = near(stream.token) + [secrets.token_urlsafe(32) for _ in range(GUESSES)]
    assert stream.token not in guesses
    targets = [f"/hls/{stream.client_id}/{guess}/master.m3u8" for guess in guesses]
    found: list[tuple[int, list[Answer]]] = []

    async def share(number: int) -> None:
        found.append(await anyio.to_thread.run_sync(attack, targets[number::4]))

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(share, number)
    unknown = await stream.get("/hls/nobody/nothing/master.m3u8")
    assert sum(count for count, _ in found) == len(targets) >= GUESSES
    assert all(kinds == [unknown] for _, kinds in found)
    assert (await stream.get(stream.base + "master.m3u8")).status == 200, "the owner notices nothing"


def kinds_of(answers: list[Answer]) -> list[Answer]:
    """Answers that differ in anything."""
    kinds: list[Answer] = []
    for answer in answers:
        if answer not in kinds:
            kinds.append(answer)
    return kinds


def near(token: str) -> list[str]:
    """Tokens that are almost right."""
    changed = [
        token[:at] + random.choice(string.ascii_letters.replace(token[at], "")) + token[at + 1 :]
        for at in range(len(token))
    ]
    return [
        *changed,
        token[:-1],
        token + "=",
        token + "A",
        token.swapcase(),
        token[::-1],
        token[1:] + token[0],
        token * 2,
        f"%20{token}",
    ]

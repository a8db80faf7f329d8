"""FAULTS 30: parts of segments and films, from the disk and from memory, are given as RFC 9110 says."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import anyio.to_thread
import pytest

from tests import films
from tests.daemon import Daemon, daemon
from tests.server.raw import Answer, ask
from tests.server.remote import owner

WHOLE = [
    "bytes=0-1,5-6", "bytes=0-10,5-20", "bytes=5-20,0-10", "bytes=-5,0-5", "bytes=0-1,", f"bytes={','.join(['0-1'] * 600)}",
    f"bytes={','.join(f'{n}-{n}' for n in range(0, 800, 2))}", "lines=1-2", "bytes", "bytes=", "bytes=-", "bytes=--1", "bytes=a-b", "bytes=5-2",
    "bytes=1.5-3", "bytes=0x1-0x3", "bytes=+1-3", "Bytes 0-5", "none", f"bytes={'9' * 5_000}", f"bytes={'9' * 300}-", f"bytes=0-{'9' * 5_000}", "bytes=0-1;5-6",
]  # fmt: skip
"""What is no range set, in another unit, or asks for several parts: ignored, as it may be."""
NOWHERE = ["bytes=-0", "bytes=99999999999-", "bytes=99999999999-999999999999"]
HUGE = "9" * 18


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is served, whole."""

    running: Daemon
    path: str
    body: bytes
    tag: str

    async def get(self, *headers: str, method: str = "GET") -> Answer:
        """One request."""
        return await anyio.to_thread.run_sync(lambda: ask(self.running.port, self.path, *headers, method=method))


@pytest.fixture(scope="module")
def memories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Daemon]]:
    """Daemons that serve what is asked for again from memory, and from the disk."""
    shelf = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(films.make("minute"), shelf / "film.mp4")
    with (
        daemon(shelf, tmp_path_factory.mktemp("home")) as one,
        daemon(shelf, tmp_path_factory.mktemp("other"), env={"MATINEE_HOT_MB": "0"}) as other,
    ):
        yield {"memory": one, "disk": other}


@pytest.fixture(params=["a segment from the disk", "a segment from memory", "a film"])
async def thing(request: pytest.FixtureRequest, memories: dict[str, Daemon]) -> AsyncIterator[Thing]:
    running = memories["disk" if request.param == "a segment from the disk" else "memory"]
    delivery = {"delivery": "auto"} if request.param == "a film" else {}
    async with owner(running) as remote:
        stream = await remote.do("request_hls_stream", item={"path": "film.mp4"}, **delivery)
        path = stream["url"].replace("master.m3u8", "video-0.ts")
        for _ in range(3):
            answer = await anyio.to_thread.run_sync(ask, running.port, path)
        assert answer.status == 200
        yield Thing(running, path, answer.body, answer.headers["etag"])
        await remote.do("goodbye")


def expected(size: int) -> dict[str, tuple[int, int]]:
    """Single parts of something so long, and where they begin and end."""
    return {
        "bytes=0-0": (0, 1),
        "bytes=0-": (0, size),
        "bytes= 0-4": (0, 5),
        "BYTES=0-4": (0, 5),
        "bytes=100-199": (100, 200),
        f"bytes={size - 1}-": (size - 1, size),
        f"bytes={size - 1}-{size - 1}": (size - 1, size),
        f"bytes=10-{size}": (10, size),
        f"bytes=10-{HUGE}": (10, size),
        "bytes=-1": (size - 1, size),
        f"bytes=-{size}": (0, size),
        f"bytes=-{HUGE}": (0, size),
    }


async def test_a_single_part_is_just_that_part(thing: Thing) -> None:
    size = len(thing.body)
    for wanted, (start, end) in expected(size).items():
        answer = await thing.get(f"Range: {wanted}")
        assert (answer.status, answer.body) == (206, thing.body[start:end]), wanted
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert answer.headers["content-length"] == str(end - start)


async def test_a_part_that_is_not_there_is_416_and_tells_the_length(thing: Thing) -> None:
    size = len(thing.body)
    for wanted in (*NOWHERE, f"bytes={size}-", f"bytes={size}-{size}", f"bytes={HUGE}-"):
        answer = await thing.get(f"Range: {wanted}")
        assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{size}"), wanted


async def test_what_asks_for_no_single_part_gets_the_whole_once(thing: Thing) -> None:
    for wanted in WHOLE:
        answer = await thing.get(f"Range: {wanted}")
        assert (answer.status, answer.body) == (200, thing.body), wanted[:40]


async def test_a_part_is_given_only_of_the_version_that_was_meant(thing: Thing) -> None:
    fresh = await thing.get("Range: bytes=0-9", f"If-Range: {thing.tag}")
    assert (fresh.status, fresh.body) == (206, thing.body[:10])
    for stale in ('"somebody else\'s"', f"W/{thing.tag}", "Thu, 01 Jan 1970 00:00:00 GMT", "nonsense"):
        answer = await thing.get("Range: bytes=0-9", f"If-Range: {stale}")
        assert (answer.status, answer.body) == (200, thing.body), stale


async def test_a_head_has_no_parts_and_no_body(thing: Thing) -> None:
    answer = await thing.get(method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(thing.body))


async def test_after_all_of_that_nothing_has_gone_wrong(memories: dict[str, Daemon]) -> None:
    for running in memories.values():
        assert "raceback" not in running.log_text()
        assert "request failed" not in running.log_text()

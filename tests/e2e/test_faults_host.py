"""FAULTS 34 and 35: the daemon is told to end while it is busy, once and twice; there are too many connections; and it may
open nothing more.

A port that is taken and a second daemon on the same state (35) are in `test_life.py`.
"""

from __future__ import annotations

import json
import resource
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

import anyio.to_thread
import pytest

from controller.core.descriptors import most_connections
from tests.daemon import Daemon, daemon
from tests.e2e.stage import REAL, alive
from tests.server.raw import Line, ask, request
from tests.server.remote import Remote, dial, owner
from tests.server.sluggish import narrow
from tests.server.test_ws import open_descriptors
from tests.waiting import eventually

pytestmark = pytest.mark.alone

BIG = 8 * 1024**2
"""Bytes of a segment that does not fit into the kernel's buffers."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 12 seconds with large segments, to be copied, and one to be encoded."""
    folder = tmp_path_factory.mktemp("shelf")
    noise = "testsrc2=size=640x360:rate=25:duration=12,noise=alls=100:allf=t"
    recipe = ["-f", "lavfi", "-i", noise, "-c:v", "libx264", "-preset", "ultrafast", "-qp", "12", "-g", "100"]
    command = [REAL, "-nostdin", "-v", "error", *recipe, "-pix_fmt", "yuv420p", str(folder / "noise.mp4")]
    subprocess.run(command, check=True, timeout=60)
    return folder


async def stream_of(remote: Remote) -> str:
    """The path of the first segment of a new stream, which is there."""
    stream = await remote.do("request_hls_stream", item={"path": "noise.mp4"})
    path: str = stream["url"].replace("master.m3u8", "video-0.ts")
    return path


@contextmanager
def fetching(running: Daemon, path: str) -> Iterator[tuple[Line, int]]:
    """A segment that is on its way, and how long its body is."""
    with Line(running.port) as line:
        line.socket.close()
        line.socket = socket.socket()
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.socket.settimeout(10)
        line.socket.connect(("127.0.0.1", running.port))
        line.send(request(running.port, path))
        head = line.answer(head=True)
        assert head.status == 200
        length = int(head.headers["content-length"])
        assert length > BIG
        yield line, length


def rest_of(line: Line) -> int:
    """How many bytes of the body still come, and have come, until the end."""
    line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    count = len(line._rest)
    while data := line.socket.recv(1 << 20):
        count += len(data)
    return count


def terminate(running: Daemon) -> float:
    """TERM; answers when."""
    running.process.send_signal(signal.SIGTERM)
    return monotonic()


async def wait_gone(running: Daemon, within: float) -> None:
    """Until the process has ended, with 0."""
    code = await anyio.to_thread.run_sync(lambda: running.process.wait(timeout=within))
    assert code == 0


def assert_nothing_left(running: Daemon, children: list[int]) -> None:
    """No process, no file, no word of an accident."""
    assert not [pid for pid in children if alive(pid)]
    assert list(running.cache_dir.iterdir()) == []
    assert not (running.state_dir / "control.json").exists()
    assert not [path for path in running.state_dir.iterdir() if path.suffix == ".part"]
    assert "raceback" not in running.log_text()
    assert '"exception"' not in running.log_text()


async def test_told_to_end_it_lets_segments_finish_takes_no_new_work_and_leaves_nothing(
    shelf: Path, tmp_path: Path
) -> None:
    """FAULTS 34."""
    with daemon(shelf, tmp_path) as running:
        async with owner(running) as remote, dial(running) as late:
            path = await stream_of(remote)
            children = running.children()
            with fetching(running, path) as (line, length):
                began = terminate(running)
                closing = await remote.event("server_closing")
                assert closing["reason"]
                finished = await anyio.to_thread.run_sync(rest_of, line)
                assert finished == length, "the segment came whole"
                assert await remote.close_code() == 1001
                assert await late.close_code() == 1001, "who had not registered may not now"
                with pytest.raises((ConnectionError, AssertionError)):
                    ask(running.port, "/readyz")
            await wait_gone(running, 5.0)
            assert monotonic() - began < 5.0
            assert_nothing_left(running, children)


@pytest.mark.parametrize("gap", [0.0, 0.01, 0.03, 0.06])
async def test_told_twice_in_a_row_it_ends_as_if_told_once(shelf: Path, tmp_path: Path, gap: float) -> None:
    """FAULTS 34: a second TERM shortens the end; wherever it comes in, it does not break it off."""
    with daemon(shelf, tmp_path) as running:
        async with owner(running) as remote:
            await stream_of(remote)
            children = running.children()
            terminate(running)
            await anyio.sleep(gap)
            if running.process.poll() is None:
                terminate(running)
            await wait_gone(running, 5.0)
            assert_nothing_left(running, children)
            assert not [path for path in running.state_dir.iterdir() if path.name.endswith(("-wal", "-shm"))]


async def test_told_to_end_it_waits_for_nobody_who_does_not_read(shelf: Path, tmp_path: Path) -> None:
    """FAULTS 34: a segment and answers that nobody takes hold it up for less than five seconds."""
    with daemon(shelf, tmp_path) as running:
        async with owner(running) as remote:
            path = await stream_of(remote)
            children = running.children()
            with fetching(running, path), narrow(running) as slow:
                for _ in range(60):
                    slow.ask("rpc.discover")
                began = terminate(running)
                await wait_gone(running, 5.0)
                assert monotonic() - began < 5.0
                assert_nothing_left(running, children)


async def test_told_twice_it_ends_at_once(shelf: Path, tmp_path: Path) -> None:
    """FAULTS 34."""
    with daemon(shelf, tmp_path) as running:
        async with owner(running) as remote:
            path = await stream_of(remote)
            children = running.children()
            with fetching(running, path):
                terminate(running)
                await eventually(lambda: "ending" in running.log_text(), within=2)
                assert await remote.close_code() == 1001
                again = terminate(running)
                await wait_gone(running, 2.0)
                assert monotonic() - again < 0.5
                assert_nothing_left(running, children)


def limit(running: Daemon, descriptors: int) -> None:
    """Let the daemon have no more than so many open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (descriptors, hard))


def exhaust(running: Daemon, stack: ExitStack) -> None:
    """Let the daemon open nothing more: a low limit, and connections up to it."""
    limit(running, open_descriptors(running) + 4)
    for _ in range(200):
        line = stack.enter_context(Line(running.port))
        line.send(request(running.port, "/livez"))
        if line.answer().status == 503:
            return
    raise AssertionError("there is always room")


async def test_out_of_descriptors_it_says_so_and_is_well_again_when_there_are_some(shelf: Path, tmp_path: Path) -> None:
    """FAULTS 35."""
    with daemon(shelf, tmp_path, "--log-level", "warning") as running:
        async with owner(running) as remote:
            path = await stream_of(remote)
            with Line(running.port) as line:
                line.send(request(running.port, path, method="HEAD"))
                assert line.answer(head=True).status == 200
                with ExitStack() as stack:
                    exhaust(running, stack)
                    for _ in range(50):
                        refused = ask(running.port, "/livez")
                        assert (refused.status, refused.headers["retry-after"]) == (503, "2")
                    line.send(request(running.port, path, method="HEAD"))
                    assert line.answer(head=True).status == 503, "a segment on a connection that there was already"
                    assert await remote.do("ping"), "who is here goes on"
                    answer = await remote.call("request_hls_stream", item={"path": "noise.mp4"})
                    assert "error" not in answer or answer["error"]["data"]["name"] != "internal"
                    limit(running, 1_024)
                freed = monotonic()
                await eventually(lambda: ask(running.port, "/livez").status == 200, within=2)
                path = await stream_of(remote)
                await eventually(
                    lambda: ask(running.port, path, method="HEAD").status == 200, within=2 - (monotonic() - freed)
                )
        said = [json.loads(line)["event"] for line in running.log_text().splitlines()]
        assert said.count("out of descriptors") == 1, "one line in ten seconds"
        assert "request failed" not in said
        assert "handler failed" not in said
        assert "raceback" not in running.log_text()


def crowd(running: Daemon, stack: ExitStack) -> int:
    """Connections until one is refused; answers how many there were room for."""
    for number in range(200):
        line = stack.enter_context(Line(running.port))
        line.send(request(running.port, "/livez"))
        if line.answer().status == 503:
            return number
    raise AssertionError("there is always room")


async def test_connections_leave_room_for_encoders_and_who_comes_beyond_is_told_so(shelf: Path, tmp_path: Path) -> None:
    """FAULTS 35: before the descriptors are all gone."""
    manner = ("prlimit", "--nofile=64:256")
    with daemon(shelf, tmp_path, "--log-level", "warning", manner=manner) as running:
        assert resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE) == (256, 256), "it takes all that it may"
        async with owner(running) as remote:
            with ExitStack() as stack:
                room = crowd(running, stack)
                assert most_connections(256) - 8 <= room < most_connections(256), (
                    "the page and its WebSocket count, too"
                )
                for _ in range(50):
                    refused = ask(running.port, "/livez")
                    assert (refused.status, refused.headers["retry-after"]) == (503, "2")
                path = await stream_of(remote)
                line = stack.enter_context(Line(running.port))
                line.send(request(running.port, path, method="HEAD"))
                assert line.answer(head=True).status == 503
                assert await remote.do("ping"), "who is here goes on"
            freed = monotonic()
            await eventually(lambda: ask(running.port, path, method="HEAD").status == 200, within=2)
            assert monotonic() - freed < 2
        said = [json.loads(line)["event"] for line in running.log_text().splitlines()]
        assert said.count("too many connections") == 1, "one line in ten seconds"
        assert "out of descriptors" not in said
        assert "raceback" not in running.log_text()

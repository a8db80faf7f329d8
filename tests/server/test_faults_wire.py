"""FAULTS 21 to 26: peers that stop reading, vanish, come by the thousand, steal, send nonsense or flood; others notice nothing.

What the wire refuses is in `test_ws.py` (25), what strangers may not do in `test_ws_session.py` (24, 26).
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from math import inf
from pathlib import Path
from statistics import quantiles
from time import monotonic

import anyio
import anyio.to_thread
import pytest

from tests.daemon import Daemon, allow_descriptors, daemon, free_port
from tests.server.far import far_away
from tests.server.raw import masked, resident, upgraded
from tests.server.remote import Remote, box, dial, owner, pair
from tests.server.sluggish import Sluggish, narrow
from tests.server.test_ws import no_accident, open_descriptors
from tests.waiting import eventually

pytestmark = pytest.mark.network

BOUND = 0.05
BUSY = 3.0
"""99 of 100 answers to others may take so many seconds, and so many times what they take when nothing else happens:
the machine may have other things to do."""
CUT_AFTER, GOODBYE = 5.0, 1.0
"""Seconds over the bound, and for a close frame that perhaps nobody reads."""
SOAK = bool(os.environ.get("MATINEE_SOAK"))
THOUSAND, ROUNDS = 1_000, 10 if SOAK else 2
LINGERS = 15.5
"""Seconds until a silent peer is closed."""


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon in which tests may make events as fast as they can."""
    with daemon(library, tmp_path_factory.mktemp("home"), env={"MATINEE_RATE_LIMIT": "0"}) as one:
        yield one


def come(running: Daemon, auth: dict[str, str], count: int) -> list[Sluggish]:
    """So many clients."""
    return [Sluggish(socket.create_connection(("127.0.0.1", running.port), timeout=10), auth) for _ in range(count)]


async def flood(running: Daemon) -> dict[str, float]:
    """What becomes of a client in a process of its own that asks 10,000 times a second."""
    given = f"{running.port} {running.control.token}".encode()
    done = await anyio.run_process([sys.executable, "-m", "tests.server.flood"], input=given)
    told: dict[str, float] = json.loads(done.stdout)
    return told


async def until_alone(boss: Remote) -> None:
    """Until the grace of all others is over."""
    with anyio.fail_after(10):
        while True:
            if (await boss.do("get_server_status"))["clients"] == 1:
                return
            await anyio.sleep(0.05)  # polls the daemon


def forget_peak(running: Daemon) -> int:
    """Bytes held now; `peak` counts from here."""
    Path(f"/proc/{running.process.pid}/clear_refs").write_text("5")
    return peak(running)


def peak(running: Daemon) -> int:
    """The most bytes held at once."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


class Others:
    """Somebody else, who asks for the time again and again; `took` are the seconds until each answer."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self.took: list[float] = []
        self.enough = False

    async def run(self, seconds: float = inf) -> None:
        """For some seconds, or until it is enough; the last answer is waited for."""
        until = monotonic() + seconds
        while not self.enough and (asked := monotonic()) < until:
            await self._remote.do("ping")
            self.took.append(monotonic() - asked)
            await anyio.sleep(0.01)  # below the rate limit

    @property
    def p99(self) -> float:
        """Seconds."""
        return quantiles(self.took, n=100)[-1]


@asynccontextmanager
async def others_unharmed(running: Daemon) -> AsyncIterator[Others]:
    """Asserts that somebody else is answered about as fast meanwhile as in a calm second before."""
    async with owner(running, name="somebody else") as remote:
        calm, busy = Others(remote), Others(remote)
        await calm.run(1.0)
        async with anyio.create_task_group() as group:
            group.start_soon(busy.run)
            yield busy
            await eventually(lambda: len(busy.took) >= 20, within=10, what="somebody else is answered twenty times")
            busy.enough = True
        assert busy.p99 <= BOUND + BUSY * calm.p99, (
            f"p99 {busy.p99 * 1e3:.1f} ms; {calm.p99 * 1e3:.1f} ms when it was calm"
        )


@asynccontextmanager
async def crowd(running: Daemon, size: int = 30) -> AsyncIterator[Remote]:
    """A device with many clients, and its owner; with each of its names everyone who listens hears as many events."""
    auth = await pair(running, "guest")
    async with AsyncExitStack() as stack:
        boss = await stack.enter_async_context(owner(running))
        for _ in range(size):
            await (await stack.enter_async_context(dial(running))).register(auth, name="n" * 64)
        yield boss


async def rename(boss: Remote, number: int) -> None:
    """Thirty events."""
    (device,) = [
        row for row in (await boss.do("list_devices"))["devices"] if row["connected"] and row["role"] == "guest"
    ]
    await boss.do("rename_device", device_id=device["device_id"], name=f"{'n' * 56} {number}")


async def connected(watcher: Remote, client_id: str) -> bool:
    """Whether a client has a connection."""
    rows = await watcher.do("get_all_clients_status")
    return any(row["client_id"] == client_id and row["connected"] for row in rows)


async def wait_cut(watcher: Remote, client_id: str, within: float) -> None:
    """Until a client has no connection."""
    with anyio.fail_after(within):
        while True:
            if not await connected(watcher, client_id):
                return
            await anyio.sleep(0.05)  # polls the daemon


def sends(running: Daemon) -> int:
    """Bytes that wait in the kernel to be sent by the daemon, on all its connections."""
    lines = Path(f"/proc/{running.process.pid}/net/tcp").read_text().splitlines()[1:]
    ours = [line.split() for line in lines if line.split()[1].endswith(f":{running.port:04X}")]
    return sum(int(fields[4].split(":")[0], 16) for fields in ours)


async def overfill(running: Daemon, boss: Remote) -> None:
    """Make events until the kernel takes no more of them, and then 300 more."""
    before, number = -1, 0
    while (now := sends(running)) != before:
        before = now
        for _ in range(10):
            number += 1
            await rename(boss, number)
    for more in range(10):
        await rename(boss, number + more)


async def test_who_stops_reading_is_cut_after_five_seconds_over_the_bound_and_others_notice_nothing(
    running: Daemon,
) -> None:
    """FAULTS 21."""
    async with crowd(running) as boss, others_unharmed(running):
        with narrow(running) as slow:
            slow.call("subscribe", topics=["clients"])
            await overfill(running, boss)
            over = monotonic()
            assert await connected(boss, slow.client_id)
            await wait_cut(boss, slow.client_id, CUT_AFTER + GOODBYE + 0.5)
            assert monotonic() - over > CUT_AFTER - 1.0
    assert no_accident(running)


async def test_who_reads_again_before_five_seconds_are_over_is_kept_and_has_missed_nothing(running: Daemon) -> None:
    """FAULTS 21."""
    cuts = running.log_text().count("too slow")
    async with crowd(running) as boss, others_unharmed(running):
        with narrow(running) as slow:
            seen = slow.call("subscribe", topics=["clients"]) and slow.seq
            await overfill(running, boss)
            await anyio.sleep(CUT_AFTER / 2)  # over the bound: that is what this test is about
            slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            await anyio.to_thread.run_sync(slow.call, "ping")
            assert slow.seqs == list(range(seen + 1, slow.seq + 1)), "every event once, in order"
            assert len(slow.seqs) > 300
            await anyio.sleep(CUT_AFTER)  # the time after which it would have been cut
            await anyio.to_thread.run_sync(slow.call, "hls_status")
            assert await connected(boss, slow.client_id)
    assert running.log_text().count("too slow") == cuts


async def test_who_asks_and_asks_and_reads_no_answer_is_closed_like_a_silent_one(running: Daemon) -> None:
    """FAULTS 21 and 25: what is not read is not piled up; another who must leave at once does, reading or not."""
    async with owner(running) as boss, others_unharmed(running):
        before = open_descriptors(running), resident(running.process.pid)
        with narrow(running) as slow, narrow(running) as replaced:
            began = monotonic()
            for stuck in (slow, replaced):
                for _ in range(60):
                    stuck.ask("rpc.discover")
            await eventually(lambda: sends(running) > 0, within=2)
            async with dial(running) as newer:
                resume = {"client_id": replaced.client_id, "resume_token": replaced.resume_token, "last_seq": 0}
                assert (await newer.register(box(running), resume=resume))["resumed"]
                await eventually(lambda: open_descriptors(running) <= before[0] + 2, within=3, what="the older is gone")
                await newer.do("goodbye")
            await wait_cut(boss, slow.client_id, LINGERS - (monotonic() - began) + 0.5)
            assert resident(running.process.pid) - before[1] < 16 * 1024**2
        await eventually(lambda: open_descriptors(running) <= before[0], within=1, what="descriptors as before")
    assert no_accident(running)


async def test_a_client_behind_a_dead_link_is_closed_in_time_and_leaves_nothing_after_its_grace(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """FAULTS 22: one that is idle, one that watches, one that an answer is on its way to."""
    with (
        capsys.disabled(),
        far_away() as way,
        daemon(library, tmp_path, "--host", way.host, env={"MATINEE_GRACE_S": "1"}, port=free_port()) as running,
    ):
        async with owner(running) as watcher, others_unharmed(running):
            await watcher.do("subscribe", topics=["clients"])
            before = open_descriptors(running)
            far = [Sluggish(way.connect(running.port), box(running)) for _ in range(3)]
            far[1].call("request_hls_stream", item={"path": "minute.mkv"})
            await eventually(running.encoders, within=5, what="an encoder")
            for _ in range(60):
                far[2].ask("rpc.discover")
            watcher.events.clear()
            way.cut()
            cut, away, gone = monotonic(), dict[str, float](), dict[str, float]()
            with anyio.fail_after(LINGERS + 4):
                while len(gone) < 3:
                    frame = await watcher.socket.recv()
                    told = json.loads(frame)
                    client = told["params"]["client_id"]
                    if told["method"] == "client_changed" and not told["params"]["connected"]:
                        away.setdefault(client, monotonic() - cut)
                    elif told["method"] == "client_left":
                        gone[client] = monotonic() - cut
            for client in (one.client_id for one in far):
                assert away[client] <= LINGERS
                assert gone[client] - away[client] <= 1.0 + 1.0, "its grace, and a second"
            assert running.encoders() == []
            assert not list(running.cache_dir.glob("run-*/*/*"))
            assert open_descriptors(running) <= before
            for one in far:
                one.socket.close()
        assert no_accident(running)


async def test_a_thousand_who_come_and_vanish_again_and_again_leave_nothing(library: Path, tmp_path: Path) -> None:
    """FAULTS 23."""
    allow_descriptors()
    env = {"MATINEE_GRACE_S": "0.5", "MATINEE_RATE_LIMIT": "0"}
    with daemon(library, tmp_path, "--log-level", "warning", env=env) as running:
        auth = await pair(running)
        async with owner(running) as boss:
            pid, descriptors, after = running.process.pid, open_descriptors(running), []
            for _ in range(ROUNDS):
                before = resident(pid)
                lines = await anyio.to_thread.run_sync(come, running, auth, THOUSAND)
                assert (await boss.do("get_server_status"))["clients"] == THOUSAND + 1
                assert resident(pid) - before <= 64 * 1024**2
                for line in lines:
                    line.reset()
                await eventually(lambda: open_descriptors(running) <= descriptors, within=10, what="no descriptor")
                await until_alone(boss)
                after.append(resident(pid))
            assert after[-1] - after[0] < 8 * 1024**2, "what the first round left is the allocator's"
            assert await boss.do("ping")
        assert no_accident(running)


async def test_a_revoked_device_that_does_not_read_is_gone_all_the_same(running: Daemon) -> None:
    """FAULTS 24: the rest of it is in `test_ws_session.py`."""
    auth = await pair(running)
    async with owner(running) as boss, others_unharmed(running):
        before = open_descriptors(running)
        with narrow(running, auth) as thief:
            device = next(
                row
                for row in (await boss.do("list_devices"))["devices"]
                if row["connected"] and row["role"] == "member"
            )
            for _ in range(60):
                thief.ask("rpc.discover")
            await eventually(lambda: sends(running) > 0, within=2)
            await boss.do("revoke_device", device_id=device["device_id"])
            assert not await connected(boss, thief.client_id)
            await eventually(lambda: open_descriptors(running) <= before, within=3, what="its connection is closed")


@pytest.mark.parametrize("fragment", [100_000_000, 60_000], ids=["one frame", "in fragments"])
async def test_of_100_mb_that_are_really_sent_next_to_nothing_is_held(running: Daemon, fragment: int) -> None:
    """FAULTS 25."""
    with upgraded(running.port) as line:
        before = forget_peak(running)

        def pour() -> None:
            line.send(masked(0x01 if fragment < 1e6 else 0x81, b"", length=fragment))
            for _ in range(1_600):
                line.send(b"a" * fragment if fragment < 1e6 else b"a" * 62_500)
                if fragment < 1e6:
                    line.send(masked(0x00, b"", length=fragment))

        with pytest.raises(OSError):  # it is closed, long before all is sent
            await anyio.to_thread.run_sync(pour)
        assert peak(running) - before < 2 * 1024**2
    async with owner(running) as remote:
        assert await remote.do("ping")
    assert no_accident(running)


async def test_ten_thousand_messages_a_second_are_limited_and_others_notice_nothing(
    library: Path, tmp_path: Path
) -> None:
    """FAULTS 26: the flood is closed with 4429 after five seconds; until then each is refused by name."""
    with daemon(library, tmp_path) as running:
        async with others_unharmed(running):
            began = monotonic()
            told = await flood(running)
            assert monotonic() - began < 12
        assert told["closed"] == 4429
        assert 4.9 <= told["seconds"] < 9
        assert told["sent"] >= 9_000 * 5
        assert told["rate_limited"] > 5_000
        assert told["done"] <= 200 + 100 * told["seconds"]
        assert no_accident(running)

"""run_child, with real children that behave badly."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from time import monotonic

import psutil
import pytest

from controller.adapters.process import GONE, TAIL, Child, Exit, Share, run_child
from tests.fakes.beside import Beside
from tests.waiting import eventually


class Running:
    """A child that says `ready`, on its way in a task."""

    def __init__(self, beside: Beside, script: str) -> None:
        self.child: Child | None = None
        self.lines: list[str] = []
        self.ready = asyncio.Event()
        self.task = beside.start(run_child(["sh", "-c", script], on_line=self._hear, on_started=self._meet))

    def _meet(self, child: Child) -> None:
        self.child = child

    def _hear(self, line: str) -> None:
        self.lines.append(line)
        if line == "ready":
            self.ready.set()

    async def wait_ready(self) -> Child:
        await asyncio.wait_for(self.ready.wait(), 10)
        assert self.child is not None
        return self.child

    async def cancel(self) -> float:
        """Cancel it; how many seconds its end took."""
        began = monotonic()
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task
        return monotonic() - began


async def test_a_child_runs_to_its_end_and_every_line_is_heard() -> None:
    lines: list[str] = []
    said: list[bytes] = []
    script = r"printf 'one\ntwo\r\nthree'; echo words >&2; exit 3"
    ended = await run_child(["sh", "-c", script], on_line=lines.append, on_said=said.append)
    assert ended == Exit(3, "words\n")
    assert lines == ["one", "two"]
    assert b"".join(said) == b"words\n"


async def test_a_child_that_is_through_before_others_are_let_go_before_it_has_ended_as_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*_: int) -> None:
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(os, "setpriority", gone)
    lines: list[str] = []
    assert await run_child(["sh", "-c", "echo done; exit 3"], on_line=lines.append, share=Share(nice=5)) == Exit(3, "")
    assert lines == ["done"]


async def test_the_code_of_a_killed_child_is_its_signal() -> None:
    assert (await run_child(["sh", "-c", "kill -9 $$"])).code == -9


async def test_a_child_reads_nothing_and_is_alone_in_its_group_and_in_our_session() -> None:
    lines: list[str] = []
    await run_child(["sh", "-c", "cat; ps -o pid=,pgid=,sid= -p $$"], on_line=lines.append)
    pid, group, session = lines[0].split()
    assert pid == group
    assert int(session) == os.getsid(0), "only there it matters how nice it is"


async def test_a_program_that_is_not_there_ends_with_words() -> None:
    ended = await run_child(["no-such-program"])
    assert ended.code != 0
    assert "No such file" in ended.stderr


async def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        await run_child(["true"], cwd=tmp_path / "none")


async def test_a_cancelled_child_is_gone_and_reaped(beside: Beside) -> None:
    running = Running(beside, "echo ready; sleep 60")
    child = await running.wait_ready()
    assert child.alive
    assert await running.cancel() < 1.5
    assert not child.alive
    assert not psutil.pid_exists(child.pid)


async def test_a_child_that_ignores_term_is_killed_after_two_seconds_with_its_own_children(beside: Beside) -> None:
    running = Running(beside, "trap '' TERM; echo ready; sleep 60")
    child = await running.wait_ready()
    (sleeper,) = await eventually(lambda: psutil.Process(child.pid).children(), within=5)
    assert 1.9 < await running.cancel() < 4
    assert not psutil.pid_exists(child.pid)
    assert await eventually(lambda: not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE, within=2)


async def test_a_child_that_talks_and_talks_while_it_is_ended_holds_nobody_up(beside: Beside) -> None:
    running = Running(beside, r"trap '' TERM; echo ready; while :; do head -c 65536 /dev/zero >&2; done")
    child = await running.wait_ready()
    assert await running.cancel() < 4
    assert not psutil.pid_exists(child.pid)


async def test_what_a_child_leaves_of_its_group_is_gone_with_it(beside: Beside) -> None:
    running = Running(beside, "(trap '' TERM; echo ready; sleep 60; sleep 60) & wait")
    child = await running.wait_ready()
    (left,) = await eventually(lambda: psutil.Process(child.pid).children(), within=5)
    await running.cancel()
    assert await eventually(lambda: not left.is_running() or left.status() == psutil.STATUS_ZOMBIE, within=2)


async def test_pipes_that_somebody_holds_who_has_left_the_group_are_given_up(beside: Beside) -> None:
    running = Running(beside, "setsid sh -c 'echo ready; exec sleep 30' & wait")
    child = await running.wait_ready()
    (left,) = await eventually(lambda: psutil.Process(child.pid).children(), within=5)
    mine = psutil.Process()
    before = mine.num_fds()
    try:
        assert await running.cancel() < 5
        assert left.is_running()
        await asyncio.sleep(0)
        assert mine.num_fds() <= before - 2
    finally:
        left.kill()


async def test_a_stopped_child_is_ended_like_any_other(beside: Beside) -> None:
    running = Running(beside, "trap 'exit 0' TERM; sleep 60 & echo ready; wait")
    child = await running.wait_ready()
    (sleeper,) = psutil.Process(child.pid).children()
    await eventually(lambda: sleeper.name() == "sleep", within=5, what="before that it still has our shell's trap")
    child.signal(signal.SIGSTOP)
    await eventually(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED, within=5)
    assert await running.cancel() < 1.8
    assert not psutil.pid_exists(child.pid)


async def test_a_signal_to_one_that_is_gone_does_nothing() -> None:
    met: list[Child] = []
    await run_child(["true"], on_started=met.append)
    met[0].signal(signal.SIGKILL)
    assert not met[0].alive


async def test_a_hundred_megabytes_of_complaints_are_drained_and_their_end_is_kept() -> None:
    before = psutil.Process().memory_info().rss
    ended = await run_child(["sh", "-c", r"head -c 100000000 /dev/zero | tr '\0' x >&2; printf 'the end' >&2"])
    assert ended.code == 0
    assert len(ended.stderr) == TAIL
    assert ended.stderr.endswith("xxxthe end")
    assert psutil.Process().memory_info().rss - before < 32 * 1024 * 1024


async def test_garbage_on_stdout_hurts_nobody() -> None:
    lines: list[str] = []
    script = r"head -c 300000 /dev/urandom; printf '\n'; head -c 300000 /dev/zero; printf '\nlast\n'"
    ended = await run_child(["sh", "-c", script], on_line=lines.append)
    assert ended.code == 0
    assert lines[-1] == "last"
    assert max(len(line) for line in lines) <= 128 * 1024


async def test_what_a_listener_raises_comes_out_as_it_is_and_the_child_is_gone() -> None:
    met: list[Child] = []

    def refuse(line: str) -> None:
        raise FileNotFoundError(2, f"heard {line}")

    with pytest.raises(FileNotFoundError, match="heard ready"):
        await run_child(["sh", "-c", "echo ready; sleep 60"], on_line=refuse, on_started=met.append)
    assert not psutil.pid_exists(met[0].pid)


async def test_a_child_that_listens_hears_what_it_is_told_in_order(beside: Beside) -> None:
    met: list[Child] = []
    lines: list[str] = []
    running = beside.start(run_child(["cat"], listens=True, on_line=lines.append, on_started=met.append))
    await eventually(lambda: met, within=5)
    await asyncio.gather(*(met[0].tell(b"%d\n" % number) for number in range(100)))
    await eventually(lambda: len(lines) == 100, within=5)
    assert lines == [str(number) for number in range(100)]
    met[0].signal(signal.SIGKILL)
    assert (await running).code == -9
    with pytest.raises(GONE):
        await met[0].tell(b"still there?\n")


async def test_a_killed_parent_leaves_no_child() -> None:
    code = (
        "import anyio\n"
        "from controller.adapters.process import run_child\n"
        "async def main():\n"
        "    await run_child(['sleep', '60'], on_started=lambda child: print(child.pid, flush=True))\n"
        "anyio.run(main)\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 10))
    await eventually(lambda: psutil.Process(pid).name() == "sleep", within=5)
    parent.kill()
    await parent.wait()
    assert await eventually(
        lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, within=2
    )

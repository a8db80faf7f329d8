"""Child processes that cannot outlive, block or surprise us."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE

import anyio
import psutil

GRACE = 2.0
"""Seconds between TERM and KILL."""
TAIL = 64 * 1024
"""Bytes kept of what a child said on stderr."""
LONGEST_LINE = 64 * 1024
PIECE = 64 * 1024
"""Bytes that are read at once."""
LAST = 7
"""The lowest of the levels at the disk on which nobody starves."""
STARTING = anyio.Lock()
"""One child starts after the other: each start stops the daemon for a moment, and between two of them it answers."""
GONE = (BrokenPipeError, ConnectionResetError)
"""How it comes out that a child which is told something is gone."""
LEASH = ("setpriv", "--pdeathsig", "KILL", "--")
"""Makes the kernel kill the child when the daemon dies (it follows the spawning thread: spawn from the main one)."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended: `code` is negative for a signal; `stderr` is the end of what it said."""

    code: int
    stderr: str


@dataclass(frozen=True, slots=True)
class Share:
    """What a child may have of the machine, its threads and children included.

    `nice` is how far others go before it at the processor; with `last_at_disk` everybody else goes before it there, but it
    is not left out. `memory` is the most bytes that it may have for itself: not what it has mapped of files, nor what it
    has only reserved, of which threads reserve a lot. Beyond that it is given none, and ends as it likes.
    """

    nice: int = 0
    last_at_disk: bool = False
    memory: int | None = None

    def bind(self, pid: int) -> None:
        """Put a child that has just begun within its bounds; a kernel that knows no classes at the disk is left alone."""
        with suppress(ProcessLookupError):  # it may be through already, and have told all it had to
            if self.nice:
                os.setpriority(os.PRIO_PGRP, pid, self.nice)  # its threads, too, if it has any by now
            if self.memory is not None:
                resource.prlimit(pid, resource.RLIMIT_DATA, (self.memory, self.memory))
        if self.last_at_disk:
            with suppress(psutil.Error):
                psutil.Process(pid).ionice(psutil.IOPRIO_CLASS_BE, LAST)


WHOLE = Share()


class Child:
    """A living child in its own process group."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._telling = anyio.Lock()

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not been reaped yet; its id is its own until then."""
        return self._process.returncode is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group; nothing happens when it is gone."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def tell(self, words: bytes) -> None:
        """Write to its stdin, which it was given; waits while the pipe is full. Raises: one of `GONE`."""
        assert self._process.stdin is not None
        async with self._telling:
            self._process.stdin.write(words)
            await self._process.stdin.drain()


async def spawn(
    argv: Sequence[str | bytes], *, stdin: int = DEVNULL, cwd: Path | None = None, longest: int = LONGEST_LINE
) -> Process:
    """Start a child on the leash, in a process group of its own, with stdout and stderr as pipes; on these no line of more
    than `longest` bytes can be waited for. Raises: OSError.

    It stays in the daemon's session: Linux shares the processor out among sessions first, and only within one does it
    matter how nice anybody is (sched(7), autogroup).
    """
    async with STARTING:
        return await asyncio.create_subprocess_exec(
            *LEASH, *argv, stdin=stdin, stdout=PIPE, stderr=PIPE, cwd=cwd, process_group=0, limit=longest
        )


async def run_child(
    argv: Sequence[str | bytes],
    *,
    on_line: Callable[[str], None] = lambda _line: None,
    on_started: Callable[[Child], None] = lambda _child: None,
    on_said: Callable[[bytes], None] = lambda _words: None,
    cwd: Path | None = None,
    share: Share = WHOLE,
    listens: bool = False,
) -> Exit:
    """Run a child to its end; `on_line` hears every line of its stdout, `on_said` what it writes on stderr, in pieces
    as they come.
    One that `listens` can be told something, see `Child.tell`.

    Both pipes are always drained. When this is cancelled, or `on_line` raises, the child is gone before it returns:
    CONT, TERM, two seconds, KILL, reaped.

    Raises:
        OSError: it could not be started; or whatever `on_line` raised.
    """
    process = await spawn(argv, stdin=PIPE if listens else DEVNULL, cwd=cwd)
    child = Child(process)
    tail: deque[bytes] = deque()
    try:
        share.bind(child.pid)
        on_started(child)
        async with anyio.create_task_group() as group:
            assert process.stdout is not None
            assert process.stderr is not None
            group.start_soon(_keep_tail, process.stderr, tail, on_said)
            await _read_lines(process.stdout, on_line)
        code = await process.wait()
    except BaseExceptionGroup as group_error:
        raise group_error.exceptions[0] from None
    finally:
        with anyio.CancelScope(shield=True):
            await end(child, process)
    return Exit(code, b"".join(tail)[-TAIL:].decode("utf-8", "replace"))


async def end(child: Child, process: Process) -> None:
    """Have a child gone and reaped, with its own children, gently if it listens. Its pipes are read meanwhile: before they
    are at their ends, asyncio tells nobody that it is gone. One that not even KILL ends is left to the kernel, and pipes that
    somebody holds who has left the group are given up.
    """
    empty = [anyio.Event(), anyio.Event()]
    async with anyio.create_task_group() as group:
        for stream, end_of_it in zip((process.stdout, process.stderr), empty, strict=True):
            assert stream is not None
            group.start_soon(_drain, stream, end_of_it)
        if child.alive:
            child.signal(signal.SIGCONT)
            child.signal(signal.SIGTERM)
            with anyio.move_on_after(GRACE):
                await process.wait()
        with suppress(
            ProcessLookupError, PermissionError
        ):  # nobody is left, and the number may be somebody else's by now
            os.killpg(child.pid, signal.SIGKILL)
        if process.stdin:
            process.stdin.close()
        with anyio.move_on_after(GRACE):
            await process.wait()
            for end_of_it in empty:
                await end_of_it.wait()
        if not all(end_of_it.is_set() for end_of_it in empty):
            process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001 - asyncio has no other way
        group.cancel_scope.cancel()


async def _drain(stream: asyncio.StreamReader, end_of_it: anyio.Event) -> None:
    async for _ in _pieces(stream):
        pass
    end_of_it.set()


async def _pieces(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while piece := await stream.read(PIECE):
        yield piece


async def _keep_tail(stream: asyncio.StreamReader, tail: deque[bytes], on_said: Callable[[bytes], None]) -> None:
    size = 0
    async for chunk in _pieces(stream):
        on_said(chunk)
        tail.append(chunk)
        size += len(chunk)
        while size - len(tail[0]) >= TAIL:
            size -= len(tail.popleft())


async def _read_lines(stream: asyncio.StreamReader, on_line: Callable[[str], None]) -> None:
    """Lines without their ends; one that is too long is garbage and is dropped."""
    rest = b""
    async for chunk in _pieces(stream):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            on_line(line.decode("utf-8", "replace").rstrip("\r"))
        if len(rest) > LONGEST_LINE:
            rest = b""

"""The worker process as the daemon sees it: one question, one answer, and gone when it is not wanted any more."""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from controller.adapters.process import Child, end, spawn
from controller.ports import SourceFile

LONGEST_ANSWER = 16 * 1024 * 1024
LOST = (OSError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.IncompleteRead, anyio.DelimiterNotFound)
"""How a worker's end or its silence comes out, or that none can be started just now."""


class Worker:
    """The living worker process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        assert process.stdout is not None
        self._answers = BufferedByteReceiveStream(process.stdout)

    @classmethod
    async def start(cls, *manner: str) -> Worker:
        """Start one, in a manner (programs that start it); it needs a moment until it answers. Its stderr goes nowhere: it may hold anything."""
        code = "import os,runpy;os.dup2(os.open(os.devnull,os.O_WRONLY),2);runpy.run_module('controller.adapters.media.worker',run_name='__main__')"
        return cls(await spawn([*manner, sys.executable, "-c", code], stdin=-1))

    async def ask(self, source: SourceFile, **more: Any) -> dict[str, Any]:
        """One question, one answer: what is in a film, or what `more` there is to find out about it."""
        assert self._process.stdin is not None
        path = base64.b64encode(os.fsencode(source.path)).decode()
        await self._process.stdin.send(json.dumps({"path": path, **more}).encode() + b"\n")
        line = await self._answers.receive_until(b"\n", LONGEST_ANSWER)
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def stop(self) -> None:
        """End it."""
        await end(Child(self._process), self._process)

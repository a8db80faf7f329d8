"""The worker process as the daemon sees it: one question, one answer, and gone when it is not wanted any more."""

from __future__ import annotations

import base64
import json
import os
import sys
from asyncio import IncompleteReadError, LimitOverrunError
from asyncio.subprocess import Process
from subprocess import PIPE
from typing import Any

from controller.adapters.process import Child, end, spawn
from controller.ports import SourceFile

LONGEST_ANSWER = 16 * 1024 * 1024
LOST = (OSError, IncompleteReadError, LimitOverrunError)
"""How a worker's end or its silence comes out, or that none can be started just now."""


class Worker:
    """The living worker process."""

    def __init__(self, process: Process) -> None:
        self._process, self._child = process, Child(process)

    @classmethod
    async def start(cls, *manner: str) -> Worker:
        """Start one, in a manner (programs that start it); it needs a moment until it answers. Its stderr goes nowhere: it may hold anything."""
        code = "import os,runpy;os.dup2(os.open(os.devnull,os.O_WRONLY),2);runpy.run_module('controller.adapters.media.worker',run_name='__main__')"
        return cls(await spawn([*manner, sys.executable, "-c", code], stdin=PIPE, longest=LONGEST_ANSWER))

    async def ask(self, source: SourceFile, **more: Any) -> dict[str, Any]:
        """One question, one answer: what is in a film, or what `more` there is to find out about it."""
        assert self._process.stdout is not None
        path = base64.b64encode(os.fsencode(source.path)).decode()
        await self._child.tell(json.dumps({"path": path, **more}).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self._process.stdout.readuntil(b"\n"))
        return answer

    async def stop(self) -> None:
        """End it."""
        await end(self._child, self._process)

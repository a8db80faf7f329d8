"""Asks the worker process about films, one at a time, with a deadline; remembers what it said."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import anyio
import structlog
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from pydantic import TypeAdapter

from controller.adapters.process import Child, end, spawn
from controller.core.media import MediaFacts
from controller.ports import SourceFile
from protocol.errors import NotPlayable

log = structlog.get_logger(__name__)

DEADLINE = 5.0
"""Seconds that a film may take to be understood."""
LONGEST_ANSWER = 16 * 1024 * 1024
REMEMBERED = 4096
WAITING = 4096
FACTS = TypeAdapter(MediaFacts)

Key = tuple[str, int, int]


@dataclass(slots=True)
class _Question:
    """A film that somebody asks about; everyone who asks the same meanwhile waits here too."""

    source: SourceFile
    done: anyio.Event = field(default_factory=anyio.Event)
    answer: MediaFacts | NotPlayable | None = None


class FilmProbe:
    """Implements `ports.MediaProbe`. `run` owns the worker; it must be running for answers to come."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, MediaFacts | NotPlayable] = OrderedDict()
        self._asked: dict[Key, _Question] = {}
        self._send, self._receive = anyio.create_memory_object_stream[_Question](WAITING)
        self._worker: _Worker | None = None

    def known(self, source: SourceFile) -> MediaFacts | None:
        """What is remembered of a film, if the file is still the same."""
        found = self._known.get(_key(source))
        return found if isinstance(found, MediaFacts) else None

    async def facts(self, source: SourceFile) -> MediaFacts:
        """What is known of a film. Raises: NotPlayable."""
        key = _key(source)
        answer = self._known.get(key)
        if answer is None:
            question = self._asked.get(key)
            if question is None:
                question = self._ask_once(key, source)
            await question.done.wait()
            answer = question.answer
        if isinstance(answer, MediaFacts):
            return answer
        raise NotPlayable(answer.message if answer else None)

    def _ask_once(self, key: Key, source: SourceFile) -> _Question:
        """A question in the line, put there in one step: whoever asks may be cancelled, the others still wait for it."""
        question = _Question(source)
        try:
            self._send.send_nowait(question)
        except anyio.WouldBlock:
            raise NotPlayable("Too many films are being looked at; ask again in a moment.") from None
        self._asked[key] = question
        return question

    async def run(self) -> None:
        """Answer questions until cancelled; the worker is gone then."""
        try:
            self._worker = await _Worker.start()
            async for question in self._receive:
                question.answer = await self._ask(question.source)
                key = _key(question.source)
                self._known[key] = question.answer
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
                self._asked.pop(key, None)
                question.done.set()
        finally:
            self._send.close()
            self._receive.close()
            await self._drop_worker()

    async def _ask(self, source: SourceFile) -> MediaFacts | NotPlayable:
        if self._worker is None:
            self._worker = await _Worker.start()
        try:
            with anyio.fail_after(DEADLINE):
                answer = await self._worker.ask(source)
        except (
            TimeoutError,
            anyio.EndOfStream,
            anyio.BrokenResourceError,
            anyio.IncompleteRead,
            anyio.DelimiterNotFound,
        ):
            log.warning("probe lost", title=source.title)
            await self._drop_worker()
            return NotPlayable("This file could not be understood in time.")
        if "facts" in answer:
            return FACTS.validate_python(answer["facts"])
        return NotPlayable(str(answer["problem"]))

    async def _drop_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            with anyio.CancelScope(shield=True):
                await worker.stop()


class _Worker:
    """The living worker process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        assert process.stdout is not None
        self._answers = BufferedByteReceiveStream(process.stdout)

    @classmethod
    async def start(cls) -> _Worker:
        """Start one; it needs a moment until it answers. Its stderr goes nowhere: it may hold anything."""
        code = "import os,runpy;os.dup2(os.open(os.devnull,os.O_WRONLY),2);runpy.run_module('controller.adapters.media.worker',run_name='__main__')"
        return cls(await spawn([sys.executable, "-c", code], stdin=-1))

    async def ask(self, source: SourceFile) -> dict[str, Any]:
        """One question, one answer."""
        assert self._process.stdin is not None
        path = base64.b64encode(os.fsencode(source.path)).decode()
        await self._process.stdin.send(json.dumps({"path": path}).encode() + b"\n")
        line = await self._answers.receive_until(b"\n", LONGEST_ANSWER)
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def stop(self) -> None:
        """End it."""
        await end(Child(self._process), self._process)


def _key(source: SourceFile) -> Key:
    return str(source.path), source.size, source.modified_ns

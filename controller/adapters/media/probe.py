"""Asks the worker process about films, one at a time, with a deadline; remembers what it said."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import anyio
import structlog
from pydantic import TypeAdapter

from controller.adapters.media.child import LOST, Worker
from controller.core.media import MediaFacts
from controller.ports import SourceFile
from protocol.errors import NotPlayable

log = structlog.get_logger(__name__)

DEADLINE = 5.0
"""Seconds that a film may take to be understood."""
CHECK_DEADLINE = 4.0
"""Seconds that one picture of it may take; somebody waits for it in front of the screen."""
LOST_FOR = 10.0
"""Seconds for which a film is left alone whose worker hung or died over it: perhaps the machine was busy, not the film bad."""
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


@dataclass(frozen=True, slots=True)
class _Finding:
    """What came of a look, and the loop's time until which it is believed."""

    found: MediaFacts | NotPlayable
    until: float = math.inf


class FilmProbe:
    """Implements `ports.MediaProbe`. `run` owns the worker; it must be running for answers to come."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, _Finding] = OrderedDict()
        self._asked: dict[Key, _Question] = {}
        self._send, self._receive = anyio.create_memory_object_stream[_Question](WAITING)
        self._worker: Worker | None = None
        self._checker: Worker | None = None
        self._checking = anyio.Lock()

    def known(self, source: SourceFile) -> MediaFacts | None:
        """What is remembered of a film, if the file is still the same."""
        finding = self._known.get(_key(source))
        return finding.found if finding and isinstance(finding.found, MediaFacts) else None

    async def facts(self, source: SourceFile) -> MediaFacts:
        """What is known of a film. Raises: NotPlayable."""
        key = _key(source)
        finding = self._known.get(key)
        if finding and anyio.current_time() < finding.until:
            answer: MediaFacts | NotPlayable | None = finding.found
        else:
            question = self._asked.get(key) or self._ask_once(key, source)
            await question.done.wait()
            answer = question.answer
        if isinstance(answer, MediaFacts):
            return answer
        raise NotPlayable(answer.message if answer else None)

    async def check(self, source: SourceFile, position: float) -> None:
        """Open a film and decode something at a position; whoever asks for facts is not waited for. Raises: NotPlayable."""
        try:
            with anyio.fail_after(CHECK_DEADLINE):
                async with self._checking:
                    answer = await self._check(source, position)
        except LOST:
            log.warning("check lost", title=source.title)
            raise NotPlayable("This file could not be decoded in time; try again in a moment.") from None
        if "problem" in answer:
            raise NotPlayable(str(answer["problem"]))

    async def _check(self, source: SourceFile, position: float) -> dict[str, Any]:
        """A worker that has not answered to the end is not asked again."""
        worker, self._checker = self._checker or await Worker.start(), None
        try:
            answer = await worker.ask(source, position=position)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await worker.stop()
            raise
        self._checker = worker
        return answer

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
            self._worker = await Worker.start()
            async for question in self._receive:
                key, finding = _key(question.source), await self._ask(question.source)
                question.answer = finding.found
                self._known[key] = finding
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
                self._asked.pop(key, None)
                question.done.set()
        finally:
            self._send.close()
            self._receive.close()
            await self._drop_worker()
            if self._checker:
                with anyio.CancelScope(shield=True):
                    await self._checker.stop()

    async def _ask(self, source: SourceFile) -> _Finding:
        try:
            self._worker = self._worker or await Worker.start()
            with anyio.fail_after(DEADLINE):
                answer = await self._worker.ask(source)
        except LOST:
            log.warning("probe lost", title=source.title)
            await self._drop_worker()
            problem = NotPlayable("This file could not be understood in time; ask again in a moment.")
            return _Finding(problem, anyio.current_time() + LOST_FOR)
        if "facts" in answer:
            return _Finding(FACTS.validate_python(answer["facts"]))
        return _Finding(NotPlayable(str(answer["problem"])))

    async def _drop_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            with anyio.CancelScope(shield=True):
                await worker.stop()


def _key(source: SourceFile) -> Key:
    return str(source.path), source.size, source.modified_ns

"""Asks the worker process about films, one at a time, with a deadline; remembers what it said.

Who asked last is answered first: a film that somebody wants to see does not wait for the folder that they found it in.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import structlog

from controller.adapters.media.child import LOST, Worker
from controller.adapters.media.findings import FACTS, Finding, Findings, Key, key_of
from controller.core.media import MediaFacts
from controller.ports import FactsStore, SourceFile
from protocol.errors import NotPlayable

log = structlog.get_logger(__name__)

DEADLINE = 5.0
"""Seconds that a film may take to be understood."""
CHECK_DEADLINE = 4.0
"""Seconds that one picture of it may take; somebody waits for it in front of the screen."""
STUDY_DEADLINE = 900.0
"""Seconds for reading a film to its end while nobody waits."""
STUDIES = 8
"""Films that wait for that; more are looked at hastily once again next time."""
LEISURE = ("ionice", "-c3", "nice", "-n19")
LOST_FOR = 10.0
"""Seconds for which a film is left alone whose worker hung or died over it: perhaps the machine was busy, not the film bad."""
WAITING = 4096
"""Films that wait to be looked at; more are refused."""


@dataclass(slots=True)
class _Question:
    """A film that somebody asks about; everyone who asks the same meanwhile waits here too."""

    source: SourceFile
    done: anyio.Event = field(default_factory=anyio.Event)
    answer: MediaFacts | NotPlayable | None = None


class FilmProbe:
    """Implements `ports.MediaProbe`. `run` owns the worker; it must be running for answers to come."""

    def __init__(self, store: FactsStore | None = None) -> None:
        self._findings = Findings(store)
        self._asked: dict[Key, _Question] = {}
        self._line: list[_Question] = []
        self._called = anyio.Event()
        self._unread: set[Key] = set()
        self._studies, self._to_study = anyio.create_memory_object_stream[SourceFile](STUDIES)
        self._worker: Worker | None = None
        self._checker: Worker | None = None
        self._checking = anyio.Lock()

    def known(self, source: SourceFile) -> MediaFacts | None:
        """What is remembered of a film, if the file is still the same."""
        finding = self._findings.known(source)
        return finding.found if finding and isinstance(finding.found, MediaFacts) else None

    async def facts(self, source: SourceFile) -> MediaFacts:
        """What is known of a film. Raises: NotPlayable."""
        finding = await self._findings.recall(source)
        if finding:
            answer: MediaFacts | NotPlayable | None = finding.found
        else:
            key = key_of(source)
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
        if len(self._line) >= WAITING:
            raise NotPlayable("Too many films are being looked at; ask again in a moment.")
        question = _Question(source)
        self._line.append(question)
        self._called.set()
        self._asked[key] = question
        return question

    def study(self, source: SourceFile) -> None:
        """Somebody watches a film now: when there is more to know of it, that is found out beside, for the next time."""
        if key_of(source) in self._unread:
            with suppress(anyio.WouldBlock):
                self._studies.send_nowait(source)
                self._unread.discard(key_of(source))

    async def run(self) -> None:
        """Answer questions until cancelled; the worker is gone then."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._findings.run)
                group.start_soon(self._study_all)
                with suppress(OSError):  # the first question tries again
                    self._worker = await Worker.start()
                while True:
                    while self._line:
                        await self._answer(self._line.pop())
                    self._called = anyio.Event()
                    await self._called.wait()
        finally:
            self._findings.close()
            self._studies.close()
            self._to_study.close()
            await self._drop_worker()
            if self._checker:
                with anyio.CancelScope(shield=True):
                    await self._checker.stop()

    async def _answer(self, question: _Question) -> None:
        question.answer = await self._look(question.source)
        self._asked.pop(key_of(question.source), None)
        question.done.set()

    async def _study_all(self) -> None:
        async for source in self._to_study:
            worker = None
            try:
                worker = await Worker.start(*LEISURE)
                with anyio.fail_after(STUDY_DEADLINE):
                    answer = await worker.ask(source, patience=STUDY_DEADLINE)
                if "facts" in answer:
                    self._findings.note(source, FACTS.validate_python(answer["facts"]))
            except LOST:
                log.warning("study lost", title=source.title)
            finally:
                if worker:
                    with anyio.CancelScope(shield=True):
                        await worker.stop()

    async def _look(self, source: SourceFile) -> MediaFacts | NotPlayable:
        """What the worker says of a film; remembered, unless it was lost over it or will perhaps say something else."""
        try:
            self._worker = self._worker or await Worker.start()
            with anyio.fail_after(DEADLINE):
                answer = await self._worker.ask(source)
        except LOST:
            log.warning("probe lost", title=source.title)
            await self._drop_worker()
            answer = {"problem": "This file could not be understood in time; ask again in a moment.", "passing": True}
        found = FACTS.validate_python(answer["facts"]) if "facts" in answer else NotPlayable(str(answer["problem"]))
        if "unread" in answer:
            self._unread.add(key_of(source))
            self._findings.put(source, Finding(found))
        elif "passing" in answer:
            self._findings.put(source, Finding(found, anyio.current_time() + LOST_FOR))
        else:
            self._findings.note(source, found)
        return found

    async def _drop_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            with anyio.CancelScope(shield=True):
                await worker.stop()

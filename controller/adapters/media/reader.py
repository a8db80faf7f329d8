"""Asks worker processes for subtitles, window by window; what several viewers want is read once and remembered.

A few workers of its own, so that neither a film that is looked at nor another's large file is waited for. One that
hangs or dies is replaced; its question is answered with "not in time".
"""

from __future__ import annotations

import base64
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import structlog
from anyio.abc import TaskGroup
from pydantic import FiniteFloat, TypeAdapter

from controller.adapters.media.child import LOST, Worker
from controller.core.media import SubtitleFacts
from controller.core.subtitles import LOOK_BACK, Window
from controller.core.webvtt import Cue, in_order
from controller.ports import SourceFile
from protocol.errors import MatineeError, NotPlayable, Overloaded

log = structlog.get_logger(__name__)

WORKERS = 2
DEADLINE = 8.0
"""Seconds that a window may take; the worker gives up a little sooner by itself."""
RETRY = 2.0
"""Seconds after which to ask for a window again that was not read in time."""
WAITING = 256
"""Questions in the line; one more is refused."""
REMEMBERED = 16_000_000
"""Characters of cues that are remembered, all films together."""
MOST_LASTING, MOST_TRACKS = 100, 32
"""Cues of a track that last longer than is read back for, and tracks of which they are known."""
SMALLEST = 500
"""What is counted for a window beside its characters, and for an empty one."""
ROWS = TypeAdapter(list[tuple[FiniteFloat, FiniteFloat, str]])

Track = tuple[str, int, int, int]
Key = tuple[Track, Window]
Answer = tuple[Cue, ...] | MatineeError


def _late() -> Overloaded:
    return Overloaded("These subtitles could not be read in time.", retry_after_s=RETRY)


@dataclass(slots=True)
class _Question:
    """A window that somebody asks for; everyone who asks the same meanwhile waits here too."""

    source: SourceFile
    track: SubtitleFacts
    window: Window
    waiting: int = 0
    done: anyio.Event = field(default_factory=anyio.Event)
    answer: Answer = field(default_factory=_late)

    @property
    def key(self) -> Key:
        """What tells it from others."""
        source = self.source
        return (str(source.path), source.size, source.modified_ns, self.track.index), self.window

    def wanted(self) -> dict[str, Any]:
        """As the worker reads it."""
        track, window = self.track, self.window
        return {
            "index": track.index,
            "codec": track.codec,
            "language": track.language,
            "size": self.source.size,
            "start": window.start,
            "end": window.end,
        }


class WindowReader:
    """Implements `ports.SubtitleReader`. `run` owns the workers; it must be running for answers to come."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, tuple[Cue, ...]] = OrderedDict()
        self._weight = 0
        self._lasting: OrderedDict[Track, list[Cue]] = OrderedDict()
        self._asked: dict[Key, _Question] = {}
        self._idle: list[Worker] = []
        self._room = anyio.Semaphore(WORKERS)
        self._group: TaskGroup | None = None

    async def cues(self, source: SourceFile, track: SubtitleFacts, window: Window) -> tuple[Cue, ...]:
        """What is seen of a text track within a window. Raises: NotPlayable, Overloaded."""
        question = _Question(source, track, window)
        if question.key in self._known:
            self._known.move_to_end(question.key)
            return self._known[question.key]
        question = self._asked.get(question.key) or self._ask_once(question)
        question.waiting += 1
        try:
            await question.done.wait()
        finally:
            question.waiting -= 1
        if isinstance(question.answer, MatineeError):
            error = question.answer
            raise type(error)(error.message, retry_after_s=error.retry_after_s)
        return question.answer

    async def write_script(self, source: SourceFile, track: SubtitleFacts, target: Path) -> None:
        """Write a whole file beside a film as an ASS script. Raises: NotPlayable, Overloaded."""
        if self._group is None:
            raise _late()
        path = base64.b64encode(os.fsencode(target)).decode()
        try:
            with anyio.fail_after(DEADLINE):
                async with self._room:
                    said = await self._say(source, {"codec": track.codec, "language": track.language, "target": path})
        except LOST:
            log.warning("subtitles lost", title=source.title)
            raise _late() from None
        if "problem" in said:
            raise NotPlayable(str(said["problem"]))

    async def run(self) -> None:
        """Answer questions until cancelled; the workers are gone then."""
        try:
            async with anyio.create_task_group() as group:
                self._group = group
                await anyio.sleep_forever()
        finally:
            self._group = None
            with anyio.CancelScope(shield=True):
                while self._idle:
                    await self._idle.pop().stop()

    def _ask_once(self, question: _Question) -> _Question:
        """Put a question into the line, in one step: whoever asks may be cancelled, the others still wait for it."""
        if self._group is None or len(self._asked) >= WAITING:
            raise _late()
        self._asked[question.key] = question
        self._group.start_soon(self._settle, question)
        return question

    async def _settle(self, question: _Question) -> None:
        """Have a question answered, unless nobody waits for that any more when its turn comes."""
        try:
            async with self._room:
                if question.waiting:
                    question.answer = self._completed(question.key, await self._answer(question))
            if isinstance(question.answer, tuple):
                self._remember(question.key, question.answer)
        finally:
            del self._asked[question.key]
            question.done.set()

    def _completed(self, key: Key, answer: Answer) -> Answer:
        """With what began in windows before, as far as they were read: nobody reads so far back in a film whose index
        does not tell of it.
        """
        track, window = key
        if not isinstance(answer, tuple):
            return answer
        known = self._lasting.pop(track, [])
        whole = in_order([*answer, *(cue for cue in known if cue.start < window.end and cue.end > window.start)])
        more = [cue for cue in whole if cue.end - cue.start > LOOK_BACK and cue not in known]
        if known or more:
            self._lasting[track] = [*known, *more][-MOST_LASTING:]
        while len(self._lasting) > MOST_TRACKS:
            self._lasting.popitem(last=False)
        return tuple(whole)

    async def _answer(self, question: _Question) -> Answer:
        try:
            with anyio.fail_after(DEADLINE):
                said = await self._say(question.source, question.wanted())
            if "cues" in said:
                return tuple(Cue(*row) for row in ROWS.validate_python(said["cues"]))
        except (*LOST, ValueError):
            log.warning("subtitles lost", title=question.source.title, track=question.track.index)
            return _late()
        return NotPlayable(str(said["problem"])) if "problem" in said else _late()

    async def _say(self, source: SourceFile, wanted: dict[str, Any]) -> dict[str, Any]:
        """A worker that has not answered to the end is not asked again."""
        worker = self._idle.pop() if self._idle else await Worker.start()
        answered = False
        try:
            said = await worker.ask(source, subtitles=wanted)
            answered = self._group is not None
        finally:
            if answered:
                self._idle.append(worker)
            else:
                with anyio.CancelScope(shield=True):
                    await worker.stop()
        return said

    def _remember(self, key: Key, cues: tuple[Cue, ...]) -> None:
        self._known[key] = cues
        self._weight += _weight(cues)
        while self._weight > REMEMBERED:
            _, oldest = self._known.popitem(last=False)
            self._weight -= _weight(oldest)


def _weight(cues: tuple[Cue, ...]) -> int:
    return SMALLEST + sum(len(cue.text) + SMALLEST // 2 for cue in cues)

"""What came of looks into films: in memory, and in the store, so that a film is looked at once and not once a start."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256

import anyio
import structlog
from pydantic import TypeAdapter, ValidationError

from controller.adapters.clock import SystemClock
from controller.adapters.media.examine import VERSION
from controller.core.media import MediaFacts
from controller.ports import FactsStore, NotStored, SourceFile
from protocol.errors import NotPlayable

log = structlog.get_logger(__name__)

FACTS = TypeAdapter(MediaFacts)
REMEMBERED = 4096
TO_BE_KEPT = 256
"""Findings on their way to the store. More are not kept: those films are looked at again after a restart."""
REFUSED_FOR = 24 * 3_600.0
"""Seconds for which it is believed that a file cannot be played: perhaps the next version can."""
STORE_LEFT_ALONE = 60.0
"""Seconds for which a store that failed is not asked: a database that is frozen must not hold up every film."""

Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a look, and the loop's time until which it is believed."""

    found: MediaFacts | NotPlayable
    until: float = math.inf


@cache
def examiner() -> str:
    """Who looked: its version, and what facts consist of. Facts of any other are not believed."""
    shape = json.dumps(FACTS.json_schema(), sort_keys=True)
    return f"{VERSION}.{sha256(shape.encode()).hexdigest()[:12]}"


class Findings:
    """The memory. `run` brings what is noted into the store; without a store nothing outlives the process."""

    def __init__(self, store: FactsStore | None = None) -> None:
        self._store, self._clock = store, SystemClock()
        self._known: OrderedDict[Key, Finding] = OrderedDict()
        self._send, self._receive = anyio.create_memory_object_stream[tuple[SourceFile, str]](TO_BE_KEPT)
        self._asked_from = -math.inf

    def known(self, source: SourceFile) -> Finding | None:
        """What is in memory and still believed."""
        finding = self._known.get(key_of(source))
        return finding if finding and anyio.current_time() < finding.until else None

    async def recall(self, source: SourceFile) -> Finding | None:
        """The same, or what the store has of it."""
        finding = self.known(source)
        if finding or self._store is None or anyio.current_time() < self._asked_from:
            return finding
        try:
            text = await self._store.find(source, examiner(), self._clock.wall())
        except NotStored as error:
            self._asked_from = anyio.current_time() + STORE_LEFT_ALONE
            log.warning("what was found in films is not at hand", reason=str(error))
            return None
        finding = self._read(text) if text else None
        if finding:
            self.put(source, finding)
        return finding

    def put(self, source: SourceFile, finding: Finding) -> None:
        """Have it in memory."""
        self._known[key_of(source)] = finding
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def note(self, source: SourceFile, found: MediaFacts | NotPlayable) -> None:
        """Have it in memory and, soon, in the store."""
        if isinstance(found, MediaFacts):
            self.put(source, Finding(found))
            text = json.dumps({"facts": asdict(found)})
        else:
            self.put(source, Finding(found, anyio.current_time() + REFUSED_FOR))
            text = json.dumps({"problem": found.message, "until": self._clock.wall() + REFUSED_FOR})
        try:
            self._send.send_nowait((source, text))
        except anyio.WouldBlock:
            log.info("too much to keep at once", title=source.title)

    async def run(self) -> None:
        """Bring what is noted into the store, until cancelled."""
        async for source, text in self._receive:
            if self._store is None or anyio.current_time() < self._asked_from:
                continue
            try:
                await self._store.keep(source, examiner(), text, self._clock.wall())
            except NotStored as error:
                log.warning("what was found in a film is not kept", title=source.title, reason=str(error))

    def close(self) -> None:
        """Nothing more is noted."""
        self._send.close()
        self._receive.close()

    def _read(self, text: str) -> Finding | None:
        """What a text of the store says; None when it is not believed any more."""
        try:
            told = json.loads(text)
            if "facts" in told:
                return Finding(FACTS.validate_python(told["facts"]))
            left = float(told["until"]) - self._clock.wall()
            return Finding(NotPlayable(str(told["problem"])), anyio.current_time() + left) if left > 0 else None
        except (ValueError, KeyError, TypeError, ValidationError):
            return None


def key_of(source: SourceFile) -> Key:
    """What tells a file from another, and from itself when it was changed."""
    return str(source.path), source.size, source.modified_ns

"""What encoders did and said, for whoever has to find out why: the last lines of the last runs of the last streams.

Contract. Everything is bounded: streams, runs of a stream, lines and characters of a run; the oldest go first. A start and
an end are never crowded out by what was said in between. Lines are numbered through the life of the daemon, so that a
reader goes on where they were. A line is one line, and holds nothing that a terminal would act on.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import count, islice

from protocol.values import EncoderLineKind

STREAMS = 24
RUNS = 8
"""Of one stream."""
LINES = 100
"""That one run said."""
CHARACTERS = 16 * 1024
"""The same, in characters."""
LONGEST = 400
"""Characters of a line."""
AT_ONCE = 50
"""Lines that are read of one piece of what was said: a flood costs no more than that."""
DAMAGE = re.compile(
    r"error while decoding|invalid data found when processing input|concealing \d+ dc|packet corrupt|corrupt decoded"
    r"|invalid nal unit size",
    re.IGNORECASE,
)
"""What FFmpeg says of a film that is damaged in places, and of which it makes what it can."""
PATH = re.compile(r"""(?<![\w.])/(?:[^\s/:'"]+/)+""")


@dataclass(frozen=True, slots=True)
class LogLine:
    """Something that happened in a run; `at` is server clock."""

    number: int
    at: float
    epoch: int
    kind: EncoderLineKind
    text: str
    pid: int | None = None


@dataclass(slots=True)
class RunLog:
    """One run of the encoder of a stream. `hidden` maps words to what is shown in their place."""

    epoch: int
    numbers: Iterator[int]
    hidden: dict[str, str] = field(default_factory=dict)
    pid: int | None = None
    events: list[LogLine] = field(default_factory=list)
    said: deque[LogLine] = field(default_factory=deque)
    _size: int = 0
    _rest: str = ""

    def note(self, kind: EncoderLineKind, text: str, at: float) -> None:
        """It started, or ended."""
        self.events.append(self._line(kind, text, at))

    def hear(self, words: str, at: float) -> None:
        """A piece of what it says; what is no whole line yet waits for the rest."""
        *lines, rest = (self._rest + words).replace("\r", "\n").split("\n")
        self._rest = rest[-4 * LONGEST :]
        for text in lines[-AT_ONCE:]:
            self._say(text, at)

    def finish(self, at: float) -> None:
        """It says nothing more: what it began to say counts."""
        rest, self._rest = self._rest, ""
        self._say(rest, at)

    def lines(self) -> Iterator[LogLine]:
        """All of it that is kept, in order."""
        return merge(self.events, self.said, key=_number)

    def _say(self, text: str, at: float) -> None:
        if not text.strip():
            return
        line = self._line("said", text, at)
        self.said.append(line)
        self._size += len(line.text)
        while len(self.said) > LINES or self._size > CHARACTERS:
            self._size -= len(self.said.popleft().text)

    def _line(self, kind: EncoderLineKind, text: str, at: float) -> LogLine:
        return LogLine(next(self.numbers), at, self.epoch, kind, shown(text.strip(), self.hidden), self.pid)


@dataclass(slots=True)
class StreamLog:
    """The last runs of one stream. `restarts` counts those that followed a crash; `damaged` says that its film is."""

    client_id: str
    stream_id: str
    client_name: str
    title: str
    runs: deque[RunLog] = field(default_factory=lambda: deque(maxlen=RUNS))
    restarts: int = 0
    crashed: bool = False
    damaged: bool = False

    def lines(self) -> Iterator[LogLine]:
        """What its runs did and said, in order."""
        return merge(*(run.lines() for run in self.runs), key=_number)


class EncoderLog:
    """The log of all streams."""

    def __init__(self) -> None:
        self._streams: OrderedDict[str, StreamLog] = OrderedDict()
        self._numbers = count(1)

    def open(
        self, client_id: str, stream_id: str, client_name: str, title: str, epoch: int, hidden: dict[str, str]
    ) -> tuple[StreamLog, RunLog]:
        """A run begins; the stream that has had none for the longest may be forgotten for it."""
        stream = self._streams.get(stream_id)
        if stream is None:
            stream = StreamLog(client_id, stream_id, shown(client_name), shown(title))
            self._streams[stream_id] = stream
        self._streams.move_to_end(stream_id)
        while len(self._streams) > STREAMS:
            self._streams.popitem(last=False)
        stream.restarts += stream.crashed
        stream.crashed = False
        run = RunLog(epoch, self._numbers, hidden)
        stream.runs.append(run)
        return stream, run

    def streams(self, client_id: str | None = None) -> list[StreamLog]:
        """What is kept, of one client or of all; the one that began a run last comes last."""
        return [stream for stream in self._streams.values() if client_id in (None, stream.client_id)]

    def read(self, client_id: str | None, after: int, most: int) -> tuple[list[tuple[StreamLog, LogLine]], bool]:
        """The lines after a number, in order, at most so many; and whether there are more."""
        found = merge(*(_of(stream, after) for stream in self.streams(client_id)), key=lambda pair: pair[1].number)
        lines = list(islice(found, most + 1))
        return lines[:most], len(lines) > most


def shown(text: str, hidden: dict[str, str] | None = None) -> str:
    """A text as it may be shown: in one line, bounded, without the folders that its paths lie in."""
    for words, instead in (hidden or {}).items():
        text = text.replace(words, instead)
    text = PATH.sub("…/", text)[: LONGEST + 1]
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escaped(char) for char in text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _of(stream: StreamLog, after: int) -> Iterator[tuple[StreamLog, LogLine]]:
    return ((stream, line) for line in stream.lines() if line.number > after)


def _number(line: LogLine) -> int:
    return line.number

"""What the tests of core share: a plan to stream from, and an encoder that does what a stream wants, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import settings

from controller.core.playlist import VIDEO, Rendition, SegmentId, sound_of
from controller.core.segment_plan import SegmentPlan, on_grid
from controller.core.stream import Stream
from controller.core.stream_phase import Completed, Crashed, Running

SOUND = sound_of(0)
BOTH: tuple[Rendition, ...] = (VIDEO, SOUND)
LENGTH = 200.0


def modest(examples: int = 40, steps: int = 40) -> settings:
    """Few examples, always the same ones (pytest's options and tests/conftest.py say which); none is timed, none is kept."""
    return settings(max_examples=examples, stateful_step_count=steps)


def video(index: int) -> SegmentId:
    return SegmentId(VIDEO, index)


def audio(index: int) -> SegmentId:
    return SegmentId(SOUND, index)


def plan(duration: float = LENGTH) -> SegmentPlan:
    """Segments of two seconds."""
    return on_grid(duration, Fraction(25))


def stream(position: float = 0.0, began: float = 0.0, renditions: tuple[Rendition, ...] = BOTH) -> Stream:
    """A stream of 100 segments."""
    return Stream(plan(), renditions, position, began)


def running(epoch: int, start: int, *, held: bool = False) -> Running:
    """A run that makes picture and sound."""
    return Running(epoch, start, frozenset(BOTH), held=held)


def wanted(one: Stream) -> Running:
    """The wanted run, of which there must be one."""
    run = one.wanted
    assert run is not None
    return run


def make(one: Stream, first: int, after: int, now: float) -> None:
    """The present run makes the segments `first … after - 1` of every rendition."""
    for index in range(first, after):
        for rendition in one.renditions:
            if one.wanted:
                one.on_made(one.wanted.epoch, SegmentId(rendition, index), now)


def crash(one: Stream, now: float, reason: str = "exit status 1") -> None:
    """The present run ends badly."""
    one.on_ended(wanted(one).epoch, Crashed(reason), now)


def complete(one: Stream, now: float) -> None:
    """The present run ends well."""
    one.on_ended(wanted(one).epoch, Completed(), now)


def pass_time(one: Stream, now: float, until: float) -> float:
    """Tick at every deadline up to a time. A tick at a deadline leaves none that is due: nobody may spin on it."""
    while (due := one.next_deadline()) is not None and due <= until:
        now = max(now, due)
        one.tick(now)
        later = one.next_deadline()
        assert later is None or later > now, f"tick({now!r}) left the deadline {later!r}; {one.phase}"
    return until


@dataclass(slots=True)
class Encoder:
    """Follows `wanted` as the owner of FFmpeg does: one run at a time, segments in order, nothing while held."""

    stream: Stream
    length: int
    epoch: int | None = None
    runs: list[Running] = field(default_factory=list)
    at: dict[Rendition, int] = field(default_factory=dict)

    def follow(self, now: float) -> None:
        """End the run that is no longer wanted, start the one that is."""
        run = self.stream.wanted
        if run is None or run.epoch == self.epoch:
            self.epoch = run.epoch if run else None
            return
        self.epoch, self.at = (
            run.epoch,
            dict.fromkeys((each for each in self.stream.renditions if each in run.renditions), run.start),
        )
        self.runs.append(run)
        self.stream.on_started(run.epoch, now)

    @property
    def works(self) -> bool:
        """A run is alive, wanted and not stopped in its tracks."""
        run = self.stream.wanted
        return run is not None and run.epoch == self.epoch and not run.held

    @property
    def through(self) -> bool:
        """The living run has nothing more to make."""
        return all(index >= self.until for index in self.at.values())

    @property
    def until(self) -> int:
        """The first segment that the living run does not make: the film has no more, or the run has an end."""
        until = self.stream.wanted.until if self.stream.wanted else None
        return self.length if until is None else min(until, self.length)

    def next_of(self, rendition: Rendition) -> SegmentId | None:
        """What the run makes next; no rendition is ever more than three segments before another."""
        index = self.at.get(rendition, self.length)
        if index >= self.until or index >= min(self.at.values()) + 3:
            return None
        return SegmentId(rendition, index)

    def make(self, segment: SegmentId, now: float) -> bool:
        """Announce the next segment of a rendition."""
        assert self.epoch is not None
        self.at[segment.rendition] = segment.index + 1
        return self.stream.on_made(self.epoch, segment, now)

    def end(self, now: float) -> None:
        """The run is over and calls it a success."""
        assert self.epoch is not None
        self.stream.on_ended(self.epoch, Completed(), now)

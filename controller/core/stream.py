"""One client's stream: what is made, what is asked for, and which run of the encoder is therefore wanted.

                      ask / seek                      made all that was asked
    Idle ────────────────────────────▶ Running(epoch) ──────────────────────▶ Idle
      ▲                                 │        ▲
      │ silence (60 s; 20 s unfetched)  │ crash  │ its time has come
      └──────── Running ◀───────────────┤        │
                                        ▼        │
    Failed(error) ◀── 3 retries ── BackingOff(until)

Contract. `wanted` is the one run that should be alive; whoever owns the encoder compares and closes the gap.
Facts about any other epoch than the wanted one are ignored. The machine names its next deadline and never waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from controller.core.playlist import Rendition, SegmentId
from controller.core.segment_plan import SegmentPlan
from controller.core.stream_phase import BackingOff, Completed, Crashed, Failed, Idle, Outcome, Phase, Running
from controller.core.timeline import PLAUSIBLE_DRIFT, Departures, Timeline
from protocol.errors import EmptyOutput, EncoderFailed
from protocol.values import StreamState

IDLE_AFTER = 60.0
"""Seconds without a request for a segment or a report after which the encoder ends."""
UNFETCHED_AFTER = 20.0
"""Seconds after which the encoder of a stream ends that nobody has fetched anything of."""
BACK_OFF = (0.5, 2.0, 5.0)
"""Seconds before the first, second and third retry of a failed run."""
SETTLE = 0.15
"""Seconds a moving target must stand still before another run is started for it …"""
SPACING = 1.2
"""… unless this many seconds have passed since the last start: a dragged scrubber costs few encoders."""
SOON = 8.0
"""Seconds of film that a run may still be away from a segment for the segment to wait for it, at real-time speed."""
SOON_FACTOR, SOON_MOST = 4.0, 60.0
"""A faster run may be further away: what it makes in this many seconds, up to a bound."""
HOLD_AHEAD, RELEASE_AHEAD = 60.0, 30.0
"""Seconds ahead of the viewer at which the encoder is held, and at which it goes on."""


@dataclass(slots=True)
class _Asked:
    """Who waits for a segment: how many, and how recent the last of them is."""

    waiting: int
    order: int


@dataclass(slots=True)
class Stream:
    """The machine. `renditions` are the tracks that every run makes together; `position` is where to begin.

    `heard` is when the player last told where it is, `used` when somebody last fetched, reported or commanded;
    `stopped` says that somebody paused it, as opposed to a player that stands still or a film that is over.
    """

    plan: SegmentPlan
    renditions: tuple[Rendition, ...]
    position: float
    began: float
    epoch: int = 0
    restarts: int = 0
    phase: Phase = field(default_factory=Idle)
    timeline: Timeline = field(init=False)
    fetched: bool = False
    heard: float | None = None
    stopped: bool = False
    used: float = field(init=False)
    _have: dict[Rendition, set[int]] = field(init=False)
    _next: dict[Rendition, int] = field(init=False, default_factory=dict)
    _asked: dict[SegmentId, _Asked] = field(init=False, default_factory=dict)
    _target: int | None = field(init=False, default=None)
    _order: int = field(init=False, default=0)
    _failures: int = field(init=False, default=0)
    _touched: float = field(init=False)
    _changed: float = field(init=False, default=float("-inf"))
    _started: float = field(init=False, default=float("-inf"))
    _run_began: float = field(init=False, default=0.0)
    _viewer: int = field(init=False)
    _progress: bool = field(init=False, default=False)
    _length: int = field(init=False)
    _departures: Departures = field(init=False, default_factory=Departures)

    def __post_init__(self) -> None:
        position = min(max(self.position, 0.0), self.plan.duration)
        self.timeline = Timeline(position, self.began, self.plan.duration)
        self._have = {rendition: set() for rendition in self.renditions}
        self._touched = self.used = self.began
        self._length = len(self.plan)
        self._viewer = self.plan.index_at(position)
        if position < self.plan.duration:
            self._target = self._viewer
        self._decide(self.began)

    # ── what is wanted ────────────────────────────────────────────────────────────────────────────

    @property
    def wanted(self) -> Running | None:
        """The run that should be alive now."""
        return self.phase if isinstance(self.phase, Running) else None

    @property
    def busy(self) -> bool:
        """Whether a run is wanted, or will be by itself."""
        return self.wanted is not None or self._phase_deadline() is not None

    @property
    def empty(self) -> bool:
        """Whether nothing of it is made."""
        return not any(self._have.values())

    def state(self, now: float) -> StreamState:
        """The stream in one word, for the wire."""
        if isinstance(self.phase, Failed):
            return "failed"
        if self.timeline.finished(now):
            return "finished"
        if not self._ready(self.plan.index_at(self.timeline.now(now))) and not self.fetched:
            return "starting"
        return "playing" if self.timeline.playing else "paused"

    def next_deadline(self) -> float | None:
        """When `tick` has something to do, if ever."""
        due = [at for at in (self._phase_deadline(), self.timeline.ends_at()) if at is not None]
        return min(due, default=None)

    def tick(self, now: float) -> None:
        """Time has passed."""
        if self.timeline.playing and self.timeline.finished(now):
            self.timeline = self.timeline.moved_to(self.plan.duration, now).paused(now)
        if isinstance(self.phase, Running | BackingOff) and not self._asked and now >= self._silent_at():
            self._target = None
            self.phase = Idle()
        self._decide(now)

    # ── from the client ───────────────────────────────────────────────────────────────────────────

    def seek(self, position: float, now: float) -> tuple[float, bool]:
        """Move to a position; answers where that is and whether it had to be clamped.

        A position outside the film moves the timeline only: nothing is made for a place that nobody can watch.
        """
        inside = min(max(position, 0.0), self.plan.duration)
        clamped = inside != position
        self.epoch += 1
        self._touched = self.used = now
        self._departures.add(self.timeline, now)
        self.timeline = self.timeline.moved_to(inside, now)
        self._viewer = self.plan.index_at(inside)
        if not clamped and inside < self.plan.duration:
            if isinstance(self.phase, Failed):
                self.phase, self._failures = Idle(), 0
            self._target = self._hole_after(self._viewer)
            self._moved(now)
        return inside, clamped

    def pause(self, now: float) -> None:
        """Stop the timeline; what is made stays."""
        self.used, self.stopped = now, True
        self.timeline = self.timeline.paused(now)

    def resume(self, now: float) -> None:
        """Let the timeline go on."""
        self.used, self.stopped = now, False
        self.timeline = self.timeline.resumed(now)

    def expect(self, at: float) -> None:
        """Its viewer comes at a time; that nobody asks until then means nothing."""
        self._touched = max(self._touched, at)

    def set_rate(self, rate: float, now: float) -> None:
        """Let the timeline go faster or slower."""
        self.used, self.timeline = now, self.timeline.at_rate(rate, now)

    def report(self, position: float, playing: bool, now: float) -> bool:
        """Take the player's word, unless it is older than a seek; says whether it changed the timeline."""
        self._touched = self.used = now
        off = abs(position - self.timeline.now(now))
        if off > PLAUSIBLE_DRIFT and self._departures.explain(position, now):
            return False
        before, self.timeline = self.timeline, self.timeline.reported(position, playing, now)
        self.heard, self.stopped = now, self.stopped and not playing
        return self.timeline is not before

    # ── from whoever fetches ──────────────────────────────────────────────────────────────────────

    def ask(self, segment: SegmentId, now: float) -> bool:
        """Somebody wants a segment: True when it is whole, else they wait for it until `withdraw`."""
        self.fetched = True
        self._touched = self.used = now
        self._viewer = segment.index
        if self.has(segment):
            if self.wanted is None and not self._asked:
                self._target = self._hole_after(segment.index)
            self._decide(now)
            return True
        self._order += 1
        asked = self._asked.setdefault(segment, _Asked(0, 0))
        asked.waiting, asked.order = asked.waiting + 1, self._order
        self._target = None
        self._moved(now)
        return False

    def withdraw(self, segment: SegmentId, now: float) -> None:
        """One who waited for a segment waits no more."""
        asked = self._asked.get(segment)
        if asked:
            asked.waiting -= 1
            if asked.waiting == 0:
                del self._asked[segment]
        self._decide(now)

    def has(self, segment: SegmentId) -> bool:
        """Whether a segment is whole."""
        return segment.index in self._have[segment.rendition]

    def exists(self, segment: SegmentId) -> bool:
        """Whether the plan has such a segment."""
        return segment.rendition in self._have and 0 <= segment.index < len(self.plan)

    # ── from the encoder ──────────────────────────────────────────────────────────────────────────

    def on_started(self, epoch: int, now: float) -> None:
        """A run is alive."""
        if self._is_present(epoch):
            self._started = self._run_began = now

    def on_made(self, epoch: int, segment: SegmentId, now: float) -> bool:
        """A run made a segment, whole; says whether it is news (else the caller drops it)."""
        if not self._is_present(epoch) or not self.exists(segment):
            return False
        self._next[segment.rendition] = max(self._next[segment.rendition], segment.index + 1)
        self._progress = True
        news = not self.has(segment)
        if news:
            self._failures = 0
        self._have[segment.rendition].add(segment.index)
        self._asked.pop(segment, None)
        self._decide(now)
        return news

    def on_ended(self, epoch: int, outcome: Outcome, now: float) -> None:
        """A run is over; one of an older epoch is ignored."""
        run = self.wanted
        if run is None or run.epoch != epoch:
            return
        match outcome:
            case Completed():
                self._on_completed(run)
            case Crashed(reason):
                self._on_crashed(reason, now)
            case _ as never:  # pragma: no cover
                assert_never(never)
        self._decide(now)

    def speed(self, now: float) -> float:
        """Film seconds made per second by the present run; 0 before its first segment."""
        run = self.wanted
        if run is None or now <= self._run_began:
            return 0.0
        made = self.plan.boundaries[self._frontier()] - self.plan.boundaries[run.start]
        return made / (now - self._run_began)

    def ahead(self) -> float:
        """Film seconds that are whole, without a hole, from where the viewer last asked."""
        index = self._viewer
        while index < len(self.plan) and self._ready(index):
            index += 1
        return self.plan.boundaries[index] - self.plan.boundaries[self._viewer]

    # ── inside ────────────────────────────────────────────────────────────────────────────────────

    def _phase_deadline(self) -> float | None:
        match self.phase:
            case Running():
                return None if self._asked else self._silent_at()
            case BackingOff(until):
                return until
            case Idle():
                return self._may_start_at() if self._unmet() is not None else None
            case Failed():
                return None
            case _ as never:  # pragma: no cover
                assert_never(never)

    def _is_present(self, epoch: int) -> bool:
        return isinstance(self.phase, Running) and self.phase.epoch == epoch

    def _silent_at(self) -> float:
        return self._touched + IDLE_AFTER if self.fetched else max(self.began, self._touched) + UNFETCHED_AFTER

    def _may_start_at(self) -> float:
        return min(self._changed + SETTLE, self._started + SPACING)

    def _ready(self, index: int) -> bool:
        return all(index in have for have in self._have.values())

    def _frontier(self) -> int:
        """The first segment that the present run has not made of every rendition."""
        return min(self._next.values())

    def _hole_after(self, index: int) -> int | None:
        """The first segment from here on that is not made, when the viewer will be there before long."""
        near = self.plan.boundaries[index] + RELEASE_AHEAD
        while index < self._length and self.plan.boundaries[index] <= near:
            if not self._ready(index):
                return index
            index += 1
        return None

    def _moved(self, now: float) -> None:
        """The target moved. It is a settled one if the run that is alive will come by anyway."""
        run, unmet = self.wanted, self._unmet()
        if unmet is not None and not (run and self._comes_by(run, unmet, now)):
            self._changed = now
        self._decide(now)

    def _unmet(self) -> int | None:
        """The segment that has to be made first: the latest that somebody waits for, else the target."""
        if self._asked:
            latest = max(self._asked, key=lambda segment: self._asked[segment].order)
            return latest.index
        if self._target is not None and not self._ready(self._target):
            return self._target
        return None

    def _comes_by(self, run: Running, index: int, now: float) -> bool:
        """Whether a run will make a segment, and soon enough to wait for it."""
        frontier = self._frontier()
        if index < run.start or self._passed(index):
            return False
        soon = min(max(SOON, self.speed(now) * SOON_FACTOR), SOON_MOST)
        return self.plan.boundaries[index] - self.plan.boundaries[frontier] <= soon

    def _passed(self, index: int) -> bool:
        """The run is past a segment that is not there."""
        return any(index not in have and index < self._next[rendition] for rendition, have in self._have.items())

    def _decide(self, now: float) -> None:
        """Bring the phase in line with what is asked, what is made and what time it is."""
        if isinstance(self.phase, Failed) or (isinstance(self.phase, BackingOff) and now < self.phase.until):
            return
        unmet, run = self._unmet(), self.wanted
        if run and unmet == run.start and self._passed(unmet):
            self.phase = Failed(EmptyOutput())
            return
        if run and (unmet is None or self._comes_by(run, unmet, now)):
            self._keep(run, waited=bool(self._asked))
            return
        if unmet is None:
            self._go_on()
        elif now >= self._may_start_at() or isinstance(self.phase, BackingOff):
            self._start(unmet, now)
        else:
            self.phase = Idle()

    def _keep(self, run: Running, *, waited: bool) -> None:
        """Let a run go on, held while it is far ahead; end it when all before it is made already."""
        frontier = self._frontier()
        if not waited and frontier < len(self.plan) and self._ready(frontier):
            self.phase = Idle()
            return
        ahead = self.plan.boundaries[frontier] - self.plan.boundaries[min(self._viewer, frontier)]
        held = not waited and ahead >= (RELEASE_AHEAD if run.held else HOLD_AHEAD)
        if held is not run.held:
            self.phase = Running(run.epoch, run.start, held)

    def _go_on(self) -> None:
        """Nobody waits and nothing runs: after a back-off there is nothing left to retry."""
        if isinstance(self.phase, BackingOff):
            self.phase = Idle()

    def _start(self, index: int, now: float) -> None:
        self.epoch += 1
        self._next = dict.fromkeys(self.renditions, index)
        self._started = self._run_began = now
        self._progress = False
        self.phase = Running(self.epoch, index)

    def _on_completed(self, run: Running) -> None:
        """The film is over, or FFmpeg thinks so: what this run was started for must be there."""
        if not self._progress or self._unmet() == run.start:
            self.phase = Failed(EmptyOutput())
            return
        self._length = self._frontier()
        self.phase = Idle()

    def _on_crashed(self, reason: str, now: float) -> None:
        if self._unmet() is None:
            self._target = self._hole_after(min(self._frontier(), len(self.plan) - 1))
        if self._failures == len(BACK_OFF):
            self.phase = Failed(EncoderFailed(hint=reason))
            return
        self.phase = BackingOff(now + BACK_OFF[self._failures])
        self._failures += 1
        self.restarts += 1

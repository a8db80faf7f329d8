"""What of a stream is made, what is asked for, and which run of the encoder is therefore wanted.

                      ask / aim                  made all that was asked, or came to its end
    Idle ────────────────────────────▶ Running(epoch) ──────────────────────▶ Idle
      ▲                                 │        ▲
      │ silence (60 s; 20 s unfetched)  │ crash  │ its time has come
      └──────── Running ◀───────────────┤        │
                                        ▼        │
    Failed(error) ◀── 3 retries ── BackingOff(until)      NoRoom(until): tried again and again
                                                          InLine(since): others encode, see `core.admission`

Contract. `wanted` is the one run that should be alive; whoever owns the encoder compares and closes the gap.
Facts about any other epoch than the wanted one are ignored. The machine names its next deadline and never waits.

A player plays one picture and one sound: these are `demanded`, and who asks for another sound demands that one from
then on. A run makes what is demanded and not made where it begins: a viewer who changes the language half a minute
before the place where the picture ends gets a run that makes the sound alone, which is quick, up to there.

A quick run has an end, which is not the film's, see `core.throttle`: where the next one begins. One that ends sooner is
followed by one without an end, which tells whether the film has any more.

A run that somebody waits for is `eager`: it makes haste rather than beauty, until enough is there for the viewer; then
one that takes its time goes on. `renew` has everything made anew from now on, in another way: `recipe` counts them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from controller.core.failures import Failures
from controller.core.needs import Needs
from controller.core.patience import is_soon
from controller.core.playlist import VIDEO, Rendition, SegmentId
from controller.core.run_record import RunRecord
from controller.core.stream_phase import (
    BackingOff,
    Completed,
    Crashed,
    Failed,
    Idle,
    InLine,
    NoRoom,
    Outcome,
    OutOfRoom,
    Phase,
    Running,
    Stalled,
)
from controller.core.throttle import HOLD_AHEAD, end_of_run, is_built, is_held
from protocol.errors import EmptyOutput, EncoderFailed, EncoderStalled, MatineeError

IDLE_AFTER = 60.0
"""Seconds without a request for a segment or a report after which the encoder ends."""
UNFETCHED_AFTER = 20.0
"""Seconds after which the encoder of a stream ends that nobody has fetched anything of."""
LOOK_FOR_ROOM = 1.0
"""Seconds between two looks whether a full disk has room again."""
SETTLE = 0.15
"""Seconds a moving target must stand still before another run is started for it …"""
SPACING = 1.2
"""… unless this many seconds have passed since the last start: a dragged scrubber costs few encoders."""


@dataclass(slots=True)
class Making(Needs):
    """The machine; while `asleep` it decides nothing. A `rationed` one encodes pictures only when it is `admitted`, and stays
    so until it is silent; whoever has `played` of its picture is.
    """

    epoch: int = 0
    restarts: int = 0
    recipe: int = 0
    phase: Phase = field(default_factory=Idle)
    fetched: bool = False
    asleep: bool = False
    rationed: bool = False
    admitted: bool = False
    played: bool = False
    _jump: int | None = field(init=False, default=None)
    _short: int | None = field(init=False, default=None)
    _full: bool = field(init=False, default=False)
    _failures: Failures = field(init=False, default_factory=Failures)
    _run: RunRecord = field(init=False)
    _touched: float = field(init=False)
    _changed: float = field(init=False, default=float("-inf"))
    _started: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        Needs.__post_init__(self)
        self._touched, self._run = self.began, RunRecord(self.plan)
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

    def _phase_deadline(self) -> float | None:
        match self.phase:
            case Running():
                return None if self._asked else self._silent_at()
            case BackingOff(until) | NoRoom(until):
                return until
            case Idle():
                unmet = self._unmet()
                return self._may_start_at() if self._is_to_make(unmet) and self._is_due(unmet) else None
            case InLine() | Failed():
                return None
            case _ as never:  # pragma: no cover
                assert_never(never)

    def _tick(self, now: float) -> None:
        """Time has passed."""
        if isinstance(self.phase, Running | BackingOff | NoRoom) and not self._asked and now >= self._silent_at():
            self._target, self.admitted = None, False
            self.phase = Idle()
        self._decide(now)

    def admit(self, now: float) -> None:
        """It is its turn to encode."""
        self.admitted, self._touched = True, max(self._touched, now)
        self._on_turn(now)
        self._decide(now)

    # ── from the client ───────────────────────────────────────────────────────────────────────────

    def _aim(self, position: float, now: float) -> None:
        """What lies from a position on is to be made first; what had failed gets another chance."""
        self._viewer, self.playhead = self.plan.index_at(position), position
        if isinstance(self.phase, Failed):
            self.phase = Idle()
            self._failures.forgive()
        self._target = self._jump = self.made.hole_after(self._viewer)
        self._moved(now)

    def expect(self, at: float) -> None:
        """Its viewer comes at a time; that nobody asks until then means nothing."""
        self._touched = max(self._touched, at)

    def _demand(self, rendition: Rendition, position: float, now: float) -> None:
        """The player plays this sound from a position on."""
        self.made.demand(rendition)
        self.playhead = position
        if not self._asked:
            self._target = self.made.hole_after(self.plan.index_at(position))
        self._decide(now)

    # ── from whoever fetches ──────────────────────────────────────────────────────────────────────

    def _ask(self, segment: SegmentId, now: float, playhead: float) -> bool:
        """Somebody who should be at `playhead` wants a segment: True when it is whole, else they wait for it until
        `withdraw`. Who wants one that is far from there is somewhere else.
        """
        self.fetched = True
        self._touched = now
        self._viewer = segment.index
        near = 0.0 <= self.plan.end(segment.index) - playhead <= HOLD_AHEAD
        self.playhead = playhead if near else self.plan.start(segment.index)
        if segment.rendition not in {VIDEO, *self.made.demanded}:
            self.made.demand(segment.rendition)
        if self.has(segment):
            self._serve(segment, now)
            if self.wanted is None and not self._asked:
                self._target = self.made.hole_after(segment.index)
            self._decide(now)
            return True
        self._asked.add(segment)
        self._target = None
        self._moved(now)
        return False

    def withdraw(self, segment: SegmentId, now: float) -> None:
        """One who waited for a segment waits no more."""
        self._asked.withdraw(segment)
        if isinstance(self.phase, InLine) and self._unmet() is None:
            self._target = segment.index  # who is in line stays there
        self._decide(now)

    # ── from the encoder ──────────────────────────────────────────────────────────────────────────

    def on_started(self, epoch: int, now: float) -> None:
        """A run is alive; told again when it goes on in another process."""
        if self._is_present(epoch):
            self._started = now
            self._run.measure(now)

    def on_made(self, epoch: int, segment: SegmentId, now: float, size: int = 0) -> bool:
        """A run made a segment, whole, of so many bytes; says whether it is news (else the caller drops it)."""
        if not self._is_present(epoch) or not self.exists(segment) or not self._run.makes(segment):
            return False
        self._run.made(segment, now)
        if news := not self.has(segment):
            self._failures.progress()
            self.made.add(segment, size)
            self._full = False
        if self._asked.met(segment):
            self._serve(segment, now)
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
                self._on_failed(EncoderFailed(hint=reason), now)
            case Stalled():
                self._on_failed(EncoderStalled(), now)
            case OutOfRoom():
                self._aim_at_hole()
                self.wait_for_room(now)
            case _ as never:  # pragma: no cover
                assert_never(never)
        self._decide(now)

    def wait_for_room(self, now: float) -> None:
        """There is none yet."""
        self.phase, self._full = NoRoom(now + LOOK_FOR_ROOM), True

    @property
    def frontier(self) -> int:
        """The first segment that is not made: by the present run, or before the viewer when there is none."""
        if self.wanted:
            return self._run.frontier
        first = min(self._viewer, len(self.plan) - 1)
        return first + self.made.count_from(first)

    def speed(self, now: float) -> float:
        """Film seconds made per second by the present run; 0 before its first segment."""
        return self._run.speed(now) if self.wanted else 0.0

    def measured(self, now: float) -> float:
        """Seconds over which `speed` is measured: since the present run began, or was let go on; 0 without one."""
        return self._run.measured(now) if self.wanted else 0.0

    def _serve(self, segment: SegmentId, now: float) -> None:
        """A player gets it. Who plays is not put into line any more."""
        self.made.serve(segment)
        if segment.rendition == VIDEO:
            self.admitted = self.played = True
            self._on_turn(now)

    def _on_turn(self, now: float) -> None:
        """It has to wait no more: for whoever keeps its time."""

    # ── inside ────────────────────────────────────────────────────────────────────────────────────

    def _is_present(self, epoch: int) -> bool:
        return isinstance(self.phase, Running) and self.phase.epoch == epoch

    def _silent_at(self) -> float:
        return self._touched + IDLE_AFTER if self.fetched else max(self.began, self._touched) + UNFETCHED_AFTER

    def _may_start_at(self) -> float:
        return min(self._changed + SETTLE, self._started + SPACING)

    def _moved(self, now: float) -> None:
        """The target moved. It is a settled one if the run that is alive will come by anyway."""
        run, unmet = self.wanted, self._unmet()
        if unmet is not None and not (run and self._comes_by(run, unmet, now)):
            self._changed = now
        self._decide(now)

    def _comes_by(self, run: Running, index: int, now: float) -> bool:
        """Whether a run will make what is lacking of a segment, and soon enough to wait for it. One that makes only a
        part goes on, too, until it gets there.
        """
        if index < run.start or (run.until is not None and index >= run.until):
            return False
        if self._run.is_past(index, self._own(self._lacking(index), index)):
            return False
        return is_soon(self._run.until(index), self.speed(now), jumped=index == self._jump)

    def _decide(self, now: float) -> None:
        """Bring the phase in line with what is asked, what is made and what time it is."""
        paused = isinstance(self.phase, BackingOff | NoRoom) and now < self.phase.until
        if self.asleep or paused or isinstance(self.phase, Failed):
            return
        run, lacking = self._going_on(), self._unmet()
        unmet = lacking if self._is_to_make(lacking) else None
        if run and unmet == run.start and self._fell_short(run):
            self.phase = Failed(EmptyOutput())
            return
        if run and (lacking is None or self._comes_by(run, lacking, now)):
            self._keep(run, now)
            return
        may_start = now >= self._may_start_at() or isinstance(self.phase, BackingOff | NoRoom)
        if unmet is not None and may_start and self._is_due(unmet):
            self._start(unmet, now)
        else:
            self.phase = Idle()

    def _going_on(self) -> Running | None:
        """The run that is wanted. One that has come to its end is so no more: what comes after that is the target."""
        run = self.wanted
        if run is None or run.until is None or self._run.frontier < run.until:
            return run
        self.phase = Idle()
        self._target = self.made.hole_after(run.until)
        return None

    def _fell_short(self, run: Running) -> bool:
        """The run is past its own beginning and has not made what it was to."""
        return self._run.skipped(self._lacking(run.start) & run.renditions)

    def _keep(self, run: Running, now: float) -> None:
        """Let a run go on, held while it is far ahead; end it when all before it is made already, or enough for another."""
        frontier = self._run.frontier
        waited = bool(self._asked) or frontier == len(self.plan)  # who has made all ends, and keeps nobody's place
        if not waited and self.made.ready(frontier):
            self.phase = Idle()
            return
        if not self.made.demanded <= run.renditions and (hole := self._hole_before(run, frontier)) is not None:
            self._target = hole
            if self._is_due(hole):
                self._start(hole, now)
            else:
                self.phase = Idle()
            return
        if run.eager and is_built(self.plan, frontier, self.playhead) and self._is_to_make(frontier):
            self._start(frontier, now)
            return
        # What an encoder works at is there before it can be held; the film's last segment is nothing to be held for.
        reach = self._away(min(self._run.furthest + 1, len(self.plan) - 1) if run.until is None else frontier)
        held = is_held(self._away(frontier), held=run.held, waited=waited, cramped=self._is_cramped, reach=reach)
        if run.held and not held:
            self._run.measure(now)
        if held is not run.held:
            self.phase = replace(run, held=held)

    def _hole_before(self, run: Running, frontier: int) -> int | None:
        """Where something begins to lack that this run does not make, when it has come that far."""
        hole = self.made.hole_after(min(self._viewer, len(self.plan) - 1))
        if hole is None or hole > frontier:
            return None
        return hole if self._own(self._lacking(hole) - run.renditions, hole) else None

    def _start(self, index: int, now: float) -> None:
        made = frozenset(self._own(self.made.lacking_from(index, self._asked.of(index)), index))
        encodes = self.hurries and VIDEO in made
        if encodes and self.rationed and not self.admitted:
            self.phase = self.phase if isinstance(self.phase, InLine) else InLine(now)
            self._on_line(now)
            return
        self.epoch += 1
        self._run.begin((rendition for rendition in self.renditions if rendition in made), index, now)
        self._started, self._jump = now, None
        eager = encodes and not is_built(self.plan, index, self.playhead)
        quick = made <= self.quick and index != self._short
        until = end_of_run(self.plan, index, self.playhead, quick=quick, cramped=self._is_cramped)
        self.phase = Running(self.epoch, index, made, self.recipe, eager=eager, until=until)

    def _on_line(self, now: float) -> None:
        """It has to wait for its turn: for whoever keeps its time."""

    def _on_completed(self, run: Running) -> None:
        """The film is over, or FFmpeg thinks so: what this run was started for must be there."""
        self.phase = Idle()
        if run.until is not None and self._run.any:
            self._short = self._run.frontier
            self._aim_at_hole()
        elif not self._run.any or self._run.without_first(self._lacking(run.start) & run.renditions):
            self._on_nothing(run)
        elif run.renditions >= self.made.demanded:
            self.made.length = self._run.frontier

    def _on_nothing(self, run: Running) -> None:
        """It made nothing. Right behind what is there, and while nobody waits for it, that is the end of the film."""
        if self._asked or run.start == 0 or not self.made.ready(run.start - 1) or not run.renditions <= self.quick:
            self.phase = Failed(EmptyOutput())
        else:
            self.made.length, self._target = run.start, None

    def _on_failed(self, error: MatineeError, now: float) -> None:
        self._aim_at_hole()
        pause = self._failures.pause(now)
        if pause is None:
            self.phase = Failed(error)
            return
        self.phase = BackingOff(now + pause, error)
        self.restarts += 1

    def _aim_at_hole(self) -> None:
        """What the run that is over was to make is to be made yet."""
        if self._unmet() is None:
            self._target = self.made.hole_after(min(self._run.frontier, len(self.plan) - 1))

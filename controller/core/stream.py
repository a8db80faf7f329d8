"""One client's stream: where it is, and what is made of it.

    the timeline: moved by seek, pause, resume, rate and by what the player reports
    the making:   which segments are there and which run of the encoder is wanted, see `core.making`

Contract. Every command of the client acts at once and says what became of it; a report that is older than a seek is
not believed. A position outside the film moves the timeline only: nothing is made for a place that nobody can watch.
The machine names its next deadline and never waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from controller.core.elsewhere import Coming, followed
from controller.core.failures import BACK_OFF
from controller.core.made import NEAR
from controller.core.making import IDLE_AFTER, SETTLE, SPACING, UNFETCHED_AFTER, Making
from controller.core.playlist import VIDEO, Rendition, SegmentId
from controller.core.stream_phase import Failed, Idle, InLine, NoRoom, Running, Stalled
from controller.core.throttle import BUILT, HOLD_AHEAD, LEAST_AHEAD, RELEASE_AHEAD, SEGMENT
from controller.core.timeline import PLAUSIBLE_DRIFT, Departures, Timeline
from controller.core.vitals import Pulse
from protocol.errors import DiskFull, MatineeError
from protocol.values import StreamState

__all__ = [
    "BACK_OFF", "HOLD_AHEAD", "IDLE_AFTER", "RELEASE_AHEAD", "SETTLE", "SPACING", "UNFETCHED_AFTER", "Stream",
]  # fmt: skip

SPARE = 2.0
"""Seconds before its viewer that a player keeps of what it has, when the film is made in another way."""


@dataclass(slots=True)
class Stream(Making):
    """The machine. `heard` is when the player last told where it is, `used` when somebody last fetched, reported or
    commanded; `stopped` says that somebody paused it, as opposed to a player that stands still or a film that is over.
    It is astray after a seek that led outside the film, until somebody asks for a segment. It stands while it is in
    line: its time does not pass before its turn.
    """

    timeline: Timeline = field(init=False)
    heard: float | None = None
    stopped: bool = False
    used: float = field(init=False)
    _astray: bool = field(init=False, default=False)
    _adopted: bool = field(init=False, default=False)
    _stands: bool = field(init=False, default=False)
    _departures: Departures = field(init=False, default_factory=Departures)

    def __post_init__(self) -> None:
        Making.__post_init__(self)
        self.timeline = Timeline(self.playhead, self.began, self.plan.duration, rate=self.plan.rate)
        self.used = self.began

    # ── how it is ─────────────────────────────────────────────────────────────────────────────────

    def state(self, now: float) -> StreamState:
        """The stream in one word, for the wire."""
        if self.error:
            return "failed"
        if self.timeline.finished(now):
            return "finished"
        ready = self.made.ready(self.plan.index_at(self.timeline.now(now)))
        if isinstance(self.phase, InLine) and not ready:
            return "waiting"
        begins = self._stands and not self.stopped  # with the first picture that its player takes
        if begins or (not ready and not self.fetched):
            return "starting"
        return "playing" if self.timeline.playing else "paused"

    @property
    def error(self) -> MatineeError | None:
        """Why nothing is made, if something keeps it from it."""
        match self.phase:
            case Failed(error):
                return error
            case NoRoom() | Running() if self._full and not self.has_enough:
                return DiskFull()
            case _:
                return None

    @property
    def has_enough(self) -> bool:
        """Whether so much lies before the viewer that no more need be made while there is little room."""
        return not self._asked and (self.ahead() >= LEAST_AHEAD or self.is_complete)

    @property
    def goes_on(self) -> bool:
        """Whether its film passes, or will as soon as it is its turn."""
        return self.timeline.playing or (self._stands and not self.stopped)

    def spared(self, now: float) -> int:
        """The first segment that its player can do without for as long as it takes to make it in another way."""
        return self.plan.index_at(self.timeline.now(now) + SPARE * self.timeline.rate) + 1

    @property
    def is_complete(self) -> bool:
        """Whether all that lies before the viewer is there, to the end of the film."""
        first = min(self._viewer, len(self.plan) - 1)
        return first + self.made.count_from(first) >= self.made.length

    def next_deadline(self) -> float | None:
        """When `tick` has something to do, if ever."""
        due = [at for at in (self._phase_deadline(), self.timeline.ends_at()) if at is not None]
        return min(due, default=None)

    def tick(self, now: float) -> None:
        """Time has passed."""
        if self.timeline.playing and self.timeline.finished(now):
            self.timeline = self.timeline.moved_to(self.plan.duration, now).paused(now)
        self._tick(now)

    # ── from the client ───────────────────────────────────────────────────────────────────────────

    def seek(self, position: float, now: float) -> tuple[float, bool]:
        """Move to a position; answers where that is and whether it had to be clamped."""
        inside = min(max(position, 0.0), self.plan.duration)
        clamped = inside != position
        self.epoch += 1
        self._touched = self.used = now
        self._departures.add(self.timeline, now)
        self.timeline = self.timeline.moved_to(inside, now)
        self._astray = clamped or inside >= self.plan.duration
        if self._astray:
            self._viewer = self.plan.index_at(inside)
        else:
            self._aim(inside, now)
        return inside, clamped

    def pause(self, now: float) -> None:
        """Stop the timeline; what is made stays."""
        self.used, self.stopped = now, True
        self.timeline = self.timeline.paused(now)

    def resume(self, now: float) -> None:
        """Let the timeline go on."""
        self.used, self.stopped = now, False
        if not self._stands:
            self.timeline = self.timeline.resumed(now)

    def set_rate(self, rate: float, now: float) -> None:
        """Let the timeline go faster or slower."""
        self.used, self.timeline = now, self.timeline.at_rate(rate, now)

    def choose(self, sound: Rendition, now: float) -> None:
        """Play another sound, from where the viewer is."""
        self.used = now
        if sound != VIDEO and sound in self.renditions and sound not in self.made.demanded:
            self._demand(sound, self.timeline.now(now), now)

    def report(self, position: float, playing: bool, now: float) -> bool:
        """Take the player's word, unless it is older than a seek; says whether it changed the timeline."""
        self._touched = self.used = now
        off = abs(position - self.timeline.now(now))
        if off > PLAUSIBLE_DRIFT and self._departures.explain(position, now):
            return False
        before, self.timeline = self.timeline, self.timeline.reported(position, playing and not self._stands, now)
        self.heard, self.stopped = now, self.stopped and not playing
        self.playhead = self.timeline.now(now)
        self._decide(now)
        return self.timeline is not before

    def renew(self, now: float, again: Collection[Rendition] = (), after: int | None = None) -> list[SegmentId]:
        """Make everything from now on in another way. Of the renditions of `again`, what nobody has fetched is made
        again, and from the segment `after` on what somebody has; it is answered, and must not be served any more.
        """
        self.recipe += 1
        after = len(self.plan) if after is None else after
        dropped = self.made.drop(again, after)
        if isinstance(self.phase, Failed):
            self.phase = Idle()
            self._failures.another_way()
            self._target = self.made.hole_after(self._viewer)
        if self.wanted or dropped:
            self._target = self.made.hole_after(min(self._viewer, after))
        if self.wanted:
            self.phase = Idle()
            self._started = float("-inf")
        self._decide(now)
        return dropped

    # ── from whoever fetches ──────────────────────────────────────────────────────────────────────

    def ask(self, segment: SegmentId, now: float) -> bool:
        """Somebody wants a segment: True when it is whole, else they wait for it until `withdraw`."""
        self.used, self._astray = now, False
        return self._ask(segment, now, self.timeline.now(now))

    def _on_line(self, now: float) -> None:
        if not self.played and not self._stands:
            self.timeline, self._stands = self.timeline.paused(now), True

    def _on_turn(self, now: float) -> None:
        if self._stands:
            self._stands = False
            self.timeline = self.timeline if self.stopped else self.timeline.resumed(now)

    # ── from whoever owns the encoder and the files ───────────────────────────────────────────────

    def is_quiet(self, now: float) -> bool:
        """Whether nothing is heard of the present run, so that it is rather stuck than slow."""
        return self.wanted is not None and not self.wanted.held and self._run.is_quiet(now)

    def feel(self, epoch: int, pulse: Pulse, now: float) -> None:
        """What a run has to show for itself. One that gets nowhere is given up, as one that crashed."""
        run = self.wanted
        if run and run.epoch == epoch and not run.held and self._run.is_stalled(pulse, now):
            self.on_ended(epoch, Stalled(), now)

    def give_up(self, error: MatineeError) -> None:
        """It cannot go on as it is, for a reason that lies outside."""
        self.phase = Failed(error)

    def coming(self, rendition: Rendition, recipe: int, now: float) -> Coming | None:
        """The present run as others see it, if it makes a rendition by the present recipe."""
        run = self.wanted
        if run is None or rendition not in run.renditions or run.recipe != recipe:
            return None
        seen = run.held, run.eager, self.is_quiet(now), self._run.measured(now), run.until
        return Coming(self._run.next_of(rendition), self._run.speed(now), *seen)

    @property
    def followed(self) -> Coming | None:
        """The run of somebody else that makes the picture for this viewer, if it is not one's own that does."""
        runs = self.elsewhere.get(VIDEO)
        if not runs or (self.wanted and VIDEO in self.wanted.renditions):
            return None
        return followed(runs, self.made.lacks_from(VIDEO, min(self._viewer, len(self.plan) - 1)))

    def to_take(self) -> Iterator[SegmentId]:
        """What is lacking and had better be taken from others than made: what is waited for, what a run would begin with
        before long, and while there is room what lies as far ahead as a run would get.
        """
        yield from self._asked.all
        end = max(self.playhead, self.plan.start(self._viewer)) + NEAR
        end = end if self._is_cramped else max(end, self.playhead + HOLD_AHEAD)
        for rendition in self.made.demanded:
            for index in range(self.plan.index_at(self.playhead), self.plan.index_at(end) + 1):
                if not self.has(segment := SegmentId(rendition, index)):
                    yield segment

    def wake(self, now: float) -> None:
        """Decide from now on; what was adopted until now need not be made."""
        self.asleep = False
        if self._target is not None:
            self._target = self.made.hole_after(self._target)
        self._decide(now)

    def look_around(self, elsewhere: Mapping[Rendition, Collection[Coming]], now: float) -> None:
        """What others make of just the same."""
        self.elsewhere = elsewhere
        self._go_on(now)

    def adopt(self, segment: SegmentId, size: int, now: float) -> None:
        """A segment that somebody else has made is ours, too."""
        self.made.add(segment, size)
        self._adopted = True
        if self._asked.met(segment):
            self._serve(segment, now)
        self._go_on(now)

    def _go_on(self, now: float) -> None:
        """Who lives on what others make wants what comes after it, too, as long as somebody watches."""
        watches = now < self._silent_at() and not self._astray and self.timeline.now(now) < self.plan.duration
        if watches and (self._adopted or self.elsewhere) and self.wanted is None and not self._asked:
            self._target = self.made.hole_after(min(self._viewer, len(self.plan) - 1))
        self._decide(now)

    def allow(self, allowance: float, now: float) -> None:
        """So many bytes may be there."""
        self.allowance = allowance
        self._decide(now)

    def lose(self, segments: Collection[SegmentId], now: float) -> None:
        """These are there no more; what of them is asked for is made again."""
        for segment in segments:
            self.made.lose(segment)
        self._decide(now)

    def behind(self, seconds: float) -> list[SegmentId]:
        """What is there and lies further behind the viewer than that."""
        return self.made.between(0.0, min(self.playhead, self.plan.start(self._viewer)) - seconds)

    def beyond(self) -> list[SegmentId]:
        """What is there and lies further ahead than anything is made: the viewer has gone back."""
        far, plan = self.playhead + HOLD_AHEAD, self.plan
        last = max(plan.index_at(far), self._viewer)  # what reaches beyond sixty seconds is there with the one before
        ahead = [one for one in self.made.since(last + 1) if plan.end(one.index) > far + SEGMENT]
        return [one for one in ahead if not self._asked.of(one.index)]

    def excess(self) -> list[SegmentId]:
        """What is there beyond the allowance and its player does not fetch just now: the furthest ahead first, then what it
        has fetched, from the beginning on.
        """
        plan, over, found = self.plan, self.made.bytes - self.allowance, list[SegmentId]()
        here, near = plan.start(self._viewer), plan.end(self._viewer)
        ahead = sorted(self.made.between(near, plan.duration), key=lambda one: one.index, reverse=True)
        for one in [*ahead, *sorted(self.made.between(0.0, here), key=lambda one: one.index)]:
            if over > 0 and not self._asked.of(one.index):
                found.append(one)
                over -= self.made.size(one)
        return found

    def is_starved(self) -> bool:
        """Whether there is room for no more than the little that is made where there is little room, or for less."""
        cramped = self._is_cramped and self.ahead() < LEAST_AHEAD + SEGMENT
        return cramped or (isinstance(self.phase, NoRoom) and not self.has_enough)

    def is_short(self) -> bool:
        """Whether somebody watches, and has little before them of what is made just now."""
        works = self.wanted is not None and not self.wanted.held
        return works and self.played and self.goes_on and self.ahead() < BUILT

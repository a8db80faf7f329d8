"""Lets streams encode as far as the box can, keeps the line of those who wait, and tells them where they are in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakKeyDictionary

import anyio
import structlog

from controller.core.admission import (
    LONGEST_LINE,
    Asker,
    Capacity,
    Overload,
    Place,
    Promises,
    estimates,
    granted,
    in_haste,
    may_pass,
    time_left,
)
from controller.core.capacity import TAKES_ITS_TIME, Costs, RunCost, work
from controller.core.picture import EncodeVideo
from controller.core.stream_phase import InLine
from controller.ports import Clock, SourceFile
from controller.services.box import Meter
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client, ClientManager
from controller.services.offers import SOUND, Way, joins, ways
from controller.services.screen import SharedScreen
from controller.services.streams import Streams
from protocol.errors import AtCapacity
from protocol.events import ServerWarning
from protocol.results import Offer, Waiting

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks, beside those when something happens."""
AT_ONCE = 2
"""Streams for which it is worked out at each look what they could be offered; that takes a few milliseconds each."""
LEARNED_EVERY = 0.25
"""Seconds between two looks for no other reason than that an encoder was measured again."""
STARTS = 3.0
"""Seconds after which one that has made nothing yet holds up no other start."""
PAUSED = 60.0
"""Seconds after which somebody who has paused takes nobody's place; what is made for them already stays."""

SCREEN, SCREEN_MOST = 0.25, 0.5
"""Cores that are kept for the screen before anybody knows what it takes, and the part of the box that it is kept at most."""
OVERLOAD = "As many films are converted as this box can. Who starts one now may have to wait in line."
ROUGH = ((10.0, 1.0), (60.0, 5.0), (600.0, 30.0), (float("inf"), 300.0))
"""Estimates below so many seconds are told in steps of so many."""


@dataclass(slots=True)
class _Record:
    """What is known of a stream: what it wants of the box, its run so far and the speed of the one before, and in which other
    ways it could be made.
    """

    fact: tuple[object, ...] = ()
    epoch: int = -1
    frontier: int = -1
    run: RunCost = field(default_factory=RunCost)
    past: float = 0.0
    ways: list[Way] | None = None
    since: float | None = None
    begun: float = float("-inf")


class Admission:
    """Implements `streams.Gate`. `hardware` tells whether pictures are encoded by some now. `most` is the owner's word on
    how many encoders there may be, and what the screen has taken of the box at most is kept free for it.

    It must hear of streams before anybody does who tells of them.
    """

    def __init__(
        self,
        clock: Clock,
        clients: ClientManager,
        streams: Streams,
        screen: SharedScreen,
        meter: Meter,
        hardware: Callable[[], bool],
        most: int | None = None,
    ) -> None:
        self._clock, self._clients, self._streams = clock, clients, streams
        self._screen, self._meter, self._most, self._hardware = screen, meter, most, hardware
        self._cores, self._reserved = meter.load().cores, SCREEN
        self._costs, self._records = Costs(), WeakKeyDictionary[HLSClientStream, _Record]()
        self._kept, self._overload, self._promises = list[Place](), Overload(), Promises()
        self._leaving = dict[HLSClientStream, Asker]()
        self._looks, self._again, self._patience, self._looked = False, False, 0, float("-inf")
        self.line: list[HLSClientStream] = []
        streams.gate = self
        streams.listen(self._changed, self._ended)

    def assume(self, cost: float) -> None:
        """So many core seconds for a million pixels were measured in a test: estimates are made by that, until runs tell."""
        self._costs.assumed = cost
        self._look()

    async def run(self) -> None:
        """Look, for as long as the daemon lives."""
        while True:
            await anyio.sleep(EVERY)
            self._look_at_screen()
            self._look()

    def _look_at_screen(self) -> None:
        usage = self._meter.process(self._screen.pid) if self._screen.pid else None
        if usage:
            self._reserved = max(self._reserved, min(usage.cpu / 100.0, self._cores * SCREEN_MOST))

    # ── the gate ──────────────────────────────────────────────────────────────────────────────────

    def check(self, old: HLSClientStream | None, *, keeps: bool) -> None:
        """Whether one more may get in line, unless it keeps a place. Raises: AtCapacity."""
        if len(self.line) >= LONGEST_LINE and not keeps and old not in self.line:
            last = self.line[-1].waiting
            raise AtCapacity(retry_after_s=last.eta_s if last else None, details={"waiting": len(self.line)})

    def keeps_place(self, old: HLSClientStream | None, source: SourceFile) -> bool:
        """Whether whoever has this stream encodes, and goes on to do so with another one; or plays the film already."""
        if old is None:
            return False
        plays = old.machine.heard is not None if old.is_direct else old.machine.played
        return old.machine.admitted if old.delivery.encodes else plays and old.spec.source == source

    @contextmanager
    def replacing(self, old: HLSClientStream | None) -> Iterator[None]:
        """Keep the place of a stream, be it in the line, for the one that follows it."""
        place = self._place(old, self._clock.now()) if old and self._has_place(old, self._clock.now()) else None
        client = self._waits(old) if old else None
        self._kept += [place] if place else []
        if old and client:
            self._leaving[old] = self._asker(old, client)
        try:
            yield
        finally:
            if place:
                self._kept.remove(place)
            if old and client:
                asker, new = self._leaving.pop(old), self._streams.of(old.spec.client_id)
                if new and not new.machine.admitted:
                    self._records.setdefault(new, _Record()).since = asker.since
                self._look()

    def _since(self, stream: HLSClientStream) -> float:
        """Since when it waits, or what it takes the place of in the line."""
        for old, asker in self._leaving.items():
            if old.spec.client_id == stream.spec.client_id:
                return asker.since
        record, phase = self._records.get(stream), stream.machine.phase
        if record and record.since is not None:
            return record.since
        return phase.since if isinstance(phase, InLine) else self._clock.now()

    # ── what it costs ─────────────────────────────────────────────────────────────────────────────

    @property
    def _capacity(self) -> Capacity:
        return Capacity(self._cores - (0.0 if self._screen.absent else self._reserved), self._most)

    def _cost(self, stream: HLSClientStream, video: EncodeVideo) -> float:
        """Cores that it takes to encode a picture of a stream's film as fast as it is watched."""
        known = _at_its_rate(self._costs.of, stream, video)
        return self._capacity.cores / self._cores if known is None else known

    def _own_cost(self, stream: HLSClientStream) -> float:
        video = stream.delivery.video
        return self._cost(stream, video) if isinstance(video, EncodeVideo) else 0.0

    def _measure(self, stream: HLSClientStream, record: _Record) -> bool:
        """Learn from a run that has come further; says whether anything was learned."""
        machine, run, video, facts = stream.machine, stream.machine.wanted, stream.delivery.video, stream.spec.facts
        if run is None or stream.process is None or not isinstance(video, EncodeVideo) or facts.video is None:
            return False
        frontier = machine.frontier
        if run.epoch != record.epoch:
            record.past = record.run.speed or record.past
            record.epoch, record.frontier, record.run = run.epoch, run.start, RunCost(self._hardware())
        if run.held:
            record.run.restart()
        if run.held or frontier == record.frontier:
            return False
        record.frontier, pulse = frontier, stream.process.pulse()
        if pulse is None:
            return False
        film, working = machine.plan.boundaries[frontier], self._streams.working
        cost = record.run.reached(film, pulse.cpu, cores=self._cores, working=working, now=self._clock.now())
        if cost is None:
            return False
        quick = run.eager or video.haste
        self._costs.learn(_what(stream, video), work(facts.video, video), cost, quick=quick, hasty=video.haste)
        return True

    # ── who may ───────────────────────────────────────────────────────────────────────────────────

    def _changed(self, stream: HLSClientStream) -> None:
        if not stream.delivery.encodes and stream not in self._records:
            return
        record = self._records.setdefault(stream, _Record())
        known, learned = self._costs.known, self._measure(stream, record)
        machine = stream.machine
        waits = isinstance(machine.phase, InLine)
        if waits and record.since is None:
            record.since = self._since(stream)
        elif machine.admitted:
            record.since = None
        fact = (waits, machine.busy, machine.empty, stream.choice)
        if fact[-1:] != record.fact[-1:]:
            record.ways = None
        due = learned and (not known or self._clock.now() - self._looked >= LEARNED_EVERY)
        news, record.fact = due or fact != record.fact, fact
        if news and (waits or self.line):
            self._look()

    def _ended(self, _stream: HLSClientStream) -> None:
        self._look()

    def _look(self) -> None:
        """Let those begin for whom there is room, and tell the others. Whoever is let begin changes: then once more."""
        self._again = True
        if self._looks:
            return
        self._looks = True
        try:
            while self._again:
                self._again = False
                self._look_once()
        finally:
            self._looks = False

    def _look_once(self) -> None:
        self._patience, self._looked = AT_ONCE, self._clock.now()
        now, capacity = self._clock.now(), self._capacity
        streams = self._streams.every()
        places = self._kept + [self._place(stream, now) for stream in streams if self._has_place(stream, now)]
        line = self._in_turn(streams)
        starts = self._cores - sum(self._is_starting(stream, now) for stream in streams)
        may = granted(places, [asker for asker, _ in line], capacity, now)
        begin = [index for number, index in enumerate(may) if number < starts or line[index][0].promised]
        if begin:
            self._promises.void()
        for index in begin:
            stream = line[index][1]
            if stream in self._leaving:
                continue
            record = self._records.setdefault(stream, _Record())
            record.begun, record.since = now, None
            log.info("stream admitted", stream=stream.spec.stream_id, cost=round(line[index][0].cost, 3))
            stream.admit()
        places += [Place(line[index][0].cost, line[index][0].lasts) for index in begin]
        waiting = [entry for index, entry in enumerate(line) if index not in begin]
        self._tell(places, waiting, capacity, now)

    def _in_turn(self, streams: Iterable[HLSClientStream]) -> list[tuple[Asker, HLSClientStream]]:
        """All who wait, in their order. Of one that is just being replaced its place is kept, until its client has another."""
        here = [
            (stream, client) for stream in streams if stream not in self._leaving and (client := self._waits(stream))
        ]
        followed = {stream.spec.client_id for stream, _ in here}
        line = [(self._asker(stream, client), stream) for stream, client in here]
        line += [(asker, old) for old, asker in self._leaving.items() if old.spec.client_id not in followed]
        return sorted(line, key=lambda entry: entry[0].turn)

    def _has_place(self, stream: HLSClientStream, now: float) -> bool:
        machine = stream.machine
        paused = machine.stopped and now - machine.timeline.at >= PAUSED
        return stream.delivery.encodes and machine.admitted and machine.busy and not paused

    def _is_starting(self, stream: HLSClientStream, now: float) -> bool:
        """Whether it has just begun and made nothing yet: more of these than cores only keep each other waiting."""
        record, machine = self._records.get(stream), stream.machine
        return machine.wanted is not None and machine.empty and record is not None and now < record.begun + STARTS

    def _waits(self, stream: HLSClientStream) -> Client | None:
        """The client of a stream in line, if there is anybody to begin for."""
        if not isinstance(stream.machine.phase, InLine):
            return None
        client = self._clients.get(stream.spec.client_id)
        return client if client and client.peer else None

    def _place(self, stream: HLSClientStream, now: float) -> Place:
        machine = stream.machine
        if machine.stopped:
            return Place(self._own_cost(stream), max(0.0, machine.timeline.at + PAUSED - now))
        left = machine.plan.boundaries[-1] - machine.plan.boundaries[machine.frontier]
        return Place(self._own_cost(stream), self._lasts(stream, left, machine.ahead()))

    def _lasts(self, stream: HLSClientStream, film: float, ahead: float) -> float | None:
        """Seconds for which a stream's encoder is needed yet, to make so much film; None when nobody can know."""
        machine, run, usual = stream.machine, stream.machine.wanted, self._speed(stream)
        record = self._records.get(stream, _Record())
        measured = record.run.speed if run and not run.held else 0.0
        quick = in_haste(film, ahead) if run is None or run.eager else 0.0
        eager = run is not None and run.eager
        hasty = (measured if eager else 0.0) or usual * TAKES_ITS_TIME
        steady = (0.0 if eager else measured) or min(usual, measured or record.past or usual)
        rest = time_left(film - quick, ahead + quick, steady, machine.timeline.rate)
        return None if rest is None or hasty <= 0 else quick / hasty + rest

    def _speed(self, stream: HLSClientStream) -> float:
        """Film seconds per second that may be expected of a stream's encoder beside others; 0 while nothing is known."""
        video = stream.delivery.video
        cost = _at_its_rate(self._costs.expected, stream, video) if isinstance(video, EncodeVideo) else 0.0
        if cost is None:
            return 0.0
        return self._capacity.cores / max(1, self._streams.working or 1) / max(cost, 1e-3)

    def _asker(self, stream: HLSClientStream, client: Client) -> Asker:
        machine = stream.machine
        lasts = self._lasts(stream, machine.plan.duration - machine.playhead, 0.0)
        promised = self._promises.hold(client.client_id, _what(stream, stream.delivery.video), self._clock.now())
        return Asker(self._own_cost(stream), self._since(stream), client.device.role, machine.played, lasts, promised)

    # ── what they are told ────────────────────────────────────────────────────────────────────────

    def _tell(
        self, places: list[Place], line: list[tuple[Asker, HLSClientStream]], capacity: Capacity, now: float
    ) -> None:
        if self._overload.is_news(now, waiting=bool(line)):
            self._clients.publish(ServerWarning(name="overload", detail=OVERLOAD))
        askers, before = [asker for asker, _ in line], self.line
        self.line = [stream for _, stream in line]
        for stream in before:
            if stream not in self.line:
                stream.wait_in_line(None)
        costs = [place.cost for place in places]
        for number, (stream, eta) in enumerate(zip(self.line, estimates(places, askers, capacity), strict=True)):
            if stream in self._leaving:
                continue
            offers = self._offers(stream, costs, capacity, passing=may_pass(askers[:number], now))
            stream.wait_in_line(Waiting(position=number + 1, eta_s=None if eta is None else _told(eta), offers=offers))

    def _offers(self, stream: HLSClientStream, costs: list[float], capacity: Capacity, *, passing: bool) -> list[Offer]:
        record = self._records.setdefault(stream, _Record())
        if record.ways is None and self._patience:
            self._patience -= 1
            record.ways = ways(stream)
        here = {"position": round(stream.machine.playhead, 3)}
        fit = [
            way
            for way in record.ways or ()
            if way.video is None or (passing and capacity.has_room(costs, self._cost(stream, way.video)))
        ]
        for way in fit:
            if way.video:
                self._promises.make(stream.spec.client_id, _what(stream, way.video), self._clock.now())
        made = [way.offer.model_copy(update=here) for way in fit]
        made += joins(stream, record.ways or (), self._streams.all()) if self._streams.shares else []
        return sorted(made, key=lambda offer: offer.quality == SOUND)


def _told(seconds: float) -> float:
    """An estimate as people say it, so that it is another one only now and then."""
    step = next(step for below, step in ROUGH if seconds < below)
    return step * max(1, round(seconds / step))


class _CostOf(Protocol):
    def __call__(self, what: Hashable, work: float, *, hasty: bool) -> float | None: ...


def _at_its_rate(cost_of: _CostOf, stream: HLSClientStream, video: EncodeVideo) -> float | None:
    facts = stream.spec.facts.video
    assert facts is not None
    cost = cost_of(_what(stream, video), work(facts, video), hasty=video.haste)
    return None if cost is None else cost * stream.machine.timeline.rate


def _what(stream: HLSClientStream, video: object) -> Hashable:
    """A film, and how its picture is made."""
    return stream.spec.source, video

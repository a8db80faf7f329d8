"""A stream's machine under Hypothesis: a client, a player that fetches and an encoder, in every order of facts."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from controller.core.failures import WITHIN
from controller.core.playlist import VIDEO, Rendition, SegmentId
from controller.core.segment_plan import on_grid
from controller.core.stream import BACK_OFF, Stream
from controller.core.stream_phase import Completed, Crashed, Failed, InLine, Outcome, Running
from controller.core.timeline import LONGER
from protocol.errors import EmptyOutput, EncoderFailed
from tests.core.making import BOTH, Encoder, modest

SEGMENTS = 30
PATIENCE = 20.0
"""Seconds after which a request for a segment is withdrawn, as the server does."""

positions = st.one_of(
    st.integers(0, SEGMENTS).map(lambda index: index * 4.0),
    st.integers(-20, SEGMENTS * 4 * 64 + 20).map(lambda part: part / 64),
    st.sampled_from([-1e308, 1e308]),
)
renditions = st.sampled_from(BOTH)
indices = st.one_of(st.integers(0, SEGMENTS - 1), st.integers(SEGMENTS - 3, SEGMENTS - 1))
QUICK: list[frozenset[Rendition]] = [frozenset(), frozenset(BOTH[1:]), frozenset(BOTH)]
outcomes = st.sampled_from([Completed(), Crashed("exit status 1")])


class StreamMachine(RuleBasedStateMachine):
    """`made` is the truth about segments, `waiting` who waits since when, `crashes` the unbroken row of failures,
    `retries` the times of those that were tried again and `stands` whether no time may pass for want of a turn.
    """

    stream: Stream
    encoder: Encoder

    @initialize(
        position=positions,
        both=st.booleans(),
        missing=st.integers(0, 2),
        quick=st.sampled_from(QUICK),
        rationed=st.booleans(),
    )
    def begin(self, position: float, both: bool, missing: int, quick: frozenset[Rendition], rationed: bool) -> None:
        self.now, self.real = 1_000.0, SEGMENTS - missing
        self.made: set[SegmentId] = set()
        self.waiting: list[tuple[float, SegmentId]] = []
        self.crashes, self.retries = 0, list[float]()
        self.epoch, self.sought = -1, float("-inf")
        self.begun: list[Running] = []
        self.stands = False
        plan, renditions = on_grid(SEGMENTS * 4.0, Fraction(25), 4.0), BOTH if both else BOTH[:1]
        quick = quick.intersection(renditions)
        rationed = rationed and VIDEO not in quick
        self.stream = Stream(plan, renditions, position, self.now, rationed, quick, asleep=True)
        self.stream.rationed = rationed
        self.stream.wake(self.now)
        assert not (rationed and self.stream.wanted)
        self.encoder = Encoder(self.stream, self.real)
        self.look()

    # ── the client ────────────────────────────────────────────────────────────────────────────────

    @rule(position=positions)
    def seek(self, position: float) -> None:
        failed, before = isinstance(self.stream.phase, Failed), (self.stream.epoch, self.stream.phase)
        inside, clamped = self.stream.seek(position, self.now)
        self.sought = self.now
        assert inside == min(max(position, 0.0), SEGMENTS * 4.0)
        assert clamped is (inside != position)
        assert self.stream.timeline.now(self.now) == inside
        if clamped or inside == SEGMENTS * 4.0:
            assert (self.stream.epoch, self.stream.phase) == (before[0] + 1, before[1])
        elif failed:
            assert not isinstance(self.stream.phase, Failed)
            self.crashes, self.retries = 0, []

    @rule()
    def pause(self) -> None:
        self.stream.pause(self.now)
        assert not self.stream.timeline.playing

    @rule()
    def resume(self) -> None:
        self.stream.resume(self.now)
        assert self.stream.timeline.playing or (self.stream.rationed and not self.stream.admitted)

    @rule(position=positions, playing=st.booleans())
    def report(self, position: float, playing: bool) -> None:
        before, place = self.stream.timeline, self.stream.timeline.now(self.now)
        self.stream.report(position, playing=playing, now=self.now)
        believed = self.stream.timeline.playing is (playing and not self.stands)
        nonsense = position > SEGMENTS * 4.0 + LONGER
        assert believed or (self.stream.timeline is before and (nonsense or self.now < self.sought + 1.0))
        assert believed or abs(position - place) > 0.5
        assert not nonsense or self.stream.timeline is before

    # ── the line ──────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: isinstance(self.stream.phase, InLine))
    @rule()
    def admit(self) -> None:
        self.stream.admit(self.now)
        assert not isinstance(self.stream.phase, InLine)
        self.look()

    # ── the player ────────────────────────────────────────────────────────────────────────────────

    @rule(rendition=renditions, index=indices)
    def ask(self, rendition: Rendition, index: int) -> None:
        segment = SegmentId(rendition, index)
        if not self.stream.exists(segment):
            assert rendition not in self.stream.renditions
            return
        before = self.stream.phase
        there = self.stream.ask(segment, self.now)
        assert there is (segment in self.made)
        if isinstance(before, Failed):
            assert self.stream.phase is before
        if not there:
            self.waiting.append((self.now, segment))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        self.leave(data.draw(st.sampled_from(self.waiting)))

    def leave(self, entry: tuple[float, SegmentId]) -> None:
        self.waiting.remove(entry)
        self.stream.withdraw(entry[1], self.now)
        self.look()

    def serve(self) -> None:
        """Whoever waits for what is whole, or for what will not come, leaves before time goes on."""
        for entry in list(self.waiting):
            if entry[1] in self.made or isinstance(self.stream.phase, Failed):
                self.leave(entry)

    # ── time ──────────────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from([1 / 64, 0.125, 0.5, 1.25, 5.0, 19.0, 61.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while True:
            self.serve()
            due = self.stream.next_deadline()
            gives_up = min((since + PATIENCE for since, _ in self.waiting), default=until)
            at = min(until, gives_up, until if due is None else max(due, self.now))
            self.now = at
            if due is not None and at >= due:
                self.tick()
            elif self.waiting and at >= gives_up:
                self.leave(min(self.waiting, key=lambda entry: entry[0]))
            else:
                return

    @precondition(lambda self: self.stream.next_deadline() is not None)
    @rule()
    def wait_for_the_deadline(self) -> None:
        due = self.stream.next_deadline()
        assert due is not None
        self.wait(max(0.0, due - self.now))

    def tick(self) -> None:
        self.stream.tick(self.now)
        later = self.stream.next_deadline()
        assert later is None or later > self.now, "a tick at the deadline must leave none that is due"
        self.look()

    # ── the encoder ───────────────────────────────────────────────────────────────────────────────

    @rule()
    def start(self) -> None:
        self.encoder.follow(self.now)

    @precondition(lambda self: self.encoder.works)
    @rule(rendition=renditions, many=st.integers(1, 6))
    def work(self, rendition: Rendition, many: int) -> None:
        for _ in range(many):
            if rendition in self.stream.renditions and self.encoder.works:
                segment = self.encoder.next_of(rendition)
                if segment:
                    self.announce(segment)

    def announce(self, segment: SegmentId) -> None:
        news = self.encoder.make(segment, self.now)
        assert news is (segment not in self.made)
        if news:
            self.made.add(segment)
            self.crashes = 0
        self.look()

    @precondition(lambda self: self.encoder.works and self.encoder.through)
    @rule()
    def end(self) -> None:
        self.encoder.end(self.now)

    @precondition(lambda self: self.stream.wanted)
    @rule()
    def crash(self) -> None:
        assert self.stream.wanted
        self.crashes += 1
        restarts = self.stream.restarts
        self.stream.on_ended(self.stream.wanted.epoch, Crashed("exit status 1"), self.now)
        assert isinstance(self.stream.phase, Failed) is self.too_many_crashes()
        if not isinstance(self.stream.phase, Failed):
            self.retries.append(self.now)
        assert self.stream.restarts == restarts + (not isinstance(self.stream.phase, Failed))

    def too_many_crashes(self) -> bool:
        lately = [at for at in self.retries if at > self.now - WITHIN]
        return self.crashes > len(BACK_OFF) or len(lately) == len(BACK_OFF)

    @rule(age=st.integers(1, 5), segment=st.builds(SegmentId, renditions, indices), outcome=outcomes)
    def hear_of_an_old_run(self, age: int, segment: SegmentId, outcome: Outcome) -> None:
        run = self.stream.wanted
        epoch = (run.epoch if run else self.stream.epoch + 1) - age
        before = self.stream.phase, self.stream.restarts
        self.stream.on_started(epoch, self.now)
        assert not self.stream.on_made(epoch, segment, self.now)
        self.stream.on_ended(epoch, outcome, self.now)
        assert (self.stream.phase, self.stream.restarts) == before

    @precondition(lambda self: not isinstance(self.stream.phase, Failed))
    @rule()
    def a_fair_encoder_satisfies_everybody_who_waits(self) -> None:
        for entry in list(self.waiting):
            if entry[1].index >= self.real:
                self.leave(entry)
        for _ in range(5 * SEGMENTS):
            self.serve()
            if not self.waiting:
                return
            if isinstance(self.stream.phase, InLine):
                self.admit()
            self.encoder.follow(self.now)
            self.make_one_of_each()
            due = self.stream.next_deadline()
            if self.stream.wanted is None and due is not None:
                self.now = max(due, self.now)
                self.tick()
        note(f"{self.stream.phase} {self.waiting}")
        assert not self.waiting

    def make_one_of_each(self) -> None:
        for rendition in self.stream.renditions:
            segment = self.encoder.next_of(rendition) if self.encoder.works else None
            if segment:
                self.announce(segment)
        self.now += 1 / 64
        if self.encoder.works and self.encoder.through:
            self.encoder.end(self.now)
            self.look()

    # ── always ────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def look(self) -> None:
        self.runs_are_numbered_upwards_and_begin_at_a_hole()
        self.failures_have_a_cause()
        self.nobody_encodes_a_picture_out_of_turn()
        self.time_stands_still_in_line()

    def time_stands_still_in_line(self) -> None:
        """From when a stream is first told to wait to its first turn, also while nobody asks for anything in between."""
        waits = isinstance(self.stream.phase, InLine)
        self.stands = (self.stands or waits) and not self.stream.admitted and not self.stream.played
        assert not (self.stands and self.stream.timeline.playing)

    def runs_are_numbered_upwards_and_begin_at_a_hole(self) -> None:
        assert self.stream.epoch >= self.epoch
        self.epoch = self.stream.epoch
        run = self.stream.wanted
        if run and (not self.begun or run.epoch != self.begun[-1].epoch):
            assert all(run.epoch > older.epoch for older in self.begun)
            assert run.epoch == self.stream.epoch
            assert not run.held
            assert self.hole(run.start)
            assert run.renditions <= self.stream.quick or run.until is None
            assert run.until is None or run.start < run.until < SEGMENTS
            self.begun.append(run)

    def nobody_encodes_a_picture_out_of_turn(self) -> None:
        run = self.stream.wanted
        if self.stream.rationed and run and VIDEO in run.renditions:
            assert self.stream.admitted
        if isinstance(self.stream.phase, InLine):
            assert self.stream.rationed
            assert not self.stream.admitted

    def hole(self, index: int) -> bool:
        return any(SegmentId(rendition, index) not in self.made for rendition in self.stream.renditions)

    def failures_have_a_cause(self) -> None:
        if not isinstance(self.stream.phase, Failed):
            assert self.crashes <= len(BACK_OFF)
        elif isinstance(self.stream.phase.error, EncoderFailed):
            assert self.crashes > 0
            assert len(self.retries) >= len(BACK_OFF)
        else:
            assert isinstance(self.stream.phase.error, EmptyOutput)
            assert self.hole(self.begun[-1].start)

    @invariant()
    def a_run_that_has_come_to_its_end_is_not_wanted(self) -> None:
        run = self.stream.wanted
        if run and run.until is not None:
            assert any(
                SegmentId(rendition, index) not in self.made
                for rendition in run.renditions
                for index in range(run.start, run.until)
            ) or not all(at >= run.until for at in self.encoder.at.values())

    @invariant()
    def only_what_was_made_is_there(self) -> None:
        there = {SegmentId(rendition, index) for rendition, have in self.stream.made.have.items() for index in have}
        assert there == self.made

    @invariant()
    def numbers_for_people_make_sense(self) -> None:
        assert 0.0 <= self.stream.ahead() <= SEGMENTS * 4.0
        assert self.stream.speed(self.now) >= 0.0
        assert (self.stream.state(self.now) == "failed") is isinstance(self.stream.phase, Failed)
        if self.stream.wanted and self.stream.wanted.held:
            assert not [entry for entry in self.waiting if entry[1] not in self.made]


StreamMachine.TestCase.settings = modest(examples=30, steps=40)
TestStream = StreamMachine.TestCase

"""The screen under Hypothesis: a slow player that slips, hangs and dies, and people who command it at random."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from controller.core.scene import Scene, show
from controller.core.screen import DRIFT, FirstFrame, Happening, NotShown, Over, Screen
from controller.core.screen_calls import Open, Seek
from tests.core.making import modest
from tests.core.showing import NOW, STEP, Vlc, film

LANDED = 4.0
"""Seconds that a position may move when a seek at another rate has landed."""
ACROSS = 0.01
"""Seconds that are no jump."""
NOTICED_AFTER = 3.5
"""Seconds after which a player that hangs is killed."""
STARTS_IN = 0.5
CALM = 22.0
"""Seconds in which everything settles: a film that never begins, and the one before, which does not come back either."""
CALLS = 60
"""More than the screen has to say in that time, with every repetition."""

names = st.sampled_from(["film", "film", "other", "late", "dud", "dead", "endless"])
positions = st.one_of(st.integers(0, 90).map(float), st.sampled_from([-5.0, 97.5, 1e308]))
rates = st.sampled_from([0.5, 1.0, 1.5, 2.0])
volumes = st.integers(0, 10).map(lambda tenth: tenth * 10)


class ScreenMachine(RuleBasedStateMachine):
    """`before` is the scene that a failing trial must bring back, `final` the epoch of a film that must not give way.

    `told` are the last two differences between the player's time and the screen's, of one film and one seek. `landing`
    says that a seek was told, and has moved nothing yet.
    """

    @initialize(name=names, paused=st.booleans())
    def begin(self, name: str, paused: bool) -> None:
        self.now, self.screen = NOW, Screen()
        self.player: Vlc | None = None
        self.last = Vlc().report()
        self.hangs: float | None = None
        self.starts_at = NOW
        self.before: Scene | None = None
        self.final = -1
        self.pending: float | None = None
        self.told: list[float] = []
        self.landing = False
        self.put_on(name, 0.0, trial=False, paused=paused)

    # ── people ────────────────────────────────────────────────────────────────────────────────────

    @rule(
        name=names,
        position=positions,
        trial=st.booleans(),
        paused=st.booleans(),
        rate=rates,
        audio=st.sampled_from([None, 0, 1]),
    )
    def put_on(
        self,
        name: str,
        position: float,
        *,
        trial: bool,
        paused: bool = False,
        rate: float = 1.0,
        audio: int | None = None,
    ) -> None:
        if not trial:
            self.before = None
        elif self.before is None:
            self.before = self.screen.scene.frozen(self.now)
        showing = show(film(name), position, self.now, paused=paused, rate=rate, audio=audio)
        epoch = self.screen.epoch
        assert self.screen.put_on(replace(self.screen.scene, showing=showing), self.now, trial=trial) > epoch
        assert self.screen.on_trial is trial
        assert self.screen.settled == (self.before or self.screen.scene)
        self.pending = 0.0

    @rule()
    def take_back(self) -> None:
        before, scene = self.before, self.screen.scene
        self.screen.take_back(self.now)
        if before is None:
            assert self.screen.scene is scene
        else:
            self.is_back(before)

    def is_back(self, before: Scene) -> None:
        """Everything is as when the trial began."""
        scene = self.screen.scene
        assert self.screen.epoch > self.final
        assert scene == before
        assert not self.screen.on_trial
        self.before, self.pending = None, 0.0 if scene.showing else None

    @rule()
    def stop(self) -> None:
        self.screen.stop(self.now)
        self.before = self.pending = None
        assert self.screen.scene.showing is None

    @rule(paused=st.booleans())
    def hold(self, paused: bool) -> None:
        with self.no_jump():
            self.screen.hold(paused, self.now)
        assert self.screen.showing is None or self.screen.showing.paused is paused

    @rule(position=positions)
    def seek(self, position: float) -> None:
        self.screen.seek(position, self.now)
        if self.screen.showing:
            assert self.screen.position(self.now) == min(max(position, 0.0), 99.0)

    @rule(rate=rates)
    def set_rate(self, rate: float) -> None:
        with self.no_jump():
            self.screen.set_rate(rate, self.now)

    @rule(audio=st.sampled_from([None, 0, 1]), subtitle=st.sampled_from([None, -1, 0]))
    def set_tracks(self, audio: int | None, subtitle: int | None) -> None:
        with self.no_jump():
            self.screen.set_tracks(audio, subtitle)

    @rule(volume=st.one_of(st.none(), volumes), muted=st.sampled_from([None, False, True]), text=st.sampled_from("ab"))
    def adjust(self, volume: int | None, muted: bool | None, text: str) -> None:
        with self.no_jump():
            self.screen.adjust(volume=volume, muted=muted, fullscreen=muted)
            self.screen.text = text
        if self.before:
            now = self.screen.scene
            self.before = replace(self.before, volume=now.volume, muted=now.muted, fullscreen=now.fullscreen)

    @contextmanager
    def no_jump(self) -> Iterator[None]:
        before = self.screen.position(self.now)
        yield
        assert self.screen.position(self.now) == before

    # ── the player ────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.player)
    @rule(by=st.sampled_from([180.0, -40.0, 3.0]))
    def slip(self, by: float) -> None:
        assert self.player
        self.player.slip = by

    @precondition(lambda self: self.player and self.hangs is None)
    @rule()
    def hang(self) -> None:
        self.hangs = self.now

    @precondition(lambda self: self.player)
    @rule()
    def kill(self) -> None:
        back, rate = 1.1, self.screen.showing.line.rate if self.screen.showing else 1.0
        if self.hangs is not None:
            back += (self.now - self.hangs) * rate
        before, showing = self.screen.position(self.now), self.screen.showing
        self.player, self.hangs, self.told = None, None, []
        self.hear(self.screen.player_lost(self.now))
        self.starts_at = self.now + STARTS_IN + self.screen.next_start()
        if showing and self.screen.showing and self.screen.showing.film is showing.film and self.pending is None:
            assert -back <= self.screen.position(self.now) - before <= DRIFT
        self.pending = 0.0 if self.screen.showing else None

    # ── time ──────────────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from([STEP, 0.5, 1.25, 3.0]))
    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.step()

    def step(self) -> None:
        """A moment for all: the player, who hears of it, who watches the clock, and what is said then."""
        before, line, epoch = self.screen.position(self.now), self.screen.showing, self.screen.epoch
        self.now += STEP
        moved = line.line.now(self.now) - before if line else 0.0
        if self.player is None and self.now >= self.starts_at:
            self.player, self.last = Vlc(), Vlc().report()
            self.screen.player_started(self.now)
        if self.player and self.hangs is None:
            self.player.step()
            self.listen(self.player)
        elif self.hangs is not None and self.now >= self.hangs + NOTICED_AFTER:
            self.kill()
        self.hear(self.screen.tick(self.now))
        self.tell()
        if self.pending is not None and self.player:
            self.pending += STEP
            assert self.pending <= 10.5, "a film neither begins nor fails"
        position = self.screen.position(self.now)
        assert 0.0 <= position <= 100.0
        if self.screen.epoch == epoch and abs(position - before - moved) > ACROSS:
            self.has_a_reason(position - before - moved)

    def has_a_reason(self, jump: float) -> None:
        note(f"{jump} {self.told}")
        if self.landing and self.screen.showing and self.screen.showing.line.rate != 1.0 and self.told:
            self.landing = False
            assert abs(jump) <= LANDED
        elif self.final == self.screen.epoch and len(self.told) == 2:
            first, second = self.told
            assert min(abs(first), abs(second)) > DRIFT
            assert abs(first - second) <= DRIFT
        else:
            assert self.told == [], "one word moved it"
            assert abs(jump) < 1.1, "the first frame is not where it was to be"

    def listen(self, player: Vlc) -> None:
        """Hear the player if it has something new, and remember how far its time was off."""
        report, old = player.report(), self.last
        if report == old:
            return
        self.last = report
        if report.epoch != old.epoch or not self.screen.shown:
            self.told = []
        elif report.time is not None and report.time != old.time:
            self.told = [*self.told, report.time - self.screen.position(self.now)][-2:]
        self.hear(self.screen.on_report(report, self.now))

    def tell(self) -> None:
        while call := self.screen.next_call(self.now):
            assert self.player
            self.landing = isinstance(call, Seek) or (self.landing and not isinstance(call, Open))
            if self.hangs is None:
                self.player.do(call)

    def hear(self, happening: Happening | None) -> None:
        match happening:
            case FirstFrame(epoch):
                assert epoch == self.screen.epoch
                self.final, self.before, self.pending = epoch, None, None
            case NotShown():
                before, self.pending = self.before, None
                if before:
                    self.is_back(before)
                else:
                    assert self.screen.showing is None
            case Over(ended):
                assert self.final == self.screen.epoch - 1
                assert self.screen.showing is None
                assert ended.line.now(self.now) > 96.0

    # ── in the end ────────────────────────────────────────────────────────────────────────────────

    @rule()
    def left_alone_for_a_while_the_player_does_what_is_wished(self) -> None:
        heard = self.player.said if self.player else []
        already = len(heard)
        self.wait(CALM)
        while self.screen.showing and not self.screen.showing.paused and self.screen.position(self.now) > 96.0:
            self.wait(STEP)
        self.wait(2.0)
        assert self.player
        assert len(self.player.said) - (already if self.player.said is heard else 0) <= CALLS
        said = len(self.player.said)
        self.wait(1.0)
        if self.screen.showing:
            self.is_shown(self.player)
            assert len(self.player.said) == said, "something is said again and again"
        else:
            assert self.player.state in ("none", "ended")

    def is_shown(self, player: Vlc) -> None:
        scene, showing = self.screen.scene, self.screen.showing
        assert showing
        assert self.screen.shown
        assert (player.epoch, player.path) == (self.screen.epoch, showing.film.path)
        assert player.state == ("paused" if showing.paused else "playing")
        assert abs(player.position - self.screen.position(self.now)) <= 0.6
        assert showing.paused or player.rate == showing.line.rate  # a seek in a pause lands when the film goes on
        assert (player.text, player.fullscreen) == (self.screen.text, scene.fullscreen)
        assert showing.subtitle in (None, player.subtitle)
        if player.sounds:
            assert (player.volume, player.muted) == (scene.volume, scene.muted)
            assert showing.audio in (None, player.audio)


ScreenMachine.TestCase.settings = modest(examples=20, steps=20)
TestScreen = ScreenMachine.TestCase

"""A life of authority: people who ask, answer and vanish, a screen that goes empty, time, and a daemon that crashes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from controller.core.authority import ANSWER, ENOUGH, HANDOVER, PEACE, Authority
from controller.core.authority_state import Asked, CallOff, Changed, Effects, HandOver, Party, Promised, Reign, Resolved
from protocol.errors import (
    Forbidden,
    NotAuthority,
    NotRegistered,
    Overloaded,
    RateLimited,
    StaleLease,
    TakeoverInProgress,
    TakeoverNotFound,
)
from protocol.values import ClientId, Role
from tests.core.showing import film as some_film

ROLES: dict[str, Role] = {"Ann": "owner", "Bob": "member", "Cleo": "member", "Dan": "guest", "Eve": "guest"}
PEOPLE = [Party(ClientId(name.lower()), name, role) for name, role in ROLES.items()]
WAITS = [1 / 64, 0.5, 3.0, 5.0, 15.0, 31.0]
FILM = some_film()

people = st.sampled_from(PEOPLE)
whiches = st.integers(0, 4)
sometimes = st.integers(0, 3).map(lambda number: number == 0)


class AuthorityMachine(RuleBasedStateMachine):
    """What was announced is the truth: `reign` as in the last `Changed`, `open` who asked and since when,
    `on_its_way` what the screen was told to show and since when, `reigns` all leases that ever were, with their holders;
    `seen` counts the states and endings, and what happened to whom."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.stored = 1_000.0, 0
        self.playing = self.on_screen = False
        self.authority = Authority(since=self.now)
        self.reign: Reign | None = None
        self.former: Party | None = None
        self.reigns: list[tuple[int, Party]] = []
        self.asks: list[str] = []
        self.open: dict[str, tuple[Party, float]] = {}
        self.promised: set[str] = set()
        self.on_its_way: tuple[str, float] | None = None
        self.handed_over: str | None = None
        self.absent: set[Party] = set()
        self.seen: Counter[str] = Counter()

    # ── what is announced ─────────────────────────────────────────────────────────────────────────

    def hear(self, effects: Effects) -> None:
        before = self.reign
        for effect in effects:
            match effect:
                case Asked(ask):
                    assert ask.request_id in self.open
                case HandOver(ask):
                    assert self.on_its_way is None, "the screen can try one film at a time"
                    assert ask.film is FILM
                    assert ask.asker not in self.absent, "a film for nobody"
                    self.on_its_way, self.handed_over = (ask.request_id, self.now), ask.request_id
                    self.promised.discard(ask.request_id)
                case CallOff(ask):
                    assert self.on_its_way
                    assert self.on_its_way[0] == ask.request_id
                    self.on_its_way = None
                case Changed():
                    self.hear_of_a_change(effect)
                case Resolved():
                    self.hear_of_an_end(effect)
        if any(isinstance(effect, CallOff) or self.tells_of_failure(effect) for effect in effects):
            assert self.reign == before, "what was called off or failed changes nothing"

    def hear_of_a_change(self, change: Changed) -> None:
        self.former = self.reign.holder if self.reign and change.reign else None
        self.reign = change.reign
        assert change.since == self.now
        if change.reign:
            assert change.reign.lease > self.last_lease()
            assert change.reign.since == self.now
            assert change.reign.holder not in self.absent, "nobody is there to command the screen"
            self.reigns.append((change.reign.lease, change.reign.holder))

    def hear_of_an_end(self, end: Resolved) -> None:
        request_id = end.ask.request_id
        assert request_id in self.open, "every ask is resolved once"
        assert self.on_its_way is None or self.on_its_way[0] != request_id, "the screen must be told, too"
        assert end.ask.asker == self.open.pop(request_id)[0]
        self.promised.discard(request_id)
        self.seen[end.outcome] += 1
        if self.tells_of_failure(end):
            assert request_id == self.handed_over
        if end.outcome == "granted":
            assert self.reign
            assert (self.reign.holder, self.reign.lease) == (end.ask.asker, end.lease)
            assert self.authority.holds(end.ask.asker.client_id)
        else:
            assert end.lease is None

    @staticmethod
    def tells_of_failure(effect: object) -> bool:
        return isinstance(effect, Resolved) and effect.outcome == "failed"

    # ── what people do ────────────────────────────────────────────────────────────────────────────

    @rule(who=people, film=st.booleans(), override=sometimes, full=sometimes, absent=sometimes)
    def ask(self, who: Party, film: bool, override: bool, full: bool, absent: bool) -> None:
        """Its film was looked into, and meanwhile its connection may have broken."""
        (self.away if absent else self.back)(who)
        if not full:
            self.store_leases()
        request_id = f"ask {len(self.asks)}"
        asks_again, needs_consent = self.has_asked(who), self.reign is not None and not override
        is_new = not asks_again and not self.holds(who)
        peace = self.reign.since + PEACE - self.now if self.reign and who == self.former else 0.0
        try:
            effects = self.authority.request(
                who, request_id, film=FILM if film else None, override=override, now=self.now
            )
        except Forbidden:
            assert override
            assert who.role != "owner"
        except Overloaded:
            assert self.stored - self.authority.lease < ENOUGH
        except TakeoverInProgress:
            assert self.on_its_way or (self.open and needs_consent and not asks_again)
        except NotRegistered:
            assert absent
            assert not needs_consent
        except RateLimited as error:
            self.hear_of_peace(error.retry_after_s, peace)
        else:
            assert override or peace <= 0 or not is_new
            assert effects or not is_new, "who asks is never told nothing"
            if effects:
                self.asks.append(request_id)
                self.open[request_id] = (who, self.now)
            self.hear(effects)

    @staticmethod
    def hear_of_peace(told: float | None, peace: float) -> None:
        assert told is not None
        assert 0.0 < peace <= told <= PEACE

    @rule(who=people, which=whiches, accept=st.booleans(), after_item=st.booleans())
    def answer(self, who: Party, which: int, accept: bool, after_item: bool) -> None:
        self.back(who)
        request_id = self.some_ask(which)
        undecided = request_id in self.open and not self.is_on_its_way(request_id)
        try:
            effects = self.authority.respond(
                who.client_id,
                request_id,
                accept=accept,
                after_item=after_item,
                on_screen=self.on_screen,
                now=self.now,
            )
        except TakeoverNotFound:
            assert not undecided
        except Forbidden:
            assert undecided
            assert not self.holds(who)
        else:
            assert undecided
            assert self.holds(who)
            if accept and after_item and self.on_screen:
                self.promised.add(request_id)
            self.hear(effects)
            assert request_id not in self.open or request_id in self.promised or self.is_on_its_way(request_id)

    @rule(which=whiches, accept=st.booleans(), after_item=st.booleans())
    def answer_rightly(self, which: int, accept: bool, after_item: bool) -> None:
        if self.reign:
            self.answer(self.reign.holder, which, accept, after_item)

    @rule(who=people, which=whiches)
    def cancel(self, who: Party, which: int) -> None:
        self.back(who)
        request_id = self.some_ask(which)
        try:
            effects = self.authority.cancel(who.client_id, request_id)
        except TakeoverNotFound:
            assert request_id not in self.open
        except Forbidden:
            assert self.open[request_id][0] != who
        else:
            assert self.open[request_id][0] == who
            self.hear(effects)
            assert request_id not in self.open

    @rule(who=people, back=st.integers(-1, 2))
    def release(self, who: Party, back: int) -> None:
        self.back(who)
        lease = self.last_lease() - back
        if not self.may(who, lease):
            with pytest.raises((NotAuthority, StaleLease)):
                self.authority.release(who.client_id, lease, self.now)
            return
        self.hear(self.authority.release(who.client_id, lease, self.now))
        assert not self.holds(who)

    @rule(who=people)
    def away(self, who: Party) -> None:
        self.seen["away"] += 1
        self.absent.add(who)
        self.hear(self.authority.away(who.client_id))
        assert self.on_its_way is None or self.open[self.on_its_way[0]][0] != who

    @rule(who=people)
    def back(self, who: Party) -> None:
        self.absent.discard(who)
        self.authority.back(who.client_id)

    @rule(who=people)
    def gone(self, who: Party) -> None:
        self.seen["gone"] += 1
        self.absent.discard(who)
        self.hear(self.authority.gone(who.client_id, self.now))
        assert not self.has_asked(who)
        assert not self.holds(who)

    @rule()
    def holder_leaves(self) -> None:
        if self.reign:
            self.gone(self.reign.holder)

    # ── what the screen, time and the daemon do ───────────────────────────────────────────────────

    @rule(playing=st.booleans())
    def play(self, playing: bool) -> None:
        self.on_screen, self.playing = True, playing

    @rule(another=st.booleans())
    def item_ends(self, another: bool) -> None:
        """It makes way for another, or for nothing."""
        if not another:
            self.on_screen = self.playing = False
        due = bool(self.promised)
        effects = self.authority.item_ended(self.now)
        assert bool(effects) is due
        self.hear(effects)

    @rule()
    def screen_goes_empty(self) -> None:
        """And nobody says that an item has ended: one that was put on in vain is taken back."""
        self.on_screen = self.playing = False
        self.tick()

    def tick(self) -> Effects:
        effects = self.authority.tick(self.now, on_screen=self.on_screen, playing=self.playing)
        self.hear(effects)
        return effects

    @rule(which=whiches, good=st.booleans())
    def show(self, which: int, good: bool) -> None:
        """The screen speaks of what is on its way, or of something that it was told long ago."""
        request_id = self.some_ask(which)
        expected = self.is_on_its_way(request_id)
        if expected:
            self.on_its_way = None
        effects = (
            self.authority.shown(request_id, self.now)
            if good
            else self.authority.failed(request_id, "It does not open.")
        )
        assert bool(effects) is expected
        self.hear(effects)

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.authority.next_deadline()) is not None and due <= until:
            assert due > self.now, "a tick at a deadline leaves none that is due"
            self.now = due
            assert self.tick(), "a deadline is not for nothing"
            self.seen["deadline"] += 1
            self.look()
        self.now = until
        assert self.tick() == []

    def store_leases(self) -> None:
        self.stored = max(self.stored, self.authority.lease + 2 * ENOUGH)
        self.authority.reserve(self.stored)

    @precondition(lambda self: self.asks)
    @rule(holder_is_stored=st.booleans())
    def crash(self, holder_is_stored: bool) -> None:
        """And a start from what is stored; nobody is there yet, and the screen is not back either."""
        self.seen["restart"] += 1
        self.on_screen = self.playing = False
        self.absent.clear()
        self.authority = Authority(lease=self.stored, reserved=self.stored, since=self.now)
        self.former, self.on_its_way = None, None
        self.open.clear()
        self.promised.clear()
        if self.reign is None or not holder_is_stored:
            self.reign = None
            return
        self.authority.restore(self.reign.holder, self.now)
        self.absent.add(self.reign.holder)
        self.store_leases()
        self.reign = Reign(self.reign.holder, self.authority.lease, self.now)
        assert self.reign.lease > self.last_lease()
        self.reigns.append((self.reign.lease, self.reign.holder))

    # ── what is asked of the truth ────────────────────────────────────────────────────────────────

    def last_lease(self) -> int:
        return self.reigns[-1][0] if self.reigns else 0

    def holds(self, who: Party) -> bool:
        return self.reign is not None and self.reign.holder == who

    def may(self, who: Party, lease: int) -> bool:
        return self.reign is not None and (self.reign.holder, self.reign.lease) == (who, lease)

    def has_asked(self, who: Party) -> bool:
        return any(asker == who for asker, _ in self.open.values())

    def is_on_its_way(self, request_id: str) -> bool:
        return self.on_its_way is not None and self.on_its_way[0] == request_id

    def some_ask(self, which: int) -> str:
        """One that is open, or an old one, or none that ever was."""
        known = [*self.open, *self.asks[-2:], "nonsense"]
        return known[which % len(known)]

    # ── always ────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def look(self) -> None:
        self.what_was_announced_is_so()
        self.a_promise_waits_for_something()
        self.nothing_takes_longer_than_20_seconds()
        self.the_gate_admits_one_client_with_one_lease()

    def what_was_announced_is_so(self) -> None:
        reign, ask = self.authority.reign, self.authority.ask
        self.seen[type(self.authority.state).__name__] += 1
        assert (reign and (reign.holder, reign.lease)) == (self.reign and (self.reign.holder, self.reign.lease))
        assert ([ask.request_id] if ask else []) == list(self.open), "one ask at a time"
        assert {who.client_id for who, _ in self.open.values()} == {
            who.client_id for who in PEOPLE if self.authority.pending(who.client_id)
        }
        assert self.last_lease() <= self.authority.lease <= self.stored, "no crash may bring a lease again"

    def a_promise_waits_for_something(self) -> None:
        promised = isinstance(self.authority.state, Promised)
        assert promised is bool(self.promised)
        assert self.promised <= self.open.keys()
        assert self.on_screen or not promised, "the screen is empty, and who was promised it waits"

    def nothing_takes_longer_than_20_seconds(self) -> None:
        deadline = None
        if self.on_its_way:
            request_id, since = self.on_its_way
            assert request_id in self.open
            deadline = since + HANDOVER
        elif not self.promised:
            deadline = next((since + ANSWER for _, since in self.open.values()), None)
        assert self.authority.next_deadline() == deadline
        assert deadline is None or self.now <= deadline

    def the_gate_admits_one_client_with_one_lease(self) -> None:
        last, present = self.reigns[-1] if self.reigns else (0, PEOPLE[0])
        for who in PEOPLE:
            assert self.passes(who, last) is self.may(who, last)
        assert not self.passes(present, self.authority.lease + 1)
        assert not any(self.passes(who, lease) for lease, who in self.reigns[-3:-1])

    def passes(self, who: Party, lease: int) -> bool:
        try:
            self.authority.check(who.client_id, lease)
        except (NotAuthority, StaleLease):
            return False
        return True

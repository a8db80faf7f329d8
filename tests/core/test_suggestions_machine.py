"""Suggestions under Hypothesis: each ends exactly once within its time, and only as it may."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from controller.core.authority_state import Party
from controller.core.suggestions import (
    LASTS,
    MOST,
    WITHIN,
    CallOff,
    CarryOut,
    Effects,
    Ended,
    Made,
    Suggestion,
    Suggestions,
)
from protocol.errors import Forbidden, RateLimited, SuggestionNotFound
from protocol.values import DeviceId, SuggestionKind
from tests.core.asking import ANN, BOB, CLEO, DAN
from tests.core.making import modest
from tests.core.showing import film

people = st.sampled_from([ANN, BOB, CLEO, DAN])
kinds = st.sampled_from(["play", "skip", "louder"])
whiches = st.integers(0, 8)


class SuggestionMachine(RuleBasedStateMachine):
    """What was told is the truth: `open` since when, `underway` since when, `over` how."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self.suggestions, self.holder = Suggestions(), BOB
        self.open: dict[str, tuple[Party, float]] = {}
        self.underway: dict[str, tuple[Party, float]] = {}
        self.over: Counter[str] = Counter()
        self.ids: list[str] = []

    def hear(self, effects: Effects) -> None:
        called_off = {e.suggestion.suggestion_id for e in effects if isinstance(e, CallOff)}
        for effect in effects:
            id_ = effect.suggestion.suggestion_id
            match effect:
                case Made(made):
                    assert id_ not in self.ids
                    self.ids.append(id_)
                    self.open[id_] = made.by, self.now
                case CarryOut(_, by):
                    assert by in (ANN, self.holder), "neither an owner nor the holder"
                    self.underway[id_] = by, self.now
                    del self.open[id_]
                case CallOff():
                    assert id_ in self.underway, "nothing to call off"
                case Ended(_, outcome, reason, ended_by):
                    self.hear_of_an_end(id_, outcome, ended_by, called_off=id_ in called_off)
                    assert reason

    def hear_of_an_end(self, id_: str, outcome: str, by: Party | None, *, called_off: bool) -> None:
        self.over[id_] += 1
        if outcome in ("accepted", "failed"):
            who, since = self.underway.pop(id_)
            assert by == who
            assert called_off is (self.now - since >= WITHIN)
            return
        suggester, since = self.open.pop(id_)
        assert (outcome == "expired") is (by is None and self.now - since >= LASTS)
        if outcome == "withdrawn":
            assert by in (None, suggester)
        if outcome == "refused":
            assert by in (ANN, self.holder)

    def which(self, number: int) -> str:
        """One of the newest few, or none at all."""
        return self.ids[-1 - number] if number < len(self.ids) else "unknown"

    @rule(by=people, kind=kinds)
    def suggest(self, by: Party, kind: SuggestionKind) -> None:
        what = film() if kind == "play" else None
        if found := self.suggestions.same(by.client_id, kind, what):
            assert found.suggestion_id in {**self.open, **self.underway}
            return
        made = Suggestion(f"suggestion {len(self.ids)}", by, kind, what, self.now + LASTS)
        with suppress(RateLimited):
            self.hear(self.suggestions.suggest(made, DeviceId(by.client_id), self.now))

    @rule(by=people, number=whiches, accept=st.booleans())
    def answer(self, by: Party, number: int, accept: bool) -> None:
        id_ = self.which(number)
        try:
            self.hear(self.suggestions.answer(by, id_, holds=by == self.holder, accept=accept, now=self.now))
        except SuggestionNotFound:
            assert id_ not in self.open
        except Forbidden:
            assert by not in (ANN, self.holder)

    @rule(number=whiches, works=st.booleans())
    def carried_out(self, number: int, works: bool) -> None:
        id_ = self.which(number)
        ended = self.suggestions.done(id_) if works else self.suggestions.failed(id_, "It broke.")
        assert bool(ended) is (id_ in self.underway)
        self.hear(ended)

    @rule(by=people, number=whiches)
    def withdraw(self, by: Party, number: int) -> None:
        id_ = self.which(number)
        try:
            self.hear(self.suggestions.withdraw(by.client_id, id_))
        except SuggestionNotFound:
            assert id_ not in self.open
        except Forbidden:
            assert self.open[id_][0] != by

    @rule(by=people)
    def leave(self, by: Party) -> None:
        self.hear(self.suggestions.gone(by.client_id))
        assert by not in [suggester for suggester, _ in self.open.values()]

    @rule(holder=people)
    def hand_over(self, holder: Party) -> None:
        self.holder = holder

    @rule(seconds=st.sampled_from([0.5, 6.0, 15.0, 30.0, 90.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (deadline := self.suggestions.next_deadline()) is not None and deadline <= until:
            assert deadline > self.now
            self.now = deadline
            self.hear(self.suggestions.tick(self.now))
        self.now = until

    @invariant()
    def everything_ends_once_and_in_time(self) -> None:
        assert set(self.over.values()) <= {1}
        assert {*self.open, *self.underway, *self.over} == set(self.ids)
        assert [one.suggestion_id for one in self.suggestions.open] == list(self.open)
        assert all(self.now - since < LASTS for _, since in self.open.values())
        assert all(self.now - since < WITHIN for _, since in self.underway.values())

    @invariant()
    def nobody_has_more_than_three(self) -> None:
        assert max(Counter(who.client_id for who, _ in self.open.values()).values(), default=0) <= MOST


SuggestionMachine.TestCase.settings = modest(examples=60, steps=40)
TestSuggestionMachine = SuggestionMachine.TestCase


def test_an_unknown_suggestion_is_never_underway() -> None:
    assert Suggestions().underway("unknown") is None
    with pytest.raises(SuggestionNotFound):
        Suggestions().answer(ANN, "unknown", holds=True, accept=True, now=0.0)

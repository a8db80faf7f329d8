"""A session outlives its connections, numbers its events and remembers its answers."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from controller.core.session import (
    GRACE,
    QUIET_AFTER,
    REMEMBERED,
    REMEMBERED_FOR,
    RING,
    Gone,
    Lingering,
    Live,
    Session,
)
from tests.core.making import modest

HALVES = ('{"seq":', "}")


def numbered(count: int) -> Session:
    """A session that has said `count` things."""
    session = Session()
    for _ in range(count):
        session.number(HALVES)
    return session


def frames(first: int, last: int) -> list[str]:
    return [f'{{"seq":{seq}}}' for seq in range(first, last + 1)]


def test_a_broken_connection_leaves_a_minute_to_come_back() -> None:
    session = Session()
    session.disconnected(100.0)
    assert session.next_deadline() == 100.0 + GRACE == 160.0
    assert session.health(101.0) == "lingering"
    session.tick(159.9)
    assert session.next_deadline() == 160.0
    session.tick(160.0)
    assert session.presence == Gone("did not come back")
    assert session.next_deadline() is None


def test_who_comes_back_in_time_lives_on_without_a_deadline() -> None:
    session = Session(grace=5.0)
    session.disconnected(100.0)
    session.resumed(104.9)
    assert session.presence == Live()
    assert session.next_deadline() is None
    session.tick(1_000.0)
    assert session.health(104.9) == "live"


def test_a_second_broken_connection_does_not_prolong_the_grace() -> None:
    session = Session()
    session.disconnected(100.0)
    session.disconnected(150.0)
    assert session.presence == Lingering(160.0)


def test_what_is_gone_stays_gone() -> None:
    session = Session()
    session.ended("goodbye")
    session.resumed(1.0)
    session.disconnected(2.0)
    session.tick(1_000.0)
    assert session.presence == Gone("goodbye")


def test_a_client_that_says_nothing_for_half_a_minute_is_quiet() -> None:
    session = Session(last_seen=100.0)
    assert session.health(100.0 + QUIET_AFTER) == "live"
    assert session.health(100.1 + QUIET_AFTER) == "quiet"


def test_who_missed_nothing_is_told_nothing() -> None:
    assert numbered(0).missed(0) == []
    assert numbered(7).missed(7) == []


def test_who_missed_some_events_gets_just_those() -> None:
    assert numbered(7).missed(4) == frames(5, 7)
    assert numbered(7).missed(0) == frames(1, 7)


def test_the_ring_holds_the_last_1024_events_and_says_when_that_is_not_enough() -> None:
    session = numbered(RING + 10)
    assert session.missed(10) == frames(11, RING + 10)
    assert session.missed(9) is None


def test_who_claims_to_have_heard_the_future_is_told_that_it_does_not_fit() -> None:
    assert numbered(7).missed(8) is None
    assert numbered(0).missed(1) is None


@pytest.mark.parametrize("request_id", ["a", "", 0, -5, 2**53])
def test_an_answer_is_given_again_for_a_minute(request_id: str | int) -> None:
    session = Session()
    session.remember(request_id, "answer", 100.0)
    assert session.answered(request_id, 100.0 + REMEMBERED_FOR) == "answer"
    assert session.answered(request_id, 100.1 + REMEMBERED_FOR) is None


def test_a_number_and_its_digits_are_different_ids() -> None:
    session = Session()
    session.remember(1, "number", 0.0)
    assert session.answered("1", 0.0) is None


class SessionMachine(RuleBasedStateMachine):
    """Beside the machine: everything it ever said, and every answer with its time."""

    def __init__(self) -> None:
        super().__init__()
        self.session, self.now = Session(), 0.0
        self.said: list[str] = []
        self.answers: dict[str | int, tuple[int, float, str]] = {}
        self.order = 0
        self.until: float | None = None
        self.gone: str | None = None

    @rule(count=st.sampled_from([1, 2, 5, 600]))
    def say(self, count: int) -> None:
        for _ in range(count):
            frame = self.session.number(HALVES)
            self.said.append(frame)
            assert frame == f'{{"seq":{len(self.said)}}}'

    @rule(back=st.one_of(st.integers(-2, 6), st.integers(RING - 2, RING + 3)))
    def ask_what_was_missed(self, back: int) -> None:
        last = len(self.said) - back
        found = self.session.missed(max(last, 0))
        if last > len(self.said) or len(self.said) - max(last, 0) > RING:
            assert found is None
        else:
            assert found == self.said[max(last, 0) :]

    @rule(request_id=st.one_of(st.integers(0, 5), st.sampled_from("ab")), many=st.sampled_from([1, 1, 1, REMEMBERED]))
    def answer(self, request_id: str | int, many: int) -> None:
        for offset in range(many):
            key = request_id if offset == 0 else f"{request_id}/{offset}"
            self.order += 1
            self.answers[key] = (self.order, self.now, f"answer {self.order}")
            self.session.remember(key, f"answer {self.order}", self.now)

    @rule(request_id=st.one_of(st.integers(0, 5), st.sampled_from("ab")))
    def ask_again(self, request_id: str | int) -> None:
        found = self.session.answered(request_id, self.now)
        kept = self.answers.get(request_id)
        newer = sum(order > kept[0] for order, _, _ in self.answers.values()) if kept else 0
        due = kept is not None and self.now - kept[1] <= REMEMBERED_FOR and newer < REMEMBERED
        assert found == (kept[2] if kept and due else None)

    @rule(seconds=st.sampled_from([0.5, 20.0, 59.5, 61.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.session.tick(self.now)
        if self.gone is None and self.until is not None and self.now >= self.until:
            self.gone, self.until = "did not come back", None
        later = self.session.next_deadline()
        assert later is None or later > self.now

    @rule()
    def lose_the_connection(self) -> None:
        self.session.disconnected(self.now)
        if self.gone is None and self.until is None:
            self.until = self.now + GRACE

    @rule()
    def come_back(self) -> None:
        self.session.resumed(self.now)
        self.until = None

    @precondition(lambda self: self.order > 20)
    @rule()
    def say_goodbye(self) -> None:
        self.session.ended("goodbye")
        self.gone, self.until = "goodbye", None

    @invariant()
    def presence_is_as_it_should_be(self) -> None:
        if self.gone is not None:
            assert self.session.presence == Gone(self.gone)
        else:
            assert self.session.presence == (Live() if self.until is None else Lingering(self.until))
        assert self.session.next_deadline() == self.until
        assert self.session.seq == len(self.said)
        assert len(self.session._ring) <= RING
        assert len(self.session._answers) <= REMEMBERED


SessionMachine.TestCase.settings = modest(examples=20, steps=30)
TestSession = SessionMachine.TestCase

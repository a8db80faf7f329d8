"""A session outlives its connections, numbers its events and remembers its answers."""

from __future__ import annotations

import sys

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from controller.core.rate_limit import RateLimit
from controller.core.session import (
    BESIDE,
    GRACE,
    QUIET_AFTER,
    REMEMBERED_FOR,
    RING,
    Gone,
    Lingering,
    Live,
    Session,
)
from tests.core.making import modest

HALVES = ('{"seq":', "}")
ROOM = 5
"""Answers that a session under Hypothesis can store, all of one length."""
COST = BESIDE + sys.getsizeof("answer 1234")


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


def test_a_newer_event_has_the_number_of_one_that_was_not_heard_even_when_the_ring_holds_that_no_more() -> None:
    session = numbered(RING + 10)
    assert session.number_instead(12, ('{"newer":', "}")) == '{"newer":12}'
    assert session.number_instead(3, ('{"newer":', "}")) == '{"newer":3}'
    missed = session.missed(10)
    assert missed is not None
    assert missed[:3] == ['{"seq":11}', '{"newer":12}', '{"seq":13}']
    assert session.seq == RING + 10


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


def test_whoever_keeps_to_the_rate_limit_gets_every_answer_of_a_minute_again() -> None:
    session, limit = Session(), RateLimit(100.0, 200.0)
    given = [number for number in range(60 * 256 + 1) if limit.admit(number / 256)]
    for number in given:
        session.remember(number, f"{number:2048}", number / 256)
    assert len(given) == 6_200
    assert given[0] == 0
    assert [number for number in given if session.answered(number, REMEMBERED_FOR) != f"{number:2048}"] == []


def test_answers_that_are_a_minute_old_take_no_room() -> None:
    session = Session()
    for number in range(200):
        session.remember(number, "answer", float(number))
    assert len(session._answers) == REMEMBERED_FOR + 1


@pytest.mark.parametrize("answer", ["", "x" * 5_000, "\N{CLAPPER BOARD}" * 2_000])
def test_answers_never_take_more_room_than_there_is_and_the_newest_stay(answer: str) -> None:
    session = Session(memory=100_000)
    for number in range(500):
        session.remember(number, answer, 0.0)
    kept, cost = list(session._answers), BESIDE + sys.getsizeof(answer)
    assert kept == list(range(500 - len(kept), 500))
    assert len(kept) * cost <= 100_000 < (len(kept) + 1) * cost


def test_an_answer_that_is_larger_than_all_room_is_not_stored() -> None:
    session = Session(memory=1_000)
    session.remember(1, "small", 0.0)
    session.remember(2, "large" * 1_000, 0.0)
    assert (session.answered(1, 0.0), session.answered(2, 0.0)) == (None, None)
    session.remember(3, "small", 0.0)
    assert session.answered(3, 0.0) == "small"


class SessionMachine(RuleBasedStateMachine):
    """Beside the machine: everything it ever said, and every answer with its time."""

    def __init__(self) -> None:
        super().__init__()
        self.session, self.now = Session(memory=ROOM * COST), 0.0
        self.said: list[str] = []
        self.answers: dict[str | int, tuple[float, str]] = {}
        self.given = 0
        self.until: float | None = None
        self.gone: str | None = None

    @rule(count=st.sampled_from([1, 2, 5, 600]))
    def say(self, count: int) -> None:
        for _ in range(count):
            frame = self.session.number(HALVES)
            self.said.append(frame)
            assert frame == f'{{"seq":{len(self.said)}}}'

    @precondition(lambda self: self.said)
    @rule(back=st.one_of(st.integers(0, 6), st.integers(RING - 2, RING + 3)))
    def say_instead(self, back: int) -> None:
        seq = max(1, len(self.said) - back)
        self.said[seq - 1] = f'{{"newer":{seq}}}'
        assert self.session.number_instead(seq, ('{"newer":', "}")) == self.said[seq - 1]

    @rule(back=st.one_of(st.integers(-2, 6), st.integers(RING - 2, RING + 3)))
    def ask_what_was_missed(self, back: int) -> None:
        last = len(self.said) - back
        found = self.session.missed(max(last, 0))
        if last > len(self.said) or len(self.said) - max(last, 0) > RING:
            assert found is None
        else:
            assert found == self.said[max(last, 0) :]

    @rule(request_id=st.one_of(st.integers(0, 5), st.sampled_from("ab")))
    def answer(self, request_id: str | int) -> None:
        self.given += 1
        self.answers.pop(request_id, None)
        self.answers[request_id] = (self.now, f"answer {self.given:4}")
        self.session.remember(request_id, f"answer {self.given:4}", self.now)
        self.answers = dict(list(self.answers.items())[-ROOM:])

    @rule(request_id=st.one_of(st.integers(0, 5), st.sampled_from("ab")))
    def ask_again(self, request_id: str | int) -> None:
        at, answer = self.answers.get(request_id, (0.0, None))
        assert self.session.answered(request_id, self.now) == (answer if self.now - at <= REMEMBERED_FOR else None)

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

    @precondition(lambda self: self.given > 5)
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
        assert self.session._stored == COST * len(self.session._answers) <= ROOM * COST


SessionMachine.TestCase.settings = modest(examples=20, steps=30)
TestSession = SessionMachine.TestCase


def test_after_a_restart_the_numbers_go_on_and_whoever_knows_only_older_ones_has_missed_something() -> None:
    session = Session()
    session.taken_up(41)
    assert (session.missed(41), session.missed(42), session.missed(43)) == (None, [], None)
    frame = session.number(("", ""))
    assert (frame, session.missed(41), session.missed(42), session.missed(43)) == ("43", None, ["43"], [])

"""An outbox is bounded, keeps its order and sends the newest state instead of every state."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from controller.core.outbox import MOST_BYTES, MOST_MESSAGES, PATIENCE, Outbox
from tests.core.making import modest


def everything(outbox: Outbox) -> list[str]:
    """Take all that waits."""
    found: list[str] = []
    while (text := outbox.take(0.0)) is not None:
        found.append(text)
    return found


def filled(messages: int, now: float = 0.0) -> Outbox:
    outbox = Outbox()
    for number in range(messages):
        outbox.put(str(number), now)
    return outbox


def test_an_empty_outbox_gives_nothing() -> None:
    outbox = Outbox()
    assert outbox.take(0.0) is None
    assert len(outbox) == 0
    assert outbox.cut_off_at() is None


def test_answers_leave_in_the_order_they_came() -> None:
    assert everything(filled(5)) == ["0", "1", "2", "3", "4"]


def test_a_newer_state_takes_the_place_of_the_older_of_its_kind() -> None:
    outbox = Outbox()
    outbox.put("stream 1", 0.0, "stream")
    outbox.put("stream 2", 0.0, "stream")
    outbox.put("stream 3", 0.0, "stream")
    assert len(outbox) == 1
    assert everything(outbox) == ["stream 3"]


def test_states_of_different_kinds_do_not_replace_each_other() -> None:
    outbox = Outbox()
    outbox.put("stream", 0.0, "stream")
    outbox.put("screen", 0.0, "screen")
    assert everything(outbox) == ["stream", "screen"]


def test_an_answer_is_a_barrier_that_no_state_moves_across() -> None:
    outbox = Outbox()
    outbox.put("stream 1", 0.0, "stream")
    outbox.put("answer", 0.0)
    outbox.put("stream 2", 0.0, "stream")
    outbox.put("stream 3", 0.0, "stream")
    assert everything(outbox) == ["stream 1", "answer", "stream 3"]


def test_a_state_that_has_left_is_not_replaced() -> None:
    outbox = Outbox()
    outbox.put("stream 1", 0.0, "stream")
    outbox.put("screen 1", 0.0, "screen")
    assert outbox.take(0.0) == "stream 1"
    outbox.put("stream 2", 0.0, "stream")
    outbox.put("screen 2", 0.0, "screen")
    assert everything(outbox) == ["screen 2", "stream 2"]


def test_a_newer_state_takes_over_place_and_number_so_that_these_grow_by_one() -> None:
    outbox = Outbox()
    outbox.put("stream 1", 0.0, "stream", 1)
    outbox.put("screen 2", 0.0, "screen", 2)
    assert outbox.unsent("stream") == 1
    outbox.put("newer stream 1", 0.0, "stream", 1)
    assert (outbox.unsent("stream"), outbox.unsent("screen")) == (1, 2)
    assert everything(outbox) == ["newer stream 1", "screen 2"]


def test_nothing_takes_over_the_number_of_what_has_left_or_stands_before_an_answer() -> None:
    outbox = Outbox()
    assert outbox.unsent("stream") is None
    outbox.put("stream 1", 0.0, "stream", 1)
    assert outbox.take(0.0)
    assert outbox.unsent("stream") is None
    outbox.put("stream 2", 0.0, "stream", 2)
    outbox.put("answer", 0.0)
    assert outbox.unsent("stream") is None


def test_256_messages_may_wait_and_one_more_is_over_the_bound() -> None:
    outbox = filled(MOST_MESSAGES, now=10.0)
    assert outbox.cut_off_at() is None
    outbox.put("one more", 11.0)
    assert outbox.cut_off_at() == 11.0 + PATIENCE


def test_a_mebibyte_may_wait_and_one_character_more_is_over_the_bound() -> None:
    outbox = Outbox()
    outbox.put("x" * MOST_BYTES, 10.0)
    assert outbox.cut_off_at() is None
    outbox.put("x", 11.0)
    assert outbox.cut_off_at() == 11.0 + PATIENCE


def test_a_state_that_grows_in_its_place_can_be_over_the_bound_and_back() -> None:
    outbox = Outbox()
    outbox.put("x", 10.0, "stream")
    outbox.put("x" * (MOST_BYTES + 1), 11.0, "stream")
    assert outbox.cut_off_at() == 11.0 + PATIENCE
    outbox.put("x", 12.0, "stream")
    assert outbox.cut_off_at() is None


def test_the_patience_counts_from_the_first_moment_over_the_bound_and_ends_under_it() -> None:
    outbox = filled(MOST_MESSAGES + 2, now=10.0)
    outbox.put("later", 14.0)
    assert outbox.cut_off_at() == 15.0
    outbox.take(14.5)
    assert outbox.cut_off_at() == 15.0
    outbox.take(14.5)
    outbox.take(14.5)
    assert outbox.cut_off_at() is None
    outbox.put("again", 20.0)
    assert outbox.cut_off_at() == 25.0


class OutboxMachine(RuleBasedStateMachine):
    """Beside the machine: what should be sent, entry by entry, as (kind, text)."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox, self.now = Outbox(), 0.0
        self.waiting: list[tuple[str | None, str]] = []
        self.serial = self.size = 0
        self.over: float | None = None

    @rule(
        kind=st.sampled_from([None, "stream", "screen"]),
        size=st.sampled_from([1, 10, 300_000]),
        many=st.sampled_from([1, 1, 2, 130]),
    )
    def put(self, kind: str | None, size: int, many: int) -> None:
        for _ in range(many):
            self.serial += 1
            text = f"{self.serial}:".ljust(size if many < 3 else 1, "x")
            self.outbox.put(text, self.now, kind)
            place = self.replaceable(kind)
            if place is None:
                self.waiting.append((kind, text))
            else:
                self.size -= len(self.waiting[place][1])
                self.waiting[place] = (kind, text)
            self.size += len(text)
            self.measure()

    def replaceable(self, kind: str | None) -> int | None:
        """Where a state of this kind waits, after the last answer."""
        for place in reversed(range(len(self.waiting))):
            if kind is None or self.waiting[place][0] is None:
                return None
            if self.waiting[place][0] == kind:
                return place
        return None

    @precondition(lambda self: self.waiting)
    @rule(many=st.sampled_from([1, 2, 100]))
    def take(self, many: int) -> None:
        for _ in range(many):
            expected = self.waiting.pop(0)[1] if self.waiting else None
            assert self.outbox.take(self.now) == expected
            self.size -= len(expected or "")
            self.measure()

    @rule(seconds=st.sampled_from([0.5, 5.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    def measure(self) -> None:
        over = len(self.waiting) > MOST_MESSAGES or self.size > MOST_BYTES
        if not over:
            self.over = None
        elif self.over is None:
            self.over = self.now

    @invariant()
    def bound_and_length_are_as_they_should_be(self) -> None:
        assert len(self.outbox) == len(self.waiting)
        assert self.outbox.cut_off_at() == (None if self.over is None else self.over + PATIENCE)


OutboxMachine.TestCase.settings = modest(examples=15, steps=30)
TestOutbox = OutboxMachine.TestCase

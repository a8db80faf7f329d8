"""Suggestions: made, answered, carried out, and always ended once."""

from __future__ import annotations

import pytest

from controller.core.authority_state import Party
from controller.core.scene import Film
from controller.core.suggestions import (
    BUDGET,
    EVERY,
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
from tests.core.showing import film

NOW = 1_000.0


def suggest(
    one: Suggestions, kind: SuggestionKind = "skip", by: Party = DAN, now: float = NOW, what: Film | None = None
) -> Suggestion:
    """Make one; its id says what it is and when it was made."""
    made = Suggestion(f"{by.name} {kind} {now}", by, kind, what, now + LASTS)
    assert one.suggest(made, DeviceId(by.client_id), now) == [Made(made)]
    return made


def answer(one: Suggestions, made: Suggestion, by: Party = ANN, *, accept: bool = True, holds: bool = False) -> Effects:
    return one.answer(by, made.suggestion_id, holds=holds, accept=accept, now=NOW + 1)


def test_an_owner_says_yes_and_it_is_carried_out() -> None:
    one = Suggestions()
    made = suggest(one)
    assert one.open == [made]
    assert answer(one, made) == [CarryOut(made, ANN)]
    assert one.open == []
    assert one.underway(made.suggestion_id) is not None
    assert one.next_deadline() == NOW + 1 + WITHIN
    assert one.done(made.suggestion_id) == [Ended(made, "accepted", "Ann said yes.", ANN)]
    assert one.next_deadline() is None


def test_who_holds_the_screen_says_no() -> None:
    one = Suggestions()
    made = suggest(one)
    assert answer(one, made, BOB, accept=False, holds=True) == [Ended(made, "refused", "Bob said no.", BOB)]


def test_nobody_else_answers() -> None:
    one = Suggestions()
    made = suggest(one)
    for by in (BOB, CLEO, DAN):
        with pytest.raises(Forbidden, match="Only who holds the TV, or an owner"):
            answer(one, made, by)
    assert one.open == [made]


def test_what_fails_says_why_and_who_had_said_yes() -> None:
    one = Suggestions()
    made = suggest(one, "play", what=film())
    answer(one, made)
    assert one.failed(made.suggestion_id, "It broke.") == [Ended(made, "failed", "It broke.", ANN)]


def test_silence_ends_it_after_thirty_seconds() -> None:
    one = Suggestions()
    made = suggest(one)
    assert one.next_deadline() == NOW + 30
    assert one.tick(NOW + 29.9) == []
    assert one.tick(NOW + 30) == [Ended(made, "expired", "Nobody answered.")]
    assert one.next_deadline() is None


def test_what_takes_too_long_is_called_off_and_has_failed() -> None:
    one = Suggestions()
    made = suggest(one)
    answer(one, made)
    assert one.tick(NOW + 1 + WITHIN) == [CallOff(made), Ended(made, "failed", "It took too long.", ANN)]
    assert one.done(made.suggestion_id) == []
    assert one.failed(made.suggestion_id, "too late") == []


def test_who_suggested_it_takes_it_back_and_nobody_else_does() -> None:
    one = Suggestions()
    made = suggest(one)
    with pytest.raises(Forbidden):
        one.withdraw(ANN.client_id, made.suggestion_id)
    assert one.withdraw(DAN.client_id, made.suggestion_id) == [Ended(made, "withdrawn", "Dan took it back.", DAN)]


def test_what_is_decided_or_unknown_can_neither_be_answered_nor_taken_back() -> None:
    one = Suggestions()
    made = suggest(one)
    answer(one, made)
    for suggestion_id in (made.suggestion_id, "unknown"):
        with pytest.raises(SuggestionNotFound):
            one.withdraw(DAN.client_id, suggestion_id)
        with pytest.raises(SuggestionNotFound):
            one.answer(ANN, suggestion_id, holds=True, accept=False, now=NOW)


def test_who_leaves_withdraws_what_is_open_and_what_was_accepted_goes_on() -> None:
    one = Suggestions()
    accepted, left, others = suggest(one), suggest(one, "stop"), suggest(one, by=CLEO)
    answer(one, accepted)
    assert one.gone(DAN.client_id) == [Ended(left, "withdrawn", "Dan left.")]
    assert one.open == [others]
    assert one.done(accepted.suggestion_id) == [Ended(accepted, "accepted", "Ann said yes.", ANN)]


def test_the_same_again_is_the_one_there_is_until_it_is_over() -> None:
    one = Suggestions()
    louder, play = suggest(one, "louder"), suggest(one, "play", what=film("a.mkv"))
    assert one.same(DAN.client_id, "louder", None) == louder
    assert one.same(DAN.client_id, "play", film("a.mkv")) == play
    assert one.same(DAN.client_id, "play", film("b.mkv")) is None
    assert one.same(CLEO.client_id, "louder", None) is None
    answer(one, louder)
    assert one.same(DAN.client_id, "louder", None) == louder
    one.done(louder.suggestion_id)
    assert one.same(DAN.client_id, "louder", None) is None


def test_a_fourth_at_a_time_is_refused_until_the_first_is_over() -> None:
    one = Suggestions()
    for number in range(MOST):
        suggest(one, now=NOW + number)
    late = Suggestion("late", DAN, "stop", None, NOW + 10 + LASTS)
    with pytest.raises(RateLimited) as caught:
        one.suggest(late, DeviceId("dan"), NOW + 10)
    assert caught.value.retry_after_s == 20.0
    one.tick(NOW + 30)
    assert one.suggest(late, DeviceId("dan"), NOW + 30) == [Made(late)]


def test_ten_a_minute_and_no_more_whoever_of_the_device_makes_them() -> None:
    one = Suggestions()
    for number in range(BUDGET):
        by = (DAN, CLEO)[number % 2]
        made = Suggestion(str(number), by, "skip", None, NOW + LASTS)
        one.suggest(made, DeviceId("tablet"), NOW)
        one.withdraw(by.client_id, made.suggestion_id)
    more = Suggestion("more", DAN, "skip", None, NOW + LASTS)
    with pytest.raises(RateLimited, match="10 suggestions") as caught:
        one.suggest(more, DeviceId("tablet"), NOW)
    assert caught.value.retry_after_s == EVERY
    one.suggest(more, DeviceId("another"), NOW)

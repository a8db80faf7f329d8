"""Who is away gets nothing, and who is back in time is treated as if it had never been away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.core.authority import ANSWER, Authority
from controller.core.authority_state import Effects, Free, HandingOver, Held, Promised, Reign, Resolved
from protocol.errors import NotRegistered
from tests.core.asking import ANN, BOB, CLEO, NOW, answer, ask, contested, free, granted, held_by, promised, said

BOBS = Held(Reign(BOB, 1, 0.0))


def asked(*, film: bool) -> Authority:
    return contested(BOB, CLEO, film=film)


def promised_to_her(*, film: bool) -> Authority:
    return promised(BOB, CLEO, film=film)


def accept(one: Authority) -> Effects:
    return one.respond(BOB.client_id, "Cleo", accept=True, after_item=False, on_screen=True, now=NOW + 2.0)


def no_item_to_wait_for(one: Authority) -> Effects:
    return one.respond(BOB.client_id, "Cleo", accept=True, after_item=True, on_screen=False, now=NOW + 2.0)


def say_nothing(one: Authority) -> Effects:
    return one.tick(NOW + ANSWER, on_screen=True, playing=True)


def end_of_the_item(one: Authority) -> Effects:
    return one.item_ended(NOW + 2.0)


def empty_screen(one: Authority) -> Effects:
    return one.tick(NOW + 2.0, on_screen=False, playing=False)


DECISIONS = [
    (asked, accept),
    (asked, no_item_to_wait_for),
    (asked, say_nothing),
    (promised_to_her, accept),
    (promised_to_her, end_of_the_item),
    (promised_to_her, empty_screen),
]


@pytest.mark.parametrize("film", [False, True])
@pytest.mark.parametrize(("begin", "decide"), DECISIONS)
def test_who_is_away_when_it_is_decided_gets_neither_the_screen_nor_its_film(
    begin: Callable[..., Authority], decide: Callable[[Authority], Effects], film: bool
) -> None:
    one = begin(film=film)
    assert one.away(CLEO.client_id) == []
    effects = decide(one)
    assert said(effects) == ["Cleo: expired"]
    assert isinstance(effects[0], Resolved)
    assert effects[0].reason == "Cleo went away."
    assert one.state == BOBS


@pytest.mark.parametrize("film", [False, True])
@pytest.mark.parametrize(("begin", "decide"), DECISIONS)
def test_who_is_back_in_time_is_granted_as_usual(
    begin: Callable[..., Authority], decide: Callable[[Authority], Effects], film: bool
) -> None:
    one = begin(film=film)
    one.away(CLEO.client_id)
    one.back(CLEO.client_id)
    assert said(decide(one)) == (["show Cleo's film"] if film else granted(CLEO))


@pytest.mark.parametrize("film", [False, True])
@pytest.mark.parametrize("begin", [asked, promised_to_her])
def test_who_is_away_inherits_nothing(begin: Callable[..., Authority], film: bool) -> None:
    one = begin(film=film)
    one.away(CLEO.client_id)
    assert said(one.gone(BOB.client_id, NOW + 2.0)) == ["Cleo: expired", "nobody holds it"]
    assert one.state == Free()
    one = begin(film=film)
    one.away(CLEO.client_id)
    assert said(one.release(BOB.client_id, 1, NOW + 2.0)) == ["Cleo: expired", "nobody holds it"]


def test_who_is_away_may_be_promised_it_for_it_may_be_back_in_time() -> None:
    one = contested(BOB, CLEO)
    one.away(CLEO.client_id)
    assert answer(one, BOB, CLEO, after_item=True) == ["Cleo asks"]
    assert isinstance(one.state, Promised)


@pytest.mark.parametrize("film", [False, True])
def test_who_is_away_takes_nothing_that_needs_no_consent(film: bool) -> None:
    """Its film was looked into meanwhile."""
    for one, override in ((free(), False), (free(), True), (held_by(BOB), True), (promised(BOB, CLEO), True)):
        one.away(ANN.client_id)
        before = one.state
        with pytest.raises(NotRegistered) as caught:
            ask(one, ANN, film=film, override=override)
        assert (caught.value.message, caught.value.hint) == ("You went away before this was decided.", "Ask again.")
        assert one.state == before
        one.back(ANN.client_id)
        ask(one, ANN, film=film, override=override)
        assert one.holds(ANN.client_id) or isinstance(one.state, HandingOver)


def test_who_is_away_may_ask_a_holder_for_it_may_be_back_in_time() -> None:
    one = held_by(BOB)
    one.away(CLEO.client_id)
    assert ask(one, CLEO) == ["Cleo asks"]
    one.back(CLEO.client_id)
    assert answer(one, BOB, CLEO) == granted(CLEO)

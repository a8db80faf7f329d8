"""An ask that is allowed for later is kept when the item ends, and meanwhile nobody else may ask (PROTOCOL §5.2)."""

from __future__ import annotations

import pytest

from controller.core.authority import HANDOVER, Authority
from controller.core.authority_state import Asked, Held, Party, Promised, Reign, Resolved
from protocol.errors import Forbidden, TakeoverInProgress
from tests.core.asking import (
    ANN,
    BOB,
    CLEO,
    DAN,
    FILM,
    NOW,
    answer,
    ask,
    contested,
    free,
    granted,
    held_by,
    promised,
    said,
    tick,
)

BOBS = Held(Reign(BOB, 1, 0.0))


# ── kept ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_promise_is_kept_when_the_film_ends() -> None:
    one = promised(BOB, CLEO)
    assert one.next_deadline() is None
    assert one.holds(BOB.client_id)
    assert said(one.item_ended(NOW + 3_000.0)) == granted(CLEO)
    assert one.item_ended(NOW + 3_000.0) == []


def test_a_promise_with_a_film_is_kept_when_that_film_is_shown() -> None:
    one = promised(BOB, CLEO, film=True)
    assert said(one.item_ended(NOW + 3_000.0)) == ["show Cleo's film"]
    assert one.next_deadline() == NOW + 3_000.0 + HANDOVER
    assert one.item_ended(NOW + 3_000.5) == [], "the old film may end while the new one is put on"
    assert said(one.shown("Cleo", NOW + 3_001.0)) == granted(CLEO)


def test_a_promise_whose_film_fails_is_over() -> None:
    one = promised(BOB, CLEO, film=True)
    one.item_ended(NOW + 3_000.0)
    assert said(one.failed("Cleo", "It does not open.")) == ["Cleo: failed"]
    assert one.state == BOBS


def test_without_an_item_to_wait_for_it_is_granted_at_once() -> None:
    assert answer(contested(BOB, CLEO), BOB, CLEO, after_item=True, on_screen=False) == granted(CLEO)
    assert answer(promised(BOB, CLEO), BOB, CLEO, after_item=True, on_screen=False) == granted(CLEO)


@pytest.mark.parametrize("film", [False, True])
def test_a_promise_is_due_as_soon_as_nothing_is_on_the_screen_for_whatever_reason(film: bool) -> None:
    one = promised(BOB, CLEO, film=film)
    assert tick(one, NOW + 2.0, playing=False) == []
    effects = tick(one, NOW + 2.0, playing=False, on_screen=False)
    assert effects == (["show Cleo's film"] if film else granted(CLEO))


def test_the_end_of_a_film_moves_nothing_that_was_not_promised() -> None:
    for one in (free(), held_by(BOB), contested(BOB, CLEO)):
        assert one.item_ended(NOW) == []
        assert tick(one, NOW, playing=False, on_screen=False) == []


def test_a_promise_can_be_repeated_and_kept_early() -> None:
    one = promised(BOB, CLEO)
    assert answer(one, BOB, CLEO, after_item=True) == ["Cleo asks"]
    assert answer(one, BOB, CLEO) == granted(CLEO)
    one = promised(BOB, CLEO, film=True)
    assert answer(one, BOB, CLEO) == ["show Cleo's film"]
    assert said(one.shown("Cleo", NOW + 2.0)) == granted(CLEO)


def test_a_promise_becomes_a_grant_when_the_holder_leaves() -> None:
    assert said(promised(BOB, CLEO).gone(BOB.client_id, NOW + 2.0)) == granted(CLEO)
    assert said(promised(BOB, CLEO).release(BOB.client_id, 1, NOW + 2.0)) == granted(CLEO)


def test_a_promise_with_a_film_is_handed_over_when_the_holder_leaves() -> None:
    one = promised(BOB, CLEO, film=True)
    assert said(one.gone(BOB.client_id, NOW + 2.0)) == ["nobody holds it", "show Cleo's film"]
    assert one.next_deadline() == NOW + 2.0 + HANDOVER
    assert said(one.shown("Cleo", NOW + 3.0)) == granted(CLEO)


# ── not kept ──────────────────────────────────────────────────────────────────────────────────────


def test_a_promise_is_taken_back_by_who_gave_it_and_by_who_got_it_and_by_nobody_else() -> None:
    one = promised(BOB, CLEO)
    with pytest.raises(Forbidden):
        answer(one, CLEO, CLEO, accept=False)
    with pytest.raises(Forbidden):
        one.cancel(BOB.client_id, "Cleo")
    assert answer(one, BOB, CLEO, accept=False) == ["Cleo: refused"]
    assert one.state == BOBS
    one = promised(BOB, CLEO)
    assert said(one.cancel(CLEO.client_id, "Cleo")) == ["Cleo: cancelled"]
    assert one.state == BOBS


def test_a_promise_ends_with_who_got_it() -> None:
    one = promised(BOB, CLEO)
    assert said(one.gone(CLEO.client_id, NOW + 2.0)) == ["Cleo: cancelled"]
    assert one.state == BOBS


# ── others ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", [ANN, DAN], ids=lambda who: who.name)
def test_while_the_screen_is_promised_nobody_else_may_ask(who: Party) -> None:
    one = promised(BOB, CLEO)
    before = one.state
    with pytest.raises(TakeoverInProgress) as caught:
        ask(one, who)
    assert caught.value.message == "The TV is promised to Cleo after this film."
    assert caught.value.hint == "Ask again after that."
    assert one.state == before
    assert one.next_deadline() is None, "silence decides nothing here"


def test_who_was_promised_it_and_asks_again_has_the_same_promise() -> None:
    one = promised(BOB, CLEO)
    before = one.pending(CLEO.client_id)
    assert before
    assert ask(one, CLEO, NOW + 2.0) == []
    assert one.pending(CLEO.client_id) == before
    assert one.pending(BOB.client_id) is None
    assert isinstance(one.state, Promised)


def override(one: Authority, *, film: bool) -> list[str]:
    """By Ann, whatever she has asked before; who loses a promise is told why."""
    effects = one.request(ANN, "now", film=FILM if film else None, override=True, now=NOW + 2.0)
    assert isinstance(effects[0], Resolved)
    assert effects[0].reason == "Ann takes the screen."
    assert not [effect for effect in effects if isinstance(effect, Asked)]
    return said(effects)


def test_an_owner_takes_a_screen_that_is_promised() -> None:
    one = promised(BOB, CLEO)
    assert override(one, film=False) == ["Cleo: refused", *granted(ANN)]
    assert one.state == Held(Reign(ANN, 2, NOW + 2.0))


def test_an_owner_who_was_promised_it_can_still_take_it_at_once() -> None:
    assert override(promised(BOB, ANN), film=False) == ["Ann: refused", *granted(ANN)]


def test_an_owners_film_takes_the_place_of_a_promise_and_of_nothing_else_until_it_is_shown() -> None:
    one = promised(BOB, CLEO, film=True)
    assert override(one, film=True) == ["Cleo: refused", "show Ann's film"]
    assert one.item_ended(NOW + 2.5) == []
    assert one.next_deadline() == NOW + 2.0 + HANDOVER
    assert said(one.failed("now", "It does not open.")) == ["Ann: failed"]
    assert one.state == BOBS

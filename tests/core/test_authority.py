"""Who asks for the screen is answered, and never are there two holders (PROTOCOL §5.1, 2 and 5)."""

from __future__ import annotations

import pytest

from controller.core.authority import ANSWER, ENOUGH, HANDOVER, PEACE, Authority
from controller.core.authority_state import Changed, Contested, Held, Party, Reign, Resolved
from protocol.errors import Forbidden, Overloaded, RateLimited, TakeoverInProgress, TakeoverNotFound
from protocol.values import ClientId
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
    handing_over,
    held_by,
    said,
    tick,
)

# ── asking ────────────────────────────────────────────────────────────────────────────────────────


def test_what_nobody_holds_is_granted_at_once() -> None:
    one = free()
    effects = one.request(BOB, "1", now=NOW)
    reign = Reign(BOB, 1, NOW)
    assert effects[0] == Changed(reign, NOW, "Nobody held it.")
    assert isinstance(effects[1], Resolved)
    assert (effects[1].outcome, effects[1].lease) == ("granted", 1)
    assert one.state == Held(reign)
    assert one.holds(BOB.client_id)
    assert one.next_deadline() is None


def test_a_holder_is_asked_and_has_15_seconds() -> None:
    one = held_by(BOB)
    assert ask(one, CLEO, text="Mine is shorter.") == ["Cleo asks"]
    assert isinstance(one.state, Contested)
    assert one.state.ask.message == "Mine is shorter."
    assert one.next_deadline() == NOW + ANSWER == NOW + 15.0
    assert one.holds(BOB.client_id)
    assert not one.holds(CLEO.client_id)


def test_who_asks_again_has_the_same_ask() -> None:
    one = contested(BOB, CLEO)
    before = one.pending(CLEO.client_id)
    assert one.request(CLEO, "another", film=FILM, now=NOW + 9.0) == []
    assert one.pending(CLEO.client_id) == before == one.ask
    assert one.next_deadline() == NOW + ANSWER


def test_who_holds_it_and_asks_again_changes_nothing_even_without_leases() -> None:
    one = Authority(lease=7, reserved=7)
    one.restore(ANN, 0.0)
    assert ask(one, ANN) == ask(one, ANN, override=True) == []
    assert one.state == Held(Reign(ANN, 8, 0.0))


def test_one_ask_at_a_time() -> None:
    one = contested(BOB, CLEO)
    with pytest.raises(TakeoverInProgress):
        ask(one, DAN)
    assert one.pending(DAN.client_id) is None
    one = handing_over(BOB, CLEO)
    for override in (False, True):
        with pytest.raises(TakeoverInProgress):
            ask(one, ANN, override=override)


def test_of_fifty_who_ask_at_once_one_is_granted_and_everybody_is_told() -> None:
    one, outcomes = free(), []
    for number in range(50):
        who = Party(ClientId(str(number)), str(number), "member")
        try:
            outcomes += ask(one, who)
        except TakeoverInProgress:
            outcomes.append(f"{number}: in progress")
    assert outcomes[:3] == ["0 holds it", "0: granted", "1 asks"]
    assert outcomes[3:] == [f"{number}: in progress" for number in range(2, 50)]
    assert tick(one, NOW + ANSWER, playing=True) == ["1 holds it", "1: granted"]


def test_without_stored_leases_nothing_is_promised() -> None:
    one = Authority(lease=8, reserved=8 + ENOUGH - 1)
    with pytest.raises(Overloaded):
        ask(one, BOB)
    one.reserve(8 + ENOUGH)
    one.reserve(1)
    assert ask(one, BOB) == granted(BOB)
    assert one.lease == 9


def test_an_owner_takes_it_without_asking_and_nobody_else_does() -> None:
    one = held_by(BOB)
    for who in (CLEO, DAN, BOB):
        with pytest.raises(Forbidden):
            ask(one, who, override=True)
    assert ask(one, ANN, override=True) == granted(ANN)


def test_an_owner_takes_it_over_an_ask() -> None:
    one = contested(BOB, CLEO)
    effects = one.request(ANN, "mine", override=True, now=NOW)
    assert said(effects) == ["Cleo: refused", *granted(ANN)]
    assert isinstance(effects[0], Resolved)
    assert effects[0].reason == "Ann takes the screen."
    assert one.state == Held(Reign(ANN, 2, NOW))


def test_an_owner_who_has_asked_can_still_take_it() -> None:
    one = contested(BOB, ANN)
    effects = one.request(ANN, "at last", override=True, now=NOW + 3.0)
    assert said(effects) == ["Ann: refused", *granted(ANN)]


# ── peace ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_holder_is_safe_from_the_one_before_for_5_seconds() -> None:
    one = contested(BOB, CLEO)
    answer(one, BOB, CLEO, now=NOW)
    with pytest.raises(RateLimited) as caught:
        ask(one, BOB, NOW + 1.0625)
    assert caught.value.retry_after_s == 4.0, "rounded up: who waits as long as it was told is heard"
    assert caught.value.message == "Cleo has just got the screen; give it a moment."
    assert ask(one, BOB, NOW + PEACE) == ["Bob asks"]


def test_who_lost_it_to_an_owner_is_told_the_truth_when_it_asks_back_at_once() -> None:
    one = held_by(BOB)
    ask(one, ANN, override=True)
    with pytest.raises(RateLimited, match=r"^Ann has just got the screen; give it a moment\.$"):
        ask(one, BOB, NOW + 4.0)
    assert ask(one, BOB, NOW + PEACE) == ["Bob asks"]


def test_an_owner_who_lost_it_to_another_owner_can_take_it_back_at_once() -> None:
    one = held_by(ANN)
    eve = Party(ClientId("eve"), "Eve", "owner")
    assert ask(one, eve, override=True) == granted(eve)
    assert ask(one, ANN, override=True) == granted(ANN)


def test_a_new_holder_is_not_safe_from_others_and_not_from_an_owner_who_overrides() -> None:
    one = contested(ANN, CLEO)
    answer(one, ANN, CLEO, now=NOW)
    assert ask(one, BOB, NOW) == ["Bob asks"]
    assert ask(one, ANN, NOW, override=True) == ["Bob: refused", *granted(ANN)]


def test_who_gave_it_back_to_nobody_may_ask_again_at_once() -> None:
    one = held_by(BOB)
    one.release(BOB.client_id, 1, NOW)
    ask(one, CLEO)
    assert ask(one, BOB) == ["Bob asks"]


# ── silence ───────────────────────────────────────────────────────────────────────────────────────


def silence(one: Authority, *, playing: bool) -> list[str]:
    assert tick(one, NOW + ANSWER - 0.001, playing=playing) == []
    effects = tick(one, NOW + ANSWER, playing=playing)
    assert one.next_deadline() is None
    return effects


def test_silence_grants_when_nothing_plays_even_to_a_guest() -> None:
    assert silence(contested(BOB, DAN), playing=False) == granted(DAN)


def test_silence_of_a_holder_who_is_away_grants_even_to_a_guest() -> None:
    one = contested(BOB, DAN)
    assert one.away(BOB.client_id) == []
    assert silence(one, playing=True) == granted(DAN)


def test_silence_while_a_film_plays_keeps_guests_off() -> None:
    one = contested(BOB, DAN)
    one.away(BOB.client_id)
    one.back(BOB.client_id)
    assert silence(one, playing=True) == ["Dan: expired"]
    assert one.state == Held(Reign(BOB, 1, 0.0))


def test_silence_while_a_film_plays_grants_to_a_member() -> None:
    assert silence(contested(BOB, CLEO), playing=True) == granted(CLEO)


def test_silence_grants_nothing_to_who_is_away() -> None:
    one = contested(BOB, CLEO)
    assert one.away(CLEO.client_id) == []
    assert silence(one, playing=False) == ["Cleo: expired"]
    assert one.holds(BOB.client_id)


def test_silence_upon_an_ask_with_a_film_shows_it_first() -> None:
    one = contested(BOB, CLEO, film=True)
    assert tick(one, NOW + ANSWER + 0.5, playing=True) == ["show Cleo's film"]
    assert one.next_deadline() == NOW + ANSWER + 0.5 + HANDOVER
    assert one.holds(BOB.client_id)


# ── answers ───────────────────────────────────────────────────────────────────────────────────────


def test_a_holder_allows() -> None:
    one = contested(BOB, CLEO)
    assert answer(one, BOB, CLEO) == granted(CLEO)
    assert one.state == Held(Reign(CLEO, 2, NOW + 1.0))


def test_a_holder_refuses() -> None:
    one = contested(BOB, CLEO)
    assert answer(one, BOB, CLEO, accept=False, after_item=True) == ["Cleo: refused"]
    assert one.state == Held(Reign(BOB, 1, 0.0))


@pytest.mark.parametrize("by", [ANN, CLEO, DAN], ids=lambda who: who.name)
def test_nobody_answers_for_the_holder(by: Party) -> None:
    one = contested(BOB, CLEO)
    with pytest.raises(Forbidden):
        answer(one, by, CLEO)
    assert isinstance(one.state, Contested)


def test_what_is_not_asked_is_not_found() -> None:
    for one in (free(), held_by(BOB), contested(BOB, CLEO)):
        with pytest.raises(TakeoverNotFound):
            answer(one, BOB, DAN)
        with pytest.raises(TakeoverNotFound):
            one.cancel(DAN.client_id, "Dan")


def test_what_is_decided_or_on_its_way_is_not_answered_again() -> None:
    one = contested(BOB, CLEO)
    answer(one, BOB, CLEO)
    with pytest.raises(TakeoverNotFound):
        answer(one, CLEO, CLEO)
    with pytest.raises(TakeoverNotFound):
        answer(handing_over(BOB, CLEO), BOB, CLEO, accept=False)


def test_who_asked_takes_it_back_and_nobody_else_does() -> None:
    one = contested(BOB, CLEO)
    for who in (ANN, BOB):
        with pytest.raises(Forbidden):
            one.cancel(who.client_id, "Cleo")
    assert said(one.cancel(CLEO.client_id, "Cleo")) == ["Cleo: cancelled"]
    assert one.state == Held(Reign(BOB, 1, 0.0))

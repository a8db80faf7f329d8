"""Authority moves when the asker's film is shown; what fails changes nothing; no old lease passes (PROTOCOL §5.3, 4 and 6)."""

from __future__ import annotations

import pytest

from controller.core.authority import ANSWER, HANDOVER, Authority
from controller.core.authority_state import Changed, Free, Held, Party, Reign, Resolved
from protocol.errors import NotAuthority, StaleLease, TakeoverInProgress
from tests.core.asking import (
    ANN,
    BOB,
    CLEO,
    DAN,
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

BOBS = Held(Reign(BOB, 1, 0.0))


# ── two phases ────────────────────────────────────────────────────────────────────────────────────


def test_an_ask_with_a_film_moves_nothing_until_it_is_shown() -> None:
    one = handing_over(BOB, CLEO)
    assert one.pending(CLEO.client_id) == one.ask
    assert one.next_deadline() == NOW + 1.0 + HANDOVER
    one.check(BOB.client_id, 1)
    assert said(one.shown("Cleo", NOW + 2.0)) == granted(CLEO)
    assert one.state == Held(Reign(CLEO, 2, NOW + 2.0))


def test_even_a_free_screen_is_granted_only_when_the_film_is_shown() -> None:
    one = free()
    assert ask(one, BOB, film=True) == ["show Bob's film"]
    assert one.reign is None
    with pytest.raises(TakeoverInProgress):
        ask(one, CLEO)
    assert said(one.shown("Bob", NOW + 1.0)) == granted(BOB)


def test_a_film_that_fails_leaves_all_as_it_was() -> None:
    one = handing_over(BOB, CLEO)
    effects = one.failed("Cleo", "It does not open.")
    assert said(effects) == ["Cleo: failed"]
    assert isinstance(effects[0], Resolved)
    assert effects[0].reason == "It does not open."
    assert one.state == BOBS
    one = free()
    ask(one, CLEO, film=True)
    assert said(one.failed("Cleo", "It does not open.")) == ["Cleo: failed"]
    assert one.state == Free()


def test_a_film_that_takes_more_than_5_seconds_is_called_off() -> None:
    one = handing_over(BOB, CLEO)
    assert tick(one, NOW + 5.9, playing=True) == []
    assert tick(one, NOW + 6.0, playing=True) == ["call Cleo's film off", "Cleo: failed"]
    assert one.state == BOBS


def test_news_of_a_film_that_is_not_on_its_way_are_not_heard() -> None:
    for one in (free(), held_by(BOB), contested(BOB, CLEO, film=True)):
        before = one.state
        assert one.shown("Cleo", NOW) == one.failed("Cleo", "late") == []
        assert one.state == before
    one = handing_over(BOB, CLEO)
    assert one.shown("Dan", NOW + 2.0) == one.failed("Dan", "another") == []
    tick(one, NOW + 6.0, playing=True)
    assert one.shown("Cleo", NOW + 6.1) == []
    assert one.state == BOBS


@pytest.mark.parametrize(
    ("outcome", "step"),
    [("failed", "away"), ("failed", "gone"), ("cancelled", "cancel")],
)
def test_an_asker_who_vanishes_or_thinks_better_of_it_calls_its_film_off(outcome: str, step: str) -> None:
    one = handing_over(BOB, CLEO)
    effects = {
        "away": lambda: one.away(CLEO.client_id),
        "gone": lambda: one.gone(CLEO.client_id, NOW + 2.0),
        "cancel": lambda: one.cancel(CLEO.client_id, "Cleo"),
    }[step]()
    assert said(effects) == ["call Cleo's film off", f"Cleo: {outcome}"]
    assert one.state == BOBS


def test_others_who_are_away_do_not_disturb_a_handover() -> None:
    one = handing_over(BOB, CLEO)
    assert one.away(BOB.client_id) == one.away(DAN.client_id) == one.gone(DAN.client_id, NOW + 2.0) == []
    assert said(one.shown("Cleo", NOW + 2.0)) == granted(CLEO)


@pytest.mark.parametrize("shown", [True, False])
def test_a_holder_who_leaves_in_mid_handover_leaves_it_to_the_film(shown: bool) -> None:
    one = handing_over(BOB, CLEO)
    assert said(one.gone(BOB.client_id, NOW + 2.0)) == ["nobody holds it"]
    assert one.next_deadline() == NOW + 1.0 + HANDOVER, "no second chance"
    with pytest.raises(NotAuthority):
        one.check(CLEO.client_id, 2)
    assert said(one.shown("Cleo", NOW + 3.0) if shown else one.failed("Cleo", "no")) == (
        granted(CLEO) if shown else ["Cleo: failed"]
    )
    assert one.state == (Held(Reign(CLEO, 2, NOW + 3.0)) if shown else Free())


# ── leaving ───────────────────────────────────────────────────────────────────────────────────────


def test_what_a_holder_gives_back_is_free() -> None:
    one = held_by(BOB)
    assert one.release(BOB.client_id, 1, NOW) == [Changed(None, NOW, "It was given back.")]
    assert (one.state, one.since) == (Free(), NOW)
    with pytest.raises(StaleLease):
        one.release(BOB.client_id, 1, NOW)


def test_what_a_holder_gives_back_goes_to_who_has_asked() -> None:
    one = contested(BOB, CLEO)
    assert said(one.release(BOB.client_id, 1, NOW + 1.0)) == granted(CLEO)
    one = contested(BOB, CLEO, film=True)
    assert said(one.release(BOB.client_id, 1, NOW + 1.0)) == ["nobody holds it", "show Cleo's film"]
    assert one.next_deadline() == NOW + 1.0 + HANDOVER


def test_a_holder_who_is_away_keeps_it_until_it_is_gone() -> None:
    one = held_by(BOB)
    assert one.away(BOB.client_id) == []
    one.check(BOB.client_id, 1)
    assert said(one.gone(BOB.client_id, NOW)) == ["nobody holds it"]
    assert one.state == Free()


def test_an_asker_who_leaves_has_asked_nothing() -> None:
    one = contested(BOB, CLEO)
    assert said(one.gone(CLEO.client_id, NOW + 1.0)) == ["Cleo: cancelled"]
    assert one.state == BOBS


def test_who_was_away_when_it_left_is_not_away_when_it_comes_anew() -> None:
    one = held_by(BOB)
    one.away(DAN.client_id)
    assert one.gone(DAN.client_id, NOW) == []
    ask(one, DAN)
    assert tick(one, NOW + ANSWER, playing=False) == granted(DAN)


# ── leases ────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_holder_with_the_present_lease_passes() -> None:
    one = contested(BOB, CLEO)
    answer(one, BOB, CLEO)
    one.check(CLEO.client_id, 2)
    with pytest.raises(StaleLease):
        one.check(BOB.client_id, 1)
    for who, lease in ((BOB, 2), (DAN, 2), (DAN, 0), (DAN, -1), (DAN, 3)):
        with pytest.raises(NotAuthority):
            one.check(who.client_id, lease)
    for lease in (0, 1, 3):
        with pytest.raises(StaleLease):
            one.check(CLEO.client_id, lease)


def test_nobody_passes_while_nobody_holds_it() -> None:
    for lease in (0, 1):
        with pytest.raises(NotAuthority):
            free().check(BOB.client_id, lease)


def test_a_lease_of_an_earlier_reign_does_not_pass_after_regaining_authority() -> None:
    one = held_by(BOB)
    one.release(BOB.client_id, 1, NOW)
    ask(one, BOB)
    one.check(BOB.client_id, 2)
    with pytest.raises(StaleLease):
        one.check(BOB.client_id, 1)


def after_a_restart(holder: Party) -> Authority:
    """All that was reserved may have been granted."""
    one = Authority(lease=100, reserved=100, since=50.0)
    one.restore(holder, 60.0)
    one.reserve(200)
    return one


def test_after_a_restart_the_holder_goes_on_with_a_lease_that_is_higher_than_all_before() -> None:
    one = after_a_restart(BOB)
    assert one.state == Held(Reign(BOB, 101, 60.0))
    assert one.since == 60.0
    assert one.next_deadline() is None
    one.check(BOB.client_id, 101)
    for lease in (1, 100):
        with pytest.raises(StaleLease):
            one.check(BOB.client_id, lease)
    assert ask(one, ANN, override=True) == granted(ANN)
    assert one.lease == 102


def test_after_a_restart_the_holder_is_away_until_it_is_back() -> None:
    one = after_a_restart(BOB)
    ask(one, DAN)
    assert tick(one, NOW + ANSWER, playing=True) == granted(DAN)
    one = after_a_restart(BOB)
    one.back(BOB.client_id)
    ask(one, DAN)
    assert tick(one, NOW + ANSWER, playing=True) == ["Dan: expired"]


def test_after_a_restart_without_a_holder_the_next_lease_is_higher_than_all_before() -> None:
    one = Authority(lease=100, reserved=200)
    assert ask(one, BOB) == granted(BOB)
    one.check(BOB.client_id, 101)

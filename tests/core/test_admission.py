"""Who may encode, in which order, and when the others may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.admission import (
    CAME_BACK,
    HEAD_START,
    KEPT,
    PATIENT,
    Asker,
    Capacity,
    Overload,
    Place,
    Promises,
    estimates,
    granted,
    in_haste,
    may_pass,
    time_left,
)
from controller.core.throttle import BUILT, HOLD_AHEAD
from protocol.values import Role
from tests.core.making import modest

TWO = Capacity(2.0)
ROLES: tuple[Role, ...] = ("owner", "member", "guest")


def asker(cost: float = 1.0, since: float = 0.0, role: Role = "member", lasts: float | None = 100.0) -> Asker:
    return Asker(cost, since, role, lasts=lasts)


def test_an_empty_box_takes_whatever_comes_and_no_more_beside_it() -> None:
    assert granted([], [asker(cost=9.0), asker()], TWO, 0.0) == [0]


def test_six_who_ask_for_two_places_get_them_in_their_order() -> None:
    line, places = [asker() for _ in range(6)], list[Place]()
    assert granted(places, line, TWO, 0.0) == [0, 1]
    places = [Place(1.0, 30.0), Place(1.0, 50.0)]
    assert granted(places, line[2:], TWO, 0.0) == []
    assert estimates(places, line[2:], TWO) == [30.0, 50.0, 130.0, 150.0]
    assert granted(places[1:], line[2:], TWO, 0.0) == [0]


def test_the_owner_of_the_box_may_say_how_many() -> None:
    assert granted([], [asker(cost=0.1)] * 4, Capacity(2.0, most=3), 0.0) == [0, 1, 2]
    assert granted([], [asker(cost=9.0)] * 4, Capacity(2.0, most=3), 0.0) == [0, 1, 2]


def test_who_costs_less_may_pass_until_somebody_has_waited_for_long() -> None:
    places, line = [Place(1.5, None)], [asker(cost=1.0), asker(cost=0.5), asker(cost=0.5)]
    assert granted(places, line, TWO, PATIENT - 1.0) == [1]
    assert granted(places, line, TWO, PATIENT) == []
    assert may_pass(line, PATIENT - 1.0)
    assert not may_pass(line, PATIENT)
    assert may_pass([], 0.0)


def test_what_was_promised_begins_without_room_and_before_others_but_only_one() -> None:
    places = [Place(1.8, None)]
    full, word = asker(cost=1.0), Asker(0.5, 0.0, "member", promised=True)
    assert granted(places, [full, word, word], TWO, PATIENT - 1.0) == [1]
    assert granted(places, [full, word], TWO, PATIENT) == [1]
    assert granted([Place(1.5, None)], [asker(cost=0.5), word], TWO, 0.0) == [0], "the room went to somebody else"


def test_an_offer_is_kept_for_who_got_it_for_a_while_and_until_somebody_begins() -> None:
    one = Promises()
    one.make("me", "480p", 0.0)
    one.make("you", "480p", 5.0)
    held = [one.hold("me", "480p", KEPT - 0.1), one.hold("me", "480p", KEPT), one.hold("me", "720p", 1.0)]
    assert held == [True, False, False]
    one.make("me", "480p", KEPT)
    assert one.hold("me", "480p", KEPT + 5.0)
    assert one.hold("you", "480p", KEPT)
    one.void()
    assert not one.hold("me", "480p", KEPT)


def test_offers_that_nobody_took_up_are_forgotten() -> None:
    one = Promises()
    for number in range(100):
        one.make(f"guest {number}", "480p", float(number))
    assert len(one._until) == KEPT


def test_turns_are_by_time_with_a_head_start_by_role_and_for_who_comes_back() -> None:
    guest, member, owner = (asker(since=100.0, role=role).turn for role in ("guest", "member", "owner"))
    assert owner < member < guest
    assert asker(since=100.0, role="guest").turn < asker(since=100.0 + HEAD_START["owner"] + 1, role="owner").turn
    assert Asker(1.0, 100.0, "guest", came_back=True).turn == 100.0 - CAME_BACK < owner


def test_a_line_is_news_once_and_again_only_after_there_was_none_for_a_while() -> None:
    one = Overload()
    assert [one.is_news(now, waiting=waiting) for now, waiting in ((0.0, False), (1.0, True), (2.0, True))] == [
        False,
        True,
        False,
    ]
    assert not one.is_news(50.0, waiting=True), "it has only been shorter for a moment"
    assert not one.is_news(200.0, waiting=False)
    assert one.is_news(201.0, waiting=True)


def test_when_nobody_can_know_nothing_is_promised() -> None:
    places = [Place(1.0, None), Place(1.0, 10.0)]
    assert estimates(places, [asker(lasts=None), asker(), asker()], TWO) == [10.0, None, None]


@pytest.mark.parametrize(
    ("film", "ahead", "speed", "rate", "left"),
    [
        (0.0, 0.0, 0.0, 1.0, 0.0),
        (100.0, 0.0, 0.0, 1.0, None),
        (100.0, 0.0, 0.5, 1.0, 200.0),
        (100.0, 0.0, 10.0, 1.0, HOLD_AHEAD / 9 + (100.0 - 10.0 * HOLD_AHEAD / 9)),
        (50.0, 0.0, 10.0, 1.0, 5.0),
        (100.0, HOLD_AHEAD, 10.0, 2.0, 50.0),
        (100.0, 0.0, 10.0, 0.0, None),
        (50.0, 0.0, 10.0, 0.0, 5.0),
    ],
)
def test_how_long_an_encoder_is_needed(
    film: float, ahead: float, speed: float, rate: float, left: float | None
) -> None:
    assert time_left(film, ahead, speed, rate) == (None if left is None else pytest.approx(left))


def test_haste_is_made_until_enough_lies_ahead_or_to_the_end_of_what_is_short() -> None:
    assert [in_haste(film, ahead) for film, ahead in ((100.0, 0.0), (100.0, 15.0), (100.0, 30.0), (30.0, 0.0))] == [
        BUILT,
        BUILT - 15.0,
        0.0,
        30.0,
    ]


costs = st.sampled_from([0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])
times = st.none() | st.integers(0, 1_000).map(float)
places_ = st.lists(st.builds(Place, costs, times), max_size=5)
lines = st.lists(
    st.builds(Asker, costs, st.integers(0, 900).map(float), st.sampled_from(ROLES), st.booleans(), times), max_size=8
).map(lambda line: sorted(line, key=lambda one: one.turn))
capacities = st.builds(Capacity, st.sampled_from([0.5, 1.0, 2.0, 4.0]), st.none() | st.integers(1, 4))


@modest(examples=150)
@given(places_, lines, capacities)
def test_nobody_begins_for_whom_there_is_no_room_and_the_first_never_waits_beside_it(
    places: list[Place], line: list[Asker], capacity: Capacity
) -> None:
    begun = granted(places, line, capacity, 900.0)
    taken = [place.cost for place in places]
    for index in begun:
        assert capacity.has_room(taken, line[index].cost)
        taken.append(line[index].cost)
    if line and 0 not in begun:
        assert not capacity.has_room([place.cost for place in places], line[0].cost)
    assert begun == sorted(set(begun))


@modest(examples=150)
@given(places_, lines, capacities)
def test_estimates_follow_the_line_and_are_now_for_who_may_begin_now(
    places: list[Place], line: list[Asker], capacity: Capacity
) -> None:
    found = estimates(places, line, capacity)
    assert len(found) == len(line)
    known = [float("inf") if each is None else each for each in found]
    assert known == sorted(known)
    if line and capacity.has_room([place.cost for place in places], line[0].cost):
        assert found[0] == 0.0

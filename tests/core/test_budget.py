"""A budget: so many at once, one more every so often, and a refusal that says how long to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.budget import Budget, Budgets
from protocol.errors import RateLimited
from tests.core.making import modest

NOW = 1_000.0


def spent(budget: Budget, count: int = 1, now: float = NOW) -> Budget:
    budget.take(count, now)
    return budget


def test_a_budget_may_be_spent_at_once_and_then_says_when_there_is_more() -> None:
    budget = spent(Budget(5, 60.0, "films"), 5)
    with pytest.raises(RateLimited) as caught:
        budget.take(1, NOW + 6)
    assert (caught.value.retryable, caught.value.retry_after_s) == (True, 54.0)
    assert caught.value.message == "No more than 5 films at once, and one more every 60 s."
    budget.take(1, NOW + 60)


def test_taking_is_all_or_nothing_and_a_refusal_costs_nothing() -> None:
    budget = spent(Budget(5, 60.0), 3)
    with pytest.raises(RateLimited) as caught:
        budget.take(4, NOW)
    assert caught.value.retry_after_s == 120.0
    assert budget.left(NOW) == 2
    budget.take(2, NOW)


def test_more_than_ever_fits_is_never_allowed_and_says_so() -> None:
    budget = Budget(5, 60.0)
    with pytest.raises(RateLimited) as caught:
        budget.take(6, NOW)
    assert (caught.value.retryable, caught.value.retry_after_s) == (False, None)
    assert budget.left(NOW) == 5


def test_what_was_spent_comes_back_up_to_the_most() -> None:
    budget = spent(Budget(5, 60.0), 5)
    assert [budget.left(NOW + seconds) for seconds in (0, 59, 60, 299, 300, 9_000)] == [0, 0, 1, 4, 5, 5]
    assert [budget.full(NOW + seconds) for seconds in (299, 300)] == [False, True]


def test_everybody_has_a_budget_and_what_is_full_again_is_forgotten() -> None:
    budgets = Budgets[str](2, 10.0, "suggestions")
    budgets.take("ann", 2, NOW)
    budgets.take("bob", 1, NOW)
    with pytest.raises(RateLimited, match="2 suggestions"):
        budgets.take("ann", 1, NOW)
    assert [budgets.left(who, NOW) for who in ("ann", "bob", "cleo")] == [0, 1, 2]
    budgets.take("cleo", 1, NOW + 15)
    assert len(budgets) == 2  # bob's is full again
    assert budgets.left("ann", NOW + 15) == 1


def test_who_is_refused_at_first_leaves_no_bucket_behind() -> None:
    budgets = Budgets[str](2, 10.0)
    with pytest.raises(RateLimited):
        budgets.take("ann", 3, NOW)
    assert len(budgets) == 0


@given(
    most=st.integers(1, 10),
    every=st.sampled_from([0.5, 6.0, 60.0]),
    steps=st.lists(st.tuples(st.integers(1, 4), st.floats(0, 200)), max_size=40),
)
@modest()
def test_nobody_gets_more_than_the_most_and_one_every_so_often_and_who_waits_as_told_gets_it(
    most: int, every: float, steps: list[tuple[int, float]]
) -> None:
    budget, now, taken = Budget(most, every), NOW, 0
    for count, gap in steps:
        now += gap
        try:
            budget.take(count, now)
        except RateLimited as error:
            if error.retry_after_s is None:
                assert count > most
                continue
            now += error.retry_after_s
            budget.take(count, now)
        taken += count
        assert taken <= most + (now - NOW) / every + 1e-6

"""Bursts pass, floods are refused, and a flood that goes on is cut off."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.core.rate_limit import PATIENCE, RateLimit
from tests.core.making import modest


def admitted(limit: RateLimit, now: float, count: int) -> int:
    return sum(limit.admit(now) for _ in range(count))


def test_a_burst_passes_and_what_is_beyond_it_does_not() -> None:
    assert admitted(RateLimit(100, 200), 1_000.0, 300) == 200


def test_tokens_come_back_at_the_rate_up_to_the_burst() -> None:
    limit = RateLimit(100, 200)
    admitted(limit, 1_000.0, 200)
    assert admitted(limit, 1_000.5, 300) == 50
    assert admitted(limit, 2_000.0, 300) == 200


def test_a_rate_of_zero_means_no_limit() -> None:
    limit = RateLimit(0, 0)
    assert admitted(limit, 5.0, 10_000) == 10_000
    assert not limit.hopeless(1e9)


def test_who_keeps_to_the_rate_is_never_refused() -> None:
    limit = RateLimit(100, 200)
    assert all(limit.admit(1_000 + step / 100) for step in range(5_000))
    assert not limit.hopeless(1_050.0)


@given(
    gaps=st.lists(st.floats(0, 0.5), min_size=1, max_size=80),
    rate=st.sampled_from([1, 10, 100]),
    burst=st.sampled_from([1, 5, 20]),
)
@modest(30)
def test_in_no_stretch_of_time_pass_more_than_a_burst_and_the_rate(gaps: list[float], rate: int, burst: int) -> None:
    limit, now, passed = RateLimit(rate, burst), 50.0, []
    for gap in gaps:
        now += gap
        if limit.admit(now):
            passed.append(now)
    for first in range(len(passed)):
        for last in range(first, min(first + 40, len(passed))):
            assert last - first + 1 <= burst + (passed[last] - passed[first]) * rate + 1e-6


@given(gaps=st.lists(st.floats(0, 0.5), min_size=1, max_size=100), burst=st.integers(1, 20))
@modest(40)
def test_who_is_refused_has_spent_the_burst(gaps: list[float], burst: int) -> None:
    limit, now = RateLimit(10, burst), 50.0
    for passed, gap in enumerate(gaps):
        now += gap
        if not limit.admit(now):
            assert passed >= burst
            return


def test_a_flood_of_five_seconds_is_hopeless_and_a_shorter_one_is_not() -> None:
    limit = RateLimit(100, 200)
    first_refusal = None
    for step in range(6_000):
        now = 1_000 + step / 1_000
        if not limit.admit(now) and first_refusal is None:
            first_refusal = now
        assert limit.hopeless(now) is (first_refusal is not None and now - first_refusal >= PATIENCE)
    assert first_refusal is not None


def test_who_stops_flooding_until_half_the_burst_is_back_has_another_five_seconds() -> None:
    limit = RateLimit(100, 200)
    admitted(limit, 1_000.0, 201)
    admitted(limit, 1_004.0, 300)
    assert not limit.hopeless(1_005.0)
    assert limit.hopeless(1_009.0)


def test_a_short_pause_in_a_flood_earns_no_patience() -> None:
    limit = RateLimit(100, 200)
    admitted(limit, 1_000.0, 201)
    admitted(limit, 1_000.9, 300)
    assert limit.hopeless(1_005.0)

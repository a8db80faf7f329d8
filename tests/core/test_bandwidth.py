"""How fast bytes may leave, by a clock of the test's own."""

from __future__ import annotations

import pytest

from controller.core.bandwidth import BURST, LEAST_PIECE, PIECE, Bandwidth, Bucket, bytes_per_second


def sent_in(bucket: Bucket, seconds: float, piece: int, late: float = 0.0) -> int:
    """The bytes that leave within so many seconds, when each wait is a little too long."""
    now, sent = 0.0, 0
    while True:
        wait = bucket.spend(piece, now)
        now += wait + (late if wait else 0.0)
        if now > seconds:
            return sent
        sent += piece


@pytest.mark.parametrize("rate", [125_000.0, 1_250_000.0, 125_000_000.0])
@pytest.mark.parametrize("late", [0.0, 0.002])
def test_the_average_is_what_was_asked_for_even_when_every_wait_is_a_little_too_long(rate: float, late: float) -> None:
    piece = Bandwidth[str](rate, None).piece
    sent = sent_in(Bucket(rate), 10.0, piece, late)
    assert rate * 10 * 0.98 <= sent <= rate * (10 + BURST) + piece


def test_who_has_sent_nothing_for_an_hour_has_saved_up_no_more_than_a_moments_worth() -> None:
    bucket = Bucket(1_000.0)
    bucket.spend(100, 0.0)
    assert bucket.spend(100, 3_600.0) == 0
    assert bucket.spend(1_000, 3_600.0) == pytest.approx(1.0)


def test_a_client_waits_for_itself_and_not_for_another() -> None:
    bandwidth = Bandwidth[str](1_000.0, None)
    assert bandwidth.spend_own("ann", 1_100, 0.0) == pytest.approx(1.0)
    assert bandwidth.spend_own("bob", 100, 0.0) == 0
    assert bandwidth.spend_own("ann", 1_000, 1.0) == pytest.approx(1.0)
    assert bandwidth.spend_shared(1_000_000, 0.0) == 0


def test_what_all_send_is_bounded_together() -> None:
    bandwidth = Bandwidth[str](None, 1_000.0)
    assert bandwidth.spend_own("ann", 1_000_000, 0.0) == 0
    assert bandwidth.spend_shared(600, 0.0) == pytest.approx(0.5)
    assert bandwidth.spend_shared(600, 0.0) == pytest.approx(1.1)


def test_who_has_sent_nothing_lately_is_forgotten() -> None:
    bandwidth = Bandwidth[str](1_000.0, None)
    for number in range(50):
        bandwidth.spend_own(f"guest {number}", 100, float(number))
    assert len(bandwidth) == 1


def test_without_a_bound_nobody_waits() -> None:
    assert not Bandwidth[str](None, None).bounded
    assert Bandwidth[str](1.0, None).bounded
    assert Bandwidth[str](None, 1.0).bounded


def test_a_slow_line_gets_small_pieces() -> None:
    assert Bandwidth[str](None, None).piece == PIECE
    assert Bandwidth[str](1_000.0, 1e9).piece == LEAST_PIECE
    assert Bandwidth[str](200_000.0, None).piece == 10_000


def test_a_megabit_is_a_million_bits() -> None:
    assert bytes_per_second(8) == 1_000_000
    assert bytes_per_second(None) is None

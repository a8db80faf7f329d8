"""How many threads an encoder gets."""

from __future__ import annotations

import pytest

from controller.core.threads import threads


def test_an_encoder_alone_takes_all_that_it_likes() -> None:
    assert threads(8, 0, eager=False) is None


def test_an_encoder_that_somebody_waits_for_takes_all_that_it_likes() -> None:
    assert threads(8, 30, eager=True) is None


@pytest.mark.parametrize(
    ("cores", "others", "each"), [(8, 1, 4), (8, 2, 2), (8, 7, 1), (8, 30, 1), (2, 1, 1), (1, 1, 1)]
)
def test_beside_others_each_takes_its_part_and_at_least_one(cores: int, others: int, each: int) -> None:
    assert threads(cores, others, eager=False) == each

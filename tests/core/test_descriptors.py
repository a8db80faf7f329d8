"""How many connections there may be."""

from __future__ import annotations

import pytest

from controller.core.descriptors import EACH, OTHERS, most_connections


@pytest.mark.parametrize("descriptors", [600, 1_024, 20_000, 1_048_576])
def test_connections_leave_room_for_encoders_and_for_a_file_each(descriptors: int) -> None:
    most = most_connections(descriptors)
    assert most * EACH + OTHERS <= descriptors
    assert (most + 1) * EACH + OTHERS > descriptors


@pytest.mark.parametrize(("descriptors", "most"), [(256, 64), (64, 16), (4, 1), (1, 1)])
def test_of_few_descriptors_half_are_for_everything_else(descriptors: int, most: int) -> None:
    assert most_connections(descriptors) == most

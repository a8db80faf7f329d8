"""What Hypothesis tries depends on the seed alone: a failure in one worker, or on another machine, is found again here."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given, seed, settings
from hypothesis.internal.conjecture.providers import _get_local_constants

from tests.core.making import modest


def drawn() -> list[int]:
    """What is tried for a seed."""
    found: list[int] = []

    @seed(1)
    @modest(examples=200)
    @given(number=st.integers())
    def look(number: int) -> None:
        found.append(number)

    look()
    return found


def test_a_module_that_is_loaded_later_changes_no_example() -> None:
    before = drawn()
    import controller.app

    assert controller.app.__file__
    assert drawn() == before
    assert len(_get_local_constants()) == 0


def test_a_machine_that_checks_draws_no_other_examples() -> None:
    assert settings.get_current_profile_name() == "everywhere"
    assert not settings().derandomize
    assert settings().database is None

"""Fair turns: who has queued little comes before who has queued much."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.queue import QueuedItem
from controller.core.turns import turn
from tests.core.making import modest
from tests.core.queueing import item


def coming(people: str) -> list[QueuedItem]:
    """Items by their people, a letter each; a dash is nobody's."""
    return [replace(item(str(n)), person=None if who == "-" else who) for n, who in enumerate(people)]


def added(people: str, *who: str) -> str:
    """The people in order, after somebody has added one, and another, each in its turn."""
    line = people
    for one in who:
        at = turn(coming(line), one)
        line = line[:at] + one + line[at:]
    return line


@pytest.mark.parametrize(
    ("people", "who", "then"),
    [
        ("", "a", "a"),
        ("a", "a", "aa"),
        ("aaa", "b", "abaa"),
        ("abaa", "b", "ababa"),
        ("ab", "c", "abc"),
        ("aabb", "c", "aabcb"),
        ("---", "a", "---a"),
        ("a--", "a", "a--a"),
        ("aa-", "b", "aa-b"),
    ],
)
def test_one_more_comes_at_the_end_of_its_round(people: str, who: str, then: str) -> None:
    assert added(people, who) == then


def test_two_people_who_add_all_at_once_take_turns() -> None:
    assert added("", *"aaaaa", *"bbb") == "abababaa"


@modest(100)
@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_when_everybody_adds_in_turn_nobodys_next_comes_before_somebodys_earlier(who: list[str]) -> None:
    line = added("", *who)
    rounds = [line[: n + 1].count(one) for n, one in enumerate(line)]
    assert rounds == sorted(rounds)
    assert sorted(line) == sorted(who)

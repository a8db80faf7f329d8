"""Stretches of a long list: what they hold is the list, and an edit changes few of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.chunks import ABOUT, MOST, Chunk, Chunks, is_cut
from tests.core.making import modest

MANY = [f"item {number}" for number in range(10_000)]
UNCUT = [id_ for id_ in MANY if not is_cut(id_)]


def cut_again(chunks: Chunks, ids: Sequence[str]) -> list[Chunk]:
    """Knowing what is as it was the last time."""
    last, room = chunks.last, min(len(ids), len(chunks.last))
    head = next((index for index in range(room) if ids[index] != last[index]), room)
    tail = next((index for index in range(room - head) if ids[-1 - index] != last[-1 - index]), room - head)
    return chunks.cut(ids, head, tail)


def fresh() -> Chunks:
    return Chunks()


def names(chunks: Sequence[Chunk]) -> list[str]:
    return [chunk.name for chunk in chunks]


def joined(chunks: Sequence[Chunk]) -> list[str]:
    return [id_ for chunk in chunks for id_ in chunk.ids]


def test_nothing_has_no_stretches() -> None:
    assert fresh().cut([]) == []


def test_a_stretch_holds_about_64_entries() -> None:
    sizes = [len(chunk.ids) for chunk in fresh().cut(MANY)]
    assert ABOUT / 2 < sum(sizes) / len(sizes) < ABOUT * 2
    assert max(sizes) <= MOST


def test_a_stretch_without_a_cut_ends_after_512_entries() -> None:
    chunks = fresh().cut(UNCUT[: MOST + 5])
    assert [(len(chunk.ids), chunk.closed) for chunk in chunks] == [(MOST, True), (5, False)]


@pytest.mark.parametrize("at", [0, 1, 4_321, 9_999, 10_000])
def test_one_entry_more_or_less_changes_at_most_two_stretches(at: int) -> None:
    chunks = fresh()
    before = set(names(chunks.cut(MANY)))
    longer = set(names(chunks.cut([*MANY[:at], "new", *MANY[at:]])))
    shorter = set(names(chunks.cut([*MANY[: at - 1], *MANY[at:]])))
    assert (len(longer - before) <= 2, len(shorter - longer) <= 4) == (True, True)


def test_a_move_changes_at_most_four_stretches() -> None:
    chunks = fresh()
    before = set(names(chunks.cut(MANY)))
    assert len(set(names(chunks.cut([*MANY[1:5_000], MANY[0], *MANY[5_000:]]))) - before) <= 4


@pytest.mark.parametrize("cut", [True, False])
def test_the_last_stretch_grows_until_it_is_closed(cut: bool) -> None:
    last = next(id_ for id_ in MANY if is_cut(id_) is cut)
    chunks = fresh()
    (first,) = chunks.cut(UNCUT[:3])
    (longer,) = chunks.cut([*UNCUT[:3], last])
    assert (first.closed, longer.closed) == (False, cut)
    assert names(chunks.cut([*UNCUT[:3], last, UNCUT[4]])) != [longer.name]


LISTS = st.lists(st.sampled_from(MANY[:400]), unique=True, max_size=300)


@modest(100)
@given(lists=st.lists(LISTS, max_size=5))
def test_whatever_came_before_the_same_list_has_the_same_stretches(lists: list[list[str]]) -> None:
    chunks = fresh()
    for each in lists:
        cut = chunks.cut(each)
        assert joined(cut) == each
        assert cut == fresh().cut(each)


@modest(100)
@given(lists=st.lists(LISTS, min_size=1, max_size=3), at=st.integers(0, 300), gone=st.integers(0, 3))
def test_where_it_is_known_to_be_as_before_it_is_cut_as_before(lists: list[list[str]], at: int, gone: int) -> None:
    chunks = fresh()
    for each in (*lists, [*lists[-1][:at], "new", *lists[-1][at + gone :]], lists[-1], lists[-1]):
        assert cut_again(chunks, each) == fresh().cut(each)


@pytest.mark.parametrize("at", [0, 1, 4_321, 9_999, 10_000])
def test_only_what_is_not_known_is_looked_at(at: int) -> None:
    chunks = fresh()
    chunks.cut(MANY)
    longer = _Watched([*MANY[:at], "new", *MANY[at:]])
    assert joined(chunks.cut(longer, at, len(MANY) - at)) == longer
    assert longer.looked_at < 4 * MOST


class _Watched(list[str]):
    """Counts what is looked at."""

    looked_at = 0

    def __getitem__(self, where: Any) -> Any:
        found = super().__getitem__(where)
        self.looked_at += len(found) if isinstance(where, slice) else 1
        return found


@modest(100)
@given(one=LISTS, other=LISTS)
def test_stretches_of_one_name_hold_the_same(one: list[str], other: list[str]) -> None:
    first = {chunk.name: chunk.ids for chunk in fresh().cut(one)}
    for chunk in fresh().cut(other):
        assert first.get(chunk.name, chunk.ids) == chunk.ids

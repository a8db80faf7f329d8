"""The last edits can be taken back, and what others did since stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.core.queue import ClientQueue
from controller.core.queue_history import EDITS
from protocol.errors import ItemNotFound, Overloaded
from tests.core.queueing import around, ids, item, items, queue

EDITINGS: tuple[Callable[[ClientQueue], None], ...] = (
    lambda one: one.add(items("xy")),
    lambda one: one.add(items("xy"), "next"),
    lambda one: one.add(items("xy"), 0),
    lambda one: one.remove("ae"),
    lambda one: one.remove("bcd"),
    lambda one: one.move("a"),
    lambda one: one.move("e", "b"),
    lambda one: one.move("c", "a"),
    lambda one: one.clear(),
    lambda one: one.replace(items("xyz")),
    lambda one: one.replace(items("xyz"), "y"),
)


@pytest.mark.parametrize("edit", EDITINGS)
def test_every_edit_can_be_undone_as_a_new_version(edit: Callable[[ClientQueue], None]) -> None:
    one = queue()
    edit(one)
    assert ids(one) != "abcde"
    one.undo()
    assert (ids(one), around(one), one.version) == ("abcde", "bcd", 2)


@pytest.mark.parametrize("edit", EDITINGS)
def test_an_edit_around_a_gap_can_be_undone_and_the_gap_is_where_it_was(edit: Callable[[ClientQueue], None]) -> None:
    one = queue("abkcde", "k")
    one.remove("k")
    edit(one)
    one.undo()
    assert (ids(one), around(one)) == ("abcde", "b-c")
    one.undo()
    assert (ids(one), around(one)) == ("abkcde", "bkc")


def test_edits_are_undone_one_by_one_the_last_one_first() -> None:
    one = queue()
    one.add(items("xy"))
    one.remove("bd")
    one.move("y", "a")
    one.clear()
    found = []
    for _ in range(4):
        one.undo()
        found.append(ids(one))
    assert found == ["yacex", "acexy", "abcdexy", "abcde"]


def test_when_nothing_was_edited_there_is_nothing_to_undo() -> None:
    one = queue()
    one.jump("d")
    one.set_mode("all", shuffle=False, seed="s")
    with pytest.raises(ItemNotFound):
        one.undo()
    assert (ids(one), one.version) == ("abcde", 2)


def test_an_undo_is_not_undone() -> None:
    one = queue()
    one.remove("a")
    one.undo()
    with pytest.raises(ItemNotFound):
        one.undo()


def test_twenty_edits_can_be_undone() -> None:
    one = ClientQueue()
    for number in range(EDITS + 5):
        one.add([item(str(number))])
    for _ in range(EDITS):
        one.undo()
    assert ids(one) == "01234"
    with pytest.raises(ItemNotFound):
        one.undo()


def test_of_many_removed_items_the_last_edit_is_always_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.core.queue_history.ITEMS", 3)
    one = queue()
    one.remove("a")
    one.remove("bcde")
    one.undo()
    assert ids(one) == "bcde"
    with pytest.raises(ItemNotFound):
        one.undo()


# ── with others ───────────────────────────────────────────────────────────────────────────────────


def test_what_i_removed_comes_back_beside_its_neighbours_in_what_others_made_of_the_list() -> None:
    one = queue("abcdefg", None)
    one.remove("bcf", by="me")
    one.add(items("xy"), 1, by="you")
    one.remove("e", by="you")
    assert ids(one) == "axydg"
    one.undo(by="me")
    assert ids(one) == "abcxydfg"


def test_what_i_added_goes_and_what_others_added_stays() -> None:
    one = queue()
    one.add(items("xy"), 1, by="me")
    one.add([item("z")], 2, by="you")
    one.remove("x", by="you")
    one.undo(by="me")
    assert ids(one) == "azbcde"
    with pytest.raises(ItemNotFound):
        one.undo(by="me")
    one.undo(by="you")
    assert ids(one) == "axzbcde"


def test_what_i_moved_goes_back_unless_somebody_removed_it() -> None:
    one = queue()
    one.move("a", by="me")
    one.move("b", by="me")
    one.remove("b", by="you")
    one.add([item("x")], by="you")
    one.undo(by="me")
    assert ids(one) == "acdex"


def test_an_edit_that_no_longer_shows_is_passed_over() -> None:
    one = queue()
    one.remove("a", by="me")
    one.add([item("x")], by="me")
    one.remove("x", by="you")
    one.undo(by="me")
    assert (ids(one), one.version) == ("abcde", 4)


def test_what_came_back_otherwise_stays_where_it_is() -> None:
    one = queue()
    one.remove("a", by="me")
    one.add([item("a")], by="you")
    with pytest.raises(ItemNotFound):
        one.undo(by="me")
    assert ids(one) == "bcdea"


def test_a_cleared_list_comes_back_around_what_was_added_since() -> None:
    one = queue()
    one.clear(by="me")
    one.add(items("xy"), by="you")
    one.undo(by="me")
    assert (ids(one), around(one)) == ("abcdexy", "bcd")


def test_what_became_present_since_stays_present() -> None:
    one = queue()
    one.clear(by="me")
    one.add(items("xy"), by="you")
    one.jump("x")
    one.undo(by="me")
    assert (ids(one), around(one)) == ("abcdexy", "exy")


def test_a_gap_that_came_since_stays_where_it_is() -> None:
    one = queue("abcd", "d")
    one.remove("b", by="me")
    one.jump("a")
    one.remove("a", by="you")
    one.undo(by="me")
    assert (ids(one), around(one)) == ("bcd", "--b")


def test_what_i_added_goes_though_it_is_present_and_what_was_around_it_remains() -> None:
    one = queue()
    one.add([item("x")], "next")
    one.jump("x")
    one.undo()
    assert (ids(one), around(one)) == ("abcde", "c-d")


def test_a_replaced_list_comes_back_where_it_was_when_the_new_one_was_begun() -> None:
    one = queue()
    one.replace(items("xyz"))
    one.jump("z")
    one.undo()
    assert (ids(one), around(one)) == ("abcde", "bcd")


def test_without_room_nothing_comes_back_and_it_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.core.queue.MOST", 5)
    one = queue()
    one.remove("ab", by="me")
    one.add([item("x")], by="you")
    with pytest.raises(Overloaded):
        one.undo(by="me")
    assert (ids(one), one.version) == ("cdex", 2)
    one.remove("x")
    one.undo(by="me")
    assert ids(one) == "abcde"

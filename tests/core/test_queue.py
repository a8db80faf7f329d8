"""A queue keeps its ids, counts its edits, and knows what comes next even when the present item is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.core.queue import MOST, ClientQueue, QueueMemory
from protocol.errors import ItemNotFound, Overloaded, VersionConflict
from protocol.values import Repeat
from tests.core.queueing import around, go_back, go_on, ids, item, items, play_through, queue, shuffled


def test_a_queue_without_a_present_item_begins_at_its_beginning() -> None:
    assert around(queue(current=None)) == "--a"
    assert around(ClientQueue()) == "---"


def test_a_queue_that_was_stored_goes_on_where_it_was() -> None:
    stored = ClientQueue([item("a"), item("b"), item("c")], "b", 7)
    assert (around(stored), stored.version) == ("abc", 7)


def test_a_stored_present_item_that_is_not_in_the_queue_is_none() -> None:
    assert around(queue(current="x")) == "--a"


def test_at_the_ends_there_is_nothing_before_and_nothing_after() -> None:
    assert around(queue(current="a")) == "-ab"
    assert around(queue(current="e")) == "de-"


@pytest.mark.parametrize(
    ("at", "order"),
    [
        ("end", "abcdexy"),
        ("next", "abcxyde"),
        (0, "xyabcde"),
        (2, "abxycde"),
        (3, "abcxyde"),
        (5, "abcdexy"),
        (10_000, "abcdexy"),
    ],
)
def test_items_are_added_where_they_were_wished_and_the_present_one_stays(at: int | str, order: str) -> None:
    one = queue()
    one.add([item("x"), item("y")], at)  # type: ignore[arg-type]  # a table of both kinds
    assert ids(one) == order
    assert one.current == item("c")
    assert one.next == item(order[order.index("c") + 1])


def test_what_is_added_next_to_a_removed_item_comes_next() -> None:
    one = queue()
    one.remove({"c"})
    one.add([item("x")], "next")
    assert (ids(one), around(one)) == ("abxde", "b-x")


def test_what_is_added_at_the_end_of_a_queue_that_has_ended_comes_next() -> None:
    one = queue(current="e")
    one.remove({"e"})
    assert around(one) == "d--"
    one.add([item("x")])
    assert around(one) == "d-x"


def test_when_the_present_item_is_removed_what_followed_it_is_next() -> None:
    one = queue()
    one.remove({"c"})
    assert around(one) == "b-d"
    one.remove({"b", "d"})
    assert around(one) == "a-e"


def test_removing_others_leaves_the_present_one_present() -> None:
    one = queue()
    one.remove(["a", "d", "x"])
    assert (ids(one), around(one)) == ("bce", "bce")


@pytest.mark.parametrize("many", [1, 2, 16, 17, 90])
def test_however_many_are_removed_at_once_the_others_stay_in_order(many: int) -> None:
    letters = [chr(ord("!") + number) for number in range(93)]
    gone = set(letters[2 : 2 + many])
    one = queue("".join(letters), letters[-1])
    one.remove(gone)
    assert ids(one) == "".join(letter for letter in letters if letter not in gone)
    assert one.place == len(one) - 1


def test_a_cleared_queue_is_empty_and_begins_anew() -> None:
    one = queue()
    one.clear()
    assert (ids(one), around(one), one.version) == ("", "---", 1)
    one.add([item("x")])
    assert around(one) == "--x"


def test_a_jump_makes_any_item_the_present_one() -> None:
    one = queue()
    one.remove({"c"})
    assert one.jump("e") == item("e")
    assert around(one) == "de-"


def test_a_jump_to_nowhere_changes_nothing() -> None:
    one = queue()
    with pytest.raises(ItemNotFound):
        one.jump("x")
    assert (around(one), one.version) == ("bcd", 0)


def test_an_item_is_found_by_its_id() -> None:
    assert queue().find("d") == item("d")
    with pytest.raises(ItemNotFound):
        queue().find("x")


def test_edits_that_change_nothing_are_none() -> None:
    one = queue()
    one.add([])
    one.remove({"x"})
    one.remove(())
    empty = ClientQueue()
    empty.clear()
    assert (one.version, empty.version) == (0, 0)


def test_an_edit_made_on_an_older_version_is_refused() -> None:
    one = queue()
    one.add([item("x")])
    one.expect(None)
    one.expect(1)
    with pytest.raises(VersionConflict):
        one.expect(0)


def test_a_queue_holds_ten_thousand_items_and_refuses_more_whole() -> None:
    one = ClientQueue([item(str(number)) for number in range(MOST - 1)])
    with pytest.raises(Overloaded):
        one.add([item("x"), item("y")])
    one.add([item("x")])
    assert (len(one.items), one.version) == (MOST, 1)


def test_an_index_before_the_beginning_is_the_beginning() -> None:
    one = queue()
    one.add([item("x")], -3)
    assert ids(one) == "xabcde"


@pytest.mark.parametrize("new", ["xx", "xa"])
def test_an_id_that_is_not_new_is_a_mistake_of_the_caller_and_changes_nothing(new: str) -> None:
    one = queue()
    for edit in (one.add, one.replace):
        with pytest.raises(ValueError, match="already"):
            edit(items(new))
    assert (ids(one), one.version) == ("abcde", 0)


# ── moving ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("id_", "before", "order"),
    [("a", "d", "bcade"), ("e", "a", "eabcd"), ("c", None, "abdec"), ("c", "a", "cabde"), ("b", "c", "abcde")],
)
def test_an_item_moves_before_another_or_to_the_end_and_the_present_one_stays(
    id_: str, before: str | None, order: str
) -> None:
    one = queue()
    one.move(id_, before)
    assert (ids(one), one.current) == (order, item("c"))
    assert one.version == (order != "abcde")


@pytest.mark.parametrize(("id_", "before"), [("c", "c"), ("e", None)])
def test_a_move_to_where_it_is_changes_nothing(id_: str, before: str | None) -> None:
    one = queue()
    one.move(id_, before)
    assert (ids(one), one.version) == ("abcde", 0)
    with pytest.raises(ItemNotFound):
        one.undo()


def test_a_gap_stays_where_it_is_when_its_neighbours_move_away() -> None:
    one = queue()
    one.remove("c")
    one.move("b", None)
    assert (ids(one), around(one)) == ("adeb", "a-d")
    one.move("a", None)
    assert (ids(one), around(one)) == ("deba", "--d")


@pytest.mark.parametrize(("id_", "before"), [("x", "a"), ("a", "x"), ("x", None)])
def test_a_move_of_or_to_what_was_never_there_is_refused(id_: str, before: str | None) -> None:
    one = queue()
    for version in (None, 0):
        with pytest.raises(ItemNotFound):
            one.move(id_, before, version=version)
    assert (ids(one), one.version) == ("abcde", 0)


# ── a whole new list ──────────────────────────────────────────────────────────────────────────────


def test_a_list_is_replaced_whole_and_begins_where_it_is_said() -> None:
    one = queue()
    one.replace(items("xyz"), "y")
    assert (ids(one), around(one), one.version) == ("xyz", "xyz", 1)
    one.replace(items("uv"))
    assert (ids(one), around(one), one.version) == ("uv", "--u", 2)
    one.replace([])
    one.replace([])
    assert (ids(one), around(one), one.version) == ("", "---", 3)


def test_a_list_cannot_begin_with_what_is_not_in_it() -> None:
    one = queue()
    with pytest.raises(ItemNotFound):
        one.replace(items("xy"), "a")
    assert (ids(one), around(one), one.version) == ("abcde", "bcd", 0)


def test_a_list_of_more_than_ten_thousand_replaces_nothing() -> None:
    one = queue()
    with pytest.raises(Overloaded):
        one.replace(items(map(str, range(MOST + 1))))
    assert (ids(one), one.version) == ("abcde", 0)


# ── merging ───────────────────────────────────────────────────────────────────────────────────────


def test_additions_moves_and_removals_made_on_an_older_version_are_merged() -> None:
    one = queue()
    one.remove("b")
    one.add([item("x")], "next", version=0)
    one.add([item("y")], 1, version=0)
    one.remove("ab", version=0)
    one.move("e", "c", version=0)
    one.remove("b", version=0)
    assert (ids(one), around(one), one.version) == ("yecxd", "ecx", 5)


@pytest.mark.parametrize(("id_", "before"), [("b", "a"), ("a", "b"), ("b", None)])
def test_a_move_of_what_has_gone_since_is_a_conflict(id_: str, before: str | None) -> None:
    one = queue()
    one.remove("b")
    with pytest.raises(VersionConflict):
        one.move(id_, before, version=0)
    assert (ids(one), one.version) == ("acde", 1)


def test_what_would_undo_the_unseen_is_refused_on_an_older_version() -> None:
    one = queue()
    one.add([item("x")])
    edits: tuple[Callable[[], None], ...] = (
        lambda: one.clear(version=0),
        lambda: one.replace(items("yz"), version=0),
        lambda: one.set_mode("all", shuffle=True, seed="s", version=0),
    )
    for refused in edits:
        with pytest.raises(VersionConflict):
            refused()
    assert (ids(one), one.repeat, one.shuffle, one.version) == ("abcdex", "off", False, 1)
    one.set_mode("all", shuffle=False, seed="s", version=1)
    one.replace(items("yz"), version=2)
    one.clear(version=3)
    assert (ids(one), one.version) == ("", 4)


def test_a_version_the_queue_never_had_is_refused_by_every_edit() -> None:
    one = queue()
    edits: tuple[Callable[[], None], ...] = (
        lambda: one.expect(1),
        lambda: one.add([item("x")], version=1),
        lambda: one.remove("a", version=1),
        lambda: one.move("a", "c", version=1),
        lambda: one.clear(version=1),
        lambda: one.replace([], version=1),
        lambda: one.set_mode("one", shuffle=False, seed="s", version=1),
    )
    for refused in edits:
        with pytest.raises(VersionConflict):
            refused()
    assert (ids(one), one.version) == ("abcde", 0)


# ── how it goes on ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("repeat", "person", "itself"), [("off", "de", "de"), ("one", "de", "ccccc"), ("all", "deabc", "deabc")]
)
def test_it_goes_on_as_its_mode_says_and_a_person_passes_over_one(repeat: Repeat, person: str, itself: str) -> None:
    by_hand, by_itself = queue(), queue()
    for one in (by_hand, by_itself):
        one.set_mode(repeat, shuffle=False, seed="s")
    assert (go_on(by_hand, 5), play_through(by_itself, 5)) == (person, itself)


def test_going_back_goes_round_too_when_all_is_repeated() -> None:
    one = queue(current="b")
    assert go_back(one, 3) == "a"
    one.set_mode("all", shuffle=False, seed="s")
    assert go_back(one, 3) == "edc"


def test_when_the_one_that_is_repeated_was_removed_it_goes_on() -> None:
    one = queue()
    one.set_mode("one", shuffle=False, seed="s")
    one.remove("c")
    assert one.after_end() == item("d")


def test_an_empty_queue_goes_nowhere_in_any_mode() -> None:
    for shuffle in (False, True):
        one = ClientQueue()
        one.set_mode("all", shuffle=shuffle, seed="s")
        assert (around(one), one.after_end()) == ("---", None)


def test_a_mode_is_told_and_setting_it_again_changes_nothing() -> None:
    one = queue()
    for _ in range(2):
        one.set_mode("all", shuffle=True, seed="s")
        assert (one.repeat, one.shuffle, one.version) == ("all", True, 1)


# ── a full queue ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue holds five items."""
    monkeypatch.setattr("controller.core.queue.MOST", 5)


@pytest.mark.usefixtures("small")
def test_room_is_made_by_dropping_the_oldest_that_were_played() -> None:
    one = queue()
    assert [each.id for each in one.make_room(1)] == ["a"]
    assert (ids(one), around(one), one.version) == ("bcde", "bcd", 1)
    assert one.make_room(1) == ()
    assert one.version == 1
    one.make_room(2)
    assert (ids(one), around(one)) == ("cde", "-cd")


@pytest.mark.usefixtures("small")
def test_room_is_not_made_of_what_was_not_played() -> None:
    one = queue()
    with pytest.raises(Overloaded):
        one.make_room(3)
    assert (ids(one), one.version) == ("abcde", 0)
    one.remove("c")
    one.add([item("x")])
    assert [each.id for each in one.make_room(2)] == ["a", "b"]


@pytest.mark.usefixtures("small")
def test_room_in_a_shuffled_queue_is_made_of_what_was_played_and_does_not_come_again() -> None:
    one = shuffled()
    way = "c" + go_on(one, 3)
    go_back(one)
    with pytest.raises(Overloaded):
        one.make_room(3)
    assert "".join(each.id for each in one.make_room(2)) == way[:2]
    assert around(one) == f"-{way[2:]}"


@pytest.mark.usefixtures("small")
def test_room_is_not_made_of_what_was_played_twice_and_is_present() -> None:
    one = shuffled()
    way = "c" + go_on(one, 2)
    one.jump(way[0])
    assert "".join(each.id for each in one.make_room(1)) == way[1]


# ── kept over a restart ───────────────────────────────────────────────────────────────────────────


def test_a_queue_is_restored_with_its_gap_and_its_mode() -> None:
    one = queue()
    one.set_mode("all", shuffle=False, seed="s")
    one.remove("c")
    again = ClientQueue.restore(one.memory)
    assert (ids(again), around(again), again.version, again.repeat) == ("abde", "b-d", 2, "all")
    assert again.memory == one.memory


@pytest.mark.parametrize(("place", "found"), [(-9, "--a"), (0, "a-b"), (9, "c--")])
def test_a_damaged_memory_gives_a_queue_all_the_same(place: int, found: str) -> None:
    one = ClientQueue.restore(QueueMemory(tuple(items("abca")), "x", place))
    assert (ids(one), around(one)) == ("abc", found)

"""A queue keeps its ids, counts its edits, and knows what comes next even when the present item is gone."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from controller.core.queue import MOST, ClientQueue, QueuedItem
from protocol.errors import ItemNotFound, Overloaded, VersionConflict
from protocol.values import PathRef
from tests.core.making import modest


def item(id_: str) -> QueuedItem:
    return QueuedItem(id_, PathRef(path=f"{id_}.mkv"), id_)


def queue(ids: str = "abcde", current: str | None = "c") -> ClientQueue:
    return ClientQueue([item(id_) for id_ in ids], current)


def ids(one: ClientQueue) -> str:
    return "".join(each.id for each in one.items)


def around(one: ClientQueue) -> str:
    """What came before, what is there, and what comes, with a dash for nothing."""
    return "".join(each.id if each else "-" for each in (one.previous, one.current, one.next))


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


class QueueMachine(RuleBasedStateMachine):
    """Beside the queue: its ids in a plain list in which a removed present item leaves a hole (None)."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.made, self.version = ClientQueue(), 0, 0
        self.there: list[str | None] = [None]
        """The present item, or the hole in its place, is at `place`; before anything was present, a hole comes first."""
        self.place = 0

    @property
    def ids(self) -> list[str]:
        return [id_ for id_ in self.there if id_ is not None]

    @rule(count=st.integers(1, 3), at=st.one_of(st.sampled_from(["next", "end"]), st.integers(0, 12)))
    def add(self, count: int, at: int | str) -> None:
        new = [f"i{self.made + number}" for number in range(count)]
        self.made += count
        self.queue.add([item(id_) for id_ in new], at)  # type: ignore[arg-type]  # drawn from both kinds
        present, before = self.there[self.place], self.ids[: self.ids_before()]
        after = self.ids[len(before) + (present is not None) :]
        if at == "next":
            after = new + after
        elif isinstance(at, str) or at > len(before):
            index = len(after) if isinstance(at, str) else at - len(before) - (present is not None)
            after[index:index] = new
        elif present is not None or at < len(before):
            before[at:at] = new
        else:
            after = new + after
        self.there, self.place = [*before, present, *after], len(before)
        self.version += 1

    def ids_before(self) -> int:
        return sum(id_ is not None for id_ in self.there[: self.place])

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sets(st.sampled_from([*self.ids, "gone"]), max_size=3))
        self.queue.remove(chosen)
        self.version += not chosen.isdisjoint(self.ids)
        before = [id_ for id_ in self.there[: self.place] if id_ not in chosen]
        present = self.there[self.place]
        after = [id_ for id_ in self.there[self.place + 1 :] if id_ not in chosen]
        self.there, self.place = [*before, None if present in chosen else present, *after], len(before)

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        self.go(data.draw(st.sampled_from(self.ids)))

    @precondition(lambda self: self.queue.next)
    @rule()
    def go_on(self) -> None:
        assert self.queue.next
        self.go(self.queue.next.id)

    @precondition(lambda self: self.queue.previous)
    @rule()
    def go_back(self) -> None:
        assert self.queue.previous
        self.go(self.queue.previous.id)

    def go(self, id_: str) -> None:
        assert self.queue.jump(id_).id == id_
        self.version += 1
        self.there = list(self.ids)
        self.place = self.there.index(id_)

    @rule()
    def be_stored_and_read_again_unless_there_is_a_hole(self) -> None:
        if self.queue.current:
            self.queue = ClientQueue(self.queue.items, self.queue.current.id, self.queue.version)

    @invariant()
    def it_is_as_the_list_has_it(self) -> None:
        assert [each.id for each in self.queue.items] == self.ids
        assert len(set(self.ids)) == len(self.ids)
        assert self.queue.version == self.version
        before, after = self.there[: self.place], self.there[self.place + 1 :]
        expected = (before[-1] if before else None, self.there[self.place], after[0] if after else None)
        found = (self.queue.previous, self.queue.current, self.queue.next)
        assert tuple(each.id if each else None for each in found) == expected


QueueMachine.TestCase.settings = modest(examples=15, steps=20)
TestQueue = QueueMachine.TestCase

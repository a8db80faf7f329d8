"""Shuffled, a queue plays everything once, remembers its way, and is the same again for the same seed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from controller.core.queue import ClientQueue, QueueMemory, ShuffleMemory
from controller.core.queue_order import REMEMBERED
from tests.core.queueing import around, go_back, go_on, ids, item, items, play_through, queue, shuffled

MANY = "abcdefghijklmnop"


def test_everything_is_played_once_and_then_it_ends() -> None:
    one = shuffled(MANY, "h")
    way = play_through(one, 100)
    assert sorted("h" + way) == list(MANY)
    assert way != MANY.replace("h", "")
    assert (one.next, one.after_end()) == (None, None)


def test_the_list_keeps_its_order() -> None:
    one = shuffled(MANY, "h")
    go_on(one, 5)
    assert ids(one) == MANY


def test_the_same_seed_gives_the_same_order_and_another_another() -> None:
    ways = [go_on(shuffled(MANY, "h", "all", seed), 40) for seed in ("s", "s", "t")]
    assert ways[0] == ways[1] != ways[2]


def test_every_order_is_possible() -> None:
    assert len({go_on(shuffled("abcd", None, seed=str(seed)), 4) for seed in range(200)}) == 24


def test_looking_changes_nothing() -> None:
    one = shuffled(repeat="all")
    go_on(one, 4)
    before = one.memory
    for _ in range(3):
        assert (one.next, one.previous, one.after_end()) == (one.next, one.previous, one.next)
    assert one.memory == before


def test_going_on_and_back_leads_along_the_same_way() -> None:
    one = shuffled(MANY, "h")
    there = go_on(one, 3)
    assert go_back(one, 3) == f"h{there}"[2::-1]
    assert one.previous is None
    assert go_on(one, 3) == there


def test_each_round_plays_everything_once_in_a_new_order_that_does_not_begin_with_what_was_last() -> None:
    for seed in map(str, range(30)):
        one = shuffled("abcd", None, "all", seed)
        way = play_through(one, 40)
        rounds = [way[first : first + 4] for first in range(0, 40, 4)]
        assert [sorted(each) for each in rounds] == [list("abcd")] * 10
        assert len(set(rounds)) > 1
        assert all(first != second for first, second in pairwise(way))


def test_the_way_back_leads_into_the_round_before() -> None:
    for seed in map(str, range(30)):
        one = shuffled("abc", None, "all", seed)
        way = go_on(one, 8)
        assert go_back(one, 100) == way[-2::-1]
        assert go_on(one, 7) == way[1:]


def test_a_single_item_is_repeated() -> None:
    assert play_through(shuffled("a", "a", "all"), 3) == "aaa"


def test_a_leap_leads_back_to_where_it_was_and_is_not_played_again() -> None:
    one = shuffled(MANY, "h")
    way = "h" + go_on(one, 3)
    far = next(id_ for id_ in MANY if id_ not in way + (one.next.id if one.next else ""))
    one.jump(far)
    assert one.previous == item(way[-1])
    assert far not in go_on(one, 100)


def test_a_leap_to_what_was_played_remembers_both_times() -> None:
    one = shuffled(MANY, "h")
    way = "h" + go_on(one, 3)
    one.jump(way[1])
    assert go_back(one, 100) == way[::-1]


def test_a_leap_to_what_comes_later_on_the_way_is_not_played_again() -> None:
    one = shuffled(MANY, "h")
    one.add(items("xyz"), "next")
    one.jump("y")
    assert go_on(one, 2) == "xz"
    assert "y" not in go_on(one, 100)


def test_going_back_when_there_is_no_way_back_to_it_is_a_leap() -> None:
    one = shuffled(MANY, "h")
    way = "h" + go_on(one, 2)
    one.jump(way[0], back=True)
    assert one.previous == item(way[2])


def test_to_begin_the_present_one_again_is_no_step() -> None:
    one = shuffled(MANY, "h")
    go_on(one, 2)
    before = around(one)
    assert one.current is not None
    one.jump(one.current.id)
    assert around(one) == before


def test_what_is_added_comes_once_among_what_is_still_to_come() -> None:
    places = set()
    for seed in map(str, range(30)):
        one = shuffled(MANY, "h", seed=seed)
        passed = go_on(one, 12)
        one.add([item("x")], 0)
        rest = go_on(one, 100)
        assert sorted("h" + passed + rest) == [*MANY, "x"]
        places.add(rest.index("x"))
    assert places == {0, 1, 2, 3}


def test_what_is_added_next_comes_next_as_it_is() -> None:
    one = shuffled(MANY, "h")
    go_on(one, 3)
    one.add(items("xyz"), "next")
    assert go_on(one, 3) == "xyz"
    assert ids(one).index("y") == ids(one).index("x") + 1


def test_what_is_added_after_the_end_comes() -> None:
    one = shuffled()
    go_on(one, 100)
    one.add([item("x")])
    assert go_on(one, 100) == "x"


def test_when_the_present_item_is_removed_its_neighbours_on_the_way_remain() -> None:
    one = shuffled(MANY, "h")
    way = "h" + go_on(one, 4)
    go_back(one, 2)
    one.remove(way[2])
    assert around(one) == f"{way[1]}-{way[3]}"
    one.remove(way[1] + way[3])
    assert around(one) == f"{way[0]}-{way[4]}"
    assert go_back(one) == way[0]
    assert around(one) == f"-{way[0]}{way[4]}"


def test_what_is_removed_is_not_played() -> None:
    one = shuffled(MANY, "h")
    one.remove("abc")
    assert sorted(go_on(one, 100)) == list("defgijklmnop")


def test_a_shuffled_queue_without_a_present_item_begins_anywhere() -> None:
    assert sorted(go_on(shuffled(current=None), 100)) == list("abcde")
    one = queue()
    one.remove("c")
    one.set_mode("off", shuffle=True, seed="s")
    assert (one.previous, sorted(go_on(one, 100))) == (None, list("abde"))


def test_unshuffled_it_goes_on_from_the_present_item() -> None:
    one = shuffled(MANY, "h")
    one.jump("k")
    one.set_mode("off", shuffle=False, seed="s")
    assert around(one) == "jkl"


def test_unshuffled_it_goes_on_from_the_gap() -> None:
    one = shuffled(MANY, "h")
    one.jump("k")
    one.remove("k")
    one.set_mode("off", shuffle=False, seed="s")
    assert around(one) == "j-l"


def test_repeating_can_change_without_a_new_order() -> None:
    one = shuffled(MANY, "h")
    order = one.memory.shuffle
    one.set_mode("all", shuffle=True, seed="another")
    assert one.memory.shuffle == order


def test_a_new_list_has_a_new_order_that_begins_where_it_is_said() -> None:
    one = shuffled(MANY, "h")
    go_on(one, 3)
    one.replace(items("uvwxyz"), "w")
    assert around(one)[:2] == "-w"
    assert sorted(go_on(one, 100)) == list("uvxyz")


def test_what_comes_back_by_undo_comes_among_what_is_still_to_come() -> None:
    one = shuffled(MANY, "h")
    passed = go_on(one, 10)
    one.remove(passed[0] + passed[-1])
    one.undo()
    assert one.current == item(passed[-1])
    rest = go_on(one, 100)
    assert sorted(rest) == sorted(set(MANY) - set("h" + passed[1:]))


def test_the_way_back_is_a_thousand_steps() -> None:
    one = shuffled("abc", None, "all")
    way = go_on(one, REMEMBERED + 50)
    assert go_back(one, 2 * REMEMBERED) == way[-2 : -REMEMBERED - 2 : -1]
    assert go_on(one, 2 * REMEMBERED)[:REMEMBERED] == way[-REMEMBERED:]


# ── kept over a restart ───────────────────────────────────────────────────────────────────────────


def test_an_order_is_restored_with_its_way_and_its_rounds_to_come() -> None:
    one = shuffled("abcdef", None, "all")
    go_on(one, 9)
    go_back(one, 2)
    again = ClientQueue.restore(one.memory)
    assert again.memory == one.memory
    assert (go_on(again, 30), go_back(again, 30)) == (go_on(one, 30), go_back(one, 30))


def test_an_order_is_restored_with_its_gap() -> None:
    one = shuffled(MANY, "h")
    go_on(one, 3)
    assert one.current is not None
    one.remove(one.current.id)
    again = ClientQueue.restore(one.memory)
    assert (around(again), again.memory) == (around(one), one.memory)


@pytest.mark.parametrize(
    ("memory", "current", "found", "rest"),
    [
        (ShuffleMemory("s", 1, tuple("xay"), 1, tuple("zbbc")), "a", "-ab", "bc"),
        (ShuffleMemory("s", 1, tuple("xbx"), 2, tuple("ac")), "a", "bac", "c"),
        (ShuffleMemory("s", 1, tuple("ab"), 9, tuple("c")), "b", "abc", "c"),
        (ShuffleMemory("s", 1, tuple("ab"), -9, tuple("c")), "x", "--a", "abc"),
        (ShuffleMemory("s", 1, tuple("ab"), 0, tuple("c")), None, "a-b", "bc"),
        (ShuffleMemory("s"), "a", "-a-", ""),
    ],
)
def test_of_a_damaged_order_remains_what_can(memory: ShuffleMemory, current: str | None, found: str, rest: str) -> None:
    kept = QueueMemory(tuple(items("abc")), current, shuffle=memory)
    one = ClientQueue.restore(kept)
    assert (around(one), go_on(one, 100)) == (found, rest)


def test_a_damaged_order_is_whole_again_in_the_next_round() -> None:
    kept = shuffled("abcd", "a", "all").memory
    one = ClientQueue.restore(replace(kept, shuffle=ShuffleMemory("s")))
    assert sorted(go_on(one, 4)) == list("abcd")

"""Which segments are kept in memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.core.hot import REMEMBERED, Hot, Kept

BODY = b"x" * 10


def kept(hot: Hot[str], key: str, version: int = 1, body: bytes = BODY) -> Kept:
    """Kept and held."""
    found = hot.keep(key, version, body)
    assert found
    return found


def test_what_is_kept_is_found_again_with_its_version_only() -> None:
    hot = Hot[str](100)
    hot.release(kept(hot, "one"))
    found = hot.hold("one", 1)
    assert found
    assert found.body == BODY
    hot.release(found)
    assert hot.hold("two", 1) is None
    assert hot.hold("one", 2) is None, "it was made anew"
    assert (len(hot), hot.used) == (0, 0)


def test_the_one_goes_first_that_was_not_asked_for_the_longest() -> None:
    hot = Hot[str](30)
    for name in ("one", "two", "three"):
        hot.release(kept(hot, name))
    again = hot.hold("one", 1)
    assert again
    hot.release(again)
    hot.release(kept(hot, "four"))
    assert hot.hold("two", 1) is None
    assert hot.hold("one", 1)
    assert hot.used == 30


def test_what_is_being_sent_is_not_let_go_and_what_does_not_fit_is_not_kept() -> None:
    hot = Hot[str](20)
    one, two = kept(hot, "one"), kept(hot, "two")
    assert not hot.has_room(1)
    assert hot.keep("three", 1, BODY) is None
    hot.release(one)
    assert hot.has_room(10)
    hot.release(kept(hot, "three"))
    assert hot.hold("two", 1) is two
    assert hot.keep("large", 1, b"x" * 21) is None


def test_what_was_made_anew_while_it_is_sent_counts_until_it_was_sent() -> None:
    hot = Hot[str](25)
    old = kept(hot, "one")
    new = kept(hot, "one", version=2)
    assert hot.used == 20
    assert not hot.has_room(10)
    hot.release(old)
    assert hot.used == 10
    hot.release(new)
    assert hot.has_room(25)


def test_a_stream_that_ended_leaves_nothing_behind() -> None:
    hot = Hot[str](100)
    hot.release(kept(hot, "ann/1"))
    sending = kept(hot, "ann/2")
    hot.release(kept(hot, "bob/1"))
    hot.asked("ann/3")
    hot.forget(lambda key: key.startswith("ann"))
    assert not hot.asked("ann/3")
    assert (len(hot), hot.used) == (1, 20)
    hot.release(sending)
    assert hot.used == 10


def test_what_is_asked_for_again_is_known_among_the_last_of_many() -> None:
    hot = Hot[str](100)
    assert not hot.asked("one")
    assert hot.asked("one")
    for number in range(REMEMBERED):
        hot.asked(f"other {number}")
    assert not hot.asked("one")


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(1, 3), st.integers(0, 12), st.booleans())))
def test_there_are_never_more_bytes_than_there_may_be(steps: list[tuple[str, int, int, bool]]) -> None:
    hot, held = Hot[str](25), list[Kept]()
    for key, version, size, release in steps:
        found = hot.hold(key, version) or hot.keep(key, version, b"x" * size)
        if found:
            held.append(found)
        if release and held:
            hot.release(held.pop(0))
        assert hot.used <= 25
        assert hot.used >= sum({id(each): len(each.body) for each in held}.values())
    for each in held:
        hot.release(each)
    hot.forget(lambda _key: True)
    assert (len(hot), hot.used) == (0, 0)

"""A film that is put on directly has a place in the queue, and only one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.queueing import ids, item, queue


@pytest.mark.parametrize(("current", "asked"), [(None, "a"), ("a", "b"), ("b", "c")])
def test_a_film_that_is_put_on_directly_and_comes_next_is_the_one_that_comes(current: str | None, asked: str) -> None:
    one = queue("abc", current)
    one.begin(item("x"), lambda coming, _wanted: coming == item(asked).item)
    assert (ids(one), one.current) == ("abc", item(asked))


def test_a_film_that_is_put_on_directly_comes_after_the_one_of_before_unless_it_is_that_film() -> None:
    one = queue("abc", "b")
    one.begin(item("x"))
    assert (ids(one), one.current) == ("abxc", item("x"))
    version = one.version
    one.begin(replace(item("y"), item=item("x").item))
    assert (ids(one), one.version) == ("abxc", version)

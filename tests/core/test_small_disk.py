"""What a stream does on a disk that is too small for it: who has enough is not told, who has too much gives it up."""

from __future__ import annotations

from controller.core.stream import Stream
from controller.core.stream_phase import NoRoom, OutOfRoom
from protocol.errors import DiskFull
from tests.core.making import make, stream, video

SIZE = 10


def half_made(end: int) -> Stream:
    """A stream whose first segments are there, and then the disk was full."""
    one = stream()
    one.on_started(1, 0.0)
    for index in range(end):
        one.on_made(1, video(index), 1.0, SIZE)
    make(one, 0, end, 1.0)
    one.on_ended(1, OutOfRoom(), 1.0)
    assert isinstance(one.phase, NoRoom)
    return one


def test_a_full_disk_is_told_to_whoever_has_too_little_and_to_nobody_who_has_enough() -> None:
    little, enough = half_made(4), half_made(9)
    assert (type(little.error), little.is_starved(), little.has_enough) == (DiskFull, True, False)
    assert (enough.error, enough.is_starved(), enough.has_enough) == (None, False, True)
    enough.ask(video(9), 1.5)
    assert isinstance(enough.error, DiskFull), "somebody waits"


def test_what_a_stream_has_too_much_of_goes_the_furthest_first_and_then_what_was_fetched() -> None:
    one = half_made(10)
    one.ask(video(4), 2.0)
    one.allow(10 * SIZE, 2.0)
    assert one.excess() == []
    one.allow(7 * SIZE, 2.0)
    assert [each.index for each in one.excess() if each.rendition == "video"] == [9, 8, 7]
    one.allow(0.0, 2.0)
    assert [each.index for each in one.excess() if each.rendition == "video"] == [9, 8, 7, 6, 5, 0, 1, 2, 3]


def test_what_somebody_waits_for_is_no_excess() -> None:
    one = half_made(10)
    one.lose([video(9)], 2.0)
    one.ask(video(9), 2.0)
    one.ask(video(4), 3.0)
    one.allow(0.0, 3.0)
    assert 9 not in {each.index for each in one.excess()}

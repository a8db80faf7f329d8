"""Shares of the disk, and warnings that there is little of it."""

from __future__ import annotations

import pytest

from controller.core.room import FLOOR_MOST, MEBI, Disk, Limits, Scarcity, floor_of, share

LARGE = Disk(500_000 * MEBI, 100_000 * MEBI)


@pytest.mark.parametrize(
    ("disk", "used", "streams", "mebibytes"),
    [
        (LARGE, 0, 1, 512),
        (LARGE, 0, 0, 512),
        (LARGE, 4_000 * MEBI, 16, 512),
        (LARGE, 4_000 * MEBI, 32, 256),
        (Disk(40 * MEBI, 40 * MEBI), 0, 6, 6),
        (Disk(40 * MEBI, 10 * MEBI), 30 * MEBI, 6, 6),
        (Disk(40 * MEBI, 2 * MEBI), 0, 1, 0),
        (Disk(0, 0), 0, 3, 0),
    ],
)
def test_a_share_is_the_quota_or_the_part_of_what_all_may_have(
    disk: Disk, used: int, streams: int, mebibytes: int
) -> None:
    held = [used // max(1, streams)] * streams
    assert share(disk, sum(held), held, Limits()) == pytest.approx(mebibytes * MEBI, abs=streams)


def test_what_several_streams_have_counts_once_on_the_disk_and_for_each_of_them() -> None:
    disk, held = Disk(40 * MEBI, 10 * MEBI), [30 * MEBI] * 6
    assert share(disk, 30 * MEBI, held, Limits()) == 31 * MEBI, "each may make one more, of six that are free"
    assert share(disk, 30 * MEBI, held, Limits(in_all=33 * MEBI)) == pytest.approx(30.5 * MEBI)
    assert share(disk, 180 * MEBI, held, Limits(in_all=33 * MEBI)) == pytest.approx(5.5 * MEBI), (
        "if it were not the same"
    )


def test_a_tenth_of_the_disk_stays_free_but_not_of_a_large_one() -> None:
    assert floor_of(Disk(40 * MEBI, 0), Limits()) == 4 * MEBI
    assert floor_of(LARGE, Limits()) == FLOOR_MOST
    assert floor_of(LARGE, Limits(floor=0.0)) == 0


def test_people_are_warned_once_before_it_hurts_and_again_after_there_was_room() -> None:
    one, limits = Scarcity(), Limits()

    def told(free: int, *, hurts: bool = False) -> bool:
        return one.is_news(Disk(1_000, free), limits, hurts=hurts)

    assert [told(free) for free in (900, 251, 249, 100, 0, 390, 240)] == [
        False,
        False,
        True,
        False,
        False,
        False,
        False,
    ]
    assert [told(free) for free in (401, 249)] == [False, True]


def test_people_are_warned_when_a_stream_has_not_what_it_should_have() -> None:
    one = Scarcity()
    assert one.is_news(Disk(1_000, 280), Limits(), hurts=True)
    assert not one.is_news(Disk(1_000, 280), Limits(), hurts=True)

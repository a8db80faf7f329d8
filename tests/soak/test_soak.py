"""The short form of `make soak`, and that it would tell."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.soak.disk import Reach
from tests.soak.player import Player, Wait
from tests.soak.playlist import Segments
from tests.soak.soak import MB, Soak, soak

SECONDS = 120.0


@pytest.mark.alone
async def test_nobody_waits_and_nothing_is_made_too_far_ahead_in_two_minutes_of_four_viewers() -> None:
    found = await soak(SECONDS)
    print(*found.lines(), sep="\n")
    assert found.faults() == []
    assert min(reach.samples for reach in found.reaches) >= 2 * SECONDS


def seen(cache: Path) -> Soak:
    """One who watched without a fault, and has 64 s ahead on the disk."""
    player = Player(
        "Ann", "film", Random(1), 100.0, segments=Segments(tuple(4.0 * n for n in range(101))), client_id="ann"
    )
    player.firsts.append(Wait(0.0, 0.5))
    folder = cache / "run-0" / "ann" / "stream"
    (folder / "run-1").mkdir(parents=True)
    (folder / "video-40.ts").touch()
    (folder / "run-1" / "video-42.ts").touch()
    return Soak([player], [Reach(player, cache)], [100 * MB, 120 * MB, 130 * MB, 131 * MB])


def test_a_minute_and_a_segment_ahead_are_no_fault(tmp_path: Path) -> None:
    found = seen(tmp_path)
    found.reaches[0].look()
    assert (found.reaches[0].most, found.faults()) == (64.0, [])
    assert len(found.lines()) == 2


@pytest.mark.parametrize("name", ["video-41.ts", "audio-0-41.ts", "run-1/video-43.ts"])
def test_anything_that_is_made_further_ahead_is_told(tmp_path: Path, name: str) -> None:
    found = seen(tmp_path)
    (tmp_path / "run-0" / "ann" / "stream" / name).touch()
    found.reaches[0].look()
    assert found.faults() == ["Ann: 68.0 s lay ahead on the disk"]


def test_what_was_there_when_somebody_went_back_has_a_moment_to_go(tmp_path: Path) -> None:
    found = seen(tmp_path)
    player, reach = found.players[0], found.reaches[0]
    player.go(40.0)
    reach.look()
    assert found.faults() == []
    player.moved = 0.0
    reach.look()
    assert found.faults() == ["Ann: 124.0 s lay ahead on the disk"]


def test_every_other_fault_is_told(tmp_path: Path) -> None:
    found = seen(tmp_path)
    found.players[0].stalls.append(Wait(50.0, 1.0))
    found.players[0].firsts.append(Wait(70.0, 9.0))
    found.memory[-1] = 170 * MB
    found.left, found.said = 1, ["Traceback"]
    assert found.faults() == [
        "Ann: stood still for 1.00 s at 50.0 s",
        "Ann: the first picture took 9.00 s at 70.0 s",
        "the daemon grew from 120 to 170 MB",
        "1 encoders left at the end",
        "in the log: Traceback",
    ]
    found.players[0].firsts.clear()
    assert "Ann: saw nothing" in found.faults()

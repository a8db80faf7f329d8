"""A real daemon, four players of two films, and what must hold for all of them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic

import anyio
import psutil

from clients.sdk import connect
from tests import films
from tests.daemon import Daemon, daemon
from tests.soak.disk import MOST_AHEAD, Reach
from tests.soak.player import Player
from tests.waiting import eventually

COPIED, ENCODED = "ten_minutes", "ten_minutes_mpeg4"
FIRST_WITHIN = 4.0
"""Seconds from a start or a seek to the picture."""
UNSEEN = 0.25
"""Seconds of standing still that are no stall: the players share a core with everything else."""
LOOK_EVERY = 0.4
SETTLED = 0.25
"""Part of the time after which the daemon has grown to its size."""
MB = 1_000_000
GROWTH = 32 * MB
"""Bytes that it may grow after that; it keeps no segments in memory here."""
GONE_WITHIN = 10.0
"""Seconds after the last viewer in which no encoder is left."""


@dataclass(slots=True)
class Soak:
    """What was seen: the players, how far ahead the disk reached, the daemon's memory over time, and what it said."""

    players: list[Player]
    reaches: list[Reach]
    memory: list[int] = field(default_factory=list)
    left: int = 0
    said: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """What must not be; empty when all is well."""
        found = [f"{name}: {fault}" for name, fault in self._of_players()]
        settled = self.memory[int(len(self.memory) * SETTLED)]
        if max(self.memory) - settled > GROWTH:
            found.append(f"the daemon grew from {settled / MB:.0f} to {max(self.memory) / MB:.0f} MB")
        if self.left:
            found.append(f"{self.left} encoders left at the end")
        return found + [f"in the log: {line}" for line in self.said]

    def _of_players(self) -> Sequence[tuple[str, str]]:
        found = []
        for player, reach in zip(self.players, self.reaches, strict=True):
            found += [
                (player.name, f"stood still for {stall.seconds:.2f} s at {stall.position:.1f} s")
                for stall in player.stalls
                if stall.seconds > UNSEEN
            ]
            found += [
                (player.name, f"the first picture took {first.seconds:.2f} s at {first.position:.1f} s")
                for first in player.firsts
                if first.seconds > FIRST_WITHIN
            ]
            if reach.most > MOST_AHEAD:
                found.append((player.name, f"{reach.most:.1f} s lay ahead on the disk"))
            if not player.firsts:
                found.append((player.name, "saw nothing"))
        return found

    def lines(self) -> list[str]:
        """For people."""
        lines = []
        for player, reach in zip(self.players, self.reaches, strict=True):
            waits = sorted(first.seconds for first in player.firsts) or [0.0]
            lines.append(
                f"{player.name:<12} {player.seeks:>3} seeks, {player.pauses} pauses, {len(player.stalls)} stalls, first picture "
                f"{waits[len(waits) // 2]:.2f} s (at most {waits[-1]:.2f} s), at most {reach.most:.1f} s ahead on the disk "
                f"({reach.samples} looks)"
            )
        lines.append(f"daemon       {min(self.memory) / MB:.0f} to {max(self.memory) / MB:.0f} MB")
        return lines


async def soak(seconds: float, seed: int = 1) -> Soak:
    """Let them watch for so long."""
    with tempfile.TemporaryDirectory() as folder:
        shelf = Path(folder) / "films"
        shelf.mkdir()
        names = []
        for recipe in (COPIED, ENCODED):
            film = films.make(recipe)
            shutil.copyfile(film, shelf / f"{recipe}{film.suffix}")
            names.append(f"{recipe}{film.suffix}")
        with daemon(shelf, Path(folder) / "home", env={"MATINEE_HOT_MB": "0"}) as running:
            return await _watch(running, names, seconds, seed)


async def _watch(running: Daemon, names: Sequence[str], seconds: float, seed: int) -> Soak:
    chances = [Random(f"{seed} {number}") for number in range(4)]
    players = [
        Player(
            f"{'copied' if number < 2 else 'encoded'} {number + 1}", names[number // 2], chance, chance.uniform(0, 500)
        )
        for number, chance in enumerate(chances)
    ]
    found = Soak(players, [Reach(player, running.cache_dir) for player in players])
    async with anyio.create_task_group() as looking:
        looking.start_soon(_look, running, found)
        async with anyio.create_task_group() as watching:
            for player in players:
                watching.start_soon(_sit_down, running, player, seconds)
        looking.cancel_scope.cancel()
    with anyio.move_on_after(GONE_WITHIN):
        await eventually(lambda: not running.encoders(), within=2 * GONE_WITHIN)
    found.left = len(running.encoders())
    found.said = [line for line in running.log_text().splitlines() if _is_bad(line)]
    return found


async def _sit_down(running: Daemon, player: Player, seconds: float) -> None:
    async with connect(running.url, name=player.name, device_token=running.control.token) as matinee:
        await player.watch(matinee, seconds)
        await matinee.stop_hls_stream()


async def _look(running: Daemon, found: Soak) -> None:
    process = psutil.Process(running.process.pid)
    while True:
        due = monotonic() + LOOK_EVERY
        found.memory.append(process.memory_info().rss)
        for reach in found.reaches:
            if reach.player.client_id and reach.player.segments.duration:
                reach.look()
        await anyio.sleep(max(0.0, due - monotonic()))  # the next look


def _is_bad(line: str) -> bool:
    """Whether the daemon's log tells of a fault there."""
    try:
        return json.loads(line).get("level") in {"error", "critical"}
    except ValueError:
        return True

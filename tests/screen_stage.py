"""A player of the screen on its way, real or fake, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import psutil

from controller.core.screen_calls import Open, Report
from controller.ports import PlayerEnd, ScreenPlayer, ScreenPlayers
from tests import films
from tests.fakes.beside import Beside
from tests.fakes.screen import FakePlayers

PATIENCE = 10.0


@dataclass(slots=True)
class Stage:
    """A player that runs, and what it says; implements `ports.ScreenListener`."""

    players: ScreenPlayers
    reports: list[Report] = field(default_factory=list)
    player: ScreenPlayer | None = None
    end: PlayerEnd | None = None
    news: anyio.Event = field(default_factory=anyio.Event)

    def on_started(self, player: ScreenPlayer) -> None:
        assert self.player is None
        self.player = player
        self._tell()

    def on_report(self, report: Report) -> None:
        assert not self.reports or report != self.reports[-1]
        self.reports.append(report)
        self._tell()

    def _tell(self) -> None:
        self.news.set()
        self.news = anyio.Event()

    async def run(self) -> None:
        self.end = await self.players.play(self)
        self._tell()

    async def wait(self, check: Callable[[], object]) -> None:
        with anyio.fail_after(PATIENCE):
            while not check():
                await self.news.wait()

    async def until(self, check: Callable[[Report], object]) -> Report:
        """The first report from now on of which that is true; the last one counts if it is true now."""
        await self.wait(lambda: self.reports and check(self.reports[-1]))
        return self.reports[-1]

    async def call(self, *calls: Any) -> None:
        assert self.player is not None
        for call in calls:
            await self.player.call(call)

    async def show(self, epoch: int, film: str | Path, position: float = 0.0, *, paused: bool = False) -> Report:
        """Open a film, by its recipe or where it lies; its first report that says that it is there."""
        path = films.make(film) if isinstance(film, str) else film
        await self.call(Open(epoch, str(path), position, paused))
        return await self.until(lambda report: report.epoch == epoch and report.shown)

    def kill(self) -> None:
        assert self.player is not None
        if isinstance(self.players, FakePlayers):
            self.players.last.kill()
        else:
            psutil.Process(self.player.pid).kill()

    def hang(self) -> None:
        assert self.player is not None
        if isinstance(self.players, FakePlayers):
            self.players.last.hang()
        else:
            psutil.Process(self.player.pid).suspend()


Story = Callable[[Stage], Coroutine[Any, Any, None]]


async def perform(players: ScreenPlayers, story: Story) -> None:
    stage = Stage(players)
    beside = Beside()
    beside.live(stage.run())
    try:
        await stage.wait(lambda: stage.reports)
        await story(stage)
    finally:
        await beside.end()
    assert stage.player is not None
    if isinstance(players, FakePlayers):
        assert players.living == []
    else:
        assert not psutil.pid_exists(stage.player.pid)

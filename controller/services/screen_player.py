"""The screen's player, kept alive and in step with the machine: one after the other, for as long as the daemon lives."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import structlog

from controller.core.screen import Happening, Screen
from controller.core.screen_calls import Report
from controller.core.screen_losses import Starts
from controller.ports import Clock, PlayerEnd, PlayerLost, ScreenPlayer, ScreenPlayers
from protocol.errors import MatineeError, ScreenUnavailable

log = structlog.get_logger(__name__)

WATCH_EVERY = 0.25
"""Seconds between looks at the clock while a film is on."""
START = 1.0
"""Seconds that a start takes at most, as a rule."""


class PlayerLife:
    """Implements `ports.ScreenListener`.

    `on_happening` hears of what the machine makes of it all, `on_change` of everything that may have changed, and
    `on_look` is called whenever the clock is watched.
    """

    def __init__(
        self,
        clock: Clock,
        machine: Screen,
        on_happening: Callable[[Happening | None], None],
        on_change: Callable[[], None],
        on_look: Callable[[], None],
    ) -> None:
        self._clock, self._machine = clock, machine
        self._on_happening, self._on_change, self._on_look = on_happening, on_change, on_look
        self._player: ScreenPlayer | None = None
        self._starts = Starts()
        self._wake = anyio.Event()

    @property
    def problem(self) -> MatineeError | None:
        """Why there is no player for a while, if so."""
        if not self._starts.hopeless:
            return None
        left = max(self._starts.pause(self._clock.now()), START)
        sentence = f"VLC failed to start {self._starts.failed} times in a row."
        return ScreenUnavailable(sentence, retry_after_s=round(left, 1), hint="Run: matinee doctor")

    def nudge(self) -> None:
        """Something is wished that may differ from what the player does."""
        self._wake.set()

    async def run(self, players: ScreenPlayers) -> None:
        """Keep a player alive and in step."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._keep_playing, players)
            group.start_soon(self._keep_in_step)

    @property
    def pid(self) -> int | None:
        """The process of the player, while one is alive."""
        return self._player.pid if self._player else None

    async def _keep_playing(self, players: ScreenPlayers) -> None:
        while True:
            await anyio.sleep(max(self._machine.next_start(), self._starts.pause(self._clock.now())))
            try:
                end = await players.play(self)
            except OSError as error:
                end = PlayerEnd(f"VLC could not be started: {error.strerror}.")
            log.warning("screen player ended", reason=end.reason)
            if self._player is None:
                self._starts.ended(self._clock.now(), killed=end.killed)
            self._player = None
            self._on_happening(self._machine.player_lost(self._clock.now()))
            self._on_change()

    async def _keep_in_step(self) -> None:
        """Tell the player whatever differs, and watch the clock."""
        while True:
            self._wake = anyio.Event()
            await self._tell_player()
            self._on_happening(self._machine.tick(self._clock.now()))
            self._on_look()
            with anyio.move_on_after(WATCH_EVERY if self._machine.showing else None):
                await self._wake.wait()

    async def _tell_player(self) -> None:
        while (player := self._player) and (call := self._machine.next_call(self._clock.now())):
            try:
                await player.call(call)
            except PlayerLost as lost:
                log.warning("screen player lost", call=type(call).__name__, reason=str(lost))
                return

    def on_started(self, player: ScreenPlayer) -> None:
        """A player is alive."""
        self._player = player
        self._starts.ready()
        log.info("screen player started", pid=player.pid)
        self._machine.player_started(self._clock.now())
        self._on_change()

    def on_report(self, report: Report) -> None:
        """It says how it is."""
        self._on_happening(self._machine.on_report(report, self._clock.now()))
        self._on_change()

"""What the TV needs from outside: a player."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from controller.core.screen_calls import Call, Report


class PlayerLost(Exception):
    """The screen's player is gone or does not answer; its owner starts another."""


class ScreenPlayer(Protocol):
    """A living player of the screen (VLC)."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    async def call(self, call: Call) -> None:
        """Have it do something; it has begun to when this returns. Raises: PlayerLost."""
        ...


class ScreenListener(Protocol):
    """Who wants to know about a player. Called on the event loop; must not wait."""

    def on_started(self, player: ScreenPlayer) -> None:
        """It is alive and can be called."""
        ...

    def on_report(self, report: Report) -> None:
        """How it is; told whenever that differs from the last time."""
        ...


@dataclass(frozen=True, slots=True)
class PlayerEnd:
    """Why a player ended, for people; `killed` when somebody else has ended it."""

    reason: str
    killed: bool = False


class ScreenPlayers(Protocol):
    """Starts players for the screen."""

    async def play(self, listener: ScreenListener) -> PlayerEnd:
        """Run one player to its end; answers why it ended.

        A player that is silent for more than 3 s is killed. Cancelled: it is gone before this returns.

        Raises:
            OSError: it could not be started.
        """
        ...

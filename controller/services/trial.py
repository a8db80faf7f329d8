"""Putting a film on as a trial: until its first frame is shown, everything can go back as it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio

from controller.core.scene import Scene
from controller.core.screen import Screen
from controller.ports import Clock
from protocol.errors import MatineeError, ScreenFailed

FIRST_FRAME_WITHIN = 5.0
"""Seconds that a film has to appear before everything goes back."""

May = Callable[[], None]
"""Raises when something may not be done (any more): a gate that is asked again after every wait."""


def always() -> None:
    """It may be done, whatever happens."""


def nothing() -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class _Attempt:
    """Putting a film on, from the first look; `error` is why it may not be any more."""

    may: May
    over: anyio.Event = field(default_factory=anyio.Event)
    error: MatineeError | None = None

    def check(self) -> None:
        """Whether it may still be. Raises: what `may` does, or did."""
        if self.error:
            raise self.error
        self.may()


@dataclass(slots=True)
class _Trial:
    epoch: int
    on_shown: Callable[[], None]
    done: anyio.Event = field(default_factory=anyio.Event)
    error: MatineeError | None = None

    def fail(self, error: MatineeError) -> None:
        self.error = error
        self.done.set()


class Trials:
    """One at a time; whoever begins another asks `busy` first."""

    def __init__(self, clock: Clock, machine: Screen, changed: Callable[[], None]) -> None:
        self._clock, self._machine, self._changed = clock, machine, changed
        self._trial: _Trial | None = None
        self._attempt: _Attempt | None = None

    @property
    def busy(self) -> bool:
        """Whether a film is being put on, and still may be."""
        return self._attempt is not None

    async def wait_free(self) -> None:
        """Until no film is being put on."""
        while self._attempt:
            await self._attempt.over.wait()

    async def attempt(
        self, look: Awaitable[None], scene: Callable[[], Scene], on_shown: Callable[[], None], may: May
    ) -> None:
        """Look into a film, show it, and wait for its first frame. Raises: what `look` and `may` do, ScreenFailed."""
        attempt = self._attempt = _Attempt(may)
        try:
            await look
            attempt.check()
            await self._show(scene(), on_shown)
        finally:
            self._leave(attempt)

    async def _show(self, scene: Scene, on_shown: Callable[[], None]) -> None:
        trial = self._trial = _Trial(self._machine.put_on(scene, self._clock.now(), trial=True), on_shown)
        self._changed()
        patience = anyio.move_on_after(FIRST_FRAME_WITHIN)
        try:
            with patience:
                await trial.done.wait()
        finally:
            if self._trial is trial:
                self._trial = None
            late = patience.cancelled_caught
            self._give_up(trial, ScreenFailed("The film did not appear in time." if late else "It was called off."))
        if trial.error:
            raise trial.error

    def reconsider(self) -> None:
        """Take back the film that is being put on, if it may not be any more.

        The next one may come at once: what is left of looking into this one changes nothing.
        """
        attempt, trial = self._attempt, self._trial
        if attempt is None or (trial and trial.done.is_set()):
            return
        try:
            attempt.check()
        except MatineeError as error:
            attempt.error = error
            if trial:
                self._give_up(trial, error)
            self._leave(attempt)

    def shown(self, epoch: int) -> None:
        """The first frame of a film is there; if it was on trial, that is won."""
        if self._trial and self._trial.epoch == epoch:
            self._trial.done.set()
            self._trial.on_shown()

    def failed(self, epoch: int, error: MatineeError) -> bool:
        """A film cannot be shown; answers whether it was on trial."""
        if self._trial is None or self._trial.epoch != epoch:
            return False
        self._trial.fail(error)
        return True

    def _leave(self, attempt: _Attempt) -> None:
        """An attempt is over. By then there may be another one already."""
        if self._attempt is attempt:
            self._attempt = None
        attempt.over.set()

    def _give_up(self, trial: _Trial, error: MatineeError) -> None:
        """Everything as it was, unless the trial is over."""
        if not trial.done.is_set():
            trial.fail(error)
            self._machine.take_back(self._clock.now())
            self._changed()

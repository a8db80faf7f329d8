"""Plays on the screen: VLC in a child process that is asked every half second whether it still lives."""

from __future__ import annotations

import itertools
import signal
import sys
from dataclasses import dataclass, field

import anyio
import structlog

from controller.adapters.process import GONE, Child, Exit, run_child
from controller.adapters.vlc.wire import order, read_word
from controller.core.screen_calls import Call
from controller.ports import PlayerEnd, PlayerLost, ScreenListener

log = structlog.get_logger(__name__)

PING_EVERY = 0.5
PATIENCE = 3.0
"""Seconds that a player may be silent."""
START_PATIENCE = 10.0
"""The same until its first word: loading libVLC takes a quarter of a second, and longer on a busy machine."""
SILENT = "VLC did not answer for 3 s."
NEVER_SPOKE = "VLC did not start within 10 s."
FROM_OUTSIDE = (0, -signal.SIGHUP, -signal.SIGINT, -signal.SIGKILL, -signal.SIGTERM)
"""Exit codes of a VLC that did not end by itself: it answers TERM with 0."""


@dataclass(slots=True)
class _Asked:
    """A call on its way."""

    done: anyio.Event = field(default_factory=anyio.Event)
    error: str | None = None


class VlcPlayer:
    """A living VLC; implements `ports.ScreenPlayer`."""

    _child: Child

    def __init__(self, listener: ScreenListener) -> None:
        self._listener = listener
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Asked] = {}
        self._heard = self._ready = self._over = False
        self.silence: str | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    async def call(self, call: Call) -> None:
        """Have it do something. Raises: PlayerLost."""
        number, asked = next(self._numbers), _Asked()
        if self._over:
            raise PlayerLost("VLC is gone.")
        self._asked[number] = asked
        try:
            with anyio.fail_after(PATIENCE):
                await self._child.tell(order(number, call))
                await asked.done.wait()
        except TimeoutError:
            raise PlayerLost(SILENT) from None
        except GONE:
            raise PlayerLost("VLC is gone.") from None
        finally:
            self._asked.pop(number, None)
        if self._over:
            raise PlayerLost("VLC is gone.")
        if asked.error:
            log.warning("screen call refused", call=type(call).__name__, reason=asked.error)

    def on_child(self, child: Child) -> None:
        """It is alive, and silent yet."""
        self._child = child

    def on_line(self, line: str) -> None:
        """A word from the child. What is no word is as good as silence."""
        try:
            word = read_word(line)
        except ValueError:
            return
        self._heard = True
        if word.report:
            if not self._ready:
                self._ready = True
                self._listener.on_started(self)
            self._listener.on_report(word.report)
        if asked := self._asked.get(word.id or 0):
            asked.error = word.error
            asked.done.set()

    async def watch(self) -> None:
        """Ask again and again whether it lives; kill it when it has said nothing for too long.

        Silence is counted in rounds, so that a daemon that was held up itself blames nobody.
        """
        quiet = 0.0
        while quiet < (PATIENCE if self._ready else START_PATIENCE):
            self._heard = False
            with anyio.move_on_after(PING_EVERY):
                await self._ping()
                await anyio.sleep_forever()
            quiet = 0.0 if self._heard else quiet + PING_EVERY
        self.silence = SILENT if self._ready else NEVER_SPOKE
        self._child.signal(signal.SIGKILL)

    async def _ping(self) -> None:
        try:
            await self._child.tell(order(0, None))
        except GONE:
            return

    def lose(self) -> None:
        """It is over: whoever waits for an answer is told."""
        self._over = True
        for asked in self._asked.values():
            asked.done.set()


class VlcPlayers:
    """Implements `ports.ScreenPlayers`. Without a display it plays for nobody; `extra` are libVLC's own options."""

    def __init__(self, display: bool, extra: tuple[str, ...] = ()) -> None:
        self._argv = [sys.executable, "-P", "-m", "controller.adapters.vlc.child"]
        self._argv += ["--display" if display else "--headless", *extra]

    async def play(self, listener: ScreenListener) -> PlayerEnd:
        """Run one player to its end; answers why it ended. Raises: OSError."""
        player = VlcPlayer(listener)

        def on_started(child: Child) -> None:
            player.on_child(child)
            group.start_soon(player.watch)

        try:
            async with anyio.create_task_group() as group:
                ended = await run_child(self._argv, listens=True, on_started=on_started, on_line=player.on_line)
                group.cancel_scope.cancel()
        except BaseExceptionGroup as group_error:
            raise group_error.exceptions[0] from None
        finally:
            player.lose()
        if player.silence:
            return PlayerEnd(player.silence)
        return PlayerEnd(reason(ended), killed=ended.code in FROM_OUTSIDE)


def reason(ended: Exit) -> str:
    """Why VLC ended, for people."""
    if ended.code < 0:
        return f"VLC was ended by signal {-ended.code}."
    log.warning("vlc gave up", code=ended.code, stderr=ended.stderr[-500:])
    return f"VLC gave up with exit code {ended.code}."

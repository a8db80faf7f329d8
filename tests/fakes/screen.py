"""Players for the screen that show nothing: films are numbers, and time is the running loop's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel

from controller.core.screen_calls import (
    Call,
    Close,
    Hold,
    Open,
    Report,
    Seek,
    SetAudio,
    SetFullscreen,
    SetMute,
    SetRate,
    SetSubtitle,
    SetText,
    SetVolume,
)
from controller.ports import PlayerEnd, PlayerLost, ScreenListener

FIRST_PID = 7_000
TELLS_EVERY = 0.25
"""Seconds between two times that a player tells."""
PATIENCE = 3.0
"""Seconds after which a silent player is killed."""
FROM_OUTSIDE = (1, 2, 9, 15)
"""Signals that somebody else sends, as opposed to those of a crash."""
SILENT = "VLC did not answer for 3 s."
GONE = "VLC is gone."


@dataclass(frozen=True, slots=True)
class FakeFilm:
    """What a player knows of a film. One that does not `play` ends without being shown.

    One that never `ends` goes on telling its last time, as VLC sometimes does; `lasts` is when its player is lost: so
    many seconds after it was opened.
    """

    duration: float
    plays: bool = True
    ends: bool = True
    audio: int = 1
    subtitles: int = 0
    lasts: float = math.inf


@dataclass(slots=True)
class FakePlayer:
    """One player, living or past; implements `ports.ScreenPlayer`. `calls` holds what it was told, in order."""

    owner: FakePlayers
    pid: int
    listener: ScreenListener
    calls: list[Call] = field(default_factory=list)
    alive: bool = True
    text: str = ""
    _report: Report = field(default_factory=lambda: Report(0, "none", rate=1.0, fullscreen=False))
    _told: Report | None = None
    _film: FakeFilm | None = None
    _paused: bool = False
    _opened_at: float = 0.0
    _place: float = 0.0
    _since: float = 0.0
    _hung: bool = False
    _end: PlayerEnd | None = None
    _news: anyio.Event = field(default_factory=anyio.Event)
    _gone: anyio.Event = field(default_factory=anyio.Event)

    # ── what tests do to it ───────────────────────────────────────────────────────────────────────

    def kill(self, signal: int = 9) -> None:
        """End it as the kernel would."""
        self._end = PlayerEnd(f"VLC was ended by signal {signal}.", killed=signal in FROM_OUTSIDE)
        self._news.set()

    def hang(self) -> None:
        """It says nothing any more, and is killed for that after 3 s."""
        self._hung = True
        self._news.set()

    def slip(self, seconds: float) -> None:
        """Its film jumps, and nobody has asked for it."""
        self._move(self.position + seconds)
        self._look()

    @property
    def state(self) -> str:
        """What it says it does."""
        return self._report.state

    @property
    def position(self) -> float:
        """Where its film really is."""
        moving = self._film is not None and self._report.state == "playing"
        rate = self._report.rate or 1.0
        gone = (anyio.current_time() - self._since) * rate if moving else 0.0
        return min(self._place + gone, self._film.duration if self._film else math.inf)

    # ── what its owner does ───────────────────────────────────────────────────────────────────────

    async def call(self, call: Call) -> None:
        """Do it. Raises: PlayerLost."""
        await anyio.lowlevel.checkpoint()
        if self._hung and self.alive:
            with anyio.move_on_after(PATIENCE):
                await self._gone.wait()
            raise PlayerLost(SILENT)
        if not self.alive or self._end:
            raise PlayerLost(GONE)
        self.calls.append(call)
        self.owner.calls.append(call)
        self._do(call)
        self._look()

    async def live(self) -> PlayerEnd:
        """Until it ends; answers why."""
        try:
            while self._end is None and not self._hung:
                self._look()
                self._news = anyio.Event()
                with anyio.move_on_after(self._next_look()):
                    await self._news.wait()
            if self._end is None:
                with anyio.move_on_after(PATIENCE):
                    await self._wait_reason()
            return self._end or PlayerEnd(SILENT)
        finally:
            self.alive = False
            self._gone.set()

    async def _wait_reason(self) -> None:
        while self._end is None:
            self._news = anyio.Event()
            await self._news.wait()

    def _do(self, call: Call) -> None:
        match call:
            case Open():
                self._open(call)
            case Close():
                self._film = None
                self._report = replace(self._report, state="none", shown=False, time=None, audio=None, subtitle=None)
            case Hold(paused):
                self._hold(paused)
            case Seek(position):
                self._move(position)
                self._show(time=position)
            case SetRate(rate):
                self._move(self.position)
                self._show(rate=rate)
            case _:
                self._adjust(call)
        self._news.set()

    def _adjust(self, call: Call) -> None:
        match call:
            case SetVolume(volume) if self.owner.volume:
                self._show(volume=volume)
            case SetMute(muted) if self.owner.volume:
                self._show(muted=muted)
            case SetAudio(track) if self._film and self._report.audio is not None and track < self._film.audio:
                self._show(audio=track)
            case SetSubtitle(track) if (
                self._film and self._report.subtitle is not None and track < self._film.subtitles
            ):
                self._show(subtitle=track)
            case SetFullscreen(fullscreen):
                self._show(fullscreen=fullscreen)
            case SetText(text):
                self.text = text
            case _:
                pass

    def _open(self, call: Open) -> None:
        self._film, self._paused = self.owner.films.get(Path(call.path), FakeFilm(0.0, plays=False)), call.paused
        self._place, self._opened_at = call.position, anyio.current_time()
        self._report = replace(
            self._report, epoch=call.epoch, state="opening", shown=False, time=None, rate=1.0, audio=None, subtitle=None
        )

    def _hold(self, paused: bool) -> None:
        self._paused = paused
        if self._report.state in ("playing", "paused"):
            self._move(self.position)
            self._report = replace(self._report, state="paused" if paused else "playing")

    def _move(self, position: float) -> None:
        self._place, self._since = position, anyio.current_time()

    def _show(self, **changes: Any) -> None:
        self._report = replace(self._report, **changes)

    # ── how its film goes on ──────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        """Do what is due, and tell what is new."""
        film = self._film
        if film and self._report.state != "ended":
            self._go_on(film, anyio.current_time())
        if self._report != self._told and not self._hung and not self._end:
            self._told = self._report
            self.listener.on_report(self._report)

    def _go_on(self, film: FakeFilm, now: float) -> None:
        if now >= self._opened_at + film.lasts:
            self.kill(11)
        elif self._report.state == "opening":
            if now >= self._opened_at + self.owner.shows_after:
                self._begin(film)
        elif now >= self._ends_at(film):
            self._report = replace(self._report, state="ended", time=film.duration, audio=None, subtitle=None)
        elif self._report.state == "playing" and now >= self._since + TELLS_EVERY:
            self._move(self.position)
            self._show(time=self._place)

    def _begin(self, film: FakeFilm) -> None:
        if not film.plays or self._place >= film.duration:
            self._show(state="ended")
            return
        self._move(self._place)
        self._show(
            state="paused" if self._paused else "playing",
            shown=True,
            time=self._place,
            audio=0 if film.audio else None,
            subtitle=-1 if film.subtitles else None,
            volume=(self._report.volume or 100) if self.owner.volume else None,
            muted=bool(self._report.muted) if self.owner.volume else None,
        )

    def _next_look(self) -> float:
        """Seconds until something is due by itself."""
        film, now = self._film, anyio.current_time()
        if film is None or self._report.state == "ended":
            return math.inf
        due = [self._opened_at + film.lasts]
        if self._report.state == "opening":
            due.append(self._opened_at + self.owner.shows_after)
        if self._report.state == "playing":
            due += [self._since + TELLS_EVERY, self._ends_at(film)]
        return max(0.0, min(due) - now)

    def _ends_at(self, film: FakeFilm) -> float:
        """The same sum for who waits and who looks: a rounding apart, and the loop would spin."""
        if not film.ends or (self._report.state != "playing" and self._place < film.duration):
            return math.inf
        return self._since + (film.duration - self._place) / (self._report.rate or 1.0)


@dataclass(slots=True)
class FakePlayers:
    """Implements `ports.ScreenPlayers`. `films` are those that play; any other file ends without being shown.

    `starts_after` and `shows_after` are seconds; `cannot_start` is an OSError, `ends_at_once` a player that is over
    before it can be called, `killed_at_once` one that somebody kills by then; `volume` says whether there is real sound, whose volume is told. `players` remembers every
    player, `calls` what they all were told. Two living players are a failure of whoever started them: `overlaps`
    counts them.
    """

    films: dict[Path, FakeFilm] = field(default_factory=dict)
    starts_after: float = 0.0
    shows_after: float = 0.3
    cannot_start: bool = False
    ends_at_once: bool = False
    killed_at_once: bool = False
    volume: bool = False
    players: list[FakePlayer] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    overlaps: int = 0
    on_player: Callable[[FakePlayer], None] = lambda _player: None

    @property
    def living(self) -> list[FakePlayer]:
        """Players that are not over."""
        return [player for player in self.players if player.alive]

    @property
    def last(self) -> FakePlayer:
        """The newest player."""
        return self.players[-1]

    async def play(self, listener: ScreenListener) -> PlayerEnd:
        """One player, to its end. Raises: OSError."""
        if self.cannot_start:
            raise FileNotFoundError(2, "No such file or directory")
        self.overlaps += bool(self.living)
        await anyio.sleep(self.starts_after)
        if self.ends_at_once:
            return PlayerEnd("VLC gave up with exit code 1.")
        if self.killed_at_once:
            return PlayerEnd("VLC was ended by signal 9.", killed=True)
        player = FakePlayer(self, FIRST_PID + len(self.players), listener)
        self.players.append(player)
        listener.on_started(player)
        self.on_player(player)
        return await player.live()

"""What the tests of the screen share: films, a screen that shows one, and a player that is honest but slow."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal, assert_never

from controller.core.scene import Film, Scene, show
from controller.core.screen import FirstFrame, Screen
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
from protocol.values import PathRef
from tests.fakes import facts

NOW = 1_000.0
"""When the films of these tests are put on."""
STEP = 0.125
"""Seconds between two looks at the player; of a length that adds up exactly."""
TELLS_EVERY = 0.25
SOUND_AFTER = 0.5
SEEKS_FOR = 0.25
MISSES_BY = 0.95
"""Seconds of film that a seek is off for every step of rate, as measured with VLC 3.0."""
PLAYED: dict[str, Any] = {"rate": 1.0, "volume": 100, "muted": False, "audio": 0, "subtitle": -1, "fullscreen": True}
"""What a player tells of a film when all is as Scene has it from the start."""


def film(name: str = "film.mkv", duration: float = facts.DURATION) -> Film:
    """Its name says how the player takes it (see `Vlc`)."""
    return Film(PathRef(path=name), f"/films/{name}", name, facts.film(facts.H264, facts.AAC, duration=duration))


def scene(name: str = "film.mkv", position: float = 10.0, duration: float = facts.DURATION, **changes: Any) -> Scene:
    """A film that is to be shown."""
    return Scene(show(film(name, duration), position, NOW, **changes))


def started(now: float = NOW) -> Screen:
    """A screen with a player that shows nothing."""
    screen = Screen()
    screen.player_started(now)
    return screen


def on(one: Scene | None = None, now: float = NOW) -> Screen:
    """A screen on which a film has just begun: all was said, the first frame is there."""
    screen = started(now)
    screen.put_on(one or scene(), now, trial=False)
    calls(screen, now)
    begin(screen, now)
    return screen


def begin(screen: Screen, now: float, time: float | None = None) -> None:
    """The film's first frame is there."""
    assert screen.on_report(word(screen, shown=True, time=time), now) == FirstFrame(screen.epoch)


def word(screen: Screen, state: Literal["opening", "playing", "paused", "ended"] = "playing", **about: Any) -> Report:
    """What the player tells of the screen's film."""
    return Report(screen.epoch, state, **about)


def tell(screen: Screen, time: float, now: float) -> None:
    """The player tells the time, and nothing follows at once."""
    assert screen.on_report(word(screen, shown=True, time=time), now) is None


def calls(screen: Screen, now: float) -> list[Call]:
    """All that is to be said at once."""
    said: list[Call] = []
    while call := screen.next_call(now):
        said.append(call)
    return said


def title(screen: Screen) -> str | None:
    return screen.showing.film.title if screen.showing else None


def reopen(screen: Screen, now: float) -> Open:
    """What the next player is told first."""
    screen.player_started(now)
    first = screen.next_call(now)
    assert isinstance(first, Open)
    return first


@dataclass(slots=True)
class Vlc:
    """A player. It opens a film after a moment, tells the time every 0.25 s, takes a moment to seek (and at another rate
    lands somewhere else), and has no volume before there is sound. A film called `dud` ends without a picture, `dead` never gets anywhere, `late` takes 4 s,
    and the end of `endless` is not told.
    """

    epoch: int = 0
    path: str = ""
    state: Literal["none", "opening", "playing", "paused", "ended"] = "none"
    position: float = 0.0
    told: float | None = None
    since: float = 0.0
    paused: bool = False
    rate: float = 1.0
    sounded: float = 0.0
    volume: int = 100
    muted: bool = False
    audio: int = 0
    subtitle: int = -1
    fullscreen: bool = False
    text: str = ""
    slip: float = 0.0
    seeking: tuple[float, float] | None = None
    duration: float = facts.DURATION
    said: list[Call] = field(default_factory=list)

    @property
    def sounds(self) -> bool:
        return self.sounded >= SOUND_AFTER

    def do(self, call: Call) -> None:
        self.said.append(call)
        match call:
            case Open():
                self._open(call)
            case Close():
                self.state, self.told, self.seeking = "none", None, None
            case Hold(paused):
                self.paused = paused
                self.state = "paused" if paused else "playing"
            case Seek(position):
                self.seeking, self.told = (SEEKS_FOR, position), position
            case SetRate(rate):
                self.rate = rate
            case SetText(text):
                self.text = text
            case SetFullscreen(fullscreen):
                self.fullscreen = fullscreen
            case SetAudio() | SetSubtitle() | SetVolume() | SetMute():
                self._set(call)
            case _:
                assert_never(call)

    def _open(self, call: Open) -> None:
        self.epoch, self.path, self.position, self.paused = call.epoch, call.path, call.position, call.paused
        self.state, self.told, self.since, self.seeking = "opening", None, 0.0, None
        self.rate, self.sounded, self.volume, self.muted = 1.0, 0.0, 100, False
        self.audio, self.subtitle, self.text = 0, -1, ""

    def _set(self, call: SetAudio | SetSubtitle | SetVolume | SetMute) -> None:
        match call:
            case SetSubtitle(track):
                self.subtitle = track
            case SetAudio(track) if self.sounds:
                self.audio = track
            case SetVolume(volume) if self.sounds:
                self.volume = volume
            case SetMute(muted) if self.sounds:
                self.muted = muted

    def step(self) -> None:
        """A little later."""
        self.since += STEP
        if self.state == "opening":
            self._go_on_opening()
        elif self.state in ("playing", "paused"):
            self._go_on()

    def _go_on_opening(self) -> None:
        name = PurePath(self.path).stem
        if name == "dead" or self.since < (4.0 if name == "late" else 0.5):
            return
        self.state = "ended" if name == "dud" else "paused" if self.paused else "playing"
        self.told = None if name == "dud" else self.position

    def _go_on(self) -> None:
        if self.seeking:
            left, position = self.seeking
            self.seeking = (left - STEP, position) if left > STEP else None
            if self.seeking is None:
                self.position = max(position + (self.rate - 1.0) * MISSES_BY, 0.0)
        if self.state == "paused":
            return
        self.sounded += STEP
        self.position = min(self.position + STEP * self.rate, self.duration)
        if self.position >= self.duration and PurePath(self.path).stem != "endless":
            self.state = "ended"
        elif self.since % TELLS_EVERY == 0 and self.position < self.duration:
            self.told, self.slip = min(max(self.position + self.slip, 0.0), self.duration), 0.0

    def report(self) -> Report:
        """How it is."""
        return Report(
            self.epoch,
            self.state,
            shown=self.told is not None,
            time=self.told,
            rate=self.rate,
            volume=self.volume if self.sounds else None,
            muted=self.muted if self.sounds else None,
            audio=self.audio if self.sounds else None,
            subtitle=self.subtitle if self.told is not None else None,
            fullscreen=self.fullscreen,
        )

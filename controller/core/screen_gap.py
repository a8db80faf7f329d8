"""Closing the gap between what the screen should do and what its player says it does, one call at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from controller.core.scene import LAST, Scene, Showing
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

AGAIN_AFTER = 1.0
"""Seconds after which a call that changed nothing is made again."""
TRIES = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What should be; `epoch` numbers the films put on, `seeks` the jumps in them, one of which may be `landing`."""

    scene: Scene
    epoch: int
    seeks: int
    text: str
    landing: bool = False


@dataclass(slots=True)
class _Sent:
    value: Any
    at: float
    tries: int = 1


Step = tuple[str, Any, Any, Call]
"""An aspect, what is wished, what the player tells of it (None: nothing), and the call that makes it so."""


class Gap:
    """What one player has been told. A call is made again while its effect is not reported, three times at most."""

    def __init__(self) -> None:
        self._sent: dict[str, _Sent] = {}

    def next_call(self, wish: Wish, told: Report | None, now: float) -> Call | None:
        """What to say next; None when all is as wished. It counts as said."""
        showing = wish.scene.showing
        if showing is None:
            closed = told is None or told.state in ("none", "ended")
            return Close() if self._due("closed", True, closed, now) else None
        if self._due("open", wish.epoch, None, now):
            self._sent = {"open": self._sent["open"], "seek": _Sent(wish.seeks, now)}
            last = max(0.0, showing.line.duration - LAST)
            return Open(wish.epoch, showing.film.path, min(showing.line.now(now), last), showing.paused)
        if told is None or told.epoch != wish.epoch or told.state not in ("playing", "paused"):
            return None
        steps = _steps(wish, showing, told, now, seeking=self._sent["seek"].value != wish.seeks)
        return next((call for aspect, wished, is_, call in steps if self._due(aspect, wished, is_, now)), None)

    def _due(self, aspect: str, wished: Any, told: Any, now: float) -> bool:
        """Whether to say it (again). Where the player tells nothing, once is enough."""
        sent = self._sent.get(aspect)
        if told is not None and told == wished:
            self._sent.pop(aspect, None)
            return False
        if sent is None or sent.value != wished:
            self._sent[aspect] = _Sent(wished, now)
            return True
        if told is None or sent.tries >= TRIES or now - sent.at < AGAIN_AFTER:
            return False
        sent.at, sent.tries = now, sent.tries + 1
        return True


def _steps(wish: Wish, showing: Showing, told: Report, now: float, *, seeking: bool) -> Iterator[Step]:
    """Every aspect of a film that is open, in the order in which they are put right."""
    scene = wish.scene
    yield "paused", showing.paused, told.state == "paused", Hold(showing.paused)
    if seeking and told.rate is not None:  # at another rate, VLC lands up to three seconds away
        yield "rate", 1.0, _rounded(told.rate), SetRate(1.0)
    yield "seek", wish.seeks, None, Seek(showing.line.now(now))
    # before its first frame, VLC jumps seconds ahead at a higher rate and hangs back at a lower one; also after a seek
    if told.shown and not wish.landing:
        yield "rate", _rounded(showing.line.rate), _rounded(told.rate), SetRate(showing.line.rate)
    if told.audio is not None:  # before there is sound, VLC forgets its volume
        yield "volume", scene.volume, told.volume, SetVolume(scene.volume)
        yield "muted", scene.muted, told.muted, SetMute(scene.muted)
        if showing.audio is not None:
            yield "audio", showing.audio, told.audio, SetAudio(showing.audio)
    if showing.subtitle is not None and told.subtitle is not None:
        yield "subtitle", showing.subtitle, told.subtitle, SetSubtitle(showing.subtitle)
    yield "fullscreen", scene.fullscreen, told.fullscreen, SetFullscreen(scene.fullscreen)
    yield "text", wish.text, None, SetText(wish.text)


def _rounded(rate: float | None) -> float | None:
    """VLC's numbers have seven digits."""
    return None if rate is None else round(rate, 3)

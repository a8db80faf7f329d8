"""The screen's machine: what the TV should be doing, and what to tell VLC so that it does.

    Idle ──play──▶ Loading ──first frame──▶ Showing ──end──▶ (the owner decides what follows)
                      │ ended, or lost too often            │ player lost
                      └───────▶ failed                      └──▶ Loading, at the same place

A *trial* is a film that is put on in place of another: until its first frame is shown, the scene of before is kept,
and comes back whole when it fails. A film that fails in place of nothing is remembered as `lost`, to be tried again.

Contract. Levels are compared, edges never counted: `next_call` answers what differs between the wish and the last
report, again and again, until nothing does. The position comes from the timeline; a report corrects it only when two
of them agree, so that a player's slip moves nobody, or when it says where a seek at another rate has landed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from controller.core.scene import LAST, Scene, Showing
from controller.core.screen_calls import Call, Open, Report, Seek
from controller.core.screen_gap import Gap, Wish
from controller.core.screen_landing import Landing
from controller.core.screen_losses import Losses
from protocol.errors import MatineeError, ScreenFailed
from protocol.values import ScreenState

DRIFT = 0.5
"""Seconds that a report may differ from the timeline."""
OVERDUE = 2.0
"""Seconds past its end that a film without any sign of life is over: VLC sometimes does not say so."""
PATIENCE = 10.0
"""Seconds that a film has for its first frame."""
SETTLING = 2.0
"""Seconds after a seek in which the player still tells old times."""
TELLS_WITHIN, TELLS_EVERY = 0.4, 0.5
"""VLC tells the time every so many seconds, or after so many seconds of film, whichever takes longer."""
HEALTHY = 5.0
"""Seconds that a film must have been shown for the loss of its player not to count."""


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """The film of this epoch is there."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Over:
    """The film has ended; nothing is on the screen until its owner puts something on."""

    ended: Showing


@dataclass(frozen=True, slots=True)
class NotShown:
    """The film could not be shown. If it was a trial, the scene of before is back on its way."""

    epoch: int
    error: MatineeError


Happening = FirstFrame | Over | NotShown


@dataclass(frozen=True, slots=True)
class _Before:
    """What a trial that fails brings back."""

    scene: Scene
    lost: Showing | None
    error: MatineeError | None


class Screen:
    """The machine. `scene` is the wish; `shown` says whether its film is really there.

    `lost` is the film that could not be shown, standing where it was; None as soon as anything else is wished.
    `error` says why, or what else went wrong last.
    """

    def __init__(self, scene: Scene | None = None) -> None:
        self.scene = scene or Scene()
        self.text = ""
        self.epoch = 0
        self.shown = False
        self.lost: Showing | None = None
        self.error: MatineeError | None = None
        self._before: _Before | None = None
        self._report: Report | None = None
        self._gap: Gap | None = None
        self._seeks = self._seeks_told = 0
        self._unsettled_until = float("-inf")
        self._landing: Landing | None = None
        self._doubt: float | None = None
        self._loaded_at = self._shown_at = self._fresh_at = float("-inf")
        self._off = 0.0
        self._losses = Losses()

    # ── what is ───────────────────────────────────────────────────────────────────────────────────

    @property
    def showing(self) -> Showing | None:
        """The film that is, or will be, on the screen."""
        return self.scene.showing

    @property
    def on_trial(self) -> bool:
        """Whether the film may still have to give way to the scene of before."""
        return self._before is not None

    @property
    def settled(self) -> Scene:
        """The scene as far as it is final."""
        return self._before.scene if self._before else self.scene

    @property
    def state(self) -> ScreenState:
        """One word for people."""
        if self.showing is None:
            return "failed" if self.error else "idle"
        if not self.shown:
            return "loading"
        return "paused" if self.showing.paused else "playing"

    def position(self, now: float) -> float:
        """Where the film is."""
        return self.showing.line.now(now) if self.showing else 0.0

    # ── what is wished ────────────────────────────────────────────────────────────────────────────

    def put_on(self, scene: Scene, now: float, *, trial: bool) -> int:
        """Show another scene; answers the epoch of its film. As a trial, today's comes back if that fails."""
        today = _Before(self.scene.frozen(now), self.lost, self.error)
        self._before = (self._before or today) if trial else None
        self._losses = Losses()
        self._load(scene, now)
        return self.epoch

    def take_back(self, now: float) -> None:
        """End a trial: everything as before."""
        if self._before is not None:
            before, self._before = self._before, None
            self._load(before.scene, now)
            self.lost, self.error = before.lost, before.error

    def stop(self, now: float) -> None:
        """Show nothing."""
        self._before = None
        self._load(replace(self.scene, showing=None, parked=None), now)

    def hold(self, paused: bool, now: float) -> None:
        """Pause, or go on."""
        if self.showing and self.showing.paused != paused:
            line = self.showing.line
            moving = self.shown and not paused
            self._show(replace(self.showing, paused=paused, line=line.resumed(now) if moving else line.paused(now)))

    def seek(self, position: float, now: float) -> None:
        """Go there; clamped to what can be shown."""
        if self.showing:
            line = self.showing.line
            line = line.moved_to(min(position, max(0.0, line.duration - LAST)), now)
            self._show(replace(self.showing, line=line))
            self._losses.sought(line.position)
            self._seeks += 1
            self._doubt, self._off = None, 0.0

    def set_rate(self, rate: float, now: float) -> None:
        """Faster or slower."""
        if self.showing:
            self._show(replace(self.showing, line=self.showing.line.at_rate(rate, now)))

    def set_tracks(self, audio: int | None, subtitle: int | None) -> None:
        """Choose tracks; None leaves them."""
        if self.showing:
            self._show(
                replace(
                    self.showing,
                    audio=self.showing.audio if audio is None else audio,
                    subtitle=self.showing.subtitle if subtitle is None else subtitle,
                )
            )

    def adjust(self, *, volume: int | None = None, muted: bool | None = None, fullscreen: bool | None = None) -> None:
        """What outlasts a film; None leaves it."""
        wished = {"volume": volume, "muted": muted, "fullscreen": fullscreen}
        changes: dict[str, Any] = {name: value for name, value in wished.items() if value is not None}
        self.scene = replace(self.scene, **changes)
        if self._before is not None:
            self._before = replace(self._before, scene=replace(self._before.scene, **changes))

    # ── what happens ──────────────────────────────────────────────────────────────────────────────

    def player_started(self, now: float) -> None:
        """A player is there, and shows nothing yet."""
        self._gap, self._report, self._loaded_at = Gap(), None, now
        self._landing = None

    def player_lost(self, now: float) -> Happening | None:
        """It is gone. What was shown will be shown again by the next one, from the same place.

        A trial goes on with the next one, too, if this one never came to it.
        """
        began, tried = self._gap is not None, self._told is not None
        lost = self._last_seen(now)
        self._gap, self._report = None, None
        if began:
            self._losses.add(lost.line.position if lost else None, healthy=self._healthy(now))
        if lost is None or (self.on_trial and not tried):
            return None
        if self.on_trial:
            return self._not_shown(ScreenFailed("VLC ended while it opened the film."), now)
        self._load(replace(self.scene, showing=lost), now)
        if self._losses.too_many:
            return self._not_shown(ScreenFailed("VLC ends whenever it plays this film."), now)
        return None

    def next_start(self) -> float:
        """Seconds to wait before a player is started."""
        return self._losses.pause

    def on_report(self, report: Report, now: float) -> Happening | None:
        """Take the player's word; answers what has happened by it."""
        before, self._report = self._report, report
        if self.showing is None or report.epoch != self.epoch:
            return None
        if report.shown and not self.shown:
            return self._first_frame(report, now)
        if report.state == "ended":
            return self._over(now) if self.shown else self._not_shown(ScreenFailed("VLC could not play this."), now)
        if report.time is not None and (before is None or report.time != before.time):
            self._compare(report.time, now)
        self._watch_landing(report, now)
        return None

    def tick(self, now: float) -> Happening | None:
        """Watch the clock: for a film that never begins, and for an end that VLC does not tell."""
        if self.showing is None or self._gap is None:
            return None
        if not self.shown:
            late = now >= self._loaded_at + PATIENCE
            return self._not_shown(ScreenFailed("VLC did not show it in time."), now) if late else None
        if self._told and self._told.state == "ended":
            return self._over(now)  # it was told with the first frame
        self._watch_landing(self._told, now)
        ends_at = self.showing.line.ends_at()
        if ends_at is not None and now >= max(ends_at, self._fresh_at) + OVERDUE:
            return self._over(now)
        return None

    def next_call(self, now: float) -> Call | None:
        """What to tell the player next; None when all is as wished. It counts as said."""
        if self._gap is None:
            return None
        wish = Wish(self.scene, self.epoch, self._seeks, self.text, landing=self._landing is not None)
        call = self._gap.next_call(wish, self._report, now)
        if isinstance(call, Open | Seek):
            self._seeks_told = self._seeks
        if isinstance(call, Seek):
            self._unsettled_until, self._doubt = now + SETTLING, None
            self._landing = Landing(call.position, now)
        return call

    # ── inside ────────────────────────────────────────────────────────────────────────────────────

    def _load(self, scene: Scene, now: float) -> None:
        self.scene, self._loaded_at = scene, now
        self.epoch += 1
        self.shown, self.lost, self.error = False, None, None
        self._doubt, self._off = None, 0.0
        self._unsettled_until = float("-inf")
        self._landing = None

    def _show(self, showing: Showing) -> None:
        self.scene = replace(self.scene, showing=showing)

    @property
    def _told(self) -> Report | None:
        """The player's last word about the film that is wished."""
        return self._report if self._report and self._report.epoch == self.epoch else None

    def _last_seen(self, now: float) -> Showing | None:
        """The film, standing where its player last showed it.

        One that has been silent for longer than a living one can be stopped somewhere in between: in the middle, the
        mistake is smallest.
        """
        if self.showing is None:
            return None
        line = self.showing.line
        silence = max(TELLS_WITHIN, TELLS_EVERY / line.rate)
        at = now if now - self._fresh_at <= silence else self._fresh_at + silence / 2
        at = min(now, max(at, line.at))
        place = line.now(at) + (self._off if line.playing else 0.0)
        return replace(self.showing, line=replace(line.moved_to(place, at), playing=False))

    def _settling(self, now: float) -> bool:
        """Whether the player may still tell times of before a seek."""
        return self._seeks_told != self._seeks or now < self._unsettled_until

    def _healthy(self, now: float) -> bool:
        """Whether the player did well before it was lost."""
        if self.showing is None:
            return now - self._loaded_at >= HEALTHY
        return self.shown and now - self._shown_at >= HEALTHY

    def _first_frame(self, report: Report, now: float) -> FirstFrame:
        assert self.showing is not None
        line = self.showing.line
        if self.showing.paused:
            self._seeks += 1  # a film that is to stand ran on until its picture was there
        elif report.time is not None and not self._settling(now) and abs(report.time - line.position) < SETTLING:
            line = line.moved_to(report.time, now)
        self._show(replace(self.showing, line=replace(line, at=now, playing=not self.showing.paused)))
        self.shown, self._before = True, None
        self._shown_at = self._fresh_at = now
        return FirstFrame(self.epoch)

    def _compare(self, time: float, now: float) -> None:
        """A fresh time from the player: believed when it is near, or when a second one says the same."""
        assert self.showing is not None
        self._fresh_at = now
        line = self.showing.line
        off = time - line.now(now)
        if not self.shown or not line.playing or self._settling(now):
            self._doubt = None
        elif abs(off) <= DRIFT:
            self._doubt, self._off = None, off
        elif self._doubt is not None and abs(off - self._doubt) <= DRIFT and 0 <= time <= line.duration:
            self._show(replace(self.showing, line=line.moved_to(time, now)))
            self._doubt, self._off = None, 0.0
        else:
            self._doubt = off

    def _watch_landing(self, report: Report | None, now: float) -> None:
        """Take the film's place from where a seek has landed: until then it ran at its own rate, whatever was wished."""
        landing, showing = self._landing, self.showing
        if landing is None or showing is None or report is None or not landing.over(report, now):
            return
        self._landing = None
        if landing.seen and report.time is not None and showing.line.playing and showing.line.rate != 1.0:
            self._show(replace(showing, line=showing.line.moved_to(report.time, now)))

    def _over(self, now: float) -> Over:
        assert self.showing is not None
        ended = self.showing
        self._load(replace(self.scene, showing=None), now)
        return Over(ended)

    def _not_shown(self, error: MatineeError, now: float) -> NotShown:
        epoch = self.epoch
        if self._before is not None:
            self.take_back(now)
        else:
            lost = self.showing
            self._load(replace(self.scene, showing=None), now)
            self.lost, self.error = lost, error
        return NotShown(epoch, error)

"""The shared screen: keeps a player alive that shows what the machine wishes, and puts films on in two phases.

Putting a film on: it is looked into and one picture decoded while everything plays on; then it takes the place of the
scene; and only when its first frame is shown is the change final. Until then everything goes back as it was, also when
whoever wanted it may not want it any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import anyio
import structlog

from controller.core.queue import ClientQueue, QueuedItem
from controller.core.scene import Film, Scene, Showing, show
from controller.core.screen import FirstFrame, Happening, NotShown, Over, Screen
from controller.ports import Clock, Library, MediaProbe, ScreenPlayers, Secrets, SourceFile
from controller.services.items import path_or_id, same_film
from controller.services.screen_player import PlayerLife
from controller.services.trial import May, Trials, always, nothing
from protocol.errors import (
    EmptyQueue,
    InvalidParams,
    ItemNotFound,
    MatineeError,
    Overloaded,
    ScreenUnavailable,
    TakeoverInProgress,
)
from protocol.values import ItemRef, ScreenState

log = structlog.get_logger(__name__)

NEXT_SHOWN_FOR = 10.0
"""Seconds before a film's end in which the TV says what comes next."""


class SharedScreen:
    """The one screen of the room.

    `on_change` hears of every change; `on_over` when what was on is over, and answers whether it puts something on.
    While it is `coming_back`, what was on before a restart is still looked into, and nobody may command it.
    """

    def __init__(
        self,
        clock: Clock,
        secrets: Secrets,
        library: Library,
        probe: MediaProbe,
        players: ScreenPlayers | None,
        missing: str = "The screen is switched off here.",
    ) -> None:
        self._clock, self._secrets, self._library, self._probe = clock, secrets, library, probe
        self._players, self._missing = players, missing
        self.machine, self.queue = Screen(), ClientQueue()
        self.trials = Trials(clock, self.machine, self._changed)
        self.on_change: Callable[[], None] = nothing
        self.on_queue_change: Callable[[], None] = nothing
        self.on_over: Callable[[], bool] = lambda: False
        self.announcement = ""
        self.coming_back = False
        self._life = PlayerLife(clock, self.machine, self._happened, self._changed, self._retext)
        self._due, self._failures = False, 0
        self._over = anyio.Event()

    # ── what is ───────────────────────────────────────────────────────────────────────────────────

    @property
    def problem(self) -> MatineeError | None:
        """Why there is no screen, if there is none."""
        if self._players is None:
            return ScreenUnavailable(self._missing, retryable=False)
        if self.coming_back:
            return ScreenUnavailable("The TV is coming back after the restart.", retry_after_s=1.0)
        return self._life.problem

    @property
    def state(self) -> ScreenState:
        """One word for people."""
        if self.coming_back and not self.absent:
            return "loading"
        return "off" if self.problem else self.machine.state

    @property
    def absent(self) -> bool:
        """Whether there is no screen at all here, as opposed to one that is down for the moment."""
        return self._players is None

    @property
    def pid(self) -> int | None:
        """The process that plays, while one is alive."""
        return self._life.pid

    @property
    def playing(self) -> bool:
        """Whether a film runs, as opposed to a pause or an empty screen."""
        return self.machine.showing is not None and not self.machine.showing.paused

    def position(self) -> float:
        """Where the film is now."""
        return self.machine.position(self._clock.now())

    # ── films ─────────────────────────────────────────────────────────────────────────────────────

    async def film(self, item: ItemRef) -> Film:
        """What is behind a reference. Raises: ItemNotFound, NotPlayable."""
        source = await self._source(item)
        return Film(item, str(source.path), source.title, await self._probe.facts(source))

    async def queued(self, item: ItemRef) -> QueuedItem:
        """An item as the queue lists it. Raises: ItemNotFound, NotPlayable."""
        film = await self.film(item)
        return QueuedItem(self._secrets.identity(), item, film.title, film.facts.duration)

    async def _source(self, item: ItemRef) -> SourceFile:
        return await self._library.resolve(*path_or_id(item))

    # ── putting films on ──────────────────────────────────────────────────────────────────────────

    async def play(
        self, showing: Callable[[], Showing], on_shown: Callable[[], None] = nothing, may: May = always
    ) -> None:
        """Put a film on, with the rest of the queue after it. See `put_on` for the callbacks and what it raises."""
        film = showing().film
        entry = QueuedItem(self._secrets.identity(), film.item, film.title, film.facts.duration)

        def commit() -> None:
            try:
                self.queue.begin(entry, partial(same_film, self._library))
            except Overloaded as error:  # the film is there all the same
                log.warning("film not queued", reason=error.message)
            self.on_queue_change()
            on_shown()

        await self.put_on(lambda: replace(self.machine.scene, showing=showing(), parked=None), commit, may)
        self.on_over()

    async def play_queued(
        self, entry: QueuedItem | None, position: float = 0.0, may: May = always, *, back: bool = False
    ) -> None:
        """Put an item of the queue on; `back` if it was there before. Raises: EmptyQueue, and what `put_on` does."""
        if entry is None:
            raise EmptyQueue("There is nothing there in the queue.")
        showing = show(await self.film(entry.item), position, self._clock.now())
        await self.put_on(
            lambda: replace(self.machine.scene, showing=showing, parked=None),
            lambda: self._jump(entry, back=back),
            may,
        )
        self.on_over()

    async def interrupt(self, film: Film, position: float, may: May = always) -> None:
        """Put a film on in between; today's comes back when it ends. Raises: as `put_on`."""

        def scene() -> Scene:
            now, today = self._clock.now(), self.machine.scene
            parked = today.parked or today.frozen(now).showing
            return replace(today, showing=show(film, position, now), parked=parked)

        await self.put_on(scene, may=may)

    async def put_on(
        self, scene: Callable[[], Scene], on_shown: Callable[[], None] = nothing, may: May = always
    ) -> None:
        """Show this, or leave everything as it is.

        Args:
            scene: makes the scene with the film in it; asked again after the film was looked into, for time has passed.
            on_shown: called in the step in which its first frame is there; must not raise.
            may: raises when it may not be put on (any more); asked until its first frame is there.

        Raises:
            ScreenUnavailable: there is no screen.
            TakeoverInProgress: another film is being put on.
            ItemNotFound, NotPlayable: it cannot be read; nothing was touched.
            ScreenFailed: it did not appear; everything is as it was.
        """
        self.require()
        try:
            await self.trials.attempt(self._look(scene().showing), scene, on_shown, may)
        finally:
            self._follow()

    async def _look(self, showing: Showing | None) -> None:
        """The pre-flight."""
        assert showing is not None
        await self._probe.check(await self._source(showing.film.item), showing.line.position)

    def _jump(self, entry: QueuedItem, *, back: bool = False) -> None:
        """The film that is there now is this one in the queue, unless that was removed meanwhile."""
        try:
            self.queue.jump(entry.id, back=back)
        except ItemNotFound as error:
            log.info("film without a place in the queue", reason=error.message)
        self.on_queue_change()

    def require(self) -> None:
        """Whether the screen can be commanded just now. Raises: ScreenUnavailable, TakeoverInProgress."""
        if problem := self.problem:
            raise problem
        if self.trials.busy:
            raise TakeoverInProgress("Another film is being put on just now.", retry_after_s=1.0)

    # ── commands that act at once ─────────────────────────────────────────────────────────────────

    def hold(self, paused: bool) -> None:
        """Pause, or go on."""
        self._command(lambda now: self.machine.hold(paused, now))

    async def resume(self, may: May = always) -> None:
        """Go on; a film that was given up is tried again from where it was. Raises: as `put_on`."""
        lost = self.machine.lost
        if lost:
            await self.put_on(lambda: replace(self.machine.scene, showing=replace(lost, paused=False)), may=may)
        else:
            self.hold(paused=False)

    def stop(self) -> None:
        """Show nothing."""
        was_on = self.machine.showing is not None
        self._command(self.machine.stop)
        self._due = False
        if was_on:
            self.on_over()

    def seek(self, position: float) -> None:
        """Go there."""
        self._command(lambda now: self.machine.seek(position, now))

    def set_rate(self, rate: float) -> None:
        """Faster or slower."""
        self._command(lambda now: self.machine.set_rate(rate, now))

    def set_tracks(self, audio: int | None, subtitle: int | None) -> None:
        """Choose tracks. Raises: InvalidParams (the film has no such track)."""
        if self.machine.showing:
            facts = self.machine.showing.film.facts
            wished = ((audio, facts.audio), (subtitle, facts.subtitles))
            if any(number is not None and number >= len(tracks) for number, tracks in wished):
                raise InvalidParams("The film has no such track.")
        self._command(lambda _now: self.machine.set_tracks(audio, subtitle))

    def adjust(self, *, volume: int | None = None, muted: bool | None = None, fullscreen: bool | None = None) -> None:
        """Volume, mute, fullscreen."""
        self._command(lambda _now: self.machine.adjust(volume=volume, muted=muted, fullscreen=fullscreen))

    def announce(self, text: str) -> None:
        """Put a line over the picture; empty takes it away."""
        self.announcement = text
        self._retext()

    async def next(self, may: May = always) -> None:
        """Go on to what comes next: the parked film, or the queue's next. Raises: EmptyQueue, as `put_on`."""
        self.require()
        if parked := self.machine.scene.parked:
            await self.put_on(lambda: replace(self.machine.scene, showing=parked, parked=None), may=may)
            self.on_over()
        else:
            await self.play_queued(self.queue.next, may=may)

    async def previous(self, may: May = always) -> None:
        """Go back. Raises: EmptyQueue, as `put_on`."""
        self.require()
        await self.play_queued(self.queue.previous, may=may, back=True)

    def _command(self, act: Callable[[float], None]) -> None:
        self.require()
        act(self._clock.now())
        self._changed()

    # ── its life ──────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Keep a player alive and in step, for as long as the daemon lives."""
        if self._players is None:
            return
        async with anyio.create_task_group() as group:
            group.start_soon(self._life.run, self._players)
            group.start_soon(self._keep_following)

    def _happened(self, happening: Happening | None) -> None:
        match happening:
            case FirstFrame(epoch):
                self._failures = 0
                self.trials.shown(epoch)
            case NotShown(epoch, error):
                self._not_shown(epoch, error)
            case Over():
                self._go_on()
            case None:
                return
        self._changed()

    def _not_shown(self, epoch: int, error: MatineeError) -> None:
        log.warning("film not shown", reason=error.message)
        if not self.trials.failed(epoch, error) and self.machine.showing is None:
            self._failures += 1
            self._go_on()

    def _go_on(self) -> None:
        """What was on is over: something follows, sooner or later."""
        self._due = True
        if not self.on_over():
            self._follow()

    def _follow(self) -> None:
        """Let follow what is due, if anything is: the parked film at once, the queue's next in a moment."""
        scene = self.machine.scene
        if not self._due or scene.showing:
            return
        if scene.parked:
            self.set_scene(replace(scene, showing=scene.parked, parked=None))
        else:
            self._over.set()

    async def _keep_following(self) -> None:
        while True:
            await self._over.wait()
            self._over = anyio.Event()
            await self._follow_queue()
            if self._may_follow:
                self._due = False

    async def _follow_queue(self) -> None:
        """Put on what comes by itself; after a film that cannot be shown the next, as long as there are others."""
        while self._may_follow and self._failures < len(self.queue):
            entry = self._coming()
            if entry is None:
                return
            await self._follow_with(entry)

    def _coming(self) -> QueuedItem | None:
        return self.queue.next if self._failures else self.queue.after_end()

    @property
    def _may_follow(self) -> bool:
        return self._due and self.machine.showing is None and not self.trials.busy

    async def _follow_with(self, entry: QueuedItem) -> None:
        film = problem = None
        try:
            film = await self.film(entry.item)
        except MatineeError as error:
            log.warning("queued film skipped", reason=error.message)
            problem = error
        if not self._may_follow or self._coming() != entry:
            return
        self._jump(entry)
        if film:
            self.set_scene(replace(self.machine.scene, showing=show(film, 0.0, self._clock.now()), parked=None))
        else:
            self._failures += 1
            self.machine.error = problem
            self._changed()

    def set_scene(self, scene: Scene) -> None:
        """Show this, and nothing else if it cannot be shown."""
        self._due = False
        self.machine.put_on(scene, self._clock.now(), trial=False)
        self._changed()

    def _retext(self) -> None:
        """The line over the picture: what must be said now, or what comes next when the end is near."""
        text = self.announcement
        showing = self.machine.showing
        if not text and showing and self.machine.shown:
            coming = self.machine.scene.parked.film.title if self.machine.scene.parked else None
            following = self.queue.after_end()
            coming = coming or (following.title if following else None)
            near = showing.film.facts.duration - self.position() <= NEXT_SHOWN_FOR
            text = f"Next: {coming}" if coming and near else ""
        if text != self.machine.text:
            self.machine.text = text
            self._life.nudge()

    def _changed(self) -> None:
        self._life.nudge()
        self.on_change()

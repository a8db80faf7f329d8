"""A model of a player, and of the person before it: it fetches, plays in real time, seeks, pauses and reports as the page does.

What is modelled is hls.js as the page sets it up: it keeps half a minute ahead, fetches picture and sound of a segment
side by side and one segment after the other, gives up what is on its way when somebody seeks, and shows the picture at a
place once its segment is there. What it has from where somebody seeks to it need not fetch again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random
from time import monotonic

import aiohttp
import anyio

from clients.sdk import Matinee, PathRef
from protocol.results import StreamStatus
from tests.soak.playlist import Segments, read

AHEAD = 30.0
"""Seconds that it keeps ahead."""
REPORT_EVERY = 5.0
LOOK_EVERY = 0.02
"""Seconds between two looks at the clock: so well it knows when it ran dry."""
AGAIN_AFTER = 0.5
"""Seconds after which what the daemon has not yet is asked for again."""
ENDED_WITHIN = 3.0
"""Seconds after the answer to a seek in which the run of before is gone: it is killed after two."""
NEAR_THE_END = 3.0
"""Seconds before the film's end at which its person goes elsewhere."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The picture stood still: at which place of the film, and for how many seconds."""

    position: float
    seconds: float


@dataclass(slots=True)
class Player:
    """One of them. `moved` is when it last sought; `firsts` are its waits for the first picture, at the start and after a seek; `stalls` all others."""

    name: str
    film: str
    chance: Random
    position: float = 0.0
    playing: bool = True
    segments: Segments = field(default_factory=lambda: Segments((0.0, 0.0)))
    client_id: str = ""
    seeks: int = 0
    pauses: int = 0
    moved: float = -math.inf
    firsts: list[Wait] = field(default_factory=list)
    stalls: list[Wait] = field(default_factory=list)
    _base: str = ""
    _from: float = 0.0
    _until: float = 0.0
    _looked: float = 0.0
    _dry: float | None = None
    _fresh: bool = True
    _shown: anyio.Event = field(default_factory=anyio.Event)
    _left: anyio.Event = field(default_factory=anyio.Event)
    _fetching: anyio.CancelScope | None = None

    async def watch(self, matinee: Matinee, seconds: float) -> None:
        """Watch for so long."""
        self.client_id = matinee.me.client_id
        stream = await matinee.request_hls_stream(PathRef(path=self.film), position=self.position)
        async with aiohttp.ClientSession() as http:
            await self._open(http, matinee, stream)
            async with anyio.create_task_group() as group:
                group.start_soon(self._play)
                group.start_soon(self._fetch, http)
                group.start_soon(self._report, matinee)
                group.start_soon(self._act, matinee)
                await anyio.sleep(seconds)
                group.cancel_scope.cancel()
        self._look(monotonic())
        if self._dry is not None and (self.playing or self._fresh):
            self._note(monotonic() - self._dry)

    async def _open(self, http: aiohttp.ClientSession, matinee: Matinee, stream: StreamStatus) -> None:
        self._base = matinee.url_of(stream.url or "").removesuffix("master.m3u8")
        async with http.get(f"{self._base}video.m3u8") as answer:
            self.segments = read(await answer.text())
        self._looked = monotonic()
        self._land(self.position)

    # ── the picture ───────────────────────────────────────────────────────────────────────────────

    async def _play(self) -> None:
        while True:
            self._look(monotonic())
            await anyio.sleep(LOOK_EVERY)  # time goes by

    def _look(self, now: float) -> None:
        """So much time has passed."""
        passed, self._looked = now - self._looked, now
        if self._dry is not None:
            if self._until > self.position:
                if self.playing or self._fresh:
                    self._note(now - self._dry)
                self._dry, self._fresh = None, False
                self._shown.set()
        elif self.playing:
            self.position = min(self.position + passed, self._until)
            if self.position >= self._until and self._until < self.segments.duration:
                self._dry = now

    def _note(self, seconds: float) -> None:
        (self.firsts if self._fresh else self.stalls).append(Wait(self.position, seconds))

    def _land(self, position: float) -> None:
        """Be at a place; what is there of it already is played on."""
        now = monotonic()
        self._look(now)
        self.position = position
        if self._from <= position < self._until:
            return
        self._from = self._until = self.segments.cuts[self.segments.at(position)]
        self._dry, self._fresh, self._looked = now, True, now
        self._left.set()
        self._shown, self._left = anyio.Event(), anyio.Event()
        if self._fetching:
            self._fetching.cancel()

    # ── what it fetches ───────────────────────────────────────────────────────────────────────────

    async def _fetch(self, http: aiohttp.ClientSession) -> None:
        while True:
            with anyio.CancelScope() as self._fetching:
                await self._fill(http)

    async def _fill(self, http: aiohttp.ClientSession) -> None:
        """Keep so much ahead, until somebody goes elsewhere."""
        while True:
            if self._until - self.position >= AHEAD or self._until >= self.segments.duration:
                await anyio.sleep(LOOK_EVERY)  # time goes by
                continue
            index = self.segments.at(self._until)
            async with anyio.create_task_group() as group:
                for rendition in ("video", "audio-0"):
                    group.start_soon(self._get, http, f"{self._base}{rendition}-{index}.ts")
            self._until = self.segments.cuts[index + 1]
            self._look(monotonic())

    @staticmethod
    async def _get(http: aiohttp.ClientSession, url: str) -> None:
        while True:
            async with http.get(url) as answer:
                body = await answer.read()
            if answer.status == 200:
                assert body, f"nothing in {url}"
                return
            assert answer.status == 503, f"{answer.status} for {url}"
            await anyio.sleep(AGAIN_AFTER)  # as it was told

    # ── what it tells, and what its person does ───────────────────────────────────────────────────

    async def _report(self, matinee: Matinee) -> None:
        """Every few seconds while it plays, and when a picture comes after a seek."""
        while True:
            await self._shown.wait()
            shown = self._shown
            while shown is self._shown:
                if self.playing:
                    await self._tell(matinee)
                with anyio.move_on_after(REPORT_EVERY):
                    await self._left.wait()

    async def _tell(self, matinee: Matinee) -> None:
        if self._fresh:
            return
        ahead = max(0.0, self._until - self.position)
        await matinee.hls_report(position=self.position, playing=self.playing, buffered_s=ahead)

    async def _act(self, matinee: Matinee) -> None:
        """Now and then seek somewhere, near or far, forwards or back, or pause."""
        while True:
            await self._sit(self.chance.uniform(5.0, 40.0))
            if self._is_nearly_over or self.chance.random() < 0.7:
                await self._seek(matinee, self._whim())
            else:
                await self._pause(matinee, self.chance.uniform(3.0, 20.0))

    @property
    def _is_nearly_over(self) -> bool:
        return self.position > self.segments.duration - NEAR_THE_END

    async def _sit(self, seconds: float) -> None:
        until = monotonic() + seconds
        while True:
            await anyio.sleep(LOOK_EVERY)  # time goes by
            if monotonic() >= until or self._is_nearly_over:
                return

    def _whim(self) -> float:
        far = self.chance.uniform(0.0, self.segments.duration - 60.0)
        near = self.position + self.chance.choice([-60.0, -30.0, -10.0, 10.0, 30.0, 70.0])
        wish = far if self._is_nearly_over or self.chance.random() < 0.5 else near
        return min(max(wish, 0.0), self.segments.duration - 30.0)

    def go(self, position: float) -> None:
        """Seek."""
        now = monotonic()
        self._look(now)
        self.moved = now
        self.seeks += 1
        self._land(position)

    async def _seek(self, matinee: Matinee, position: float) -> None:
        self.go(position)
        await matinee.hls_seek(position)
        self.moved = monotonic()

    async def _pause(self, matinee: Matinee, seconds: float) -> None:
        self.pauses += 1
        self._look(monotonic())
        self.playing = False
        await matinee.hls_pause()
        await self._tell(matinee)
        await anyio.sleep(seconds)  # the person is away
        self._look(monotonic())
        self.playing = True
        await matinee.hls_resume()
        await self._tell(matinee)

"""Looks after streams once a second: those that are made too slowly, come too slowly, or whose encoder gets nowhere."""

from __future__ import annotations

import anyio
import structlog

from controller.core.ladder import Encoding, Playing
from controller.core.stream_phase import InLine
from controller.ports import Clock, Library
from controller.services.changing import Changing
from controller.services.client_stream import HLSClientStream
from controller.services.streams import Streams
from protocol.errors import EncoderFailed, EncoderStalled, NotPlayable, SourceChanged

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks."""
FILMS_EVERY = 2.0
"""Seconds between two looks at the films' files."""
FILES_ANSWER_WITHIN = 10.0
"""Seconds after which a folder that hangs is not waited for any more."""


class Pacing:
    """One task for all streams, and one for their films, whose folders may hang."""

    def __init__(self, clock: Clock, streams: Streams, changing: Changing, library: Library) -> None:
        self._clock, self._streams, self._changing, self._library = clock, streams, changing, library
        streams.rescue = self._rescue

    async def run(self) -> None:
        """Look, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._look_at_films)
            while True:
                await anyio.sleep(EVERY)
                for stream in self._streams.every():
                    stream.feel_pulse()
                for stream in self._streams.every():
                    stream.look_around()
                for stream in self._streams.all():
                    self._look(stream)
                # All together: who is left by who made it for them begins an encoder.
                for stream in self._streams.all():
                    self._press(stream)

    async def _look_at_films(self) -> None:
        while True:
            await anyio.sleep(FILMS_EVERY)
            streams = [stream for stream in self._streams.every() if stream.machine.error is None]
            sources = list(dict.fromkeys(stream.spec.source for stream in streams))
            with anyio.move_on_after(FILES_ANSWER_WITHIN):
                changed = await self._library.changed(sources) if sources else []
                for stream in streams:
                    if stream.spec.source in changed:
                        log.warning("film has changed", stream=stream.spec.stream_id)
                        stream.give_up(SourceChanged())

    def played(self, stream: HLSClientStream, player: Playing) -> None:
        """A player told how it does."""
        if stream.ladder and not isinstance(stream.machine.phase, InLine):
            stream.ladder.needs = stream.variant.average_bandwidth // 1000
            stream.ladder.on_playing(player, stream.machine.ahead(), self._clock.now())
            self._press(stream)

    def _look(self, stream: HLSClientStream) -> None:
        now, machine = self._clock.now(), stream.machine
        if stream.ladder and machine.error is None and not machine.is_quiet(now):
            stream.ladder.on_encoding(self._how_it_is_made(stream, now), machine.timeline.rate, now)

    def _how_it_is_made(self, stream: HLSClientStream, now: float) -> Encoding:
        """How the box does with a stream's picture, by its own encoder or by the one that it lives on."""
        machine, encodes = stream.machine, stream.delivery.encodes
        other = machine.followed
        if encodes and other and not other.quiet:
            return Encoding(other.speed, other.measured, machine.ahead(), at_rest=False, eager=other.eager)
        at_rest = not encodes or machine.wanted is None or machine.wanted.held
        eager = machine.wanted is not None and machine.wanted.eager
        return Encoding(machine.speed(now), machine.measured(now), machine.ahead(), at_rest, eager)

    def _rescue(self, stream: HLSClientStream) -> None:
        """What has failed in one way, but made something of the film, goes on in the next: nobody is told before all did."""
        error, ladder = stream.machine.error, stream.ladder
        if ladder and isinstance(error, EncoderFailed | EncoderStalled) and not stream.machine.empty:
            before = ladder.wanted
            ladder.on_failed(self._clock.now())
            if ladder.wanted != before:
                self._press(stream)

    def _press(self, stream: HLSClientStream) -> None:
        rung = stream.ladder.wanted if stream.ladder else None
        if rung == stream.wish.rung:
            return
        try:
            self._changing.press(stream, rung)
        except NotPlayable:  # nothing is encoded in this house: it stays as it is
            return
        log.info("stream stepped", stream=stream.spec.stream_id, rung=str(rung))

"""Looks after streams that are made too slowly or come too slowly, once a second: each has a ladder of its own."""

from __future__ import annotations

import anyio
import structlog

from controller.core.ladder import Encoding, Playing
from controller.core.picture import EncodeVideo
from controller.ports import Clock
from controller.services.client_stream import HLSClientStream
from controller.services.streams import Streams
from protocol.errors import NotPlayable

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks."""


class Pacing:
    """One task for all streams."""

    def __init__(self, clock: Clock, streams: Streams) -> None:
        self._clock, self._streams = clock, streams

    async def run(self) -> None:
        """Look, for as long as the daemon lives."""
        while True:
            await anyio.sleep(EVERY)
            for stream in self._streams.all():
                self._look(stream)

    def played(self, stream: HLSClientStream, player: Playing) -> None:
        """A player told how it does."""
        if stream.ladder:
            stream.ladder.needs = stream.delivery.variant.average_bandwidth // 1000
            stream.ladder.on_playing(player, stream.machine.ahead(), self._clock.now())
            self._press(stream)

    def _look(self, stream: HLSClientStream) -> None:
        if stream.ladder is None:
            return
        now, machine = self._clock.now(), stream.machine
        encodes = isinstance(stream.delivery.video, EncodeVideo)
        at_rest = not encodes or machine.wanted is None or machine.wanted.held
        eager = machine.wanted is not None and machine.wanted.eager
        box = Encoding(machine.speed(now), machine.measured(now), machine.ahead(), at_rest, eager)
        stream.ladder.on_encoding(box, machine.timeline.rate, now)
        self._press(stream)

    def _press(self, stream: HLSClientStream) -> None:
        rung = stream.ladder.wanted if stream.ladder else None
        if rung == stream.wish.rung:
            return
        try:
            self._streams.press(stream, rung)
        except NotPlayable:  # nothing is encoded in this house: it stays as it is
            return
        log.info("stream stepped", stream=stream.spec.stream_id, rung=str(rung))

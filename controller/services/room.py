"""Keeps the streams within their room on the disk: shares it, cleans what nobody needs, makes them smaller, warns."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import anyio
import structlog

from controller.core.room import Disk, Excess, Limits, Scarcity, share
from controller.core.throttle import KEEP_BEHIND, LEAST_BEHIND
from controller.ports import Clock, SegmentStore
from controller.services.client_stream import HLSClientStream
from controller.services.clients import ClientManager
from controller.services.streams import Streams
from protocol.errors import QuotaExceeded
from protocol.events import ServerWarning

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks. Between them each stream keeps to its share by itself."""


class Room:
    """One task for all streams."""

    def __init__(
        self, clock: Clock, clients: ClientManager, streams: Streams, store: SegmentStore, limits: Limits | None = None
    ) -> None:
        self._clock, self._clients, self._streams, self._store = clock, clients, streams, store
        self._limits, self._scarcity = limits or Limits(), Scarcity()
        self._excesses = WeakKeyDictionary[HLSClientStream, Excess]()
        streams.allowance = self.allowance

    def allowance(self) -> float:
        """Bytes that one more stream may have."""
        return self._share(self._streams.every(), self._store.disk(), more=1)

    def _share(self, streams: list[HLSClientStream], disk: Disk, *, more: int = 0) -> float:
        """Bytes that each of these streams may have, and each of so many more."""
        held = [stream.machine.made.bytes for stream in streams] + [0] * more
        return share(disk, self._store.used_bytes(), held, self._limits)

    async def run(self) -> None:
        """Look, for as long as the daemon lives."""
        while True:
            await anyio.sleep(EVERY)
            self._look()

    def _look(self) -> None:
        streams, disk = self._streams.every(), self._store.disk()
        allowance = self._share(streams, disk)
        for stream in streams:
            self._keep_within(stream, allowance)
        starved = any(stream.machine.is_starved() for stream in streams)
        if starved and allowance < self._limits.per_client:  # what somebody has too much of is what others have not
            for stream in streams:
                stream.clean(stream.machine.excess())
        if self._scarcity.is_news(disk, self._limits, hurts=starved):
            log.warning("disk is nearly full", free=disk.free, streams=len(streams), bytes=self._store.used_bytes())
            detail = (
                f"The disk for streams has {disk.free // 1024**2} MB left. What is watched is made smaller, or stops."
            )
            self._clients.publish(ServerWarning(name="disk_low", detail=detail))

    def _keep_within(self, stream: HLSClientStream, allowance: float) -> None:
        """Clean what is too far ahead, and, as far as its share demands it, what is behind; then make it smaller.

        What there is room for behind stays: it need not be made again, and cannot be once the film is gone.
        """
        machine = stream.machine
        stream.clean(machine.beyond())
        for seconds in (KEEP_BEHIND, LEAST_BEHIND):
            if machine.made.bytes > allowance:
                stream.clean(machine.behind(seconds))
        stream.allow(allowance)
        now, starved = self._clock.now(), machine.is_starved()
        if starved and stream.ladder:
            stream.ladder.on_no_room(now)
        smallest = stream.ladder is None or stream.ladder.is_down
        over = starved and smallest and machine.made.bytes > allowance == self._limits.per_client
        if self._excesses.setdefault(stream, Excess()).is_too_much(now, over=over):
            stream.give_up(QuotaExceeded(hint="Choose a smaller picture, or let the owner of the box raise client_mb."))

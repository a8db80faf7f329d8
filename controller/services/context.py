"""What a handler works with: the services, and the connection that the command came on."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio

from controller.ports import Clock, Library, MediaProbe, Peer, SegmentStore
from controller.services.admission import Admission
from controller.services.announcer import Announcer
from controller.services.authority import ScreenAuthority
from controller.services.box import Box, Meter
from controller.services.changing import Changing
from controller.services.clients import Client, ClientManager
from controller.services.copying import Copying
from controller.services.encoder_logs import EncoderLogs
from controller.services.following import Following
from controller.services.moving import Moving
from controller.services.pacing import Pacing
from controller.services.pairing import Pairing
from controller.services.queues import Queues
from controller.services.returning import Returning
from controller.services.screen import SharedScreen
from controller.services.streams import Streams
from controller.services.suggestions import ScreenSuggestions
from controller.services.tallies import Tallies
from controller.services.tastes import Tastes
from controller.services.watching import Watching
from protocol.errors import NotRegistered

KEPT_WITHIN = 0.25
"""Seconds that an answer waits for the store."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the handlers may use."""

    clock: Clock
    clients: ClientManager
    streams: Streams
    changing: Changing
    admission: Admission
    screen: SharedScreen
    authority: ScreenAuthority
    suggestions: ScreenSuggestions
    pacing: Pacing
    tastes: Tastes
    moving: Moving
    queues: Queues
    following: Following
    returning: Returning
    copying: Copying
    pairing: Pairing
    library: Library
    probe: MediaProbe
    store: SegmentStore
    announcer: Announcer
    watching: Watching
    tallies: Tallies
    logs: EncoderLogs
    meter: Meter
    box: Box

    async def wait_kept(self) -> None:
        """Until a restart would find everything as it is now; a store that takes its time holds nobody up for long."""
        with anyio.move_on_after(KEPT_WITHIN):
            await self.queues.stored()


@dataclass(slots=True)
class Connection:
    """One WebSocket, seen from the services. `missed` is sent after the answer, `closing` then done."""

    peer: Peer
    client: Client | None = None
    nonsense: int = 0
    missed: list[str] = field(default_factory=list)
    closing: tuple[int, str] | None = None

    @property
    def me(self) -> Client:
        """The registered client. Raises: NotRegistered."""
        if self.client is None:
            raise NotRegistered
        return self.client

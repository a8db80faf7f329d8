"""Changes of a client's stream that plays already: in place where that can be done, else by a new one in place of it."""

from __future__ import annotations

from dataclasses import replace

import structlog

from controller.core.delivery import copies, decide
from controller.core.ladder import Ladder
from controller.core.picture import CopyVideo
from controller.core.wish import Choice, Rung
from controller.ports import Clock
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client
from controller.services.rates import made_at
from controller.services.streams import Streams
from controller.services.tastes import Tastes
from controller.services.wishes import chosen_now
from protocol.errors import NoStream
from protocol.values import DeliveryMode

log = structlog.get_logger(__name__)


class Changing:
    """Changes them."""

    def __init__(self, clock: Clock, streams: Streams, tastes: Tastes) -> None:
        self._clock, self._streams, self._tastes = clock, streams, tastes

    def press(self, stream: HLSClientStream, rung: Rung | None) -> None:
        """Make a stream smaller, or larger again, in place; what is made already stays. Raises: NotPlayable."""
        wish = replace(stream.wish, rung=rung, direct=False)
        if not stream.is_direct:
            stream.redeliver(stream.choice, wish, decide(stream.spec.facts, wish, stream.delivery.plan), again=False)

    async def step_down(self, client: Client) -> HLSClientStream:
        """Have a client's film made, as small as its ladder says, that was given as it is and comes or plays too slowly.

        Raises:
            NoStream, NotPlayable: as `change`.
        """
        stream = self._streams.require(client.client_id)
        return await self._replace(client, stream, stream.choice, stream.machine.timeline.rate, stream.ladder)

    async def fall_back(self, client: Client) -> HLSClientStream:
        """A client's player has failed with what it was given: the next way is tried, and this one is no more.

        Raises:
            NoStream, NotPlayable: as `change`; its address is always another. The stream stays as it is when there is no other way.
        """
        stream = self._streams.require(client.client_id)
        copied = isinstance(stream.delivery.video, CopyVideo) or stream.delivery.mode == "remux"
        failed: DeliveryMode | None = "direct" if stream.is_direct else "remux" if copied else None
        if failed is None:
            return stream
        log.warning("player failed", client=client.client_id, stream=stream.spec.stream_id, mode=failed)
        self._tastes.failed(client.device.device_id, stream.spec.facts, failed)
        # Never in place: what the player has fetched and could not play would be there still, under the same names.
        return await self._replace(client, stream, stream.choice, stream.machine.timeline.rate)

    async def set_rate(self, client: Client, rate: float) -> HLSClientStream:
        """Let a client's film go by slower or faster: by a new stream in place of it, at the same second, if its player
        cannot do that. Raises: NoStream, NotPlayable.
        """
        stream = self._streams.require(client.client_id)
        if made_at(client, rate) != stream.delivery.plan.rate:
            return await self._replace(client, stream, stream.choice, rate)
        stream.set_rate(rate)
        return stream

    async def change(self, client: Client, choice: Choice) -> HLSClientStream:
        """Let a client's stream go on as it is chosen now, at the same second: in place where that can be done, else by
        a new one in place of it, whose address is another.

        Raises:
            NoStream, NotPlayable: as the film and the house say; the stream goes on as it was then.
        """
        stream = self._streams.require(client.client_id)
        rate, choice = stream.machine.timeline.rate, chosen_now(choice, stream.spec)
        wish = self._streams.wish(client, stream.spec.facts, choice, rate)
        if choice.quality == stream.choice.quality:
            wish = replace(wish, rung=stream.wish.rung)
        delivery = decide(stream.spec.facts, wish)
        alike = wish.rate == stream.delivery.plan.rate
        if alike and delivery.mode != "direct" and stream.delivery.mode != "direct":
            here = decide(stream.spec.facts, wish, stream.delivery.plan)
            if here.renditions_alike(stream.delivery) and copies(here, stream.delivery.plan):
                stream.redeliver(choice, wish, here, again=True)
                return stream
        return await self._replace(client, stream, choice, rate)

    async def _replace(
        self, client: Client, old: HLSClientStream, choice: Choice, rate: float, ladder: Ladder | None = None
    ) -> HLSClientStream:
        line = old.machine.timeline
        position = line.now(self._clock.now())

        def may() -> None:
            if self._streams.of(client.client_id) not in (old, None):
                raise NoStream

        stream = await self._streams.open(
            client, old.spec.item, position=position, choice=choice, rate=rate, ladder=ladder, may=may
        )
        if not old.machine.goes_on:
            stream.pause()
        return stream

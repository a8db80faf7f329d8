"""Moves what somebody watches between the screen and their own stream: the same film, second, tracks and rate.

Nothing stops before the other side is there. A move that has happened already is not made again.
"""

from __future__ import annotations

import anyio
import structlog

from controller.core.playlist import SegmentId
from controller.core.scene import Film, Showing, show
from controller.core.stream_phase import Failed
from controller.core.subtitles import without_files
from controller.core.wish import Choice
from controller.ports import Clock
from controller.services.announcer import Announcer
from controller.services.authority import ScreenAuthority
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client
from controller.services.queues import Queues
from controller.services.screen import SharedScreen
from controller.services.stream_spec import SegmentLate
from controller.services.streams import Streams
from protocol.errors import MatineeError, NoStream, NotAuthority, Overloaded

log = structlog.get_logger(__name__)

PICTURE_WITHIN = 10.0
"""Seconds that a stream has for its first segment before the screen is left as it is."""
SAME = 1.0
"""Seconds within which two positions are the same."""


class Moving:
    """Both directions."""

    def __init__(
        self,
        clock: Clock,
        streams: Streams,
        screen: SharedScreen,
        authority: ScreenAuthority,
        announcer: Announcer,
        queues: Queues,
    ) -> None:
        self._clock, self._streams, self._screen = clock, streams, screen
        self._authority, self._announcer, self._queues = authority, announcer, queues
        self._sent: tuple[str, str] | None = None
        self._brought: HLSClientStream | None = None

    async def continue_here(self, client: Client, *, stop_screen: bool, lease: int | None) -> HLSClientStream:
        """The screen's film becomes this client's stream; with `stop_screen` the screen stops once that has begun.

        Raises:
            NotAuthority, StaleLease: it is not this client's to stop.
            ScreenUnavailable: there is no screen here at all, or what is on it is not known yet.
            NoStream: the screen shows nothing.
            NotPlayable, EncoderFailed …: it cannot be streamed; the screen goes on.
            SegmentLate: it takes its time; the stream is there, and asking again goes on waiting for it.
        """
        if self._screen.absent or self._screen.coming_back:
            self._screen.require()
        if stop_screen:
            if lease is None:
                raise NotAuthority(hint="Stopping the screen needs its lease.")
            self._authority.check(client, lease)
        showing = self._screen.machine.showing
        if showing is None:
            return self._brought_before(client, stop_screen=stop_screen)
        here = self._already_here(client, showing)
        stream = here or await self._open(client, showing)
        if stop_screen and lease is not None:
            try:
                await self._relieve(stream, client, lease)
            except MatineeError as error:
                if not here and not isinstance(error, SegmentLate):
                    await self._end(client, stream)
                raise
        return stream

    async def _relieve(self, stream: HLSClientStream, client: Client, lease: int) -> None:
        """Stop the screen once a stream shows what it shows."""
        with anyio.move_on_after(PICTURE_WITHIN) as patience:
            await stream.wait_segment(self._present_segment(stream))
        if patience.cancelled_caught:
            raise SegmentLate(retry_after_s=1.0)
        self._authority.check(client, lease)
        self._screen.stop()
        self._brought = stream

    def _brought_before(self, client: Client, *, stop_screen: bool) -> HLSClientStream:
        """The stream for which the screen was stopped, if that is asked for again. Raises: NoStream."""
        stream = self._streams.of(client.client_id)
        if stop_screen and stream and stream is self._brought:
            return stream
        raise NoStream("The screen plays nothing.")

    async def _end(self, client: Client, stream: HLSClientStream) -> None:
        """End a stream, unless its client has another by now."""
        if self._streams.of(client.client_id) is stream:
            await self._streams.close(client.client_id)
            self._announcer.stream_closed(client)

    def _already_here(self, client: Client, showing: Showing) -> HLSClientStream | None:
        stream = self._streams.of(client.client_id)
        if (
            stream is None
            or str(stream.spec.source.path) != showing.film.path
            or isinstance(stream.machine.phase, Failed)
        ):
            return None
        now = self._clock.now()
        line = stream.machine.timeline
        same = stream.machine.goes_on is not showing.paused and line.rate == showing.line.rate
        return stream if same and abs(line.now(now) - showing.line.now(now)) <= SAME else None

    async def _open(self, client: Client, showing: Showing) -> HLSClientStream:
        stream = await self._streams.open(
            client,
            showing.film.item,
            position=self._screen.position(),
            choice=Choice(audio_track=showing.audio, subtitle_track=showing.subtitle),
            rate=showing.line.rate,
        )
        today = self._screen.machine.showing
        if today and today.film == showing.film:  # it has gone on while the old stream was closed
            showing = today
            self._bring_to(stream, self._screen.position())
        if showing.line.rate != 1.0:
            stream.set_rate(showing.line.rate)
        if showing.paused:
            stream.pause()
        return stream

    def _bring_to(self, stream: HLSClientStream, position: float) -> None:
        if abs(stream.machine.timeline.now(self._clock.now()) - position) > SAME / 2:
            stream.seek(position)

    def _present_segment(self, stream: HLSClientStream) -> SegmentId:
        plan, rendition = stream.delivery.plan, stream.delivery.renditions[0]
        return SegmentId(rendition, plan.index_at(stream.machine.timeline.now(self._clock.now())))

    async def send_to_screen(self, client: Client, lease: int) -> None:
        """This client's stream goes to the screen, and ends when its first frame is shown there.

        Raises:
            NotAuthority, StaleLease: the screen is not this client's to command (any more).
            NoStream: there is none, and the screen does not show what it was.
            ScreenUnavailable, TakeoverInProgress, ScreenFailed: the stream goes on.
        """
        self._authority.check(client, lease)
        stream, showing = self._streams.of(client.client_id), self._screen.machine.showing
        if stream is None and showing and self._sent == (client.client_id, showing.film.path):
            return
        if stream is None:
            raise NoStream
        await self._screen.play(
            lambda: self._as_shown(stream),
            lambda: self._send_queue(client, stream),
            lambda: self._authority.check(client, lease),
        )
        self._sent = (client.client_id, str(stream.spec.source.path))
        await self._end(client, stream)

    def _send_queue(self, client: Client, stream: HLSClientStream) -> None:
        """What would have followed the stream follows it on the screen, before what was to come there."""
        mine = self._queues.of(client.client_id)
        if mine.current is None or not self._queues.same_film(mine.current.item, stream.spec.item):
            return
        coming = self._queues.again(self._queues.rest(client.client_id), by=client)
        if not coming:
            return
        try:
            self._screen.queue.add(coming, "next", by=client.client_id)
        except Overloaded as error:  # the film is there all the same
            log.warning("queue not sent along", reason=error.message)
        else:
            self._screen.on_queue_change()

    def _as_shown(self, stream: HLSClientStream) -> Showing:
        spec, line = stream.spec, stream.machine.timeline
        now = self._clock.now()
        film = Film(spec.item, str(spec.source.path), spec.source.title, without_files(spec.facts))
        audio = stream.delivery.audio_track if spec.facts.audio else None
        # Subtitles that lie beside the film are not shown there.
        subtitle = stream.wish.subtitle if stream.wish.subtitle < len(film.facts.subtitles) else None
        return show(
            film,
            line.now(now),
            now,
            paused=not stream.machine.goes_on,
            rate=line.rate,
            audio=audio,
            subtitle=subtitle if film.facts.subtitles else None,
        )

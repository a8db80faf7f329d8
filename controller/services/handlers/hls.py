"""Handlers of a client's own stream."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from controller.core.ladder import Playing
from controller.core.queue import QueuedItem
from controller.core.wish import Choice
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client
from controller.services.context import Connection, Services
from controller.services.snapshots import NO_STREAM, stream_status, timeline_of
from protocol.commands import Command
from protocol.commands.hls import (
    GetHlsUrl,
    HlsPause,
    HlsReport,
    HlsResume,
    HlsSeek,
    HlsSetQuality,
    HlsSetRate,
    HlsSetTracks,
    HlsStatus,
    RequestHlsStream,
    StopHlsStream,
)
from protocol.errors import EmptyQueue, NotPlayable
from protocol.results import Moved, StreamStatus, StreamUrl
from protocol.values import Timeline


async def _mine(services: Services, connection: Connection) -> HLSClientStream:
    """My stream, as the commands before this one wanted it. Raises: NoStream."""
    await services.following.settle(connection.me)
    return services.streams.require(connection.me.client_id)


async def request_hls_stream(services: Services, connection: Connection, command: RequestHlsStream) -> StreamStatus:
    """Start or replace my stream."""
    me = connection.me
    wished = None if command.item else services.following.wished(me)
    entry = None if command.item else _present(services, me)
    item = entry.item if entry else command.item
    assert item is not None
    services.following.forget(me)
    services.returning.forget(me.client_id)
    choice = Choice(
        command.quality,
        command.audio_track,
        command.subtitle_track,
        burn=command.burn_in,
        direct=command.delivery == "auto",
    )
    services.clients.chose(me, choice)
    position = command.position or (wished[1] if wished else 0.0)
    stream = await services.streams.open(me, item, position=position, choice=choice)
    services.tastes.chose(
        me.device.device_id, stream.spec.facts, audio=command.audio_track, subtitle=command.subtitle_track
    )
    services.queues.begun(me.client_id, stream, entry)
    return stream_status(stream, services.clock.now())


def _present(services: Services, me: Client) -> QueuedItem:
    """What my queue is at. Raises: EmptyQueue."""
    queue = services.queues.of(me.client_id)
    entry = queue.current or queue.next
    if entry is None:
        raise EmptyQueue(hint="Name an item: browse lists them.")
    return entry


async def stop_hls_stream(services: Services, connection: Connection, _command: StopHlsStream) -> StreamStatus:
    """End my stream, if I have one."""
    services.following.forget(connection.me)
    services.returning.forget(connection.me.client_id)
    await services.streams.close(connection.me.client_id)
    services.announcer.stream_closed(connection.me)
    return NO_STREAM


async def get_hls_url(services: Services, connection: Connection, _command: GetHlsUrl) -> StreamUrl:
    """Where it is."""
    stream = await _mine(services, connection)
    return StreamUrl(url=stream.url, stream_id=stream.spec.stream_id, epoch=stream.machine.epoch)


async def hls_seek(services: Services, connection: Connection, command: HlsSeek) -> Moved:
    """Go there."""
    stream = await _mine(services, connection)
    position, clamped = stream.seek(command.position)
    return Moved(position=position, epoch=stream.machine.epoch, url=stream.url, clamped=clamped)


async def hls_pause(services: Services, connection: Connection, _command: HlsPause) -> Timeline:
    """Stand still."""
    stream = await _mine(services, connection)
    stream.pause()
    return timeline_of(stream)


async def hls_resume(services: Services, connection: Connection, _command: HlsResume) -> Timeline:
    """Go on."""
    stream = await _mine(services, connection)
    stream.resume()
    return timeline_of(stream)


async def hls_set_rate(services: Services, connection: Connection, command: HlsSetRate) -> Timeline:
    """Faster or slower."""
    await _mine(services, connection)
    return timeline_of(await services.changing.set_rate(connection.me, command.rate))


async def hls_set_quality(services: Services, connection: Connection, command: HlsSetQuality) -> StreamStatus:
    """Larger or smaller."""
    stream = await _mine(services, connection)
    status = await _change(services, connection, replace(stream.choice, quality=command.quality))
    services.clients.chose(connection.me, replace(connection.me.usual, quality=command.quality))
    return status


async def hls_set_tracks(services: Services, connection: Connection, command: HlsSetTracks) -> StreamStatus:
    """In another language."""
    choice = (await _mine(services, connection)).choice
    if command.audio_track is not None:
        choice = replace(choice, audio_track=command.audio_track)
    if command.subtitle_track is not None:
        choice = replace(choice, subtitle_track=command.subtitle_track, beside=None)
    if command.burn_in is not None:
        choice = replace(choice, burn=command.burn_in)
    status = await _change(services, connection, choice)
    facts = services.streams.require(connection.me.client_id).spec.facts
    services.tastes.chose(
        connection.me.device.device_id, facts, audio=command.audio_track, subtitle=command.subtitle_track
    )
    return status


async def _change(services: Services, connection: Connection, choice: Choice) -> StreamStatus:
    stream = await services.changing.change(connection.me, choice)
    return stream_status(stream, services.clock.now(), services.streams.prepared(connection.me.client_id))


async def hls_status(services: Services, connection: Connection, _command: HlsStatus) -> StreamStatus:
    """How it is."""
    await services.following.settle(connection.me)
    streams, client_id = services.streams, connection.me.client_id
    return stream_status(streams.of(client_id), services.clock.now(), streams.prepared(client_id))


async def hls_report(services: Services, connection: Connection, command: HlsReport) -> Timeline:
    """Believe the player, unless it tells of a stream that is over, or about to be."""
    me = connection.me
    stream = services.streams.require(me.client_id)
    if command.stream_id in (None, stream.spec.stream_id) and not services.following.wished(me):
        stream.report(command.position, command.playing)
        services.tallies.played(stream, stalled=bool(command.stalled))
        services.pacing.played(stream, Playing(bool(command.stalled), command.dropped_frames, command.bandwidth_kbps))
        if command.failed:
            stream = await services.changing.fall_back(me)
        elif stream.is_direct and stream.ladder and stream.ladder.wanted:
            with suppress(NotPlayable):  # nothing is made in this house: it stays as it is
                stream = await services.changing.step_down(me)
    return timeline_of(stream)


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    RequestHlsStream: request_hls_stream,
    StopHlsStream: stop_hls_stream,
    GetHlsUrl: get_hls_url,
    HlsSeek: hls_seek,
    HlsPause: hls_pause,
    HlsResume: hls_resume,
    HlsSetRate: hls_set_rate,
    HlsSetQuality: hls_set_quality,
    HlsSetTracks: hls_set_tracks,
    HlsStatus: hls_status,
    HlsReport: hls_report,
}

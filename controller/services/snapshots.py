"""What is told about clients, streams and the box: the wire's view of the machines."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from controller.core import tiling
from controller.core.condition import condition
from controller.core.media import MediaFacts
from controller.core.queue import ClientQueue, QueuedItem
from controller.core.session import Live
from controller.core.stream_phase import BackingOff, Failed, NoRoom, Running
from controller.core.timeline import Timeline as Line
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client
from controller.services.screen import SharedScreen
from protocol.errors import MatineeError
from protocol.queue_state import QueueItem, QueueState
from protocol.results import (
    Chapter,
    ClientStatus,
    ClientStream,
    Coming,
    DeliveryInfo,
    EncoderInfo,
    EncoderProcess,
    ErrorBody,
    ScreenStatus,
    StreamStatus,
)
from protocol.tracks import AudioTrack, SubtitleTrack, Tracks
from protocol.values import Timeline

FRAME = 240 * 1024
"""Bytes of a queue's items that are told at once: what is around them fits into a frame, too."""
LEAST = 48
"""Bytes that any item takes."""
PART = 15 * 1024
"""Bytes of the items that are told of a longer queue, unasked, with every edit: those around its present item. With what
is around them they stay below 16 KiB, up to which aiohttp sends a frame in one piece.
"""
BEFORE = 50
"""Items before the present one that are among them."""
REMEMBERED = 4_096
"""Items whose form on the wire is remembered: about as many as fit into a frame."""
TOLD: WeakKeyDictionary[ClientQueue, QueueState] = WeakKeyDictionary()
"""What was told of each queue last; it is true as long as the queue has that version."""
NO_STREAM = StreamStatus(state="idle", epoch=0)


def error_body(error: MatineeError) -> ErrorBody:
    """An error as a part of a result or an event."""
    return ErrorBody.model_validate(error.to_wire())


def tracks_of(facts: MediaFacts, selected: int | None = None, subtitle: int | None = None) -> Tracks:
    """The tracks of a film, numbered per kind; which are selected, if that is known."""
    return Tracks(
        audio=[
            AudioTrack(
                id=number,
                codec=track.codec,
                channels=track.channels,
                language=track.language,
                title=track.title,
                default=track.default,
                selected=None if selected is None else number == selected,
            )
            for number, track in enumerate(facts.audio)
        ],
        subtitles=[
            SubtitleTrack(
                id=number,
                codec=track.codec,
                language=track.language,
                title=track.title,
                default=track.default,
                selected=None if subtitle is None else number == subtitle,
                kind=track.kind,
                forced=track.forced,
                hearing_impaired=track.hearing_impaired,
                external=track.external,
            )
            for number, track in enumerate(facts.subtitles)
        ],
    )


def chapters_of(facts: MediaFacts) -> list[Chapter] | None:
    """The chapters of a film; None when it has none."""
    return [Chapter(start=one.start, end=one.end, title=one.title) for one in facts.chapters] or None


def timeline_of(stream: HLSClientStream) -> Timeline:
    """A stream's timeline on the wire."""
    return _timeline(stream.machine.timeline)


def _timeline(line: Line) -> Timeline:
    return Timeline(position=line.position, at=line.at, rate=line.rate, playing=line.playing)


def stream_status(stream: HLSClientStream | None, now: float, coming: HLSClientStream | None = None) -> StreamStatus:
    """A client's stream, whole."""
    if stream is None:
        return NO_STREAM
    spec, machine = stream.spec, stream.machine
    delivery = stream.delivery
    return StreamStatus(
        state=machine.state(now),
        epoch=machine.epoch,
        stream_id=spec.stream_id,
        item=spec.item,
        title=spec.source.title,
        url=stream.url,
        timeline=timeline_of(stream),
        duration=delivery.plan.duration,
        encoded_rate=delivery.plan.rate if delivery.plan.rate != 1.0 else None,
        quality=stream.choice.quality,
        delivery=DeliveryInfo(mode=delivery.mode, reasons=list(delivery.reasons)),
        tracks=tracks_of(spec.facts, delivery.audio_track, stream.wish.subtitle),
        chapters=chapters_of(spec.facts),
        thumbnails=f"/hls/{spec.path}/{tiling.INDEX}" if stream.thumbnails else None,
        encoder=EncoderInfo(
            speed=round(machine.speed(now), 2), ahead_s=round(machine.ahead(), 3), restarts=machine.restarts
        ),
        waiting=stream.waiting,
        next=_coming(coming) if coming else None,
        error=error_body(machine.error) if machine.error else None,
    )


def _coming(stream: HLSClientStream) -> Coming:
    spec = stream.spec
    return Coming(
        item=spec.item,
        title=spec.source.title,
        url=stream.url,
        stream_id=spec.stream_id,
        duration=stream.delivery.plan.duration,
    )


def screen_status(screen: SharedScreen) -> ScreenStatus:
    """The screen, whole."""
    machine, scene, showing = screen.machine, screen.machine.scene, screen.machine.showing or screen.machine.lost
    error = screen.problem or machine.error
    return ScreenStatus(
        state=screen.state,
        volume=scene.volume,
        muted=scene.muted,
        fullscreen=scene.fullscreen,
        item=showing.film.item if showing else None,
        title=showing.film.title if showing else None,
        timeline=_timeline(showing.line) if showing else None,
        duration=showing.film.facts.duration if showing else None,
        tracks=tracks_of(showing.film.facts, showing.audio, showing.subtitle) if showing else None,
        parked=scene.parked.film.title if scene.parked else None,
        error=error_body(error) if error else None,
    )


def queue_state(queue: ClientQueue, first: int | None = None) -> QueueState:
    """A queue; of one that is too long for a frame, what fits from an index on, or what is around its place. The latter is
    told twice of each edit, in its event and in its answer, and put together once.
    """
    if first is not None:
        return _queue_part(queue, first, _items(queue, first, FRAME))
    told = TOLD.get(queue)
    if told is None or told.version != queue.version:
        first, items = 0, _items(queue, 0, FRAME) if len(queue) <= FRAME // LEAST else []
        if len(items) < len(queue):
            first = _begin(queue)
            items = _items(queue, first, PART)
        told = TOLD[queue] = _queue_part(queue, first, items)
    return told


def _queue_part(queue: ClientQueue, first: int, items: list[QueueItem]) -> QueueState:
    current = queue.current
    return QueueState(
        version=queue.version,
        items=items,
        total=len(queue),
        current_id=current.id if current else None,
        repeat=queue.repeat,
        shuffle=queue.shuffle,
        first=first,
    )


def _begin(queue: ClientQueue) -> int:
    """Where to begin, so that the present item is told with some before it, and at least as much after it."""
    room, first, ids = PART // 2, max(queue.place, 0), queue.ids
    while first > 0 and queue.place - first < BEFORE:
        room -= _queue_item(queue.find(ids[first - 1])).weight
        if room < 0:
            break
        first -= 1
    return first


def _items(queue: ClientQueue, first: int, room: int) -> list[QueueItem]:
    """The items from an index on that fit into so many bytes; one does in any case."""
    found: list[QueueItem] = []
    for id_ in queue.ids[first : first + room // LEAST + 1]:
        told = _queue_item(queue.find(id_))
        room -= told.weight
        if room < 0 and found:
            break
        found.append(told.item)
    return found


class _Told(NamedTuple):
    """An item on the wire, and the bytes that it takes there."""

    item: QueueItem
    weight: int


@lru_cache(maxsize=REMEMBERED)
def _queue_item(entry: QueuedItem) -> _Told:
    item = QueueItem(id=entry.id, item=entry.item, title=entry.title, duration=entry.duration, by=entry.by)
    return _Told(item, len(item.written().encode()) + 1)


def encoder_process(stream: HLSClientStream, now: float) -> EncoderProcess:
    """A stream's FFmpeg."""
    machine, process = stream.machine, stream.process
    ahead, held_bytes = None if stream.is_direct else round(machine.ahead(), 3), stream.used_bytes
    if process is None:
        state = {BackingOff: "backing_off", NoRoom: "backing_off", Failed: "failed"}.get(type(machine.phase), "idle")
        return EncoderProcess.model_validate(
            {
                "state": state,
                "restarts": machine.restarts,
                "ahead_s": ahead,
                "cache_bytes": held_bytes,
                "condition": None if stream.is_direct else condition(machine, now),
            }
        )
    usage = process.usage()
    held = isinstance(machine.phase, Running) and machine.phase.held
    return EncoderProcess(
        state="held" if held else "running",
        restarts=machine.restarts,
        condition=condition(machine, now),
        pid=process.pid,
        speed=round(machine.speed(now), 2),
        cpu=usage.cpu if usage else None,
        rss=usage.rss if usage else None,
        ahead_s=ahead,
        cache_bytes=held_bytes,
    )


def client_status(
    client: Client,
    stream: HLSClientStream | None,
    now: float,
    *,
    holds: bool,
    queue_length: int = 0,
    shares_queue: bool = False,
) -> ClientStatus:
    """One row of who is here."""
    return ClientStatus(
        client_id=client.client_id,
        name=client.name,
        client_types=list(client.client_types),
        role=client.device.role,
        connected=isinstance(client.session.presence, Live),
        last_seen=client.session.last_seen,
        last_active=max(client.session.last_seen, stream.machine.used if stream else 0.0),
        health=client.session.health(now),
        queue_length=queue_length,
        holds_authority=holds,
        device=client.device_label,
        device_id=client.device.device_id,
        device_name=client.device.name,
        shares_queue=shares_queue,
        stream=_client_stream(stream, now) if stream else None,
    )


def _client_stream(stream: HLSClientStream, now: float) -> ClientStream:
    delivery = stream.delivery
    return ClientStream(
        stream_id=stream.spec.stream_id,
        state=stream.machine.state(now),
        title=stream.spec.source.title,
        timeline=timeline_of(stream),
        duration=delivery.plan.duration,
        delivery=DeliveryInfo(mode=delivery.mode, reasons=list(delivery.reasons)),
        encoder=encoder_process(stream, now),
    )

"""What is told about clients, streams and the box: the wire's view of the machines."""

from __future__ import annotations

from controller.core.media import MediaFacts
from controller.core.queue import ClientQueue
from controller.core.session import Live
from controller.core.stream_phase import BackingOff, Failed, Running
from controller.core.timeline import Timeline as Line
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client
from controller.services.screen import SharedScreen
from protocol.errors import MatineeError
from protocol.results import (
    AudioTrack,
    ClientStatus,
    ClientStream,
    DeliveryInfo,
    EncoderInfo,
    EncoderProcess,
    ErrorBody,
    QueueItem,
    QueueState,
    ScreenStatus,
    StreamStatus,
    SubtitleTrack,
    Tracks,
)
from protocol.values import Timeline

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
            )
            for number, track in enumerate(facts.subtitles)
        ],
    )


def timeline_of(stream: HLSClientStream) -> Timeline:
    """A stream's timeline on the wire."""
    return _timeline(stream.machine.timeline)


def _timeline(line: Line) -> Timeline:
    return Timeline(position=line.position, at=line.at, rate=line.rate, playing=line.playing)


def stream_status(stream: HLSClientStream | None, now: float) -> StreamStatus:
    """A client's stream, whole."""
    if stream is None:
        return NO_STREAM
    spec, machine = stream.spec, stream.machine
    delivery = spec.delivery
    return StreamStatus(
        state=machine.state(now),
        epoch=machine.epoch,
        stream_id=spec.stream_id,
        item=spec.item,
        title=spec.source.title,
        url=spec.url,
        timeline=timeline_of(stream),
        duration=delivery.plan.duration,
        quality=spec.quality,
        delivery=DeliveryInfo(mode=delivery.mode, reasons=list(delivery.reasons)),
        tracks=tracks_of(spec.facts, delivery.audio_track),
        encoder=EncoderInfo(
            speed=round(machine.speed(now), 2), ahead_s=round(machine.ahead(), 3), restarts=machine.restarts
        ),
        error=error_body(machine.phase.error) if isinstance(machine.phase, Failed) else None,
    )


def screen_status(screen: SharedScreen) -> ScreenStatus:
    """The screen, whole."""
    machine, scene, showing = screen.machine, screen.machine.scene, screen.machine.showing
    error = screen.problem or machine.error
    return ScreenStatus(
        state="off" if screen.problem else machine.state,
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


def queue_state(queue: ClientQueue) -> QueueState:
    """A queue, whole."""
    return QueueState(
        version=queue.version,
        items=[QueueItem(id=i.id, item=i.item, title=i.title, duration=i.duration) for i in queue.items],
        current_id=queue.current.id if queue.current else None,
    )


def encoder_process(stream: HLSClientStream, now: float) -> EncoderProcess:
    """A stream's FFmpeg."""
    machine, process = stream.machine, stream.process
    if process is None:
        state = {BackingOff: "backing_off", Failed: "failed"}.get(type(machine.phase), "idle")
        return EncoderProcess.model_validate({"state": state, "restarts": machine.restarts})
    usage = process.usage()
    held = isinstance(machine.phase, Running) and machine.phase.held
    return EncoderProcess(
        state="held" if held else "running",
        restarts=machine.restarts,
        pid=process.pid,
        speed=round(machine.speed(now), 2),
        cpu=usage.cpu if usage else None,
        rss=usage.rss if usage else None,
    )


def client_status(client: Client, stream: HLSClientStream | None, now: float, *, holds: bool) -> ClientStatus:
    """One row of who is here."""
    return ClientStatus(
        client_id=client.client_id,
        name=client.name,
        client_types=list(client.client_types),
        role=client.device.role,
        connected=isinstance(client.session.presence, Live),
        last_seen=client.session.last_seen,
        health=client.session.health(now),
        queue_length=0,
        holds_authority=holds,
        device=client.device_label,
        stream=_client_stream(stream, now) if stream else None,
    )


def _client_stream(stream: HLSClientStream, now: float) -> ClientStream:
    delivery = stream.spec.delivery
    return ClientStream(
        stream_id=stream.spec.stream_id,
        state=stream.machine.state(now),
        title=stream.spec.source.title,
        timeline=timeline_of(stream),
        duration=delivery.plan.duration,
        delivery=DeliveryInfo(mode=delivery.mode, reasons=list(delivery.reasons)),
        encoder=encoder_process(stream, now),
    )

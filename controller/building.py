"""Builds everything, from the adapters up; it and `controller.app` alone see all floors."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from controller.adapters.chance import SystemSecrets
from controller.adapters.clock import SystemClock
from controller.adapters.ffmpeg.choice import EncoderChoice
from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.library import FolderLibrary
from controller.adapters.media.probe import FilmProbe
from controller.adapters.media.reader import WindowReader
from controller.adapters.meter import SystemMeter
from controller.adapters.segments import SegmentCache
from controller.adapters.sheets import SheetCache
from controller.adapters.store.database import Store
from controller.adapters.store.devices import SqlDevices
from controller.adapters.store.facts import SqlFacts
from controller.adapters.store.kept import SqlKept
from controller.adapters.store.watched import SqlWatched
from controller.adapters.vlc import has_display
from controller.adapters.vlc.player import VlcPlayers
from controller.config import Settings
from controller.core.room import MEBI
from controller.core.wish import House
from controller.place import CannotStart
from controller.services.admission import Admission
from controller.services.announcer import Announcer
from controller.services.authority import ScreenAuthority
from controller.services.box import Box
from controller.services.changing import Changing
from controller.services.clients import ClientManager
from controller.services.context import Services
from controller.services.copying import Copying
from controller.services.encoder_logs import EncoderLogs
from controller.services.following import Following
from controller.services.keeping.keeper import Keeper
from controller.services.keeping.whole import whole_keeper
from controller.services.moving import Moving
from controller.services.pacing import Pacing
from controller.services.pairing import Pairing
from controller.services.queues import Queues
from controller.services.returning import Returning
from controller.services.room import Room
from controller.services.screen import SharedScreen
from controller.services.streams import Streams
from controller.services.subtitles import Subtitles
from controller.services.suggestions import ScreenSuggestions
from controller.services.tallies import Tallies
from controller.services.tastes import Tastes
from controller.services.thumbnails import ThumbnailMaker
from controller.services.vitals import Pulse
from controller.services.watching import Watching
from protocol import MAX_BATCH, MAX_FRAME_BYTES
from protocol.box import VideoEncoder
from protocol.openrpc import document


@dataclass(frozen=True, slots=True)
class Building:
    """Everything that is built before anything runs."""

    services: Services
    library: FolderLibrary
    subtitles: Subtitles
    keeper: Keeper
    choice: EncoderChoice
    tasks: tuple[Callable[[], Coroutine[Any, Any, None]], ...]


def build(settings: Settings, database: Store, store: SegmentCache, url: str, token: str) -> Building:
    """Builds it. Raises: CannotStart (a folder is not there)."""
    clock, chance, meter = SystemClock(), SystemSecrets(), SystemMeter()
    library, probe, reader, choice = _library(settings), FilmProbe(SqlFacts(database)), WindowReader(), EncoderChoice()
    clients = ClientManager(clock, chance, grace=settings.grace_s, rate=settings.rate_limit, burst=settings.rate_burst)
    tastes, logs = Tastes(), EncoderLogs(clock, clients, _encoder(settings, reader, choice))
    house = House(settings.transcoding, settings.max_kbps)
    streams = Streams(clock, chance, library, probe, store, logs, tastes, house, share=settings.share)
    changing = Changing(clock, streams, tastes)
    pacing, room = Pacing(clock, streams, changing, library), Room(clock, clients, streams, store, settings.limits)
    screen = SharedScreen(clock, chance, library, probe, _players(settings))
    admission = Admission(clock, clients, streams, screen, meter, choice.is_hardware, settings.encoders)
    authority = ScreenAuthority(clock, chance, clients, screen)
    suggestions = ScreenSuggestions(clock, chance, clients, screen, authority)
    queues = Queues(clock, chance, library, probe, screen)
    following = Following(clock, clients, streams, queues)
    announcer = Announcer(clock, clients, streams, screen, authority, suggestions, queues, following)
    returning = Returning(streams)
    keeper = whole_keeper(clock, SqlKept(database), clients, streams, queues, screen, authority, returning, tastes)
    watching = Watching(clock, SqlWatched(database), library, clients, streams, screen, authority)

    def kept_changed() -> None:
        keeper.changed()
        watching.screen_changed()

    announcer.on_kept_change = kept_changed
    services = Services(
        clock=clock,
        clients=clients,
        streams=streams,
        changing=changing,
        admission=admission,
        pacing=pacing,
        tastes=tastes,
        screen=screen,
        authority=authority,
        suggestions=suggestions,
        moving=Moving(clock, streams, screen, authority, announcer, queues),
        queues=queues,
        following=following,
        returning=returning,
        copying=Copying(clock, clients, streams, screen, authority, queues, following),
        pairing=Pairing(clock, chance, SqlDevices(database), token),
        library=library,
        probe=probe,
        store=store,
        announcer=announcer,
        watching=watching,
        tallies=Tallies(streams),
        logs=logs,
        meter=meter,
        box=_box(settings, clock, url, choice),
    )
    thumbnails = ThumbnailMaker(clock, streams, SheetCache(settings.cache_dir, store, settings.thumbnails_mb * 1024**2))
    idle = (thumbnails.run,) if settings.thumbnails_mb else ()
    tasks = (probe.run, reader.run, streams.run, pacing.run, following.run, returning.run, clients.run, meter.run)
    screens = (authority.run, suggestions.run, screen.run)
    others = (room.run, admission.run, keeper.run, watching.run, Pulse(services).run, *screens, *idle)
    return Building(services, library, Subtitles(reader), keeper, choice, (*tasks, *others))


def _library(settings: Settings) -> FolderLibrary:
    try:
        return FolderLibrary(settings.folders)
    except OSError as error:
        raise CannotStart(f"The folder {error.filename} cannot be opened: {error.strerror}.") from error


def _encoder(settings: Settings, reader: WindowReader, choice: EncoderChoice) -> FfmpegEncoder:
    return FfmpegEncoder(reader, choice, settings.encoder_mb * MEBI if settings.encoder_mb else None)


def _box(settings: Settings, clock: SystemClock, url: str, choice: EncoderChoice) -> Box:
    return Box(
        server_id=secrets.token_urlsafe(12),
        name=settings.name,
        version=version("matinee"),
        started=clock.now(),
        url=url,
        openrpc=cache(document),
        screen=settings.screen,
        limits={"frame_bytes": MAX_FRAME_BYTES, "batch": MAX_BATCH, "requests_per_s": round(settings.rate_limit)},
        video_encoder=lambda: VideoEncoder(name=choice.encoder.name, reason=choice.reason),
        versions={"python": sys.version.split()[0]},
    )


def _players(settings: Settings) -> VlcPlayers | None:
    """VLC on the display of this session, if there is one and it is wanted."""
    if settings.screen == "off":
        return None
    return VlcPlayers(display=settings.screen == "auto" and has_display())

"""Runs everything that `controller.building` builds, from the first client to the last."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import anyio
import structlog
from aiohttp import web

from controller.adapters.chance import SystemSecrets
from controller.adapters.ffmpeg.inspect import encoding_cost, ffmpeg_version, missing_programs
from controller.adapters.segments import SegmentCache
from controller.adapters.store.database import Store
from controller.adapters.vlc import has_display, vlc_version
from controller.building import Building, build
from controller.config import Settings
from controller.core.bandwidth import Bandwidth
from controller.core.pairing import Code
from controller.core.room import MEBI
from controller.opening import open_cache_of, open_store_of
from controller.place import CannotStart, Place
from controller.ports import NotStored
from controller.reach import local, reachable
from controller.server.access import OurNames
from controller.server.films import FilmServer
from controller.server.health import HealthServer, Readiness
from controller.server.hot import HotSegments
from controller.server.listener import Shortage
from controller.server.routes import application
from controller.server.runner import Runner
from controller.server.segments import SegmentServer
from controller.server.sending import Pace
from controller.server.web import WebPage
from controller.server.ws import PING_EVERY, WebSocketServer
from controller.services.box import Box
from controller.services.context import Services
from controller.services.dispatcher import Dispatcher
from controller.services.keeping.keeper import Keeper
from controller.services.subtitles import Subtitles
from controller.services.watching import Watching
from protocol import PROTOCOL_VERSION
from protocol.control import CONTROL_FILE, ControlFile
from protocol.events import HelloEvent, ServerClosing

log = structlog.get_logger(__name__)

FEATURES, WITH_SCREEN = ("hls", "queue", "watched"), ("screen", "suggestions")
"""What `hello` says that there is."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""Either of them ends the daemon."""
DRAIN = 1.5
"""Seconds for answers that are on their way when the daemon ends; aiohttp grants them twice: first to all, then to each."""


@dataclass(frozen=True, slots=True)
class Started:
    """What the first minute shows."""

    settings: Settings
    version: str
    url: str
    moved_from: int | None
    ffmpeg: str | None
    vlc: str | None
    films: int
    code: Code
    display: bool
    cost: float | None = None
    """Core seconds that software takes to encode a million pixels; None when that was not measured."""
    encoder: str | None = None
    """What encodes pictures, by its usual name; None when no GPU does."""
    aside: Path | None = None
    """Where a damaged store was put."""


async def serve(settings: Settings, place: Place, on_ready: Callable[[Started], None]) -> None:
    """Run the daemon in its place until it is told to end; nothing of it is left then.

    Raises:
        CannotStart.
    """
    if missing := missing_programs():
        raise CannotStart(f"Without {' and '.join(missing)} no stream can be made. Run: apt install ffmpeg util-linux")
    database = await open_store_of(settings)
    try:
        with closing(open_cache_of(settings)) as store:
            await _run(settings, place, database, store, on_ready)
    finally:
        with anyio.CancelScope(shield=True):
            (settings.state_dir / CONTROL_FILE).unlink(missing_ok=True)
            await database.close()


def _edge(
    settings: Settings, services: Services, subtitles: Subtitles, readiness: Readiness, shortage: Shortage
) -> tuple[WebSocketServer, Runner]:
    sockets = WebSocketServer(Dispatcher(services), services.clients, services.clock, _hello(settings, services.box))
    pace, hot = Pace(Bandwidth(*settings.bandwidth)), HotSegments(settings.hot_mb * MEBI, services.streams)
    app = application(
        OurNames(services.clock, settings.host, settings.allowed_hosts),
        settings.allowed_origins,
        sockets,
        SegmentServer(services.streams, subtitles, shortage, services.tallies, hot, pace),
        FilmServer(services.streams, shortage, pace),
        HealthServer(services, readiness),
        WebPage(),
    )
    return sockets, Runner(app, shortage, shutdown_timeout=DRAIN)


async def _run(
    settings: Settings,
    place: Place,
    database: Store,
    store: SegmentCache,
    on_ready: Callable[[Started], None],
) -> None:
    listener = place.listener
    port = listener.getsockname()[1]
    url = f"http://{reachable(settings.host)}:{port}"
    control = ControlFile(url=local(settings.host, port), token=SystemSecrets().token(), pid=os.getpid())
    house = build(settings, database, store, url, control.token)
    services, readiness = house.services, Readiness()
    sockets, runner = _edge(settings, services, house.subtitles, readiness, listener.shortage)
    await _take_up(house.keeper, services.watching)
    async with anyio.create_task_group() as group:
        with anyio.open_signal_receiver(*SIGNALS) as signals:
            for task in house.tasks:
                group.start_soon(task)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            _write_control(settings.state_dir, control)
            await house.keeper.wait_restored()
            readiness.ready = True
            log.info("ready", url=url, port=port)
            group.start_soon(_introduce, settings, house, place.moved_from, database.aside, on_ready)
            async for number in signals:
                log.info("ending", signal=signal.Signals(number).name)
                break
            readiness.ready = False
            group.start_soon(_hurry, signals, group.cancel_scope)
            services.clients.publish(ServerClosing(reason="the daemon ends"))
            await house.keeper.close()
            for client in services.clients:
                await services.streams.close(client.client_id)
            await sockets.close_all("the daemon ends")
            await runner.cleanup()
            group.cancel_scope.cancel()
        for number in SIGNALS:  # it ends already, and a moment later than it hears of signals
            signal.signal(number, signal.SIG_IGN)


async def _introduce(
    settings: Settings,
    house: Building,
    moved_from: int | None,
    aside: Path | None,
    on_ready: Callable[[Started], None],
) -> None:
    """Look around, and tell who started us what there is. Clients need not wait for that."""
    code = await house.services.pairing.first_code()
    facts = await _look_around(house, settings)
    box, gpu = house.services.box, house.choice.gpu
    if facts.cost and not gpu:
        log.info("encoding measured", megapixel_s=round(facts.cost, 4))
        house.services.admission.assume(facts.cost)
    log.info("encoder chosen", encoder=house.choice.encoder.name, reason=house.choice.reason)
    gc.collect()
    gc.freeze()  # what is there now stays: to look through it for garbage, again and again, stops everybody for 20 ms
    on_ready(
        Started(
            settings,
            box.version,
            box.url,
            moved_from,
            facts.ffmpeg,
            facts.vlc,
            facts.films,
            code,
            has_display(),
            facts.cost,
            gpu,
            aside,
        )
    )


async def _hurry(signals: object, scope: anyio.CancelScope) -> None:
    """A second signal ends the waiting."""
    async for _ in signals:  # type: ignore[attr-defined]
        scope.cancel()


@dataclass(slots=True)
class _Facts:
    ffmpeg: str | None = None
    vlc: str | None = None
    films: int = 0
    cost: float | None = None


async def _look_around(house: Building, settings: Settings) -> _Facts:
    """What is installed, what works and what there is to play, all at once."""
    facts, versions = _Facts(), house.services.box.versions

    async def ffmpeg() -> None:
        if found := await ffmpeg_version():
            facts.ffmpeg = versions["ffmpeg"] = found

    async def vlc() -> None:
        if found := await vlc_version():
            facts.vlc = versions["vlc"] = found

    async def cost() -> None:
        facts.cost = await encoding_cost() if settings.measure else None

    async def films() -> None:
        facts.films = await anyio.to_thread.run_sync(house.library.count)

    async with anyio.create_task_group() as group:
        group.start_soon(house.choice.choose, settings.encoder)
        for look in (ffmpeg, vlc, cost, films):
            group.start_soon(look)
    return facts


def _hello(settings: Settings, box: Box) -> HelloEvent:
    return HelloEvent(
        server_id=box.server_id,
        name=box.name,
        version=box.version,
        protocol={"min": PROTOCOL_VERSION, "max": PROTOCOL_VERSION},
        clock=box.started,
        ping_s=PING_EVERY,
        grace_s=settings.grace_s,
        features=[*FEATURES, *([] if settings.screen == "off" else WITH_SCREEN)],
    )


async def _take_up(*rooms: Keeper | Watching) -> None:
    try:
        for room in rooms:
            await room.open()
    except NotStored as error:
        raise CannotStart(f"What survived cannot be read and kept: {error}. See to the disk or the database.") from None


def _write_control(state_dir: Path, control: ControlFile) -> None:
    path = state_dir / CONTROL_FILE
    unfinished = path.with_suffix(".part")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(control.model_dump_json())
    os.replace(unfinished, path)

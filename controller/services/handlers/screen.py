"""Handlers of the screen. Each that commands it passes the gate first: `_mine`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from controller.core.scene import show
from controller.services.context import Connection, Services
from controller.services.screen import SharedScreen
from controller.services.snapshots import screen_status, stream_status
from controller.services.trial import May
from protocol.commands import Command
from protocol.commands.screen import (
    ContinueHere,
    GetScreen,
    ScreenCommand,
    SendToScreen,
    ServerInterrupt,
    ServerNext,
    ServerPause,
    ServerPlay,
    ServerPrevious,
    ServerResume,
    ServerSeek,
    ServerSetFullscreen,
    ServerSetMute,
    ServerSetRate,
    ServerSetTracks,
    ServerSetVolume,
    ServerStop,
)
from protocol.results import ScreenStatus, StreamStatus


def _mine(services: Services, connection: Connection, command: ScreenCommand) -> SharedScreen:
    """The screen, if this client commands it. Raises: NotAuthority, StaleLease, ScreenUnavailable, TakeoverInProgress."""
    services.authority.check(connection.me, command.lease)
    services.screen.require()
    return services.screen


def _may(services: Services, connection: Connection, command: ScreenCommand) -> May:
    """The gate, to be passed again after every wait."""
    return lambda: services.authority.check(connection.me, command.lease)


async def _kept(services: Services) -> ScreenStatus:
    """How the screen is, once a restart would find it so; a store that takes its time holds nobody up for long."""
    await services.wait_kept()
    return screen_status(services.screen)


async def server_play(services: Services, connection: Connection, command: ServerPlay) -> ScreenStatus:
    """Put an item on, or go on with what is there."""
    screen, may = _mine(services, connection, command), _may(services, connection, command)
    if command.item:
        film = await screen.film(command.item)
        await screen.play(lambda: show(film, command.position, services.clock.now()), may=may)
    elif screen.machine.showing or screen.machine.lost:
        await screen.resume(may)
    else:
        await screen.play_queued(screen.queue.current or screen.queue.next, command.position, may)
    return await _kept(services)


async def server_interrupt(services: Services, connection: Connection, command: ServerInterrupt) -> ScreenStatus:
    """Put an item on in between."""
    screen = _mine(services, connection, command)
    film = await screen.film(command.item)
    await screen.interrupt(film, command.position, _may(services, connection, command))
    return await _kept(services)


async def server_pause(services: Services, connection: Connection, command: ServerPause) -> ScreenStatus:
    """Stand still."""
    screen = _mine(services, connection, command)
    screen.hold(paused=True)
    return await _kept(services)


async def server_resume(services: Services, connection: Connection, command: ServerResume) -> ScreenStatus:
    """Go on."""
    screen = _mine(services, connection, command)
    await screen.resume(_may(services, connection, command))
    return await _kept(services)


async def server_stop(services: Services, connection: Connection, command: ServerStop) -> ScreenStatus:
    """Show nothing."""
    screen = _mine(services, connection, command)
    screen.stop()
    return await _kept(services)


async def server_seek(services: Services, connection: Connection, command: ServerSeek) -> ScreenStatus:
    """Go there."""
    screen = _mine(services, connection, command)
    screen.seek(command.position)
    return await _kept(services)


async def server_next(services: Services, connection: Connection, command: ServerNext) -> ScreenStatus:
    """What comes next, now."""
    screen = _mine(services, connection, command)
    await screen.next(_may(services, connection, command))
    return await _kept(services)


async def server_previous(services: Services, connection: Connection, command: ServerPrevious) -> ScreenStatus:
    """What came before, again."""
    screen = _mine(services, connection, command)
    await screen.previous(_may(services, connection, command))
    return await _kept(services)


async def server_set_volume(services: Services, connection: Connection, command: ServerSetVolume) -> ScreenStatus:
    """Louder or not."""
    screen = _mine(services, connection, command)
    screen.adjust(volume=command.volume)
    return await _kept(services)


async def server_set_mute(services: Services, connection: Connection, command: ServerSetMute) -> ScreenStatus:
    """Silence, or sound again."""
    screen = _mine(services, connection, command)
    screen.adjust(muted=command.muted)
    return await _kept(services)


async def server_set_rate(services: Services, connection: Connection, command: ServerSetRate) -> ScreenStatus:
    """Faster or slower."""
    screen = _mine(services, connection, command)
    screen.set_rate(command.rate)
    return await _kept(services)


async def server_set_tracks(services: Services, connection: Connection, command: ServerSetTracks) -> ScreenStatus:
    """Another language."""
    screen = _mine(services, connection, command)
    screen.set_tracks(command.audio_track, command.subtitle_track)
    return await _kept(services)


async def server_set_fullscreen(
    services: Services, connection: Connection, command: ServerSetFullscreen
) -> ScreenStatus:
    """The whole screen, or a window."""
    screen = _mine(services, connection, command)
    screen.adjust(fullscreen=command.fullscreen)
    return await _kept(services)


async def send_to_screen(services: Services, connection: Connection, command: SendToScreen) -> ScreenStatus:
    """From the phone to the TV."""
    _mine(services, connection, command)
    await services.moving.send_to_screen(connection.me, command.lease)
    return await _kept(services)


async def continue_here(services: Services, connection: Connection, command: ContinueHere) -> StreamStatus:
    """From the TV to the phone."""
    stream = await services.moving.continue_here(connection.me, stop_screen=command.stop_screen, lease=command.lease)
    return stream_status(stream, services.clock.now())


async def server_status(services: Services, _connection: Connection, _command: GetScreen) -> ScreenStatus:
    """How it is."""
    return screen_status(services.screen)


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    ServerPlay: server_play,
    ServerInterrupt: server_interrupt,
    ServerPause: server_pause,
    ServerResume: server_resume,
    ServerStop: server_stop,
    ServerSeek: server_seek,
    ServerNext: server_next,
    ServerPrevious: server_previous,
    ServerSetVolume: server_set_volume,
    ServerSetMute: server_set_mute,
    ServerSetRate: server_set_rate,
    ServerSetTracks: server_set_tracks,
    ServerSetFullscreen: server_set_fullscreen,
    SendToScreen: send_to_screen,
    GetScreen: server_status,
    ContinueHere: continue_here,
}

"""Commands to the screen. Each carries the lease of the client that holds it, and is never executed on an older one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from protocol.commands.authority import Lease
from protocol.commands.base import Command
from protocol.results import ScreenStatus, StreamStatus
from protocol.values import ItemRef, NoTrack, Rate, Seconds, Track


class ScreenCommand(Command):
    """What only the holder may do. Raises: not_authority, stale_lease, screen_unavailable, takeover_in_progress."""

    result, family = ScreenStatus, "server"

    lease: Lease


class ServerPlay(ScreenCommand):
    """Plays an item, or the queue's present one; answers when the first frame is shown, or with the error and all as before.

    Raises: item_not_found, not_playable, empty_queue, screen_failed.
    """

    method = "server_play"

    item: ItemRef | None = None
    position: Seconds = 0.0


class ServerInterrupt(ScreenCommand):
    """Plays an item in between: the film is parked with everything about it, and comes back by itself.

    Raises: item_not_found, not_playable, screen_failed.
    """

    method = "server_interrupt"

    item: ItemRef
    position: Seconds = 0.0


class ServerPause(ScreenCommand):
    method = "server_pause"


class ServerResume(ScreenCommand):
    method = "server_resume"


class ServerStop(ScreenCommand):
    """Ends what plays; the queue stays."""

    method = "server_stop"


class ServerSeek(ScreenCommand):
    """Moves to a position, clamped to the film."""

    method = "server_seek"

    position: Seconds


class ServerNext(ScreenCommand):
    """Goes on to the queue's next item; ends an interruption. Raises: empty_queue (there is none)."""

    method = "server_next"


class ServerPrevious(ScreenCommand):
    """Goes back to the queue's previous item. Raises: empty_queue (there is none)."""

    method = "server_previous"


class ServerSetVolume(ScreenCommand):
    method = "server_set_volume"

    volume: Annotated[int, Field(ge=0, le=100)]


class ServerSetMute(ScreenCommand):
    method = "server_set_mute"

    muted: bool


class ServerSetRate(ScreenCommand):
    method = "server_set_rate"

    rate: Rate


class ServerSetTracks(ScreenCommand):
    """Chooses tracks by the numbers that `tracks` lists; what is left out stays. Raises: invalid_params (no such track)."""

    method = "server_set_tracks"

    audio_track: Track | None = None
    subtitle_track: NoTrack | None = None


class ServerSetFullscreen(ScreenCommand):
    method = "server_set_fullscreen"

    fullscreen: bool


class SendToScreen(ScreenCommand):
    """Sends my item, position and tracks to the screen; my stream stops when its first frame is shown there.

    Raises: no_stream, screen_failed.
    """

    method = "send_to_screen"


class GetScreen(Command):
    """Tells how the screen is."""

    method, result = "server_status", ScreenStatus


class ContinueHere(Command):
    """Makes the screen's item, position and tracks my stream; with `stop_screen` (and my lease) the screen then stops.

    Raises: no_stream (the screen plays nothing), not_authority, stale_lease, not_playable.
    """

    method, result, family = "continue_here", StreamStatus, "hls"

    stop_screen: bool = False
    lease: Lease | None = None


COMMANDS: tuple[type[Command], ...] = (
    ServerPlay,
    ServerInterrupt,
    ServerPause,
    ServerResume,
    ServerStop,
    ServerSeek,
    ServerNext,
    ServerPrevious,
    ServerSetVolume,
    ServerSetMute,
    ServerSetRate,
    ServerSetTracks,
    ServerSetFullscreen,
    SendToScreen,
    GetScreen,
    ContinueHere,
)

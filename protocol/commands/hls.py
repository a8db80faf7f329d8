"""Commands of a client that watches its own stream."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from protocol.commands.base import Command
from protocol.results import Moved, StreamStatus, StreamUrl
from protocol.values import ItemRef, Label, NoTrack, PlayerFailure, Quality, Rate, Seconds, Timeline, Track


class RequestHlsStream(Command):
    """Starts my stream of an item at a position, or replaces the one I have.

    Tracks count as `tracks` lists them; `subtitle_track` -1 is none. `burn_in` draws the subtitles into the picture;
    those that are pictures themselves always are. `delivery` "auto" may answer with the film itself, at `url`.
    What comes from my queue later is delivered as I asked for last, in that quality and in the languages of those tracks.

    Raises: item_not_found, not_playable, empty_queue (no item named).
    """

    method, result, family = "request_hls_stream", StreamStatus, "hls"

    item: ItemRef | None = None
    position: Seconds = 0.0
    quality: Quality = "auto"
    audio_track: Track | None = None
    subtitle_track: NoTrack | None = None
    burn_in: bool = False
    delivery: Literal["hls", "auto"] = "hls"


class StopHlsStream(Command):
    """Ends my stream; its encoder, files and address are gone when this answers."""

    method, result, family = "stop_hls_stream", StreamStatus, "hls"


class GetHlsUrl(Command):
    """Tells where my stream's master playlist is. Raises: no_stream."""

    method, result, family = "get_hls_url", StreamUrl, "hls"


class HlsSeek(Command):
    """Moves my stream; a position out of range is clamped, and the answer says so. Raises: no_stream."""

    method, result, family = "hls_seek", Moved, "hls"

    position: Seconds


class HlsPause(Command):
    """Stops my timeline. Raises: no_stream."""

    method, result, family = "hls_pause", Timeline, "hls"


class HlsResume(Command):
    """Lets my timeline go on. Raises: no_stream."""

    method, result, family = "hls_resume", Timeline, "hls"


class HlsSetRate(Command):
    """Plays my stream faster or slower: my timeline moves at this rate, and my player follows it.

    A player that cannot (`capabilities.playback_rate` is false) plays on at its own rate, 1: another stream takes the
    place of mine, made at this rate, at a new `url` and at the same second of film; `stream_changed` tells it before this
    answers. Its playlist is `duration / encoded_rate` seconds long. Raises: no_stream, not_playable.
    """

    method, result, family = "hls_set_rate", Timeline, "hls"

    rate: Rate


class HlsSetQuality(Command):
    """Shows my stream larger or smaller, at the same second. The `url` may be another then. Raises: no_stream, not_playable.

    At the same `url` all that lies more than two seconds ahead is made again. A player that fetches again what it has of it
    shows the change soon; with a query of its own (`?again=1`), since it may keep for ever what it has fetched.
    """

    method, result, family = "hls_set_quality", StreamStatus, "hls"

    quality: Quality


class HlsSetTracks(Command):
    """Chooses tracks by the numbers that `tracks` lists, at the same second; what is left out stays, subtitle -1 is none.

    `burn_in` draws the subtitles into the picture. The `url` may be another then. Raises: no_stream, not_playable.
    """

    method, result, family = "hls_set_tracks", StreamStatus, "hls"

    audio_track: Track | None = None
    subtitle_track: NoTrack | None = None
    burn_in: bool | None = None


class HlsStatus(Command):
    """Tells how my stream is; `idle` when I have none."""

    method, result, family = "hls_status", StreamStatus, "hls"


class HlsReport(Command):
    """The player's own view, which corrects my timeline. With `stream_id`, one of a stream that is over corrects nothing.

    `dropped_frames` counts all of the stream, `bandwidth_kbps` is what the player measured. `failed` says that the
    player gave up on what it was given: it is delivered in another way then, at the same second, also the next time.

    Raises: no_stream.
    """

    method, result, family = "hls_report", Timeline, "hls"

    position: Annotated[Seconds, Field(ge=0)]
    playing: bool
    buffered_s: Annotated[Seconds, Field(ge=0)]
    stalled: bool | None = None
    dropped_frames: Annotated[int, Field(ge=0)] | None = None
    bandwidth_kbps: Annotated[float, Field(ge=0)] | None = None
    failed: PlayerFailure | None = None
    stream_id: Label | None = None


COMMANDS: tuple[type[Command], ...] = (
    RequestHlsStream,
    StopHlsStream,
    GetHlsUrl,
    HlsSeek,
    HlsPause,
    HlsResume,
    HlsSetRate,
    HlsSetQuality,
    HlsSetTracks,
    HlsStatus,
    HlsReport,
)

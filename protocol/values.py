"""The wire's small values: ids, closed lists of words, bounded strings and the base of every model.

Every model is frozen, strict (no coercion), closed (unknown fields are refused) and finite (no NaN, no infinity).
Times are seconds.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, NewType

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

ClientId = NewType("ClientId", str)
DeviceId = NewType("DeviceId", str)
StreamId = NewType("StreamId", str)

ClientType = Literal["hls_streaming", "server_playback"]
Role = Literal["owner", "member", "guest"]
Quality = Literal["auto", "original", "1080p", "720p", "480p", "360p", "audio-only"]
DeliveryMode = Literal["direct", "remux", "transcode"]
PlayerFailure = Literal["decode", "not_supported"]
EncoderName = Literal["software", "nvenc", "qsv", "vaapi", "amf", "videotoolbox"]
EncoderLineKind = Literal["started", "said", "ended"]
SubtitleKind = Literal["text", "picture"]
StreamState = Literal["idle", "waiting", "starting", "playing", "paused", "finished", "failed"]
AuthorityPhase = Literal["free", "held", "contested", "handing_over"]
TakeoverOutcome = Literal["granted", "refused", "expired", "cancelled", "failed"]
SuggestionKind = Literal["play", "add", "skip", "previous", "pause", "resume", "louder", "softer", "stop"]
SuggestionOutcome = Literal["accepted", "refused", "expired", "withdrawn", "failed"]
ScreenState = Literal["off", "idle", "loading", "playing", "paused", "failed"]
Repeat = Literal["off", "one", "all"]
QueueTarget = Literal["mine", "server"]
Topic = Literal["stream", "queue", "authority", "screen", "clients", "server"]
Health = Literal["live", "quiet", "lingering"]

OWN_TOPICS: frozenset[Topic] = frozenset({"stream", "queue", "authority", "screen"})
"""What every client hears from the start; the others are asked for with `subscribe`."""

EncoderCondition = Literal[
    "working", "slow", "held", "stalled", "crashed", "empty", "no_room", "waiting", "finished", "idle"
]  # fmt: skip
"""`finished`: all that lies before the viewer is made; `waiting`: others encode; `idle`: nothing is wanted."""
DeliveryReason = Literal[
    "plays_as_it_is",
    "container_copied",
    "container_not_supported",
    "player_failed",
    "audio_only_asked",
    "quality_asked",
    "rate_asked",
    "height_limited",
    "bitrate_limited",
    "connection_too_slow",
    "server_too_slow",
    "encoder_failed",
    "disk_too_full",
    "player_too_slow",
    "subtitles_burned_in",
    "video_codec_not_supported",
    "video_profile_not_supported",
    "video_level_not_supported",
    "video_is_hdr",
    "video_is_interlaced",
    "video_is_rotated",
    "video_starts_late",
    "video_is_trimmed",
    "video_ends_early",
    "keyframes_unknown",
    "keyframes_too_far_apart",
    "open_gop",
    "audio_track_chosen",
    "subtitle_track_chosen",
    "audio_codec_not_supported",
    "audio_profile_not_supported",
    "audio_channels_not_supported",
    "audio_sample_rate_not_supported",
    "audio_starts_late",
    "audio_is_trimmed",
    "audio_ends_early",
    "audio_has_holes",
]
"""Why an item is delivered as it is: a closed list, for programs. The page has a sentence for each."""


SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Refuse what no file name, label or token needs: NUL, and halves of a surrogate pair.

    Raises:
        ValueError: with a sentence for the sender.
    """
    if "\x00" in text:
        raise ValueError("a string must not contain NUL")
    if not text.isascii() and SURROGATE.search(text):
        raise ValueError("a string must not contain lone surrogates")
    return text


Label = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean)]
MimeType = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean)]
LibraryPath = Annotated[str, StringConstraints(max_length=4096), AfterValidator(clean)]
MediaId = Annotated[str, StringConstraints(min_length=1, max_length=8192, pattern=r"^[A-Za-z0-9_-]+$")]
Seconds = Annotated[float, Field(description="seconds")]
Track = Annotated[int, Field(ge=0, le=9_999)]
NoTrack = Annotated[int, Field(ge=-1, le=9_999, description="-1 is none")]
Rate = Annotated[float, Field(ge=0.25, le=4, description="film seconds per second")]


class Wire(BaseModel):
    """The base of all that travels: frozen, strict, closed, finite."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    def written(self) -> str:
        """Its JSON, compact; what is absent is never written as null."""
        return self.model_dump_json(exclude_none=True)


class PathRef(Wire):
    """An item by its path inside the library, `/` between the parts."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4096), AfterValidator(clean)]


class MediaRef(Wire):
    """An item by the id that `browse` gave; the only way to name a file whose name is not UTF-8."""

    media_id: MediaId


ItemRef = PathRef | MediaRef


class Timeline(Wire):
    """Position as a function of time: at server clock `at` it was `position`, and moves on by `rate` while `playing`."""

    position: Seconds
    at: Seconds
    rate: float
    playing: bool


class Capabilities(Wire):
    """What a player probed, as MIME strings with codecs; absent lists say nothing about the player. One that cannot play
    slower or faster by itself says `playback_rate: false`, and is given a stream that is made at the rate it asks for. One
    that tells which `containers` it opens is given the film itself when its queue begins before it asked for anything.
    """

    video: list[MimeType] | None = Field(default=None, max_length=200)
    audio: list[MimeType] | None = Field(default=None, max_length=200)
    containers: list[MimeType] | None = Field(default=None, max_length=200)
    max_height: Annotated[int, Field(ge=1, le=16_384)] | None = None
    max_bitrate_kbps: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    mse: bool | None = None
    native_hls: bool | None = None
    playback_rate: bool | None = None

"""What commands answer. A field that is absent is unknown or does not apply; nothing is ever `null`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from protocol.queue_state import QueueState
from protocol.tracks import Tracks
from protocol.values import (
    AuthorityPhase,
    ClientType,
    DeliveryMode,
    DeliveryReason,
    EncoderCondition,
    Health,
    ItemRef,
    Quality,
    Role,
    ScreenState,
    Seconds,
    StreamState,
    SuggestionKind,
    Timeline,
    Topic,
    Wire,
)


class Done(Wire):
    """The command was carried out and there is nothing to say."""


class Clock(Wire):
    """The daemon's monotonic clock."""

    clock: Seconds


class ErrorBody(Wire):
    """An error inside a result or event; the shape of a JSON-RPC error object."""

    code: int
    message: str
    data: dict[str, Any]


class Chapter(Wire):
    """A part of the film that its makers set apart."""

    start: Seconds
    end: Seconds
    title: str | None = None


class DeliveryInfo(Wire):
    """How an item reaches the client, and why not in a cheaper way."""

    mode: DeliveryMode
    reasons: list[DeliveryReason]


class EncoderInfo(Wire):
    """`speed` is media seconds made per second; `ahead_s` is made but not yet asked for; `restarts` counts failures."""

    speed: float
    ahead_s: Seconds
    restarts: int


class Coming(Wire):
    """What follows in my queue and is ready to be played: its stream is at `url`, and becomes mine at the end of this."""

    item: ItemRef
    title: str
    url: str
    stream_id: str
    duration: Seconds


class Offer(Wire):
    """How I can begin now instead of waiting: ask again for the same item with these. `direct` is the film as it is, `quality`
    a smaller picture (or the film's own, which need not be made anew), `join` what is made for somebody else just now, at
    their place.
    """

    kind: Literal["direct", "quality", "join"]
    quality: Quality
    delivery: Literal["hls", "auto"]
    position: Seconds


class Waiting(Wire):
    """My place in the line of those for whom a film has to be made, from 1. `eta_s` is absent when nobody can know."""

    position: int
    eta_s: Seconds | None = None
    offers: list[Offer]


class StreamStatus(Wire):
    """One client's stream. `epoch` grows with every seek and every run of the encoder. `next` is ready to follow it.

    Positions and durations are seconds of film, here and in every command. `encoded_rate` of them (absent: 1) go by in a second
    of the playlist: a player's own time × `encoded_rate` is its position. The timeline's rate is how fast the film goes by for
    whoever watches it: what the player does × `encoded_rate`.
    """

    state: StreamState
    epoch: int
    stream_id: str | None = None
    item: ItemRef | None = None
    title: str | None = None
    url: str | None = None
    timeline: Timeline | None = None
    duration: Seconds | None = None
    encoded_rate: float | None = None
    quality: Quality | None = None
    delivery: DeliveryInfo | None = None
    tracks: Tracks | None = None
    chapters: list[Chapter] | None = None
    thumbnails: str | None = Field(default=None, description="path of a WebVTT file: parts of images, by time")
    encoder: EncoderInfo | None = None
    waiting: Waiting | None = None
    next: Coming | None = None
    error: ErrorBody | None = None


class StreamUrl(Wire):
    """Where the master playlist is: a path on this daemon, never a host name."""

    url: str
    stream_id: str
    epoch: int


class Moved(Wire):
    """Where a seek led. `clamped` says that the wish was outside [0, duration]."""

    position: Seconds
    epoch: int
    url: str
    clamped: bool = False


class Person(Wire):
    """A client, as others see it."""

    client_id: str
    name: str


class TakeoverRequest(Wire):
    """A request for the screen that is not decided yet. `after_item` says that it is promised for the item's end."""

    request_id: str
    by: Person
    message: str | None = None
    title: str | None = Field(default=None, description="of the film that is to play, if one was named")
    expires_in: Seconds | None = None
    after_item: bool = False


class AuthorityState(Wire):
    """Who commands the screen, since when (server clock); the lease is told to the holder alone."""

    state: AuthorityPhase
    holder: Person | None = None
    since: Seconds | None = None
    lease: int | None = None
    request: TakeoverRequest | None = None


class Takeover(Wire):
    """What became of a request for the screen: granted with a lease, or asked with a deadline."""

    state: Literal["granted", "asked"]
    lease: int | None = None
    request_id: str | None = None
    expires_in: Seconds | None = None


class Suggested(Wire):
    """A suggestion is on its way to those who may answer it."""

    suggestion_id: str
    expires_in: Seconds


class Suggestion(Wire):
    """What somebody would like the screen to do; `title` is the film's, if one was named."""

    suggestion_id: str
    by: Person
    kind: SuggestionKind
    expires_in: Seconds
    item: ItemRef | None = None
    title: str | None = None


class ScreenStatus(Wire):
    """The TV as it should be and, as far as VLC tells, is. `parked` is the film that comes back after an interruption."""

    state: ScreenState
    volume: int
    muted: bool
    fullscreen: bool
    item: ItemRef | None = None
    title: str | None = None
    timeline: Timeline | None = None
    duration: Seconds | None = None
    tracks: Tracks | None = None
    parked: str | None = None
    error: ErrorBody | None = None


class EncoderProcess(Wire):
    """The FFmpeg of a stream: `cpu` in percent of one core, `rss` in bytes. `speed` is film seconds made per second,
    `ahead_s` what is made ahead of the viewer, if anything has to be made, `cache_bytes` what of the stream lies on the disk.
    `condition` tells how it does, by what it has to show.
    """

    state: Literal["idle", "running", "held", "backing_off", "failed"]
    restarts: int
    condition: EncoderCondition | None = None
    pid: int | None = None
    speed: float | None = None
    cpu: float | None = None
    rss: int | None = None
    ahead_s: Seconds | None = None
    cache_bytes: int | None = None


class ClientStream(Wire):
    stream_id: str
    state: StreamState
    title: str
    timeline: Timeline
    duration: Seconds
    delivery: DeliveryInfo
    encoder: EncoderProcess


class ClientStatus(Wire):
    """One row of who is here. Server clock: `last_seen` is its last command, `last_active` that, or the last time that
    it fetched something of its stream or told how it plays.
    """

    client_id: str
    name: str
    client_types: list[ClientType]
    role: Role
    connected: bool
    last_seen: Seconds
    health: Health
    queue_length: int
    holds_authority: bool
    last_active: Seconds | None = None
    device: str | None = None
    device_id: str | None = None
    device_name: str | None = None
    shares_queue: bool = False
    stream: ClientStream | None = None


class Folder(Wire):
    path: str
    name: str


class Item(Wire):
    """A file of the library. Without `playable` nobody has looked inside yet; `get_item` does, and tells of `chapters`.

    `left_at` is where this client's person left it, `watched` whether they watched it to its end; absent when they
    never played enough of it.
    """

    media_id: str
    title: str
    size: int
    path: str | None = None
    playable: bool | None = None
    problem: str | None = None
    duration: Seconds | None = None
    width: int | None = None
    height: int | None = None
    video_codec: str | None = None
    tracks: Tracks | None = None
    chapters: list[Chapter] | None = None
    delivery: DeliveryInfo | None = None
    left_at: Seconds | None = None
    watched: bool | None = None


class LeftFilm(Wire):
    """A film to go on with: where it was left, and when (Unix seconds)."""

    item: ItemRef
    title: str
    position: Seconds
    duration: Seconds
    at: float


class LeftFilms(Wire):
    items: list[LeftFilm]


class Listing(Wire):
    """One page of a folder (or of what a query found); pages count from 1."""

    path: str
    folders: list[Folder]
    items: list[Item]
    page: int
    pages: int
    total: int


class Registered(Wire):
    """Who you are now. Keep `resume_token` for 60 s gaps and `device_token` for good.

    `device_name` is what your device is called in the house: an owner may have renamed it.
    """

    client_id: str
    resume_token: str
    role: Role
    seq: int
    resumed: bool
    device_token: str | None = None
    device_id: str | None = None
    device_name: str | None = None
    snapshot: Snapshot | None = None


class Snapshot(Wire):
    """All that a client has to know when its missed events are gone; `queue` is its own."""

    stream: StreamStatus
    queue: QueueState | None = None
    authority: AuthorityState
    screen: ScreenStatus
    clients: list[ClientStatus] | None = None


class Subscribed(Wire):
    topics: list[Topic]


class Hello(Wire):
    """The daemon's first word on a connection."""

    server_id: str
    name: str
    version: str
    protocol: dict[Literal["min", "max"], int]
    clock: Seconds
    ping_s: Seconds
    grace_s: Seconds
    features: list[str] = Field(description="what this daemon can do beyond the base protocol")


Registered.model_rebuild()

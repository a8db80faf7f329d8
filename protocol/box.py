"""What the box answers of itself."""

from __future__ import annotations

from protocol.values import EncoderName, Seconds, Wire


class ServerLoad(Wire):
    """`load1` is the machine's one-minute load average; `loop_lag_s` the event loop's last measured delay."""

    cores: int
    load1: float
    memory_available: int
    loop_lag_s: Seconds


class VideoEncoder(Wire):
    """What pictures are encoded with from now on, and why, for people; `software` is x264."""

    name: EncoderName
    reason: str


class ProcessUsage(Wire):
    """What a process uses: `cpu` in percent of one core, `rss` in bytes."""

    cpu: float
    rss: int


class EncodingLoad(Wire):
    """The encoders of all streams together. `working` make something, `held` ones are stopped in their tracks because
    enough lies ahead, `backing_off` counts streams whose encoder failed and is about to be tried again.

    `cpu` in percent of one core, `rss` in bytes. `restarts` since the daemon started. `slowest` is the least number of
    film seconds per second that a working one makes, `least_ahead_s` what is made ahead of the viewer of a stream
    that starts or plays, where that is least; absent when there is none.
    """

    working: int
    held: int
    backing_off: int
    cpu: float
    rss: int
    restarts: int
    slowest: float | None = None
    least_ahead_s: Seconds | None = None


class WaitingClient(Wire):
    """One who waits for a film to be made, at a `position` from 1; `offers` counts the ways in which they could begin now."""

    client_id: str
    name: str
    title: str
    position: int
    offers: int
    eta_s: Seconds | None = None


class ServerVitals(Wire):
    """How the box does just now; sizes in bytes. `cache_bytes` is what all streams have published on the disk, `daemon` what
    the daemon itself uses, without its children.
    """

    uptime_s: Seconds
    clients: int
    streams: int
    encoders: int
    waiting: list[WaitingClient]
    load: ServerLoad
    cache_bytes: int
    disk_free: int
    connected: int | None = None
    daemon: ProcessUsage | None = None
    encoding: EncodingLoad | None = None


class ServerStatus(ServerVitals):
    """What the box does and can do."""

    name: str
    version: str
    protocol: int
    limits: dict[str, int]
    versions: dict[str, str]
    screen: str
    video_encoder: VideoEncoder | None = None

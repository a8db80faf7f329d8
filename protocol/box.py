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


class ServerStatus(Wire):
    """What the box does and can do; sizes in bytes."""

    name: str
    version: str
    protocol: int
    uptime_s: Seconds
    clients: int
    streams: int
    encoders: int
    waiting: list[str]
    load: ServerLoad
    cache_bytes: int
    disk_free: int
    limits: dict[str, int]
    versions: dict[str, str]
    screen: str
    video_encoder: VideoEncoder | None = None

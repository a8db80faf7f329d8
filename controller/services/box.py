"""What is known of the box itself: its name, versions, load and limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from protocol.box import ProcessUsage, ServerLoad, VideoEncoder


class Meter(Protocol):
    """Measures the machine and the daemon."""

    def load(self) -> ServerLoad:
        """How busy the machine is."""
        ...

    def daemon(self) -> ProcessUsage | None:
        """What the daemon itself uses; None when that cannot be told."""
        ...

    def process(self, pid: int) -> ProcessUsage | None:
        """What one of its children uses; None when that cannot be told."""
        ...


@dataclass(frozen=True, slots=True)
class Box:
    """Facts about the daemon; `started` is server clock, `openrpc` writes the contract. `versions` is completed when
    everybody has been asked.
    """

    server_id: str
    name: str
    version: str
    started: float
    url: str
    openrpc: Callable[[], dict[str, Any]]
    screen: str
    limits: dict[str, int]
    video_encoder: Callable[[], VideoEncoder]
    versions: dict[str, str] = field(default_factory=dict)

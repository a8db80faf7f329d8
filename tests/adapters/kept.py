"""A listener that keeps what an encoder makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from controller.core.playlist import SegmentId
from controller.ports import EncoderRun


@dataclass(slots=True)
class Kept:
    """Implements `ports.EncoderListener`."""

    made: dict[SegmentId, bytes] = field(default_factory=dict)

    def on_started(self, run: EncoderRun) -> None:
        """Not asked here."""

    def on_made(self, segment: SegmentId, made: Path) -> None:
        """A segment, by its bytes."""
        self.made[segment] = made.read_bytes()

"""The machine's clocks."""

from __future__ import annotations

import time


class SystemClock:
    """Implements `ports.Clock`; setting the wall clock moves no deadline."""

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def wall(self) -> float:
        """Unix seconds."""
        return time.time()

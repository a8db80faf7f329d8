"""A machine that is never busy."""

from __future__ import annotations

from protocol.box import ProcessUsage, ServerLoad


class FakeMeter:
    """Implements `services.box.Meter`."""

    def load(self) -> ServerLoad:
        """Always the same."""
        return ServerLoad(cores=2, load1=0.25, memory_available=8_000_000_000, loop_lag_s=0.001)

    def daemon(self) -> ProcessUsage:
        """Always the same."""
        return ProcessUsage(cpu=3.5, rss=90_000_000)

    def process(self, pid: int) -> ProcessUsage:
        """Always the same."""
        return ProcessUsage(cpu=40.0, rss=60_000_000)

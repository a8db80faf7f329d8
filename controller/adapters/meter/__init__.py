"""Measures the machine and processes, through psutil."""

from __future__ import annotations

import os
from time import monotonic

import anyio
import psutil

from controller.ports import Usage
from protocol.box import ProcessUsage, ServerLoad

BEAT = 0.5
SPAN = 1.0
"""Seconds over which the use of a CPU is measured, at least."""


class SystemMeter:
    """Implements `services.box.Meter`; `run` keeps an eye on the event loop's delay."""

    def __init__(self) -> None:
        self._lag = 0.0
        self._daemon = ProcessMeter(os.getpid())
        self._child: tuple[int, ProcessMeter] | None = None

    def load(self) -> ServerLoad:
        """How busy the machine is."""
        return ServerLoad(
            cores=os.cpu_count() or 1,
            load1=round(os.getloadavg()[0], 2),
            memory_available=psutil.virtual_memory().available,
            loop_lag_s=round(self._lag, 4),
        )

    def daemon(self) -> ProcessUsage | None:
        """What this process uses."""
        return _told(self._daemon.usage())

    def process(self, pid: int) -> ProcessUsage | None:
        """What a child uses; one is asked for at a time."""
        if self._child is None or self._child[0] != pid:
            self._child = pid, ProcessMeter(pid)
        return _told(self._child[1].usage())

    @property
    def lag(self) -> float:
        """The event loop's last measured delay, seconds."""
        return self._lag

    async def run(self) -> None:
        """Measure the loop's delay twice a second, for as long as the daemon lives."""
        while True:
            due = anyio.current_time() + BEAT
            await anyio.sleep_until(due)
            self._lag = max(0.0, anyio.current_time() - due)


def _told(usage: Usage | None) -> ProcessUsage | None:
    return ProcessUsage(cpu=usage.cpu, rss=usage.rss) if usage else None


class ProcessMeter:
    """Measures one process; psutil notices when its id now belongs to another.

    Several ask, each in its own time, and the use of the CPU in a few milliseconds says nothing: it is measured anew
    once a second has passed, and is 0 before.
    """

    def __init__(self, pid: int) -> None:
        try:
            self._process: psutil.Process | None = psutil.Process(pid)
            self._process.cpu_percent()
        except psutil.Error:
            self._process = None
        self._cpu, self._at = 0.0, monotonic()

    def usage(self) -> Usage | None:
        """What it uses, or None when it is gone."""
        if self._process is None:
            return None
        try:
            rss = self._process.memory_info().rss
            if monotonic() - self._at >= SPAN:
                self._cpu, self._at = self._process.cpu_percent(), monotonic()
        except psutil.Error:
            return None
        return Usage(cpu=self._cpu, rss=rss)

    def worked(self) -> float | None:
        """Seconds of CPU that it has used so far, or None when it is gone."""
        if self._process is None:
            return None
        try:
            times = self._process.cpu_times()
        except psutil.Error:
            return None
        return float(times.user + times.system)

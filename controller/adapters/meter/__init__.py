"""Measures the machine and processes, through psutil."""

from __future__ import annotations

import os

import anyio
import psutil

from controller.ports import Usage
from protocol.box import ServerLoad

BEAT = 0.5


class SystemMeter:
    """Implements `services.box.Meter`; `run` keeps an eye on the event loop's delay."""

    def __init__(self) -> None:
        self._lag = 0.0

    def load(self) -> ServerLoad:
        """How busy the machine is."""
        return ServerLoad(
            cores=os.cpu_count() or 1,
            load1=round(os.getloadavg()[0], 2),
            memory_available=psutil.virtual_memory().available,
            loop_lag_s=round(self._lag, 4),
        )

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


class ProcessMeter:
    """Measures one process; psutil notices when its id now belongs to another."""

    def __init__(self, pid: int) -> None:
        try:
            self._process: psutil.Process | None = psutil.Process(pid)
            self._process.cpu_percent()
        except psutil.Error:
            self._process = None

    def usage(self) -> Usage | None:
        """What it uses, or None when it is gone."""
        if self._process is None:
            return None
        try:
            return Usage(cpu=self._process.cpu_percent(), rss=self._process.memory_info().rss)
        except psutil.Error:
            return None

    def worked(self) -> float | None:
        """Seconds of CPU that it has used so far, or None when it is gone."""
        if self._process is None:
            return None
        try:
            times = self._process.cpu_times()
        except psutil.Error:
            return None
        return float(times.user + times.system)

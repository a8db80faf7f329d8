from __future__ import annotations

import asyncio
import os
from subprocess import Popen

import pytest

from controller.adapters.meter import ProcessMeter, SystemMeter
from tests.fakes.beside import Beside
from tests.fakes.clock import VirtualTimeLoop


def test_the_machine_is_measured() -> None:
    load = SystemMeter().load()
    assert load.cores >= 1
    assert load.load1 >= 0
    assert load.memory_available > 1_000_000
    assert load.loop_lag_s == 0


def test_the_daemon_measures_itself_and_the_cpu_no_oftener_than_a_second_lets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("controller.adapters.meter.monotonic", lambda: now)
    meter = SystemMeter()
    first = meter.daemon()
    assert first is not None
    assert first.cpu == 0
    assert first.rss > 1_000_000
    sum(range(3_000_000))
    now = 100.9
    assert (meter.daemon() or first).cpu == 0
    now = 101.0
    measured = meter.daemon()
    assert measured is not None
    assert measured.cpu > 0
    now = 101.9
    assert (meter.daemon() or first).cpu == measured.cpu


def test_a_blocked_loop_is_noticed_as_long_as_it_was_blocked() -> None:
    async def main(loop: VirtualTimeLoop) -> None:
        meter, beside = SystemMeter(), Beside()
        beside.live(meter.run())
        await asyncio.sleep(1.25)
        loop.call_later(0.1, loop.block, 0.7)
        await asyncio.sleep(0.75)
        assert meter.lag == pytest.approx(0.55, abs=0.01)
        assert meter.load().loop_lag_s == round(meter.lag, 4)
        await beside.end()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualTimeLoop)
        runner.run(main(loop))


def test_an_idle_loop_has_no_delay() -> None:
    async def main() -> None:
        meter, beside = SystemMeter(), Beside()
        beside.live(meter.run())
        await asyncio.sleep(10)
        assert meter.lag < 0.001
        await beside.end()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(main())


def test_a_process_is_measured_until_it_is_gone() -> None:
    with Popen(["sleep", "60"]) as process:
        meter = ProcessMeter(process.pid)
        usage = meter.usage()
        assert usage is not None
        assert usage.rss > 0
        process.kill()
        process.wait()
        assert meter.usage() is None


def test_a_process_that_was_never_there_uses_nothing() -> None:
    with Popen(["true"]) as process:
        process.wait()
    assert ProcessMeter(process.pid).usage() is None
    assert ProcessMeter(os.getpid()).usage() is not None

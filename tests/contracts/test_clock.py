"""The same promises, kept by the machine's clocks and by virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from controller.adapters.clock import SystemClock
from controller.ports import Clock
from tests.fakes.clock import EPOCH, FakeClock, VirtualTimeLoop

Check = Callable[[Clock], Coroutine[Any, Any, None]]
Run = Callable[[Check], None]


@pytest.fixture(params=["real", "fake"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a check on a clock, in a loop where that clock goes."""

    def on_machine(check: Check) -> None:
        asyncio.run(check(SystemClock()))

    def on_virtual(check: Check) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(check(FakeClock()))

    return on_machine if request.param == "real" else on_virtual


def test_it_never_goes_back(run: Run) -> None:
    async def check(clock: Clock) -> None:
        seen = [clock.now() for _ in range(1_000)]
        assert seen == sorted(seen)

    run(check)


def test_a_wait_takes_as_long_as_was_asked_on_both_clocks(run: Run) -> None:
    async def check(clock: Clock) -> None:
        now, wall = clock.now(), clock.wall()
        await anyio.sleep(0.05)
        assert 0.049 < clock.now() - now < 2
        assert 0.04 < clock.wall() - wall < 2

    run(check)


def test_it_is_the_time_that_deadlines_are_kept_by(run: Run) -> None:
    async def check(clock: Clock) -> None:
        until = clock.now() + 0.02
        with anyio.move_on_after(until - clock.now()):
            await anyio.sleep_forever()
        assert clock.now() >= until - 0.001

    run(check)


def test_the_wall_clock_tells_unix_seconds_of_this_age(run: Run) -> None:
    async def check(clock: Clock) -> None:
        assert EPOCH - 400_000_000 < clock.wall() < EPOCH + 4_000_000_000

    run(check)


def test_a_virtual_hour_takes_no_time_and_moves_everything_that_was_due() -> None:
    done: list[int] = []

    async def main() -> None:
        clock = FakeClock()
        began = clock.now()
        async with anyio.create_task_group() as group:
            for minutes in (50, 10, 70):
                group.start_soon(later, minutes)
            await clock.advance(3600)
            assert done == [10, 50]
            assert clock.now() - began == pytest.approx(3600)
            group.cancel_scope.cancel()

    async def later(minutes: int) -> None:
        await anyio.sleep(minutes * 60)
        done.append(minutes)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(main())


def test_setting_the_wall_clock_back_moves_no_deadline() -> None:
    async def main() -> None:
        clock = FakeClock()
        now, wall = clock.now(), clock.wall()
        clock.setback = 3600.0
        assert clock.now() == now
        assert clock.wall() == wall - 3600

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(main())

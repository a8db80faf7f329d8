"""Virtual time for every test in this folder, and a house of services on fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import structlog
from structlog.processors import KeyValueRenderer, add_log_level, format_exc_info

from tests.fakes.clock import VirtualTimeLoop
from tests.services.house import House
from tests.services.restarting import Restart, Street

# What is logged is only read when a test fails: plain lines cost a tenth of the pretty ones, a traceback a hundredth.
structlog.configure(processors=[add_log_level, format_exc_info, KeyValueRenderer(key_order=["level", "event"])])


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that jumps."""
    return {"virtual": VirtualTimeLoop}


@pytest.fixture
def tmp_path(in_memory: Path) -> Path:
    """In memory: every test here makes and removes the directories of streams."""
    return in_memory


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Everything below the wire, living."""
    one = House(tmp_path)
    one.beside.live(one.run())
    await one.clock.settle()
    yield one
    await one.beside.end()
    assert one.encoder.overlaps == []


@pytest.fixture
async def restart(house: House, tmp_path: Path) -> AsyncIterator[Restart]:
    """Kills the house and begins another on the same store."""
    street = Street(house, tmp_path)
    yield street.restart
    await street.end()

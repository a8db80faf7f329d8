"""Virtual time for every test in this folder, and a house of services on fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from tests.fakes.clock import VirtualTimeLoop
from tests.services.house import House


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that jumps."""
    return {"virtual": VirtualTimeLoop}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Everything below the wire, living."""
    one = House(tmp_path)
    one.beside.live(one.run())
    await one.clock.settle()
    yield one
    await one.beside.end()
    assert one.encoder.overlaps == []

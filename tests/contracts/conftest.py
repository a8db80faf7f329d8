"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.beside import Beside


@pytest.fixture
async def beside() -> AsyncIterator[Beside]:
    """Tasks that end with the test."""
    tasks = Beside()
    yield tasks
    await tasks.end()

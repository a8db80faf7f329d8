"""What goes on beside a test: every task has the test for its parent, and is over when the test is.

A fixture cannot hold a task group open: pytest sets it up in one task and tears it down in another. So the tasks are
kept in a list, and ended and awaited by whoever made the list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Beside:
    """Tasks of one test. Build it in a fixture, and `await end()` when the test is over."""

    def __init__(self) -> None:
        self._started: list[asyncio.Task[Any]] = []
        self._lives: list[asyncio.Task[Any]] = []

    def start(self, coroutine: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Something that the test will wait for or cancel; how it ends is the test's to judge."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._started.append(task)
        return task

    def live(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Something that goes on until the test is over; an error in it is an error of the test."""
        self._lives.append(asyncio.get_running_loop().create_task(coroutine))

    async def end(self) -> None:
        """End everything, what was started last first. Raises: the first error of what should have lived."""
        for task in reversed(self._lives + self._started):
            task.cancel()
            await asyncio.wait([task])
        for life in self._lives:
            if not life.cancelled() and (error := life.exception()):
                raise error

"""Waiting for what happens outside this process: files, children, ports. There is nothing to subscribe to, so it is polled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

import anyio

Found = TypeVar("Found")
LOOK_EVERY = 0.02
"""Seconds between two looks; each wait ends with its condition, never with the clock."""


async def eventually(check: Callable[[], Found], *, within: float, what: str = "") -> Found:
    """The first true answer of `check`. Raises: AssertionError when there is none in time."""
    until = monotonic() + within
    while True:
        found = check()
        if found:
            return found
        assert monotonic() < until, f"not within {within} s: {what or check}"
        await anyio.sleep(LOOK_EVERY)  # polls an outside process


def eventually_now(check: Callable[[], Found], *, within: float, what: str = "") -> Found:
    """The same for tests without an event loop."""
    until, pause = monotonic() + within, threading.Event()
    while True:
        found = check()
        if found:
            return found
        assert monotonic() < until, f"not within {within} s: {what or check}"
        pause.wait(LOOK_EVERY)  # polls an outside process

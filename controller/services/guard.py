"""The one place among the services where whatever goes wrong is caught: a fault of ours costs its own work alone."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import structlog

from protocol.errors import Internal, MatineeError

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


async def guarded(work: Awaitable[Result], event: str, **about: object) -> Result | MatineeError:
    """What some work comes to, or the error that it ended with.

    What nobody expected is logged once as `event`, with its traceback and what it was `about`; it is told as
    `Internal`, without any detail.
    """
    try:
        return await work
    except MatineeError as error:
        return error
    except Exception:
        log.exception(event, **about)
        return Internal()

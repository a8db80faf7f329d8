"""The one place among the services where whatever goes wrong is caught: a fault of ours costs its own work alone."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import structlog

from controller.ports import NotStored
from protocol.errors import Internal, MatineeError, Overloaded

log = structlog.get_logger(__name__)
Result = TypeVar("Result")
TRY_AGAIN_AFTER = 1.0
"""Seconds, when the store did not keep something."""


async def guarded(work: Awaitable[Result], event: str, **about: object) -> Result | MatineeError:
    """What some work comes to, or the error that it ended with.

    What the store cannot keep just now is told as `Overloaded`: the peer may try again. What nobody expected is logged once as `event`, with its traceback and what it was `about`; it is told as
    `Internal`, without any detail.
    """
    try:
        return await work
    except MatineeError as error:
        return error
    except NotStored as error:
        log.warning("not stored", reason=str(error), **about)
        return Overloaded("What must survive cannot be stored just now.", retry_after_s=TRY_AGAIN_AFTER)
    except Exception:
        log.exception(event, **about)
        return Internal()

"""One face for everything that is not there: unknown, foreign, expired, not yet and nonsense look alike."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OursOnly(logging.Filter):
    """Passes what aiohttp logs about us, not what it logs about requests that it could not read.

    Those are answered with 400, and the entry would hold their bytes: a token in a path, or a page of nonsense.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is about us."""
        return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def protocol_logger() -> logging.Logger:
    """The logger that aiohttp's HTTP connections use."""
    logger = logging.getLogger("matinee.http")
    if not logger.filters:
        logger.addFilter(OursOnly())
    return logger


def not_found() -> web.Response:
    """The 404."""
    return web.Response(status=404, text="Not found\n", headers={"Cache-Control": "no-store"})


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Aiohttp's own error pages become ours; what nobody expected is logged once and hidden."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return not_found()
    except web.HTTPException as error:
        if error.status >= 400:
            headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
            return web.Response(status=error.status, text=f"{error.reason}\n", headers=headers)
        raise
    except Exception:
        log.exception("request failed", method=request.method)
        return web.Response(status=500, text="Something went wrong\n")

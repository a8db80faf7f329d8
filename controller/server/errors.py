"""One face for everything that is not there: unknown, foreign, expired, not yet and nonsense look alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BAD_REQUEST, WENT_WRONG, TOO_BUSY = "Bad request\n", "Something went wrong\n", "Too busy\n"


def not_found() -> web.Response:
    """The 404."""
    return web.Response(status=404, text="Not found\n", headers={"Cache-Control": "no-store"})


def later(seconds: float) -> web.Response:
    """The 503 that asks to come again in so many seconds."""
    headers = {"Retry-After": str(round(seconds)), "Cache-Control": "no-store"}
    return web.Response(status=503, text="Not ready yet\n", headers=headers)


def said_plainly(error: web.HTTPException) -> web.Response:
    """An error of aiohttp's without aiohttp's words, which may quote the request."""
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    return web.Response(status=error.status, text=f"{error.reason}\n", headers=headers)


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Aiohttp's own error pages become ours; what nobody expected is logged once and hidden."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return not_found()
    except web.HTTPException as error:
        if error.status >= 400:
            return said_plainly(error)
        raise
    except Exception:
        log.exception("request failed", method=request.method)
        return web.Response(status=500, text=WENT_WRONG)

"""Runs the application. What cannot be read as a request never gets there and is answered here, without an echo.

aiohttp's own 400 quotes the bytes it stumbled over, to the peer and in the log: a token may be among them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

import structlog
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpProcessingError

from controller.server.access import HEADERS
from controller.server.errors import BAD_REQUEST, TOO_BUSY, WENT_WRONG, said_plainly
from controller.server.listener import Shortage

log = structlog.get_logger(__name__)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Runner(web.AppRunner):
    """An `AppRunner` whose connections are ours; its `_make_server` is where aiohttp's own runners differ, too."""

    def __init__(self, app: web.Application, shortage: Shortage, *, shutdown_timeout: float) -> None:
        super().__init__(app, shutdown_timeout=shutdown_timeout)
        self._short = shortage

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        handler = _expecting_nothing(made.request_handler)
        return _Server(handler, self._short, request_factory=made.request_factory)


class _Server(web.Server):
    def __init__(self, handler: Handler, shortage: Shortage, **more: Any) -> None:
        super().__init__(handler, **more)
        self.shortage = shortage

    def __call__(self) -> web.RequestHandler:
        return _HttpConnection(self, loop=asyncio.get_running_loop(), access_log=None)  # type: ignore[arg-type] # off


class _HttpConnection(web.RequestHandler):
    """One HTTP connection; it answers itself what no middleware sees."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the request
    ) -> web.StreamResponse:
        """The answer to what could not be read, or to what a middleware stumbled over; the connection ends with it."""
        if isinstance(exc, HttpProcessingError):
            log.debug("request unreadable", problem=type(exc).__name__)
        elif isinstance(self._manager, _Server) and self._manager.shortage.is_this(exc):
            status = 503
        else:
            log.error("request failed", method=request.method, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is on its way already")
        return _BareAnswer(status, {503: TOO_BUSY, 500: WENT_WRONG}.get(status, BAD_REQUEST))

    def log_exception(self, *args: Any, **more: Any) -> None:
        """An error of ours. A body that breaks off or is coded wrongly is none, and quotes the peer as well."""
        if not isinstance(more.get("exc_info"), HttpProcessingError | web.RequestPayloadError):
            super().log_exception(*args, **more)


class _BareAnswer(web.StreamResponse):
    """An answer that is sent as it stands: no route was found, so no signal of the application completes its headers."""

    def __init__(self, status: int, text: str) -> None:
        self._text = text.encode()
        about = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(self._text))}
        ending = {"Connection": "close", "Date": formatdate(usegmt=True)}
        super().__init__(status=status, headers={**HEADERS, **about, **ending})
        self.force_close()

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Send all of it."""
        await request.writer.write_headers(f"HTTP/1.1 {self.status} {self.reason}", self.headers)
        await request.writer.write_eof(self._text)
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""


def _expecting_nothing(
    handler: Handler,
) -> Handler:
    """Aiohttp looks at `Expect` before any middleware, and quotes it when it is unknown."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            return said_plainly(error)

    return handle

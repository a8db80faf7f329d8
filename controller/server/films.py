"""Serves films as they are under `/media/{client_id}/{token}/`, in parts as the player asks for them (RFC 9110 §14).

The token is the key, and dies with the stream: who still reads then is cut off. The file is the one that was understood:
one that was replaced since, or is a link by now, is not there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR

import anyio
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_request import BaseRequest

from controller.core.direct import file_name, type_of
from controller.ports import SourceFile
from controller.server.errors import later, not_found
from controller.server.listener import Shortage
from controller.server.ranges import decided, not_satisfiable, wanted_part
from controller.server.sending import File, Pace
from controller.services.client_stream import HLSClientStream
from controller.services.streams import Streams

FRESH = "private, no-cache"
"""A player asks again whether it is still the same file; most of the time it is."""


class FilmServer:
    """The handler of /media."""

    def __init__(self, streams: Streams, shortage: Shortage, pace: Pace) -> None:
        self._streams, self._shortage, self._pace = streams, shortage, pace

    async def get(self, request: web.Request) -> web.StreamResponse:
        """The film, or a part of it."""
        place = request.match_info
        stream = self._streams.find(place["client_id"], place["token"])
        if stream is None or not stream.is_direct or place["name"] != file_name(stream.spec.facts):
            return not_found()
        try:
            with opened(stream.spec.source) as descriptor:
                return await self._answer(request, stream, descriptor)
        except OSError as error:
            return later(2.0) if self._shortage.is_this(error) else not_found()

    async def _answer(self, request: web.Request, stream: HLSClientStream, descriptor: int) -> web.StreamResponse:
        """All of it, here: the file is open for just as long."""
        stream.use()
        found = os.fstat(descriptor)
        part = wanted_part(request, found)
        if part == "none":
            return not_satisfiable(found.st_size)
        kind = type_of(stream.spec.facts) or "application/octet-stream"
        headers = {"Content-Type": kind, "Cache-Control": FRESH}
        response = _Film(Path(f"/proc/self/fd/{descriptor}"), stream.spec.client_id, self._pace, headers)
        await self._send(decided(request, part), stream, response)
        return response

    async def _send(self, request: web.Request, stream: HLSClientStream, response: web.FileResponse) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(_cut, request, stream)
            with suppress(ConnectionError):  # who has read enough hangs up
                await response.prepare(request)
                await response.write_eof()
            group.cancel_scope.cancel()


class _Film(File):
    """Sent once, while the file is open: aiohttp prepares what a handler returns, and by then the descriptor may be of
    another file.
    """

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """As its base, the first time."""
        return None if self.prepared else await super().prepare(request)


@contextmanager
def opened(source: SourceFile) -> Iterator[int]:
    """A film's file, open: this very file, whatever becomes of its name. Raises: OSError."""
    descriptor = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size != source.size:
            raise FileNotFoundError
        yield descriptor
    finally:
        os.close(descriptor)


async def _cut(request: web.Request, stream: HLSClientStream) -> None:
    """Nobody reads on when the stream is over.

    The socket is shut, not its transport aborted: under a running sendfile asyncio would close the descriptor and go on
    waiting for it, and the next connection that gets its number would never be read.
    """
    await stream.wait_end()
    if request.transport:
        with suppress(OSError):
            request.transport.get_extra_info("socket").shutdown(SHUT_RDWR)

"""Sends files and what is in memory, as fast as bandwidth allows: without a bound the kernel sends a file by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import IO, Any
from weakref import WeakValueDictionary

import anyio
import anyio.to_thread
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_request import BaseRequest
from multidict import CIMultiDict

from controller.core.bandwidth import Bandwidth
from controller.server.hot import HotSegment

PIECE = 256 * 1024
"""Bytes that are written at a time when nobody has to wait; a peer that does not read costs a little more than that."""


class Pace:
    """Whoever sends waits here, a piece after the other. Of each client one piece waits at a time, so that all get the same
    of what there is, however many connections they have.
    """

    def __init__(self, bandwidth: Bandwidth[str], now: Callable[[], float] = monotonic) -> None:
        self._bandwidth, self._now = bandwidth, now
        self._turns: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()
        self.bounded = bandwidth.bounded
        self.piece = bandwidth.piece if self.bounded else PIECE

    async def wait(self, client_id: str, size: int) -> None:
        """Until so many bytes may leave to a client."""
        turn = self._turns.setdefault(client_id, anyio.Lock())
        async with turn:
            await anyio.sleep(self._bandwidth.spend_own(client_id, size, self._now()))
            await anyio.sleep(self._bandwidth.spend_shared(size, self._now()))


class File(web.FileResponse):
    """A file for a client."""

    def __init__(self, path: Path, client_id: str, pace: Pace, headers: dict[str, str]) -> None:
        super().__init__(path, headers=headers)
        self._client_id, self._pace = client_id, pace

    async def _sendfile(self, request: BaseRequest, fobj: IO[Any], offset: int, count: int) -> AbstractStreamWriter:
        """As its base, or paced; aiohttp has no other place between deciding which part to send and sending it."""
        if not self._pace.bounded:
            return await super()._sendfile(request, fobj, offset, count)
        writer = await super(web.FileResponse, self).prepare(request)
        assert writer is not None
        for place in range(offset, offset + count, self._pace.piece):
            size = min(self._pace.piece, offset + count - place)
            await self._pace.wait(self._client_id, size)
            piece = await anyio.to_thread.run_sync(os.pread, fobj.fileno(), size, place)
            await self.write(piece)
        await super().write_eof()
        return writer


class Memory(web.StreamResponse):
    """A segment in memory for a client, told as aiohttp tells the file that it is of; `on_sent` hears when it is not needed
    any more, whatever became of it.
    """

    def __init__(
        self,
        hot: HotSegment,
        client_id: str,
        pace: Pace,
        headers: dict[str, str],
        on_sent: Callable[[HotSegment], None],
    ) -> None:
        super().__init__(headers=CIMultiDict({**headers, "Accept-Ranges": "bytes"}))
        self._hot, self._client_id, self._pace, self._on_sent = hot, client_id, pace, on_sent
        self.content_length, self.etag, self.last_modified = len(hot.kept.body), hot.tag, hot.modified

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """Send all of it."""
        try:
            writer = await super().prepare(request)
            for piece in self._pieces():
                if self._pace.bounded:
                    await self._pace.wait(self._client_id, len(piece))
                await self.write(piece)
            await self.write_eof()
        finally:
            self._on_sent(self._hot)
        return writer

    def _pieces(self) -> Iterator[memoryview]:
        whole = memoryview(self._hot.kept.body)
        return (whole[place : place + self._pace.piece] for place in range(0, len(whole), self._pace.piece))

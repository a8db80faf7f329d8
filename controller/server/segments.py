"""Serves streams under `/hls/{client_id}/{token}/`. The token is the key; a name is looked up, never opened as a path."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_request import BaseRequest

from controller.core import tiling
from controller.core.playlist import Rendition, SegmentId
from controller.server.errors import later, not_found
from controller.server.hot import HotSegments
from controller.server.listener import Shortage
from controller.server.ranges import decided, not_satisfiable, wanted_part
from controller.server.sending import File, Memory, Pace
from controller.services.client_stream import HLSClientStream
from controller.services.playlists import playlist_of
from controller.services.stream_spec import SegmentLate
from controller.services.streams import Streams
from controller.services.subtitles import Subtitles
from controller.services.tallies import Tallies
from protocol.errors import MatineeError, NoStream, Overloaded

PIECE = re.compile(r"subtitles-(0|[1-9][0-9]{0,3})-(0|[1-9][0-9]{0,6})\.vtt", re.ASCII)
SEGMENT = re.compile(r"(video|audio-(?:0|[1-9][0-9]{0,3}))-(0|[1-9][0-9]{0,6})\.ts", re.ASCII)
SHEET = re.compile(r"thumbnails-(0|[1-9][0-9]{0,3})\.jpg", re.ASCII)
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
SEGMENT_TYPE = "video/mp2t"
SUBTITLE_TYPE = "text/vtt"
FOR_EVER = "private, max-age=31536000, immutable"
CONDITIONS = ("Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")
"""With one of these, a request may not want all of a file."""


class SegmentServer:
    """The handlers of /hls."""

    def __init__(
        self,
        streams: Streams,
        subtitles: Subtitles,
        shortage: Shortage,
        tallies: Tallies,
        hot: HotSegments,
        pace: Pace,
    ) -> None:
        self._streams, self._subtitles, self._shortage, self._tallies = streams, subtitles, shortage, tallies
        self._hot, self._pace = hot, pace

    async def get(self, request: web.Request) -> web.StreamResponse:
        """A playlist or a segment; waits for one that is on its way."""
        place = request.match_info
        stream = self._streams.find(place["client_id"], place["token"])
        if stream is None:
            return not_found()
        text = playlist_of(stream, place["name"])
        if text is not None:
            return web.Response(text=text, content_type=PLAYLIST_TYPE, headers={"Cache-Control": "no-cache"})
        if piece := PIECE.fullmatch(place["name"]):
            return await self._piece(stream, int(piece[1]), int(piece[2]))
        if place["name"].startswith("thumbnails"):
            return self._thumbnails(stream, place["name"])
        found = SEGMENT.fullmatch(place["name"])
        if not found:
            return not_found()
        segment = SegmentId(Rendition(found[1]), int(found[2]))
        return await self._segment(request, stream, segment)

    async def _segment(self, request: web.Request, stream: HLSClientStream, segment: SegmentId) -> web.StreamResponse:
        try:
            path = await stream.wait_segment(segment)
        except NoStream:
            return not_found()
        except SegmentLate as late:
            return later(late.retry_after_s or 1.0)
        except MatineeError:
            return later(5.0)
        return await self._give(request, stream, segment, path)

    async def _give(
        self, request: web.Request, stream: HLSClientStream, segment: SegmentId, path: Path
    ) -> web.StreamResponse:
        """A segment that is there, or the part of it that is wanted."""
        headers = {"Content-Type": SEGMENT_TYPE, "Cache-Control": FOR_EVER}
        if request.method == "GET" and not any(name in request.headers for name in CONDITIONS):
            with suppress(OSError):  # what is wrong with the file is told below
                if hot := await self._hot.hold(stream, segment, path):
                    self._tallies.segment_served(len(hot.kept.body))
                    return Memory(hot, stream.spec.client_id, self._pace, headers, self._hot.release)
        found = _look(path)
        if isinstance(found, OSError):
            return later(2.0) if self._shortage.is_this(found) else not_found()
        part = wanted_part(request, found)
        if part == "none":
            return not_satisfiable(found.st_size)
        if request.method == "GET":
            self._tallies.segment_served(found.st_size)
        return _Segment(decided(request, part), path, stream.spec.client_id, self._pace, headers)

    async def _piece(self, stream: HLSClientStream, track: int, index: int) -> web.StreamResponse:
        try:
            text = await self._subtitles.segment(stream, track, index)
        except Overloaded as late:
            return later(late.retry_after_s or 1.0)
        except MatineeError:
            return not_found()
        return web.Response(text=text, content_type=SUBTITLE_TYPE, headers={"Cache-Control": FOR_EVER})

    def _thumbnails(self, stream: HLSClientStream, name: str) -> web.StreamResponse:
        """The small pictures of the film, once there are some: which is where, or a sheet of them."""
        there = stream.thumbnails
        if there is None:
            return not_found()
        headers = {"Cache-Control": FOR_EVER}
        if name == tiling.INDEX:
            return web.Response(text=tiling.webvtt(there.tiling), content_type="text/vtt", headers=headers)
        found = SHEET.fullmatch(name)
        if not found or int(found[1]) >= there.tiling.sheets:
            return not_found()
        path = there.folder / name
        if isinstance(seen := _look(path), OSError):
            return later(2.0) if self._shortage.is_this(seen) else not_found()
        return File(path, stream.spec.client_id, self._pace, {**headers, "Content-Type": "image/jpeg"})

    async def options(self, _request: web.Request) -> web.Response:
        """A preflight; the headers say that anybody may."""
        return web.Response(status=204)


class _Segment(File):
    """Sent as a request wants it of which nothing is left to decide; see `ranges`."""

    def __init__(self, request: web.Request, path: Path, client_id: str, pace: Pace, headers: dict[str, str]) -> None:
        super().__init__(path, client_id, pace, headers)
        self._request = request

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """As its base; it is the same request."""
        del request
        return await super().prepare(self._request)


def _look(path: Path) -> os.stat_result | OSError:
    """How a file is, or the error with which it cannot be opened just now."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return error
    try:
        return os.fstat(file)
    finally:
        os.close(file)

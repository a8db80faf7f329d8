"""The subtitles of streams: pieces of WebVTT that have the times of the stream's own segments."""

from __future__ import annotations

import anyio

from controller.core import webvtt
from controller.core.segment_plan import MEDIA_OFFSET
from controller.core.subtitles import pieces, window
from controller.ports import SubtitleReader
from controller.services.client_stream import WAIT_FOR_SEGMENT, HLSClientStream
from controller.services.stream_spec import SegmentLate
from protocol.errors import NoStream


class Subtitles:
    """Makes them on demand; nothing is made before somebody asks."""

    def __init__(self, reader: SubtitleReader) -> None:
        self._reader = reader

    async def segment(self, stream: HLSClientStream, track: int, index: int) -> str:
        """A piece of a text track.

        Raises:
            NoStream: there is no such piece.
            NotPlayable: the film or the file cannot be read.
            Overloaded: not in time; another try may succeed.
        """
        spec, delivery = stream.spec, stream.delivery
        plan = delivery.plan
        if track not in {caption.track for caption in delivery.captions} or not 0 <= index < pieces(plan):
            raise NoStream
        facts = spec.facts.subtitles[track]
        source = spec.sidecars[spec.facts.beside(track)] if facts.external else spec.source
        with anyio.move_on_after(WAIT_FOR_SEGMENT):
            cues = await self._reader.cues(source, facts, window(plan, index))
            return webvtt.document(cues, MEDIA_OFFSET, plan.rate)
        raise SegmentLate(retry_after_s=1.0)

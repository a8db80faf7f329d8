"""A run that begins at the second segment, whatever the film begins with: it makes what one from the beginning makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import pytest

from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.media.worker import look
from controller.core.delivery import Wish, decide
from controller.core.playlist import SegmentId
from controller.core.stream_phase import Completed
from controller.ports import EncodeJob, EncoderRun
from tests import films
from tests.fakes.facts import played
from tests.fakes.segments import FakeDirectory
from tests.fakes.subtitles import FakeSubtitles

KINDS = ("late_picture", "late_sound", "transport", "recorded_live", "fragmented", "b_frames", "open_gop", "flash")
ROUNDING = 1
"""Ticks: some containers count in whole milliseconds."""


@dataclass(slots=True)
class Times:
    """Implements `ports.EncoderListener`; keeps when each packet of a segment is shown or heard, in ticks of 90 kHz."""

    of: dict[SegmentId, list[int]] = field(default_factory=dict)

    def on_started(self, run: EncoderRun) -> None:
        """Not asked here."""

    def on_made(self, segment: SegmentId, made: Path) -> None:
        with av.open(str(made)) as container:
            self.of[segment] = [packet.pts for packet in container.demux() if packet.pts is not None]


async def made_from(film: Path, start: int, folder: Path) -> Times:
    facts = look(bytes(film))
    delivery = decide(facts, Wish())
    job = EncodeJob(film, facts, delivery, start, 1, FakeDirectory(folder), played(delivery))
    times = Times()
    assert await FfmpegEncoder(FakeSubtitles()).encode(job, times) == Completed()
    return times


@pytest.mark.parametrize("kind", KINDS)
async def test_a_run_from_the_second_segment_makes_it_as_one_from_the_first(kind: str, tmp_path: Path) -> None:
    film = films.make(kind)
    whole = await made_from(film, 0, tmp_path / "whole")
    rest = await made_from(film, 1, tmp_path / "rest")
    assert rest.of == {
        segment: pytest.approx(times, abs=ROUNDING) for segment, times in whole.of.items() if segment.index
    }

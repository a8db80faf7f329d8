"""A player may begin with any segment of a film that is copied: each brings along what decodes its first picture."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import pytest

from controller.adapters.ffmpeg.arguments import encode_arguments
from controller.adapters.media.worker import look
from controller.core.delivery import Wish, decide
from controller.core.playlist import VIDEO
from controller.ports import EncodeJob
from tests import films
from tests.fakes.segments import FakeDirectory

DELIMITER, PARAMETERS, PICTURE = 9, 7, {1, 5}
"""Types of NAL units (H.264, table 7-1)."""


def units_of_first_picture(segment: Path) -> list[int]:
    """The types of the NAL units of the first packet, up to its picture."""
    with av.open(str(segment)) as container:
        packet = next(container.demux(video=0))
    found = [part[0] & 0x1F for part in bytes(packet).split(b"\x00\x00\x01")[1:]]
    return found[: next(at for at, unit in enumerate(found) if unit in PICTURE) + 1]


@pytest.mark.parametrize("recipe", ["open_gop", "open_gop_delimited", "b_frames", "flash", "transport"])
def test_every_segment_begins_with_a_delimiter_and_its_parameter_sets(recipe: str, tmp_path: Path) -> None:
    film = films.make(recipe)
    facts = look(bytes(film))
    delivery = decide(facts, Wish())
    assert delivery.mode == "remux"
    job = EncodeJob(film, facts, delivery, 0, 1, FakeDirectory(tmp_path / "stream"), frozenset({VIDEO}))
    subprocess.run(encode_arguments(job, tmp_path), check=True, capture_output=True, timeout=60)
    segments = sorted(tmp_path.glob("video-*.ts"))
    assert len(segments) == len(delivery.plan) > 1
    for segment in segments:
        units = units_of_first_picture(segment)
        assert units[0] == DELIMITER
        assert units.count(DELIMITER) == 1
        assert PARAMETERS in units


@pytest.mark.parametrize(
    ("recipe", "delimited"), [("open_gop_delimited", True), ("transport", True), ("b_frames", False)]
)
def test_delimiters_are_looked_for_only_where_there_are_some(recipe: str, delimited: bool, tmp_path: Path) -> None:
    film = films.make(recipe)
    facts = look(bytes(film))
    assert facts.video
    assert facts.video.delimited is delimited
    job = EncodeJob(film, facts, decide(facts, Wish()), 0, 1, FakeDirectory(tmp_path / "stream"), frozenset({VIDEO}))
    words = " ".join(str(word) for word in encode_arguments(job, tmp_path))
    assert ("filter_units" in words) is (delimited and recipe != "transport")

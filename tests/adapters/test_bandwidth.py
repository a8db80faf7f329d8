"""What the master playlist says of bandwidths (RFC 8216 §4.3.4.2), held against the segments that FFmpeg makes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.media import keyframes
from controller.adapters.media.worker import look
from controller.adapters.segments import open_cache
from controller.core.delivery import Delivery, Wish, decide
from controller.core.media import MediaFacts
from controller.core.playlist import VIDEO, Rendition, SegmentId
from controller.core.stream_phase import Completed
from controller.core.transport import Rate
from controller.core.variant import variant_of
from controller.ports import EncodeJob, EncoderRun
from protocol.values import Quality
from tests import films
from tests.fakes.subtitles import FakeSubtitles

COPIED = [
    "b_frames", "baseline", "minute", "long_gop", "silent", "slow_rate", "fragmented", "transport", "flash", "recorded_live",
    "variable_rate", "several_tracks", "sound_only", "aac_5_1", "bench_remux",
]  # fmt: skip
REFUSED = Wish(refused=frozenset({"remux"}))


class Sizes:
    """Implements `ports.EncoderListener`: keeps how large segments are."""

    def __init__(self) -> None:
        self.of: dict[SegmentId, int] = {}

    def on_started(self, run: EncoderRun) -> None:
        pass

    def on_made(self, segment: SegmentId, made: Path) -> None:
        self.of[segment] = made.stat().st_size


async def real_rate(film: Path, facts: MediaFacts, delivery: Delivery, folder: Path, *, eager: bool = False) -> Rate:
    """The bits per second of all that a player may fetch together."""
    cache, sizes = open_cache(folder, "0123456789abcdef"), Sizes()
    directory, renditions = cache.create("client", "stream"), frozenset(delivery.renditions)
    job = EncodeJob(film, facts, delivery, 0, 1, directory, renditions, eager)
    assert await FfmpegEncoder(FakeSubtitles()).encode(job, sizes) == Completed()
    cache.close()
    rates = {rendition: rate_of(rendition, sizes, delivery) for rendition in renditions}
    heard = [rate for rendition, rate in rates.items() if rendition != VIDEO]
    loudest = Rate(max((each.average for each in heard), default=0), max((each.peak for each in heard), default=0))
    return loudest + rates[VIDEO] if VIDEO in rates else loudest


def rate_of(rendition: Rendition, sizes: Sizes, delivery: Delivery) -> Rate:
    """By the words of the RFC: every contiguous set of segments that lasts 0.5 to 1.5 target durations."""
    plan = delivery.plan
    bits = [8 * sizes.of[SegmentId(rendition, index)] for index in range(len(plan))]
    lengths = [plan.seconds(index) for index in range(len(plan))]
    target = max(1, *(int(length) + (length % 1 > 0.001) for length in lengths))
    sets = [(first, end) for first in range(len(plan)) for end in range(first + 1, len(plan) + 1)]
    lasting = [(sum(bits[a:b]), sum(lengths[a:b])) for a, b in sets]
    peak = max(
        (size / length for size, length in lasting if target / 2 <= length <= target * 1.5),
        default=sum(bits) / sum(lengths),
    )
    return Rate(sum(bits) / sum(lengths), peak)


async def check_copied(film: Path, folder: Path) -> None:
    facts = look(bytes(film))
    delivery = decide(facts, Wish())
    assert delivery.mode == "remux"
    told, real = variant_of(facts, delivery), await real_rate(film, facts, delivery, folder)
    assert real.peak <= told.bandwidth <= 1.35 * real.peak
    assert 0.9 * real.average <= told.average_bandwidth <= 1.1 * real.average


@pytest.mark.parametrize("recipe", COPIED)
async def test_a_copied_film_takes_what_is_told(recipe: str, tmp_path: Path) -> None:
    await check_copied(films.make(recipe), tmp_path)


async def test_the_real_clip_takes_what_is_told(real_clip: Path | None, tmp_path: Path) -> None:
    await check_copied(real_clip or films.make("b_frames"), tmp_path)


@pytest.mark.parametrize("recipe", ["several_tracks", "variable_rate"])
async def test_so_does_one_of_which_only_the_places_of_keyframes_are_known(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyframes, "LITTLE", 0)
    monkeypatch.setattr(keyframes, "SMALL", 0)
    await check_copied(films.make(recipe), tmp_path)


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize(
    ("recipe", "quality"), [("b_frames", "auto"), ("hevc_ac3", "auto"), ("noise", "auto"), ("noise", "360p"), ("late_sound", "audio-only")]
)  # fmt: skip
async def test_an_encoded_film_takes_no_more_than_is_told(
    recipe: str, quality: Quality, eager: bool, tmp_path: Path
) -> None:
    film = films.make(recipe)
    facts = look(bytes(film))
    delivery = decide(facts, replace(REFUSED, quality=quality))
    told, real = variant_of(facts, delivery), await real_rate(film, facts, delivery, tmp_path, eager=eager)
    assert real.peak <= told.bandwidth
    assert real.average <= told.average_bandwidth <= told.bandwidth

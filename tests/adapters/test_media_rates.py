"""What tracks take when not every size is known."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from controller.adapters.media.rates import between, between_places, sound_rates, told_rate
from controller.core.transport import packed, packed_about


def stream(bit_rate: int | None = None, **metadata: str) -> SimpleNamespace:
    context = SimpleNamespace(bit_rate=bit_rate, channels=2, sample_rate=48_000)
    return SimpleNamespace(
        codec_context=context, metadata={key.replace("_", "-"): told for key, told in metadata.items()}
    )


@pytest.mark.parametrize(
    ("track", "rate"),
    [
        (stream(448_000, BPS="192000"), 192_000),
        (stream(None, BPS_eng="96000"), 96_000),
        (stream(448_000, BPS="many"), 448_000),
        (stream(448_000, BPS="0"), 448_000),
        (stream(), 128_000),
    ],
)
def test_a_rate_is_the_containers_or_the_codecs_or_what_is_usual(track: SimpleNamespace, rate: float) -> None:
    assert told_rate(track) == rate


def test_a_sound_of_which_frames_are_known_takes_what_they_take() -> None:
    """Two dense seconds among ten."""
    dense, thin = [700] * 94, [100] * 375
    average, peak = sound_rates("aac", stream(), [*thin, *dense]) or (0, 0)
    frames = 48_000 / 1024
    assert average == pytest.approx(8 * frames * sum(packed([*thin, *dense])) / 469, abs=1)
    assert peak >= 8 * frames * packed([700])[0]
    assert peak <= 1.2 * 8 * frames * packed([700])[0]


def test_a_sound_of_less_than_two_seconds_and_one_that_cannot_be_carried() -> None:
    average, peak = sound_rates("aac", stream(), [300] * 20) or (0, 0)
    assert average < peak < 1.1 * average
    assert sound_rates("vorbis", stream(), [300] * 20) is None


def test_a_sound_of_which_no_frame_is_known_takes_what_is_told() -> None:
    average, peak = sound_rates("ac3", stream(448_000), []) or (0, 0)
    assert 448_000 < average < peak < 1.5 * 448_000


def test_what_is_between_keyframes_is_summed_up() -> None:
    assert between([1_000, 10, 10, 2_000, 10], [0, 3]) == (sum(packed([1_000, 10, 10])), sum(packed([2_000, 10])))


def test_places_tell_of_the_picture_what_other_tracks_leave_and_a_cluster_is_divided_by_time() -> None:
    """At 25 pictures a second, 10,000 bytes a second are of others; the second and third keyframe are in one cluster."""
    places = [(0.0, 500), (2.0, 200_500), (3.0, 200_500)]
    first, second, third = between_places(places, (6.0, 400_500), 25.0, 10_000.0)
    assert first == pytest.approx(packed_about(200_000 - 20_000 - 50 * 8, 50), abs=1)
    assert second + third == pytest.approx(packed_about(200_000 - 40_000 - 100 * 8, 100), abs=2)
    assert third == pytest.approx(3 * second, abs=3)

"""What the master playlist says of a stream: bandwidths, and the most pictures in a second."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.delivery import Wish, decide
from controller.core.sound import ENCODED
from controller.core.transport import OVERSHOOT, TABLES, capped, packed, packed_about, rate_of, room_for
from controller.core.variant import variant_of
from tests.fakes.facts import film, hevc, picture, sound

TABLE_BITS = 8 * TABLES


def test_a_frame_takes_whole_packets() -> None:
    assert packed([0, 150, 151, 1_000]) == [188, 188, 376, 6 * 188]


@given(st.lists(st.integers(1, 200_000), min_size=1, max_size=50))
def test_what_is_reckoned_of_many_frames_is_never_too_little_when_each_may_lose_a_packet(sizes: list[int]) -> None:
    exactly = sum(packed(sizes))
    assert packed_about(sum(sizes), len(sizes), 0) <= exactly <= packed_about(sum(sizes), len(sizes), 184)


def test_the_peak_is_of_the_densest_segments_that_last_as_long_as_the_rfc_says() -> None:
    """A target of 4 s: sets of 2 to 6 s count, so neither the dense second at the end alone nor all nine seconds."""
    rate = rate_of([1_000, 8_000, 1_000, 3_000], [2.0, 4.0, 2.0, 1.0])
    assert rate.average == pytest.approx(8 * 13_000 / 9 + TABLE_BITS)
    assert rate.peak == pytest.approx(8 * 8_000 / 4 + TABLE_BITS)


def test_a_film_that_is_shorter_than_half_a_segment_has_its_average_as_peak() -> None:
    rate = rate_of([500], [0.2])
    assert rate.average == rate.peak == pytest.approx(8 * 500 / 0.2 + TABLE_BITS)
    short = capped(1_000_000, 1, 25, [0.2])
    assert short.peak >= short.average > 6_000_000


def test_an_encoder_may_spend_its_buffer_in_the_shortest_segments() -> None:
    even, halved = capped(1_000_000, 1, 25, [2.0] * 50), capped(1_000_000, 1, 25, [1.0, 1.0, *[2.0] * 49])
    assert 1_500_000 < even.peak / OVERSHOOT < 1_650_000
    assert 2_000_000 < halved.peak / OVERSHOOT < 2_170_000
    assert even.average == pytest.approx(1_060_000, rel=0.05)


@given(st.floats(200_000, 50_000_000), st.sampled_from([24.0, 25.0, 60.0]))
def test_what_there_is_room_for_fits(bits: float, frame_rate: float) -> None:
    frames = room_for(bits, frame_rate)
    assert 8 * (packed_about(frames / 8, frame_rate) + TABLES) == pytest.approx(bits)


def test_where_there_is_no_room_for_the_tables_there_is_none() -> None:
    assert room_for(10_000, 25) == 0


def test_a_copied_picture_takes_what_its_index_tells_and_the_loudest_sound_comes_on_top() -> None:
    """Cuts at 0, 2, 4, 8 …: sizes are summed up from keyframe to keyframe."""
    sizes = tuple(200_000 if second == 8 else 100_000 for second in range(0, 100, 2))
    facts = film(picture(packed=sizes), sound(packed=(100_000, 120_000)), sound(index=2, packed=(90_000, 150_000)))
    variant = variant_of(facts, decide(facts, Wish()))
    assert variant.average_bandwidth == pytest.approx(8 * sum(sizes) / 100 + 100_000 + 2 * TABLE_BITS, abs=1)
    assert variant.bandwidth == pytest.approx(8 * 300_000 / 4 + 150_000 + 2 * TABLE_BITS, abs=1)


def test_of_a_film_that_does_not_tell_the_bit_rate_is_taken_and_twice_of_it() -> None:
    for bit_rate, least in ((6_000_000, 6_000_000), (0, 8_000_000)):
        facts = film(picture(), bit_rate=bit_rate)
        variant = variant_of(facts, decide(facts, Wish()))
        assert least < variant.average_bandwidth < 1.1 * least
        assert variant.bandwidth == pytest.approx(2 * variant.average_bandwidth, abs=2)


def test_a_sound_that_does_not_tell_takes_what_usual_ones_take() -> None:
    facts = film(None, sound(channels=2))
    variant = variant_of(facts, decide(facts, Wish()))
    assert 128_000 < variant.average_bandwidth < variant.bandwidth < 1.4 * variant.average_bandwidth


def test_an_encoded_film_takes_at_most_what_is_told_of_it() -> None:
    facts = film(hevc(), sound(codec="dts"))
    variant = variant_of(facts, decide(facts, Wish()))
    assert 7_000_000 + ENCODED.average < variant.average_bandwidth < 1.1 * 7_160_000
    assert 14_000_000 < variant.bandwidth / OVERSHOOT < 1.1 * 14_160_000


def test_of_a_picture_that_comes_unevenly_the_rate_is_told_only_when_it_is_made_even() -> None:
    uneven = film(picture(variable_rate=True, rate=(27, 1)))
    assert variant_of(uneven, decide(uneven, Wish())).frame_rate is None
    assert variant_of(uneven, decide(uneven, Wish(refused=frozenset({"remux"})))).frame_rate == 30.0


def test_of_a_film_that_is_given_as_it_is_only_the_bit_rate_is_told() -> None:
    facts = film(picture(), sound(), bit_rate=3_000_000)
    delivery = replace(decide(facts, Wish()), mode="direct")
    assert variant_of(facts, delivery).average_bandwidth == 3_000_000

"""How a film reaches a client: the table, and what must hold for every row of it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.delivery import (
    CopyAudio,
    CopyVideo,
    EncodeAudio,
    EncodeVideo,
    Wish,
    decide,
)
from controller.core.media import MediaFacts
from controller.core.picture import steady_rate
from controller.core.playlist import VIDEO, Rendition, sound_of
from controller.core.variant import variant_of
from protocol.errors import NotPlayable
from protocol.values import Quality
from tests.core.delivery_table import TABLE, Row, limited
from tests.core.making import modest
from tests.fakes.facts import copied_film, film, hevc, picture, sound

LEVELS = {
    30: (40_500, 1_620, 12_500),
    31: (108_000, 3_600, 17_500),
    32: (216_000, 5_120, 25_000),
    40: (245_760, 8_192, 25_000),
    41: (245_760, 8_192, 62_500),
    42: (522_240, 8_704, 62_500),
    50: (589_824, 22_080, 168_750),
    51: (983_040, 36_864, 300_000),
    52: (2_073_600, 36_864, 300_000),
    60: (4_177_920, 139_264, 300_000),
    61: (8_355_840, 139_264, 600_000),
    62: (16_711_680, 139_264, 1_000_000),
}
"""H.264 table A-1: macroblocks per second, macroblocks per frame, kbit/s of the High profile."""


def encoded(row: Row) -> EncodeVideo | None:
    video = decide(row.facts, row.wish).video
    return video if isinstance(video, EncodeVideo) else None


def fits_its_level(video: EncodeVideo) -> None:
    """A.3.1: frames, sides and rates are within the level's limits."""
    per_second, per_frame, kbps = LEVELS[video.level]
    across, down = -(-video.width // 16), -(-video.height // 16)
    assert across * down <= per_frame
    assert max(across, down) ** 2 <= 8 * per_frame
    assert across * down * video.rate <= per_second
    assert video.max_kbps <= kbps


def test_the_table_has_at_least_sixty_rows_of_different_names() -> None:
    assert len(TABLE) >= 60
    assert len({(row.is_about, row.mode, row.size, row.reasons) for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.is_about)
def test_a_film_is_delivered_as_the_table_says(row: Row) -> None:
    delivery = decide(row.facts, row.wish)
    assert (delivery.mode, delivery.reasons) == (row.mode, row.reasons)
    video = encoded(row)
    assert (video and (video.width, video.height)) == row.size
    assert (video and video.level) == row.level


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.is_about)
def test_whatever_is_delivered_agrees_with_itself(row: Row) -> None:
    delivery = decide(row.facts, row.wish)
    assert delivery.renditions[:1] == ((VIDEO,) if delivery.video else (sound_of(delivery.audio_track or 0),))
    assert {*delivery.renditions} == {*[VIDEO] * bool(delivery.video), *map(sound_of, range(len(row.facts.audio)))}
    assert [sound.rendition for sound in delivery.told] == [*map(sound_of, range(len(row.facts.audio)))]
    assert [track for track, sound in enumerate(delivery.told) if sound.default] == [delivery.audio_track][
        : len(delivery.told)
    ]
    variant = variant_of(row.facts, delivery)
    assert variant.bandwidth >= variant.average_bandwidth > 0
    assert variant.codecs.count(",") == bool(delivery.video and delivery.audio)
    encodes = isinstance(delivery.video, EncodeVideo) or isinstance(delivery.audio, EncodeAudio)
    assert (delivery.mode == "transcode") is encodes
    if isinstance(delivery.video, CopyVideo):
        assert set(delivery.plan.boundaries[:-1]) <= set(delivery.video.keyframes)
    if isinstance(delivery.video, EncodeVideo):
        fits_its_level(delivery.video)
        assert delivery.video.codecs in variant.codecs
        assert variant.resolution == (delivery.video.width, delivery.video.height)


@pytest.mark.parametrize(
    ("width", "height", "rate", "quality"),
    [
        (640, 480, 24, "auto"),
        (1280, 720, 25, "auto"),
        (1920, 1080, 60, "auto"),
        (3840, 2160, 24, "original"),
        (1920, 1080, 10, "auto"),
        (3840, 1606, 24, "auto"),
        (2560, 1080, 24, "auto"),
        (2560, 1440, 30, "original"),
        (3840, 2160, 5, "original"),
        (3840, 2160, 60, "original"),
        (4096, 4096, 30, "original"),
        (4096, 2160, 60, "original"),
    ],
)
def test_an_encoded_picture_fits_the_level_it_claims(width: int, height: int, rate: int, quality: Quality) -> None:
    video = decide(film(hevc(width, height, rate)), Wish(quality)).video
    assert isinstance(video, EncodeVideo)
    fits_its_level(video)


@pytest.mark.parametrize("limit", [2, 3, 144, 481, 719, 720, 1079, 1080])
def test_an_encoded_picture_is_never_higher_than_the_client_s_limit(limit: int) -> None:
    video = decide(film(hevc()), limited(limit)).video
    assert isinstance(video, EncodeVideo)
    assert video.height <= limit


@given(
    width=st.integers(16, 8_192),
    height=st.integers(16, 4_320),
    rotation=st.sampled_from([0, 90, 180, 270]),
    aspect=st.sampled_from([(1, 1), (16, 15), (64, 45), (8, 9), (0, 1), (1, 0)]),
    wish=st.builds(Wish, st.sampled_from(["auto", "original", "1080p", "360p"])),
)
@modest(40)
def test_an_encoded_picture_has_even_sides_within_the_wish_and_is_never_enlarged(
    width: int, height: int, rotation: int, aspect: tuple[int, int], wish: Wish
) -> None:
    video = decide(film(hevc(width, height, rotation=rotation, sample_aspect=aspect)), wish).video
    assert isinstance(video, EncodeVideo)
    assert video.width % 2 == video.height % 2 == 0
    assert 2 <= video.width <= 4096
    upright = height if rotation % 180 == 0 else width * (Fraction(*aspect) if min(aspect) else 1)
    asked = {"auto": 1080, "original": 2160, "1080p": 1080, "360p": 360}[wish.quality]
    assert 2 <= video.height <= min(asked, upright + 1)


@pytest.mark.parametrize(
    ("rate", "variable", "steady"),
    [
        ((24000, 1001), False, Fraction(24000, 1001)),
        ((60, 1), False, Fraction(60)),
        ((60000, 1001), False, Fraction(60000, 1001)),
        ((100, 1), False, Fraction(50)),
        ((240, 1), False, Fraction(60)),
        ((1000, 1), False, Fraction(125, 4)),
        ((12, 1), True, Fraction(24)),
        ((24000, 1001), True, Fraction(24)),
        ((51, 2), True, Fraction(30)),
        ((59, 1), True, Fraction(60)),
        ((90_000, 1), True, Fraction(60)),
    ],
)
def test_a_picture_is_encoded_at_a_steady_rate_of_sixty_at_most(
    rate: tuple[int, int], variable: bool, steady: Fraction
) -> None:
    found = steady_rate(picture(rate=rate, variable_rate=variable))
    assert found == steady
    assert found <= 60


def test_an_interlaced_picture_is_deinterlaced_and_another_is_not() -> None:
    woven, plain = decide(film(hevc(interlaced=True)), Wish()).video, decide(film(hevc()), Wish()).video
    assert isinstance(woven, EncodeVideo)
    assert isinstance(plain, EncodeVideo)
    assert (woven.deinterlace, plain.deinterlace) == (True, False)


@pytest.mark.parametrize(
    ("height", "kbps"),
    [(2160, 16_000), (1440, 10_000), (1080, 7_000), (720, 4_000), (480, 1_800), (360, 900), (240, 600)],
)
def test_the_bitrate_follows_the_height(height: int, kbps: int) -> None:
    video = decide(film(hevc(height * 16 // 9, height)), Wish("original")).video
    assert isinstance(video, EncodeVideo)
    assert video.max_kbps == kbps


def test_copied_video_is_cut_at_its_keyframes_and_encoded_video_on_the_grid() -> None:
    assert decide(film(), Wish()).plan.boundaries[:5] == (0.0, 2.0, 4.0, 8.0, 12.0)
    assert decide(film(hevc()), Wish()).plan.boundaries[:7] == (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
    assert decide(film(None, sound()), Wish()).plan.boundaries[:3] == (0.0, 4.0, 8.0)


def test_a_copied_picture_is_told_with_its_own_name_size_and_rate() -> None:
    facts = film(picture(rate=(24000, 1001)), bit_rate=6_000_000)
    delivery = decide(facts, Wish())
    assert delivery.video == CopyVideo(0, "avc1.640028", 1001 / 24000, picture().keyframes or ())
    variant = variant_of(facts, delivery)
    assert variant.resolution == (1920, 1080)
    assert variant.frame_rate == pytest.approx(23.976, abs=1e-3)


def test_copied_sound_keeps_its_frames_and_encoded_sound_is_stereo() -> None:
    kept = decide(film(None, sound(sample_rate=44_100, start=0.05, channels=6)), Wish())
    assert kept.audio == CopyAudio(1, 0.05, 1024 / 44_100)
    assert kept.told[0].channels == 6
    made = decide(film(None, sound(codec="dts", channels=6)), Wish())
    assert made.audio == EncodeAudio(1)
    assert made.told[0].channels == 2


@pytest.mark.parametrize(
    ("title", "language", "name"),
    [("Commentary", "en", "Commentary"), (None, "en", "en"), (None, None, "Audio"), ("", "", "Audio")],
)
def test_a_sound_track_is_called_by_its_title_or_language(title: str | None, language: str | None, name: str) -> None:
    (told,) = decide(film(picture(), sound(title=title, language=language)), Wish()).told
    assert (told.name, told.language) == (name, language)


@pytest.mark.parametrize(("only", "codecs"), [(VIDEO, "avc1.640028"), (sound_of(0), "mp4a.40.2")])
def test_a_single_track_is_named_alone(only: Rendition, codecs: str) -> None:
    facts = film() if only == VIDEO else film(None, sound())
    delivery = decide(facts, Wish())
    assert delivery.renditions == (only,)
    assert variant_of(facts, delivery).codecs == codecs


def test_a_sound_track_that_is_not_there_is_refused_with_how_many_there_are() -> None:
    with pytest.raises(NotPlayable, match=r"no audio track 2") as caught:
        decide(film(picture(), sound(), sound(index=2)), Wish("auto", 2))
    assert caught.value.hint == "It has 2, counted from 0."


@pytest.mark.parametrize(
    ("facts", "wish"), [(film(None), Wish()), (film(), Wish("audio-only"))], ids=["nothing", "no_sound"]
)
def test_a_film_with_nothing_to_show_or_hear_is_refused(facts: MediaFacts, wish: Wish) -> None:
    with pytest.raises(NotPlayable, match="neither picture nor sound"):
        decide(facts, wish)


def test_a_film_that_is_made_at_a_rate_is_encoded_and_planned_as_it_is_played() -> None:
    delivery = decide(copied_film(60.0), Wish(rate=1.5))
    plan = delivery.plan
    assert (delivery.mode, delivery.reasons) == ("transcode", ("rate_asked",))
    assert (plan.rate, plan.duration, plan.length(10), plan.seconds(10)) == (1.5, 60.0, 3.0, 2.0)
    assert sum(plan.seconds(index) for index in range(len(plan))) == pytest.approx(40.0)


def test_sound_alone_is_made_at_a_rate_too() -> None:
    delivery = decide(copied_film(60.0), Wish("audio-only", rate=0.5))
    assert delivery.reasons == ("audio_only_asked", "rate_asked")
    assert (delivery.plan.duration, delivery.plan.length(0), delivery.plan.seconds(0)) == (60.0, 2.0, 4.0)

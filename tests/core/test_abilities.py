"""What players say they can, and what it comes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.abilities import (
    ANY,
    EVERY_CONTAINER,
    EVERY_PICTURE,
    EVERY_SOUND,
    Abilities,
    Codec,
    abilities_of,
    read_codec,
)
from controller.core.film_codecs import depth_of, picture_codec, sound_codec
from protocol.values import Capabilities
from tests.core.making import modest
from tests.fakes.facts import hevc, picture, sound


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("avc1.640028", Codec("h264", 3, 40)),
        ("avc3.42E01E", Codec("h264", 1, 30)),
        ("avc1.66.30", Codec("h264", 1, 30)),
        ("avc1.6E0033", Codec("h264", 4, 51)),
        ("avc1.990033", Codec("h264", 0, 51)),
        ("avc1", Codec("h264", 3, 52)),
        ("hvc1.1.6.L120.90", Codec("hevc", 1, 120)),
        ("hev1.A2.4.H150.B0", Codec("hevc", 2, 150)),
        ("hvc1.1.6", Codec("hevc", 1, ANY)),
        ("hvc1", Codec("hevc", 1)),
        ("vp09.02.40.10", Codec("vp9", 2, 40, 10)),
        ("vp09.00.40", Codec("vp9", 0, 40, 8)),
        ("VP9", Codec("vp9", 0, ANY, 8)),
        ("vp8", Codec("vp8")),
        ("av01.0.08M.10", Codec("av1", 0, 8, 10)),
        ("av01.0.08M", Codec("av1", 0, 8, 8)),
        ("av01", Codec("av1", 0, ANY, 10)),
        ("mp4a.40.2", Codec("aac", 2)),
        ("mp4a.40.29", Codec("aac", 29)),
        ("mp4a", Codec("aac", 2)),
        ("mp4a.6B", Codec("mp3")),
        (" Opus ", Codec("opus")),
        ("ec-3", Codec("eac3")),
    ],
)
def test_a_codecs_parameter_is_read(text: str, codec: Codec) -> None:
    assert read_codec(text) == codec


@pytest.mark.parametrize(
    "text", ["", "nonsense", "avc1.", "avc1.zz", "hvc1.x.y.Lz", "vp09.aa", "av01.0", "mp4a.40.x", "vp09.00"]
)
def test_what_cannot_be_read_makes_nobody_able_to_play_more(text: str) -> None:
    assert read_codec(text) is None
    told = abilities_of(Capabilities(video=[f'video/mp4; codecs="{text}"']))
    assert told.pictures == ()


@given(text=st.text(max_size=60))
@modest(100)
def test_nothing_that_a_player_says_is_an_error(text: str) -> None:
    read_codec(text)
    clean = "".join(char for char in text if char.isprintable()) or "x"
    abilities_of(Capabilities(video=[clean], audio=[clean, f"audio/mp4; codecs={clean}"], containers=[clean]))


def test_a_decoder_covers_what_is_not_above_it() -> None:
    high = Codec("h264", 3, 41)
    assert high.covers(Codec("h264", 1, 30, 8))
    assert high.covers(Codec("h264", 3, 41, 8))
    assert not high.covers(Codec("h264", 4, 41, 10))
    assert not high.covers(Codec("h264", 3, 42, 8))
    assert not high.covers(Codec("hevc", 1, 30, 8))
    assert Codec("vp9", 2, 40, 10).covers(Codec("vp9", 2, 31, 10))
    assert not Codec("vp9", 2, 40, 10).covers(Codec("vp9", 0, 31, 8)), "a profile of VP9 is no rank"
    assert Codec("vp9").covers(Codec("vp9", 3, 31, 12))
    assert not Codec("vp9", 0, 40, 8).covers(Codec("vp9", 0, 40, 10))


def test_who_says_nothing_is_taken_for_an_ordinary_browser() -> None:
    assert abilities_of(None) == abilities_of(Capabilities()) == Abilities()
    assert (Abilities().pictures, Abilities().sounds, Abilities().containers) == (
        EVERY_PICTURE,
        EVERY_SOUND,
        EVERY_CONTAINER,
    )


def test_who_says_something_of_one_kind_is_an_ordinary_browser_in_the_others() -> None:
    told = abilities_of(Capabilities(audio=["audio/mpeg", 'audio/mp4; codecs="mp4a.40.2, ac-3"', "audio/aac"]))
    assert told.pictures == EVERY_PICTURE
    assert told.sounds == (Codec("mp3"), Codec("aac", 2), Codec("ac3"), Codec("aac", 2))
    assert told.containers == {"audio/mpeg", "audio/mp4", "audio/aac"}


def test_a_player_that_names_no_h264_is_given_the_least_of_it() -> None:
    told = abilities_of(Capabilities(video=['video/webm; codecs="vp9"'], containers=["rubbish"], mse=False))
    assert told.best("h264") == Codec("h264", 1, 30)
    assert told.containers == {"video/webm"}
    assert not told.script
    assert told.knows("vp9")
    assert not told.knows("h264")


def test_a_films_codec_is_named_as_players_name_it() -> None:
    assert picture_codec(picture()) == Codec("h264", 3, 40, 8)
    assert picture_codec(picture(profile="High 10", pixel_format="yuv420p10le")) == Codec("h264", 4, 40, 10)
    assert picture_codec(picture(pixel_format="yuv444p")).profile > 6
    assert picture_codec(picture(profile="Unheard of")).profile > 6
    assert picture_codec(hevc(codec="mpeg2video", level=-99)) == Codec("mpeg2video", 0, 0, 8)
    assert sound_codec(sound()) == Codec("aac", 2, 0, 0)
    assert sound_codec(sound(codec="dca", profile="DTS-HD MA")) == Codec("dts", 0, 0, 0)
    assert sound_codec(sound(codec="pcm_s16le", profile="")) == Codec("pcm", 0, 0, 0)
    assert sound_codec(sound(profile="Odd")).profile > 29


@pytest.mark.parametrize(
    ("pixels", "bits"),
    [
        ("yuv420p", 8),
        ("yuvj420p", 8),
        ("yuv420p10le", 10),
        ("p010le", 10),
        ("yuv444p12be", 12),
        ("gray16le", 16),
        ("", 8),
    ],
)
def test_the_depth_stands_in_the_pixels_name(pixels: str, bits: int) -> None:
    assert depth_of(pixels) == bits

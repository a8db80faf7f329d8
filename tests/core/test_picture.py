"""How pictures are encoded for a player, a house and a connection."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from controller.core.abilities import Abilities, Codec
from controller.core.delivery import EncodeVideo, copies, decide
from controller.core.direct import type_of
from controller.core.picture import encode
from controller.core.wish import Choice, House, Rung, Wish
from tests.fakes.facts import film, hevc, picture, sound


def only(profile: int, level: int) -> Wish:
    """A player of so much H.264 and no more."""
    return Wish(abilities=Abilities(pictures=(Codec("h264", profile, level),)))


@pytest.mark.parametrize(
    ("wish", "size", "rate", "codecs"),
    [
        (only(3, 40), (1920, 1080), 30, "avc1.640028"),
        (only(3, 31), (1280, 720), 30, "avc1.64001f"),
        (only(2, 30), (640, 360), 30, "avc1.4d401e"),
        (only(1, 30), (640, 360), 30, "avc1.42c01e"),
        (only(6, 999), (1920, 1080), 60, "avc1.64002a"),
        (only(3, 10), (256, 144), 30, "avc1.64001e"),
    ],
)
def test_a_picture_is_made_for_the_level_of_the_player(
    wish: Wish, size: tuple[int, int], rate: int, codecs: str
) -> None:
    video = encode(hevc(rate=60), wish)
    assert ((video.width, video.height), video.rate, video.codecs) == (size, Fraction(rate), codecs)
    assert video.profile == {"64": "high", "4d": "main", "42": "baseline"}[codecs[5:7]]


@pytest.mark.parametrize(
    ("most", "height", "kbps"),
    [(20_000, 1080, 7_000), (5_000, 1080, 4_597), (3_000, 720, 2_639), (700, 360, 388), (100, 144, 50)],
)
def test_a_bitrate_that_is_allowed_is_kept_with_its_sound(most: int, height: int, kbps: int) -> None:
    video = encode(hevc(), Wish(house=House(max_kbps=most)))
    assert (video.height, video.max_kbps) == (height, kbps)


def test_the_lowest_of_all_limits_counts() -> None:
    wish = Wish(
        "1080p",
        abilities=Abilities(max_height=720, max_kbps=9_000),
        house=House(max_kbps=8_000),
        rung=Rung("server_too_slow", 480),
    )
    assert (wish.height, wish.max_kbps) == (480, 8_000)


def test_a_picture_that_is_too_much_is_made_in_haste_or_not_at_all() -> None:
    hasty = encode(hevc(), Wish(rung=Rung("server_too_slow", haste=True)))
    assert (hasty.haste, hasty.blank, hasty.height) == (True, False, 1080)
    blank = encode(hevc(), Wish(rung=Rung("server_too_slow", blank=True)))
    assert (blank.blank, blank.width, blank.height) == (True, 320, 180)


def test_a_bright_picture_is_brought_to_an_ordinary_screen_when_it_is_encoded() -> None:
    assert encode(hevc(transfer="smpte2084"), Wish()).tone_map
    assert encode(hevc(transfer="arib-std-b67"), Wish()).tone_map
    assert not encode(hevc(), Wish()).tone_map


def test_a_stream_goes_on_by_its_plan_when_it_is_encoded_from_now_on() -> None:
    before = decide(film(picture(), sound()), Wish())
    here = decide(film(picture(), sound()), Wish("720p"), before.plan)
    assert isinstance(here.video, EncodeVideo)
    assert here.renditions_alike(before)
    assert copies(here, before.plan)


def test_what_is_copied_can_be_cut_only_at_its_keyframes() -> None:
    grid = decide(film(picture(rate=(25, 1)), sound()), Wish("720p"))
    copied = decide(
        film(picture(rate=(25, 1), keyframes=tuple(3.0 * n for n in range(33))), sound()), Wish(), grid.plan
    )
    assert not copies(copied, grid.plan)


def test_a_stream_without_its_picture_is_no_stream_that_goes_on() -> None:
    facts = film(picture(), sound())
    assert not decide(facts, Wish("audio-only")).renditions_alike(decide(facts, Wish()))


@pytest.mark.parametrize(
    ("container", "video", "codec", "mime"),
    [
        ("mov,mp4,m4a,3gp,3g2,mj2", picture(), "aac", "video/mp4"),
        ("mov,mp4,m4a,3gp,3g2,mj2", None, "aac", "audio/mp4"),
        ("matroska,webm", picture(), "aac", "video/x-matroska"),
        ("matroska,webm", hevc(codec="vp9"), "opus", "video/webm"),
        ("matroska,webm", None, "vorbis", "audio/webm"),
        ("mpegts", picture(), "aac", None),
        ("flac", None, "flac", "audio/flac"),
    ],
)
def test_a_files_type_follows_from_what_is_in_it(container: str, video: None, codec: str, mime: str | None) -> None:

    assert type_of(replace(film(video, sound(codec=codec)), container=container)) == mime


def test_what_is_chosen_for_one_film_is_not_all_meant_for_the_next() -> None:
    chosen = Choice("720p", audio_track=2, subtitle_track=1, burn=True, direct=True)
    assert chosen.for_another_film == Choice("720p", direct=True)

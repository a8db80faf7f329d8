"""Film × wish → how it is delivered. `size` and `level` are of an encoded picture, None where none is encoded."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.abilities import Abilities
from controller.core.delivery import Wish
from controller.core.media import MediaFacts
from protocol.values import DeliveryMode, DeliveryReason, Quality
from tests.fakes.facts import film, hevc, picture, sound

ANY = Wish()
AUDIO_ONLY = Wish("audio-only")
ORIGINAL = Wish("original")


def limited(height: int, quality: Quality = "auto") -> Wish:
    """The wish of a player that shows only so many lines."""
    return Wish(quality, abilities=Abilities(max_height=height))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `is_about` is its name in the test's report."""

    is_about: str
    facts: MediaFacts
    wish: Wish
    mode: DeliveryMode
    reasons: tuple[DeliveryReason, ...]
    size: tuple[int, int] | None = None
    level: int | None = None


def copied(is_about: str, facts: MediaFacts, wish: Wish = ANY) -> Row:
    return Row(is_about, facts, wish, "remux", ("container_copied",))


def encoded(
    is_about: str, facts: MediaFacts, wish: Wish, size: tuple[int, int], level: int, *reasons: DeliveryReason
) -> Row:
    return Row(is_about, facts, wish, "transcode", reasons, size, level)


def heard(
    is_about: str, facts: MediaFacts, wish: Wish, *reasons: DeliveryReason, mode: DeliveryMode = "transcode"
) -> Row:
    return Row(is_about, facts, wish, mode, reasons)


FULL_HD, HD = (1920, 1080), (1280, 720)
UNSUPPORTED: DeliveryReason = "video_codec_not_supported"
FOUR_K = picture(width=3840, height=2160, level=51)

COPIED = [
    copied("h264_and_aac", film(picture(), sound())),
    copied("no_sound", film(picture())),
    copied("constrained_baseline", film(picture(profile="Constrained Baseline", level=30), sound())),
    copied("baseline", film(picture(profile="Baseline"), sound())),
    copied("main", film(picture(profile="Main"), sound())),
    copied("full_range_pixels", film(picture(pixel_format="yuvj420p"), sound())),
    copied("level_5.2", film(picture(level=52), sound())),
    copied("sound_at_44100", film(picture(), sound(sample_rate=44_100))),
    copied("sound_in_mono", film(picture(), sound(channels=1))),
    copied("sound_in_5.1", film(picture(), sound(channels=6))),
    copied("sound_a_moment_late", film(picture(), sound(start=0.1))),
    copied("picture_a_moment_late", film(picture(start=0.1), sound())),
    copied("picture_a_second_short", film(picture(end=99.0), sound())),
    copied("sound_a_second_short", film(picture(), sound(end=99.0))),
    copied("1080p_asked_and_there", film(picture(), sound()), Wish("1080p")),
    copied("720p_asked_of_480p", film(picture(width=854, height=480), sound()), Wish("720p")),
    copied("limit_is_met_exactly", film(picture(), sound()), limited(1080, "auto")),
    copied("4k_without_a_limit", film(FOUR_K, sound())),
    copied("4k_original", film(FOUR_K, sound()), ORIGINAL),
    copied("keyframes_30_s_apart", film(picture(keyframes=(0.0, 30.0, 60.0, 90.0)), sound())),
    copied("second_sound_track", film(picture(), sound(codec="ac3"), sound(index=2)), Wish("auto", 1)),
    copied("default_sound_track", film(picture(), sound(codec="ac3"), sound(index=2, default=True))),
]

ENCODED = [
    encoded("quality_720p", film(picture(), sound()), Wish("720p"), HD, 31, "quality_asked"),
    encoded("quality_480p", film(picture(), sound()), Wish("480p"), (854, 480), 30, "quality_asked"),
    encoded("quality_360p", film(picture(), sound()), Wish("360p"), (640, 360), 30, "quality_asked"),
    encoded("quality_1080p_of_4k", film(FOUR_K), Wish("1080p"), FULL_HD, 40, "quality_asked"),
    encoded("a_small_screen", film(picture()), limited(720, "auto"), HD, 31, "height_limited"),
    encoded("a_small_screen_and_original", film(picture()), limited(480, "original"), (854, 480), 30, "height_limited"),
    encoded("both_limits", film(picture()), limited(720, "480p"), (854, 480), 30, "quality_asked", "height_limited"),
    encoded("the_screen_is_smaller", film(picture()), limited(360, "720p"), (640, 360), 30, "quality_asked", "height_limited"),
    encoded("faster", film(picture(), sound()), Wish(rate=1.5), FULL_HD, 40, "rate_asked"),
    encoded("slower_and_direct", film(picture(), sound()), Wish(rate=0.5, direct=True), FULL_HD, 40, "rate_asked"),
    encoded("hevc", film(hevc(), sound()), ANY, FULL_HD, 40, UNSUPPORTED),
    encoded("hevc_original", film(hevc()), ORIGINAL, FULL_HD, 40, UNSUPPORTED),
    encoded("hevc_4k_becomes_1080p", film(hevc(3840, 2160)), ANY, FULL_HD, 40, UNSUPPORTED),
    encoded("hevc_4k_original", film(hevc(3840, 2160)), ORIGINAL, (3840, 2160), 51, UNSUPPORTED),
    encoded("hevc_8k_original", film(hevc(7680, 4320)), ORIGINAL, (3840, 2160), 51, UNSUPPORTED),
    encoded("hevc_for_720p", film(hevc()), Wish("720p"), HD, 31, "quality_asked", UNSUPPORTED),
    encoded("hevc_of_480_lines_is_not_enlarged", film(hevc(854, 480)), Wish("1080p"), (854, 480), 30, UNSUPPORTED),
    encoded("1080p_at_50", film(hevc(rate=50)), ANY, FULL_HD, 42, UNSUPPORTED),
    encoded("1080p_at_60", film(hevc(rate=60)), ANY, FULL_HD, 42, UNSUPPORTED),
    encoded("1080p_at_120_becomes_60", film(hevc(rate=120)), ANY, FULL_HD, 42, UNSUPPORTED),
    encoded("1080p_at_30", film(hevc(rate=30)), ANY, FULL_HD, 40, UNSUPPORTED),
    encoded("720p_at_30", film(hevc(1280, 720, 30)), ANY, HD, 31, UNSUPPORTED),
    encoded("720p_at_60", film(hevc(1280, 720, 60)), ANY, HD, 40, UNSUPPORTED),
    encoded("pal", film(hevc(720, 576, 25, sample_aspect=(16, 15))), ANY, (768, 576), 31, UNSUPPORTED),
    encoded("wide_pal", film(hevc(720, 576, 25, sample_aspect=(64, 45))), ANY, (1024, 576), 31, UNSUPPORTED),
    encoded("no_aspect", film(hevc(720, 480, (30000, 1001), sample_aspect=(0, 1))), ANY, (720, 480), 30, UNSUPPORTED),
    encoded("odd_size", film(hevc(321, 181)), ANY, (320, 180), 30, UNSUPPORTED),
    encoded("one_pixel", film(hevc(1, 1)), ANY, (2, 2), 30, UNSUPPORTED),
    encoded("scope", film(hevc(1920, 800)), ANY, (1920, 800), 40, UNSUPPORTED),
    encoded("h264_without_a_name", film(picture(codecs=None)), ANY, FULL_HD, 40, UNSUPPORTED),
    encoded("h264_of_10_bits", film(picture(profile="High 10", pixel_format="yuv420p10le")), ANY, FULL_HD, 40, "video_profile_not_supported"),
    encoded("h264_444", film(picture(pixel_format="yuv444p")), ANY, FULL_HD, 40, "video_profile_not_supported"),
    encoded("h264_level_6", film(picture(level=60)), ANY, FULL_HD, 40, "video_level_not_supported"),
    encoded("interlaced", film(picture(interlaced=True)), ANY, FULL_HD, 40, "video_is_interlaced"),
    encoded("rotated", film(picture(rotation=90)), ANY, (608, 1080), 31, "video_is_rotated"),
    encoded("upside_down", film(picture(rotation=180)), ANY, FULL_HD, 40, "video_is_rotated"),
    encoded("rotated_the_other_way", film(picture(width=1280, height=720, rotation=270)), ORIGINAL, (720, 1280), 31, "video_is_rotated"),
    encoded("late", film(picture(start=0.2)), ANY, FULL_HD, 40, "video_starts_late"),
    encoded("trimmed", film(picture(trimmed=True)), ANY, FULL_HD, 40, "video_is_trimmed"),
    encoded("short", film(picture(end=98.9)), ANY, FULL_HD, 40, "video_ends_early"),
    encoded("open_gop", film(picture(open_gop=True)), ANY, FULL_HD, 40, "open_gop"),
    encoded("keyframes_not_learned", film(picture(keyframes=None)), ANY, FULL_HD, 40, "keyframes_unknown"),
    encoded("no_keyframes", film(picture(keyframes=())), ANY, FULL_HD, 40, "keyframes_unknown"),
    encoded("rare_keyframes", film(picture(keyframes=(0.0, 31.0, 60.0, 90.0))), ANY, FULL_HD, 40, "keyframes_too_far_apart"),
    encoded("one_keyframe", film(picture(keyframes=(0.0,))), ANY, FULL_HD, 40, "keyframes_too_far_apart"),
    encoded("variable_rate_hevc", film(hevc(rate=(2_797, 100), variable_rate=True)), ANY, FULL_HD, 40, UNSUPPORTED),
    encoded("many_reasons", film(picture(interlaced=True, open_gop=True, start=1.0), sound(codec="mp2")), Wish("720p"), HD, 31,
            "quality_asked", "video_is_interlaced", "video_starts_late", "open_gop", "audio_codec_not_supported"),
]  # fmt: skip

SOUND = [
    heard("ac3", film(picture(), sound(codec="ac3", profile="")), ANY, "audio_codec_not_supported"),
    heard("he_aac", film(picture(), sound(profile="HE-AAC")), ANY, "audio_profile_not_supported"),
    heard("eight_channels", film(picture(), sound(channels=8)), ANY, "audio_channels_not_supported"),
    heard("no_channels", film(picture(), sound(channels=0)), ANY, "audio_channels_not_supported"),
    heard("32_khz", film(picture(), sound(sample_rate=32_000)), ANY, "audio_sample_rate_not_supported"),
    heard("late", film(picture(), sound(start=3.0)), ANY, "audio_starts_late"),
    heard("trimmed", film(picture(), sound(trimmed=True)), ANY, "audio_is_trimmed"),
    heard("short", film(picture(), sound(end=98.0)), ANY, "audio_ends_early"),
    heard("holed", film(picture(), sound(holed=True)), ANY, "audio_has_holes"),
    heard("ends_before_the_last_cut", film(picture(end=1.2), sound(end=0.0), duration=0.9), ANY, "audio_ends_early"),
    heard("alone_and_fine", film(None, sound()), ANY, "container_copied", mode="remux"),
    heard("alone_and_flac", film(None, sound(codec="flac", profile="")), ANY, "audio_codec_not_supported"),
    heard("without_its_picture", film(picture(), sound()), AUDIO_ONLY, "audio_only_asked", mode="remux"),
    heard("without_an_odd_picture", film(hevc(), sound()), AUDIO_ONLY, "audio_only_asked", mode="remux"),
    heard("without_a_picture_encoded", film(hevc(), sound(codec="dts")), AUDIO_ONLY, "audio_only_asked", "audio_codec_not_supported"),
    heard("track_that_was_chosen", film(picture(), sound(), sound(index=2, codec="opus")), Wish("auto", 1), "audio_codec_not_supported"),
    heard("first_of_no_default", film(picture(), sound(codec="opus"), sound(index=2)), ANY, "audio_codec_not_supported"),
]  # fmt: skip

TABLE = COPIED + ENCODED + SOUND

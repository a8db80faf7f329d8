"""Players as they really tell what they can (probed in each), and films as there are in a folder, for the decision table."""

from __future__ import annotations

from dataclasses import replace

from controller.core.abilities import Abilities, abilities_of
from controller.core.media import MediaFacts, SubtitleFacts
from protocol.values import Capabilities
from tests.fakes.facts import film, hevc, picture, sound


def _mp4(*codecs: str) -> list[str]:
    return [f'video/mp4; codecs="{name}"' for name in codecs]


def _sounds(*codecs: str) -> list[str]:
    return [f'audio/mp4; codecs="{name}"' for name in codecs]


AVC = ["avc1.42E01E", "avc1.4D401F", "avc1.640028", "avc1.640033"]
TOLD: dict[str, Capabilities | None] = {
    # Chromium 156 as Debian builds it: no HEVC, no AC-3
    "chromium": Capabilities(
        video=[*_mp4(*AVC, "avc1.640034", "avc1.6E0028", "vp09.00.40.08", "vp09.02.40.10", "av01.0.08M.08", "av01.0.08M.10"),
               *(f'video/webm; codecs="{name}"' for name in ("vp8", "vp9", "av01.0.08M.08"))],
        audio=[*_sounds("mp4a.40.2", "mp4a.40.5", "mp4a.40.29", "opus", "flac"), 'audio/webm; codecs="opus"',
               'audio/webm; codecs="vorbis"', "audio/mpeg", "audio/flac"],
        containers=["video/mp4", "video/webm", "audio/mp4", "audio/mpeg", "audio/flac", "audio/ogg"], mse=True, native_hls=True,
    ),
    # Firefox ESR: H.264 through FFmpeg, AV1, no 10-bit H.264
    "firefox": Capabilities(
        video=[*_mp4(*AVC, "vp09.00.40.08", "av01.0.08M.08"), *(f'video/webm; codecs="{name}"' for name in ("vp8", "vp9"))],
        audio=[*_sounds("mp4a.40.2", "mp4a.40.5", "opus", "flac", "mp3"), 'audio/webm; codecs="opus"', 'audio/webm; codecs="vorbis"', "audio/mpeg", "audio/flac"],
        containers=["video/mp4", "video/webm", "audio/mp4", "audio/mpeg", "audio/flac", "audio/ogg", "audio/wav"], mse=True, native_hls=False,
    ),
    # Safari on a Mac: HEVC, AC-3, E-AC-3; WebM with VP9
    "safari": Capabilities(
        video=_mp4(*AVC, "avc1.640034", "hvc1.1.6.L153.90", "hev1.1.6.L153.90", "hvc1.2.4.L153.90", "vp09.00.40.08"),
        audio=[*_sounds("mp4a.40.2", "mp4a.40.5", "ac-3", "ec-3", "alac", "flac", "opus"), "audio/mpeg"],
        containers=["video/mp4", "video/quicktime", "video/webm", "audio/mp4", "audio/mpeg"], mse=True, native_hls=True,
    ),
    # Safari on an iPhone before iOS 17.1: no script feeds its player
    "iphone": Capabilities(
        video=_mp4(*AVC, "hvc1.1.6.L153.90", "hvc1.2.4.L153.90"),
        audio=[*_sounds("mp4a.40.2", "mp4a.40.5", "ac-3", "ec-3", "flac"), "audio/mpeg"],
        containers=["video/mp4", "audio/mp4", "audio/mpeg"], mse=False, native_hls=True,
    ),
    # An old tablet: Main up to 3.1, 720 lines, a slow Wi-Fi
    "tablet": Capabilities(
        video=_mp4("avc1.42E01E", "avc1.4D401F"), audio=_sounds("mp4a.40.2"), containers=["video/mp4"],
        max_height=720, max_bitrate_kbps=2_500, mse=True, native_hls=False,
    ),
    # Who says nothing
    "silent": None,
}  # fmt: skip
DEVICES: dict[str, Abilities] = {name: abilities_of(told) for name, told in TOLD.items()}

MP4, WEBM = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"


def _in(container: str, facts: MediaFacts) -> MediaFacts:
    return replace(facts, container=container)


TEN_BIT = picture(profile="High 10", pixel_format="yuv420p10le")
HEVC = hevc(level=120, codecs="hvc1.1.6.L120.90")
HDR = hevc(
    3840,
    2160,
    profile="Main 10",
    level=150,
    pixel_format="yuv420p10le",
    codecs="hvc1.2.4.L150.90",
    transfer="smpte2084",
)
VP9 = hevc(codec="vp9", profile="Profile 0", level=40, codecs=None)
AV1 = hevc(codec="av1", profile="Main", level=8, codecs=None)
AC3, EAC3 = sound(codec="ac3", profile="", channels=6), sound(codec="eac3", profile="", channels=6)
OPUS, FLAC = sound(codec="opus", profile=""), sound(codec="flac", profile="")
FILMS: dict[str, MediaFacts] = {
    "mp4": _in(MP4, film(picture(), sound())),
    "mkv": film(picture(), sound()),
    "mkv_ac3": film(picture(), AC3),
    "mkv_eac3": film(picture(), EAC3),
    "mkv_dts": film(picture(), sound(codec="dts", profile="DTS-HD MA", channels=6)),
    "mp4_4k": _in(MP4, film(picture(width=3840, height=2160, level=51), sound(), bit_rate=25_000_000)),
    "mp4_60fps": _in(MP4, film(picture(rate=(60, 1), level=42), sound())),
    "mkv_ten_bit": film(TEN_BIT, sound()),
    "mp4_hevc": _in(MP4, film(HEVC, sound())),
    "mkv_hevc_ac3": film(HEVC, AC3),
    "mkv_hdr": film(HDR, EAC3, bit_rate=40_000_000),
    "webm_vp9": _in(WEBM, film(VP9, OPUS)),
    "mp4_av1": _in(MP4, film(AV1, OPUS)),
    "mkv_av1_flac": film(AV1, FLAC),
    "avi": _in("avi", film(hevc(codec="mpeg4", profile="Advanced Simple Profile", codecs=None), sound(codec="mp3", profile=""))),
    "dvd": _in("mpeg", film(hevc(720, 576, 25, codec="mpeg2video", codecs=None, interlaced=True), sound(codec="mp2", profile=""))),
    "ts": _in("mpegts", film(picture(interlaced=True), sound())),
    "two_languages": _in(MP4, film(picture(), sound(language="eng", default=True), sound(index=2, language="deu"))),
    "rotated": _in(MP4, film(picture(rotation=90), sound())),
    "mp3": _in("mp3", film(None, sound(codec="mp3", profile=""))),
    "flac": _in("flac", film(None, FLAC)),
    "m4a": _in(MP4, film(None, sound())),
    "mp4_text": replace(_in(MP4, film(picture(), sound())), subtitles=(SubtitleFacts(2, "mov_text"),)),
    "picture_subtitles": replace(
        film(picture(), sound()), subtitles=(SubtitleFacts(2, "hdmv_pgs_subtitle"), SubtitleFacts(3, "subrip"))
    ),
}  # fmt: skip

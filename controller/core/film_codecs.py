"""The codecs of a film in the terms in which players tell what they can play (see `core.abilities`)."""

from __future__ import annotations

from controller.core.abilities import Codec
from controller.core.media import AudioFacts, VideoFacts

PROFILES: dict[str, dict[str, int]] = {
    "h264": {
        "Constrained Baseline": 1, "Baseline": 1, "Extended": 1, "Main": 2, "High": 3, "Constrained High": 3,
        "Progressive High": 3, "High 10": 4, "High 10 Intra": 4, "High 4:2:2": 5, "High 4:2:2 Intra": 5,
        "High 4:4:4 Predictive": 6, "High 4:4:4": 6, "High 4:4:4 Intra": 6, "CAVLC 4:4:4": 6,
    },
    "hevc": {"Main": 1, "Main 10": 2, "Main Still Picture": 1},
    "vp9": {f"Profile {number}": number for number in range(4)},
    "av1": {"Main": 0, "High": 1, "Professional": 2},
    "aac": {"Main": 1, "LC": 2, "SSR": 3, "LTP": 4, "HE-AAC": 5, "HE-AACv2": 29, "LD": 23, "ELD": 39},
}  # fmt: skip
"""FFmpeg's names of profiles, by codec."""
ODD = 99
"""A profile that no player names."""
NAMES = {"dca": "dts", "mp2": "mp2", "mp3float": "mp3", "libopus": "opus", "libvorbis": "vorbis"}
"""What FFmpeg calls differently."""


def picture_codec(video: VideoFacts) -> Codec:
    """What a player must decode to show this picture. Pixels that a profile does not promise make it an odd one."""
    known = PROFILES.get(video.codec)
    profile = 0 if known is None else known.get(video.profile, ODD)
    if video.codec == "h264" and profile <= 3 and video.pixel_format not in {"yuv420p", "yuvj420p"}:
        profile = ODD
    return Codec(video.codec, profile, max(video.level, 0), depth_of(video.pixel_format))


def sound_codec(audio: AudioFacts) -> Codec:
    """What a player must decode to play this sound."""
    name = "pcm" if audio.codec.startswith("pcm_") else NAMES.get(audio.codec, audio.codec)
    known = PROFILES.get(name)
    return Codec(name, 0 if known is None else known.get(audio.profile, ODD), 0, 0)


def depth_of(pixel_format: str) -> int:
    """Bits per sample."""
    return next((bits for bits in (10, 12, 14, 16) if f"p{bits}" in pixel_format or f"{bits}le" in pixel_format), 8)

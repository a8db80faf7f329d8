"""Films as the probe tells of them, one short line each; nobody has to make them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from controller.core.delivery import Delivery
from controller.core.media import AudioFacts, MediaFacts, SubtitleFacts, VideoFacts
from controller.core.playlist import Rendition

DURATION = 100.0
H264 = VideoFacts(
    index=0,
    codec="h264",
    profile="High",
    level=40,
    width=1920,
    height=1080,
    pixel_format="yuv420p",
    rate=(24, 1),
    variable_rate=False,
    start=0.0,
    end=DURATION,
    codecs="avc1.640028",
    keyframes=tuple(float(second) for second in range(0, 100, 2)),
)
AAC = AudioFacts(index=1, codec="aac", profile="LC", channels=2, sample_rate=48_000, start=0.0, end=DURATION)


def played(delivery: Delivery) -> frozenset[Rendition]:
    """What a run makes at first: the picture and the chosen sound."""
    return frozenset(delivery.renditions[: 2 if delivery.video and delivery.audio else 1])


def picture(**changes: Any) -> VideoFacts:
    """A 1080p H.264 picture that can be copied, but for the changes."""
    return replace(H264, **changes)


def hevc(width: int = 1920, height: int = 1080, rate: int | tuple[int, int] = 24, **changes: Any) -> VideoFacts:
    """A picture that has to be encoded."""
    fraction = rate if isinstance(rate, tuple) else (rate, 1)
    about = {"codec": "hevc", "profile": "Main", "codecs": None, "width": width, "height": height, "rate": fraction}
    return replace(H264, **{**about, **changes})


def sound(**changes: Any) -> AudioFacts:
    """Stereo AAC that can be copied, but for the changes."""
    return replace(AAC, **changes)


def film(
    video: VideoFacts | None = H264, *audio: AudioFacts, duration: float = DURATION, bit_rate: int = 5_000_000
) -> MediaFacts:
    """A film of 100 s in Matroska."""
    return MediaFacts("matroska,webm", duration, 1_000_000, bit_rate, video, audio)


def copied_film(duration: float = 120.0, *, every: float = 2.0) -> MediaFacts:
    """H.264 and AAC with a keyframe `every` so many seconds, and subtitles: remuxed, in segments of four seconds."""
    keyframes = tuple(number * every for number in range(int(duration / every)))
    size = {"level": 30, "width": 1280, "height": 720, "codecs": "avc1.64001e"}
    video = picture(rate=(25, 1), end=duration, keyframes=keyframes, **size)
    audio = sound(end=duration, language="eng", title="English", default=True)
    whole = film(video, audio, duration=duration, bit_rate=2_000_000)
    return replace(whole, container="mov,mp4,m4a,3gp,3g2,mj2", subtitles=(SubtitleFacts(2, "srt"),))


def encoded_film(duration: float = 120.0) -> MediaFacts:
    """HEVC and AC-3: both tracks are encoded, in segments of two seconds."""
    like = copied_film(duration)
    video = hevc(1280, 720, 25, level=30, end=duration, keyframes=None)
    audio = replace(like.audio[0], codec="ac3", profile="")
    return replace(like, container="matroska,webm", video=video, audio=(audio,))

"""What a probe would say of two films that nobody has to make: one that is copied, and one that is encoded."""

from __future__ import annotations

from dataclasses import replace

from controller.core.media import AudioFacts, MediaFacts, SubtitleFacts, VideoFacts


def copied_film(duration: float = 120.0, *, every: float = 2.0) -> MediaFacts:
    """H.264 and AAC with a keyframe `every` so many seconds: remuxed, in segments of four seconds."""
    keyframes = tuple(number * every for number in range(int(duration / every)))
    video = VideoFacts(
        index=0,
        codec="h264",
        profile="High",
        level=30,
        width=1280,
        height=720,
        pixel_format="yuv420p",
        rate=(25, 1),
        variable_rate=False,
        start=0.0,
        end=duration,
        codecs="avc1.64001e",
        keyframes=keyframes,
    )
    audio = AudioFacts(1, "aac", "LC", 2, 48_000, 0.0, duration, language="eng", title="English", default=True)
    return MediaFacts(
        "mov,mp4,m4a,3gp,3g2,mj2", duration, 1_000_000, 2_000_000, video, (audio,), (SubtitleFacts(2, "srt"),)
    )


def encoded_film(duration: float = 120.0) -> MediaFacts:
    """HEVC and AC-3: both tracks are encoded, in segments of two seconds."""
    film = copied_film(duration)
    assert film.video is not None
    video = replace(film.video, codec="hevc", profile="Main", codecs=None, keyframes=None)
    return replace(
        film, container="matroska,webm", video=video, audio=(replace(film.audio[0], codec="ac3", profile=""),)
    )


def silent_film(duration: float = 120.0) -> MediaFacts:
    """A picture to be copied, and no sound."""
    return replace(copied_film(duration), audio=())

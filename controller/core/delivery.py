"""How an item reaches a client: which tracks are copied, which are encoded, and why.

Decided per track from what the film is and what was asked. H.264 that every browser decodes and whose keyframes are
known is copied; every other picture becomes H.264. AAC that covers the film is copied; every other sound becomes AAC.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from controller.core.media import AudioFacts, MediaFacts, VideoFacts
from controller.core.playlist import VIDEO, Rendition, Sound, Variant, sound_of
from controller.core.segment_plan import (
    COPY_TARGET,
    LONGEST_COPY,
    SegmentPlan,
    at_keyframes,
    longest_gap,
    on_grid,
)
from protocol.errors import NotPlayable
from protocol.values import DeliveryMode, DeliveryReason, Quality

ENCODED_SAMPLE_RATE = 48_000
AAC_FRAME = 1024
ENCODED_AUDIO_CODECS = "mp4a.40.2"
ENCODED_AUDIO_KBPS = 160
FASTEST = Fraction(60)
SLACK = 0.1
"""Seconds a copied track may begin late; players put up with that much, and so does the playlist."""
TAIL = 1.0
"""Seconds a copied track may end before the film does."""

COPIED_PROFILES = frozenset({"Constrained Baseline", "Baseline", "Main", "High"})
COPIED_PIXELS = frozenset({"yuv420p", "yuvj420p"})
HIGHEST_COPIED_LEVEL = 52
HEIGHTS: dict[Quality, int] = {"1080p": 1080, "720p": 720, "480p": 480, "360p": 360}
LADDER = ((2160, 16_000), (1440, 10_000), (1080, 7_000), (720, 4_000), (480, 1_800), (360, 900), (0, 600))
"""Highest bitrate of an encoded picture, kbit/s, from a height up."""
LEVELS = (
    (40_500, 1_620, 30),
    (108_000, 3_600, 31),
    (245_760, 8_192, 40),
    (522_240, 8_704, 42),
    (589_824, 22_080, 50),
    (983_040, 36_864, 51),
)
"""H.264 levels by the macroblocks per second and per picture that they allow (H.264 table A-1), lowest first."""
HIGHEST_LEVEL = 52


@dataclass(frozen=True, slots=True)
class Wish:
    """What the client asked for; None means unlimited or the film's own default."""

    quality: Quality = "auto"
    audio_track: int | None = None
    max_height: int | None = None


@dataclass(frozen=True, slots=True)
class CopyVideo:
    """The picture as it is."""

    index: int
    codecs: str
    frame: float
    keyframes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EncodeVideo:
    """H.264 High, 8 bit, at a steady `rate` and an even size."""

    index: int
    width: int
    height: int
    rate: Fraction
    level: int
    max_kbps: int
    deinterlace: bool

    @property
    def codecs(self) -> str:
        """RFC 6381 name."""
        return f"avc1.6400{self.level:02x}"


@dataclass(frozen=True, slots=True)
class CopyAudio:
    """The sound as it is; its frames begin at `origin + n * step`."""

    index: int
    origin: float
    step: float


@dataclass(frozen=True, slots=True)
class EncodeAudio:
    """AAC-LC stereo at 48 kHz, on a frame grid that begins at film time 0."""

    index: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """The decision, with the plan that follows from it.

    `sounds` has how each of the film's sound tracks is made, should somebody choose it; `audio_track` is the one that
    was chosen, `told` what the master playlist says of them.
    """

    mode: DeliveryMode
    reasons: tuple[DeliveryReason, ...]
    video: CopyVideo | EncodeVideo | None
    sounds: tuple[CopyAudio | EncodeAudio, ...]
    plan: SegmentPlan
    variant: Variant
    told: tuple[Sound, ...]
    audio_track: int | None

    @property
    def audio(self) -> CopyAudio | EncodeAudio | None:
        """The sound that was chosen."""
        return None if self.audio_track is None else self.sounds[self.audio_track]

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        """The media playlists of this stream: the picture, the chosen sound, the other sounds."""
        picture = [VIDEO] if self.video else []
        others = [sound_of(track) for track in range(len(self.sounds)) if track != self.audio_track]
        chosen = [] if self.audio_track is None else [sound_of(self.audio_track)]
        return (*picture, *chosen, *others)

    def sound(self, rendition: Rendition) -> CopyAudio | EncodeAudio:
        """How a sound is made."""
        return next(sound for track, sound in enumerate(self.sounds) if sound_of(track) == rendition)


def decide(facts: MediaFacts, wish: Wish) -> Delivery:
    """Choose, for one film and one wish.

    Raises:
        NotPlayable: the film has no such sound track, or nothing to show or hear.
    """
    track = _chosen(facts, wish)
    picture = facts.video if wish.quality != "audio-only" else None
    if picture is None and track is None:
        raise NotPlayable("There is neither picture nor sound in this file.")
    video_reasons = _video_reasons(picture, facts, wish) if picture else []
    plan = _plan(facts, picture, copied=not video_reasons)
    against = [_audio_reasons(sound, plan) for sound in facts.audio]
    audio_reasons = against[track] if track is not None else []
    video = _video(picture, wish, copied=not video_reasons) if picture else None
    sounds = tuple(_audio(sound, copied=not why) for sound, why in zip(facts.audio, against, strict=True))
    asked: list[DeliveryReason] = ["audio_only_asked"] if facts.video and not picture else []
    reasons = (*asked, *video_reasons, *audio_reasons)
    return Delivery(
        mode="transcode" if video_reasons or audio_reasons else "remux",
        reasons=reasons or ("container_copied",),
        video=video,
        sounds=sounds,
        plan=plan,
        variant=_variant(facts, video, sounds),
        told=_told(facts, sounds, track),
        audio_track=track,
    )


def _chosen(facts: MediaFacts, wish: Wish) -> int | None:
    if wish.audio_track is not None:
        if wish.audio_track >= len(facts.audio):
            raise NotPlayable(
                f"There is no audio track {wish.audio_track} in this film.",
                hint=f"It has {len(facts.audio)}, counted from 0.",
            )
        return wish.audio_track
    marked = [number for number, track in enumerate(facts.audio) if track.default]
    return marked[0] if marked else (0 if facts.audio else None)


def _video_reasons(video: VideoFacts, facts: MediaFacts, wish: Wish) -> list[DeliveryReason]:
    """Why the picture cannot be copied; empty when it can."""
    limit = HEIGHTS.get(wish.quality)
    keyframes = video.keyframes
    checks: list[tuple[bool, DeliveryReason]] = [
        (limit is not None and video.height > limit, "quality_asked"),
        (wish.max_height is not None and video.height > wish.max_height, "height_limited"),
        (video.codec != "h264" or video.codecs is None, "video_codec_not_supported"),
        (_unusual(video), "video_profile_not_supported"),
        (video.interlaced, "video_is_interlaced"),
        (video.rotation != 0, "video_is_rotated"),
        (video.start > SLACK, "video_starts_late"),
        (video.trimmed, "video_is_trimmed"),
        (facts.duration - video.end > TAIL, "video_ends_early"),
        (video.open_gop, "open_gop"),
    ]
    found = [reason for holds, reason in checks if holds]
    if not found and not keyframes:
        found.append("keyframes_unknown")
    if not found and keyframes and longest_gap(keyframes, facts.duration) > LONGEST_COPY:
        found.append("keyframes_too_far_apart")
    return found


def _unusual(video: VideoFacts) -> bool:
    return video.codec == "h264" and (
        video.profile not in COPIED_PROFILES
        or video.pixel_format not in COPIED_PIXELS
        or video.level > HIGHEST_COPIED_LEVEL
    )


def _audio_reasons(audio: AudioFacts, plan: SegmentPlan) -> list[DeliveryReason]:
    """Why the sound cannot be copied; empty when it can."""
    checks: list[tuple[bool, DeliveryReason]] = [
        (audio.codec != "aac", "audio_codec_not_supported"),
        (audio.codec == "aac" and audio.profile != "LC", "audio_profile_not_supported"),
        (not 1 <= audio.channels <= 6, "audio_channels_not_supported"),
        (audio.sample_rate not in (44_100, 48_000), "audio_sample_rate_not_supported"),
        (audio.start > SLACK, "audio_starts_late"),
        (audio.trimmed, "audio_is_trimmed"),
        (audio.end < plan.boundaries[-1] - TAIL or audio.end <= plan.boundaries[-2], "audio_ends_early"),
    ]
    return [reason for holds, reason in checks if holds]


def _plan(facts: MediaFacts, video: VideoFacts | None, *, copied: bool) -> SegmentPlan:
    if video is None:
        return on_grid(facts.duration, Fraction(1), COPY_TARGET)
    if copied and video.keyframes:
        return at_keyframes(video.keyframes, facts.duration)
    return on_grid(facts.duration, steady_rate(video))


def steady_rate(video: VideoFacts) -> Fraction:
    """The constant frame rate that a picture is encoded at: its own where it has one, 60 at most.

    A variable rate becomes the next usual one that loses no picture on average.
    """
    rate = video.frame_rate
    if video.variable_rate:
        usual = [Fraction(24), Fraction(25), Fraction(30), Fraction(50), Fraction(60)]
        rate = next((steady for steady in usual if steady >= rate), FASTEST)
    while rate > FASTEST:
        rate /= 2
    return rate


def _video(video: VideoFacts, wish: Wish, *, copied: bool) -> CopyVideo | EncodeVideo:
    if copied and video.codecs and video.keyframes:
        return CopyVideo(video.index, video.codecs, float(1 / video.frame_rate), video.keyframes)
    width, height = _size(video, wish)
    rate = steady_rate(video)
    blocks = -(-width // 16) * -(-height // 16)
    level = next(
        (level for second, picture, level in LEVELS if blocks * rate <= second and blocks <= picture), HIGHEST_LEVEL
    )
    kbps = next(kbps for from_height, kbps in LADDER if height >= from_height)
    return EncodeVideo(video.index, width, height, rate, level, kbps, deinterlace=video.interlaced)


def _size(video: VideoFacts, wish: Wish) -> tuple[int, int]:
    """Square pixels, upright, within the limits, both sides even."""
    aspect = Fraction(*video.sample_aspect) if min(video.sample_aspect) > 0 else Fraction(1)
    width, height = Fraction(video.width) * aspect, Fraction(video.height)
    if video.rotation % 180:
        width, height = height, width
    asked = HEIGHTS.get(wish.quality, 2160 if wish.quality == "original" else 1080)
    scale = min(Fraction(1), Fraction(min(asked, wish.max_height or asked)) / height, Fraction(4096) / width)
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * int(height * scale / 2))


def _audio(audio: AudioFacts, *, copied: bool) -> CopyAudio | EncodeAudio:
    if copied:
        return CopyAudio(audio.index, audio.start, AAC_FRAME / audio.sample_rate)
    return EncodeAudio(audio.index)


def _variant(
    facts: MediaFacts, video: CopyVideo | EncodeVideo | None, sounds: tuple[CopyAudio | EncodeAudio, ...]
) -> Variant:
    audio_rate = max((_audio_kbps(sound) for sound in sounds), default=0) * 1000
    video_rate, resolution, frame_rate = 0, None, None
    if isinstance(video, EncodeVideo):
        video_rate, resolution, frame_rate = video.max_kbps * 1000, (video.width, video.height), float(video.rate)
    elif video and facts.video:
        video_rate = facts.bit_rate or 8_000_000
        resolution, frame_rate = (facts.video.width, facts.video.height), float(facts.video.frame_rate)
    return Variant(
        codecs=",".join([video.codecs] * bool(video) + [ENCODED_AUDIO_CODECS] * bool(sounds))
        if video
        else ENCODED_AUDIO_CODECS,
        bandwidth=round((2 if isinstance(video, CopyVideo) else 1.1) * video_rate + audio_rate * 1.1),
        average_bandwidth=video_rate + audio_rate,
        resolution=resolution,
        frame_rate=frame_rate,
    )


def _audio_kbps(sound: CopyAudio | EncodeAudio) -> int:
    return ENCODED_AUDIO_KBPS if isinstance(sound, EncodeAudio) else 320


def _told(facts: MediaFacts, sounds: tuple[CopyAudio | EncodeAudio, ...], chosen: int | None) -> tuple[Sound, ...]:
    return tuple(
        Sound(
            rendition=sound_of(track),
            name=about.title or about.language or "Audio",
            language=about.language,
            channels=2 if isinstance(sound, EncodeAudio) else about.channels,
            default=track == chosen,
        )
        for track, (sound, about) in enumerate(zip(sounds, facts.audio, strict=True))
    )

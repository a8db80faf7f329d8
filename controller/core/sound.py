"""What becomes of a film's sound: why it cannot be passed on as it is, and how it is encoded then."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.abilities import Abilities
from controller.core.film_codecs import sound_codec
from controller.core.media import AudioFacts
from controller.core.segment_plan import SegmentPlan
from controller.core.transport import ROOM, TABLES, Rate, packed_about
from protocol.values import DeliveryReason

ENCODED_SAMPLE_RATE = 48_000
ENCODED_AUDIO_KBPS = 160
CHANNEL_KBPS = 64
"""What a channel of a sound takes that does not tell, and how much more than on average it may take for two seconds."""
DENSEST = 1.25
ENCODED_CHANNELS = 2
AAC_FRAME, AC3_FRAME = 1024, 1536
"""Samples of a frame, which is the least that can be cut."""
SLACK, TAIL = 0.1, 1.0
"""Seconds that a copied sound may begin late, and end before the film does."""
STREAMED = {"aac": ("mp4a.40.2", AAC_FRAME), "ac3": ("ac-3", AC3_FRAME)}
"""What is copied into MPEG-TS: its name in RFC 6381, and the samples of a frame."""
ENCODED = Rate(
    *(
        8 * (packed_about(ENCODED_AUDIO_KBPS * 125, ENCODED_SAMPLE_RATE / AAC_FRAME, lost) + TABLES)
        for lost in (ROOM / 2, ROOM)
    )
)
"""What an encoded sound takes of a line."""
CHANNELS = range(1, 7)
SAMPLE_RATES = {"aac": (44_100, 48_000), "ac3": (32_000, 44_100, 48_000)}


@dataclass(frozen=True, slots=True)
class CopyAudio:
    """The sound as it is; its frames begin at `origin + n * step`."""

    index: int
    origin: float
    step: float
    codecs: str = "mp4a.40.2"


@dataclass(frozen=True, slots=True)
class EncodeAudio:
    """AAC-LC stereo at 48 kHz, on a frame grid that begins at film time 0."""

    index: int
    codecs: str = "mp4a.40.2"


def rate_in_segments(made: CopyAudio | EncodeAudio, audio: AudioFacts) -> Rate:
    """What a sound takes of a line, in segments of its own."""
    if isinstance(made, EncodeAudio):
        return ENCODED
    average, peak = audio.packed or packed_rates(audio.codec, audio.sample_rate, audio.channels * CHANNEL_KBPS * 1000)
    return Rate(average + 8 * TABLES, peak + 8 * TABLES)


def packed_rates(codec: str, sample_rate: int, bit_rate: float) -> tuple[int, int]:
    """The bits per second in MPEG-TS of a sound that can be copied, of which only the bit rate is known."""
    average = 8 * packed_about(bit_rate / 8, sample_rate / STREAMED[codec][1])
    return round(average), round(DENSEST * average)


def against_copying(audio: AudioFacts, plan: SegmentPlan, abilities: Abilities) -> list[DeliveryReason]:
    """Why a sound cannot be copied into segments; empty when it can."""
    checks: list[tuple[bool, DeliveryReason]] = [
        (plan.rate != 1.0, "rate_asked"),
        (audio.channels not in CHANNELS, "audio_channels_not_supported"),
        (
            audio.sample_rate not in SAMPLE_RATES.get(audio.codec, (audio.sample_rate,)),
            "audio_sample_rate_not_supported",
        ),
        (audio.start > SLACK, "audio_starts_late"),
        (audio.trimmed, "audio_is_trimmed"),
        (audio.end < plan.boundaries[-1] - TAIL or audio.end <= plan.boundaries[-2], "audio_ends_early"),
        (audio.holed, "audio_has_holes"),
    ]
    return [*_unheard(audio, abilities), *(reason for holds, reason in checks if holds)]


def _unheard(audio: AudioFacts, abilities: Abilities) -> list[DeliveryReason]:
    if audio.codec not in STREAMED:
        return ["audio_codec_not_supported"]
    found = why_not_heard(audio, abilities)
    if not found and audio.codec == "aac" and audio.profile != "LC":  # its frames are not what they seem
        found = ["audio_profile_not_supported"]
    return found


def why_not_heard(audio: AudioFacts, abilities: Abilities) -> list[DeliveryReason]:
    """Why this player does not decode a sound, wherever it comes from."""
    codec = sound_codec(audio)
    if abilities.hears(codec):
        return []
    return ["audio_profile_not_supported" if abilities.knows(codec.family) else "audio_codec_not_supported"]


def copy(audio: AudioFacts) -> CopyAudio:
    """The sound as it is; it must be one that can be copied."""
    codecs, frame = STREAMED[audio.codec]
    return CopyAudio(audio.index, audio.start, frame / audio.sample_rate, codecs)

"""HLS playlists (RFC 8216), written from the segment plan and complete from the start.

FFmpeg's own playlists are never served: an encoder that is stopped early would declare the film over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NewType, TypeVar

from controller.core.segment_plan import SegmentPlan
from controller.core.transport import target_duration

Rendition = NewType("Rendition", str)
"""A track of a stream: `video`, or `audio-N` for the film's sound track N."""
VIDEO = Rendition("video")
MASTER = "master.m3u8"
SOUNDS = "audio"
"""The group of the sounds that go with the picture."""
CAPTIONS = "subtitles"
"""The group of the subtitles."""
FOR_DEAF = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"


def sound_of(track: int) -> Rendition:
    """The rendition of a sound track."""
    return Rendition(f"audio-{track}")


@dataclass(frozen=True, slots=True)
class SegmentId:
    """One segment of one rendition."""

    rendition: Rendition
    index: int

    @property
    def name(self) -> str:
        """Its name in playlists and in the stream's directory."""
        return f"{self.rendition}-{self.index}.ts"


@dataclass(frozen=True, slots=True)
class Sound:
    """What the master playlist says of a sound (RFC 8216 §4.3.4.1); exactly one of a stream is the `default`."""

    rendition: Rendition
    name: str
    language: str | None = None
    channels: int | None = None
    default: bool = False


@dataclass(frozen=True, slots=True)
class Caption:
    """What the master playlist says of subtitles: those of the film's subtitle track `track`, as text."""

    track: int
    name: str
    language: str | None = None
    default: bool = False
    forced: bool = False
    hearing_impaired: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """What the master playlist says of the stream (RFC 8216 §4.3.4.2); bandwidths in bits per second."""

    codecs: str
    bandwidth: int
    average_bandwidth: int
    resolution: tuple[int, int] | None = None
    frame_rate: float | None = None


Named = TypeVar("Named", Sound, Caption)


def playlist_name(rendition: Rendition) -> str:
    """The name of a rendition's media playlist."""
    return f"{rendition}.m3u8"


def caption_list(track: int) -> str:
    """The name of the media playlist of a subtitle track."""
    return f"{CAPTIONS}-{track}.m3u8"


def master(variant: Variant, leading: Rendition, sounds: Sequence[Sound], captions: Sequence[Caption] = ()) -> str:
    """The master playlist: one variant, whose sounds stand beside it when there is a picture, and its subtitles."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    attributes = [
        f"BANDWIDTH={variant.bandwidth}",
        f"AVERAGE-BANDWIDTH={variant.average_bandwidth}",
        f'CODECS="{variant.codecs}"',
    ]
    if variant.resolution:
        attributes.append(f"RESOLUTION={variant.resolution[0]}x{variant.resolution[1]}")
    if variant.frame_rate:
        attributes.append(f"FRAME-RATE={variant.frame_rate:.3f}")
    if sounds and (leading == VIDEO or len(sounds) > 1):
        lines += [_media(sound) for sound in _named_apart(sounds)]
        attributes.append(f'AUDIO="{SOUNDS}"')
    if captions:
        lines += [_subtitles(caption) for caption in _named_apart(captions)]
        attributes.append(f'SUBTITLES="{CAPTIONS}"')
    lines += ["#EXT-X-STREAM-INF:" + ",".join(attributes), playlist_name(leading)]
    return "\n".join(lines) + "\n"


def media(plan: SegmentPlan, rendition: Rendition, start_at: float = 0.0) -> str:
    """A rendition's playlist: every segment of the film; players begin where `start_at` seconds of it are over (§4.3.5.2)."""
    segments = [(plan.seconds(index), SegmentId(rendition, index).name) for index in range(len(plan))]
    return listing(segments, start_at / plan.rate)


def listing(segments: Sequence[tuple[float, str]], start_at: float = 0.0) -> str:
    """The playlist of these segments, each with its length in seconds; there is at least one."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{target_duration([length for length, _ in segments])}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if start_at > 0:
        lines.append(f"#EXT-X-START:TIME-OFFSET={start_at:.3f},PRECISE=YES")
    for length, name in segments:
        lines += [f"#EXTINF:{length:.6f},", name]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _media(sound: Sound) -> str:
    attributes = [
        "TYPE=AUDIO",
        f'GROUP-ID="{SOUNDS}"',
        f'NAME="{_quoted(sound.name)}"',
        f"DEFAULT={'YES' if sound.default else 'NO'}",
        "AUTOSELECT=YES",
    ]
    if sound.language:
        attributes.append(f'LANGUAGE="{_quoted(sound.language)}"')
    if sound.channels:
        attributes.append(f'CHANNELS="{sound.channels}"')
    return "#EXT-X-MEDIA:" + ",".join([*attributes, f'URI="{playlist_name(sound.rendition)}"'])


def _subtitles(caption: Caption) -> str:
    attributes = [
        "TYPE=SUBTITLES",
        f'GROUP-ID="{CAPTIONS}"',
        f'NAME="{_quoted(caption.name)}"',
        f"DEFAULT={'YES' if caption.default else 'NO'}",
        "AUTOSELECT=YES",
        f"FORCED={'YES' if caption.forced else 'NO'}",
    ]
    if caption.language:
        attributes.append(f'LANGUAGE="{_quoted(caption.language)}"')
    if caption.hearing_impaired:
        attributes.append(f'CHARACTERISTICS="{FOR_DEAF}"')
    return "#EXT-X-MEDIA:" + ",".join([*attributes, f'URI="{caption_list(caption.track)}"'])


def _named_apart(renditions: Sequence[Named]) -> list[Named]:
    """Names differ within a group (§4.3.4.1.1): a second "English" becomes "English (2)"."""
    taken: set[str] = set()
    apart: list[Named] = []
    for rendition in renditions:
        named: str = rendition.name
        names = (named, *(f"{named} ({number})" for number in range(2, len(renditions) + 2)))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        apart.append(replace(rendition, name=name))
    return apart


def _quoted(text: str) -> str:
    """A quoted-string may hold neither quotes nor line breaks (§4.2)."""
    return "".join(char if char.isprintable() and char != '"' else " " for char in text)

"""HLS playlists (RFC 8216), written from the segment plan and complete from the start.

FFmpeg's own playlists are never served: an encoder that is stopped early would declare the film over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from controller.core.segment_plan import SegmentPlan

Rendition = Literal["video", "audio"]
MASTER = "master.m3u8"


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
class Variant:
    """What the master playlist says of the stream (RFC 8216 §4.3.4.2); bandwidths in bits per second."""

    codecs: str
    bandwidth: int
    average_bandwidth: int
    resolution: tuple[int, int] | None = None
    frame_rate: float | None = None
    audio_name: str = "Audio"
    audio_language: str | None = None
    audio_channels: int | None = None


def playlist_name(rendition: Rendition) -> str:
    """The name of a rendition's media playlist."""
    return f"{rendition}.m3u8"


def master(variant: Variant, renditions: tuple[Rendition, ...]) -> str:
    """The master playlist: one variant, its sound beside it when there is a picture too."""
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
    if len(renditions) == 2:
        lines.append(_media(variant))
        attributes.append('AUDIO="audio"')
    lines += ["#EXT-X-STREAM-INF:" + ",".join(attributes), playlist_name(renditions[0])]
    return "\n".join(lines) + "\n"


def media(plan: SegmentPlan, rendition: Rendition, start_at: float = 0.0) -> str:
    """A rendition's playlist: every segment of the film; players begin at `start_at` seconds (§4.3.5.2)."""
    target = max(math.ceil(plan.length(i) - 0.001) for i in range(len(plan)))
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{max(1, target)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if start_at > 0:
        lines.append(f"#EXT-X-START:TIME-OFFSET={start_at:.3f},PRECISE=YES")
    for index in range(len(plan)):
        lines += [f"#EXTINF:{plan.length(index):.6f},", SegmentId(rendition, index).name]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _media(variant: Variant) -> str:
    attributes = [
        "TYPE=AUDIO",
        'GROUP-ID="audio"',
        f'NAME="{_quoted(variant.audio_name)}"',
        "DEFAULT=YES",
        "AUTOSELECT=YES",
    ]
    if variant.audio_language:
        attributes.append(f'LANGUAGE="{_quoted(variant.audio_language)}"')
    if variant.audio_channels:
        attributes.append(f'CHANNELS="{variant.audio_channels}"')
    return "#EXT-X-MEDIA:" + ",".join([*attributes, f'URI="{playlist_name("audio")}"'])


def _quoted(text: str) -> str:
    """A quoted-string may hold neither quotes nor line breaks (§4.2)."""
    return "".join(char if char.isprintable() and char != '"' else " " for char in text)

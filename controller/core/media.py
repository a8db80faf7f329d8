"""What is known of a film before anything is encoded.

All times are seconds of *film time*: 0 is the earliest timestamp of any track in the container.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from protocol.values import SubtitleKind


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """The film's picture track.

    `keyframes` are presentation times of frames at which decoding can start, ascending; None when they could not be
    learned in time. `open_gop`: pictures shown before a keyframe follow it in the file, so it is no place for a cut.
    `trimmed`: an edit list begins inside a group of pictures. `delimited`: each picture comes, or may come, behind a delimiter
    (H.264 §7.3.2.4), which elsewhere is put there only for segments. `rate` is frames per second as a fraction (num, den).
    `transfer` is the transfer curve by FFmpeg's name where it is not an ordinary screen's. `packed` are the bytes that it
    takes in MPEG-TS from each of the keyframes to the next, as far as its index tells; None when that is not known.
    """

    index: int
    codec: str
    profile: str
    level: int
    width: int
    height: int
    pixel_format: str
    rate: tuple[int, int]
    variable_rate: bool
    start: float
    end: float
    rotation: int = 0
    interlaced: bool = False
    sample_aspect: tuple[int, int] = (1, 1)
    codecs: str | None = None
    keyframes: tuple[float, ...] | None = None
    open_gop: bool = False
    trimmed: bool = False
    delimited: bool = False
    transfer: str | None = None
    packed: tuple[int, ...] | None = None

    @property
    def frame_rate(self) -> Fraction:
        """Frames per second, exactly."""
        return Fraction(*self.rate)


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """One sound track. `end` is when its last packet ends, as far as the container tells; `trimmed` says that an
    edit list hides more of its beginning than an encoder's priming. `packed` are the bits per second that it takes in
    MPEG-TS, on average and in its densest two seconds; None when that is not known. `holed`: it pauses in between, as far as it was
    read.
    """

    index: int
    codec: str
    profile: str
    channels: int
    sample_rate: int
    start: float
    end: float
    trimmed: bool = False
    language: str | None = None
    title: str | None = None
    default: bool = False
    packed: tuple[int, int] | None = None
    holed: bool = False


PICTURES = frozenset({"hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"})
"""Subtitles that are pictures, by FFmpeg's names."""
TEXTS = frozenset({"subrip", "srt", "text", "mov_text", "webvtt", "ass", "ssa"})
"""Subtitles that are text."""


@dataclass(frozen=True, slots=True)
class SubtitleFacts:
    """One subtitle track. `external` ones are files beside the film and have no `index` in it (-1); `forced` ones
    say what even those must read who understand the film.
    """

    index: int
    codec: str
    language: str | None = None
    title: str | None = None
    default: bool = False
    forced: bool = False
    hearing_impaired: bool = False
    external: bool = False

    @property
    def kind(self) -> SubtitleKind:
        """Whether they can be had as text; what cannot is for drawing into the picture, if it is any good at all."""
        return "text" if self.codec in TEXTS else "picture"

    @property
    def is_pictures(self) -> bool:
        """Whether it can only be drawn into the film's picture."""
        return self.codec in PICTURES


@dataclass(frozen=True, slots=True)
class ChapterFacts:
    """A part of the film that its makers set apart."""

    start: float
    end: float
    title: str | None = None


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """A film: `container` is FFmpeg's demuxer name, `bit_rate` bits per second over all tracks (0 unknown). `fragmented`
    says of an MP4 that its index comes in parts, each before what it tells of; `fonts` are the indexes of those that are
    attached to it, for its subtitles.
    """

    container: str
    duration: float
    size: int
    bit_rate: int
    video: VideoFacts | None
    audio: tuple[AudioFacts, ...]
    subtitles: tuple[SubtitleFacts, ...] = ()
    chapters: tuple[ChapterFacts, ...] = ()
    fragmented: bool = False
    fonts: tuple[int, ...] = ()

    def beside(self, track: int) -> int:
        """The number of an external subtitle track among the files beside the film."""
        return track - sum(not about.external for about in self.subtitles)

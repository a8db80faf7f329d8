"""Reads the facts out of an opened container: its tracks, their times, and what makes copying unsafe."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from controller.adapters.media.beginning import Beginning, read_beginning
from controller.adapters.media.chapters import chapters_of
from controller.adapters.media.codec_strings import avc_codecs, hevc_codecs
from controller.adapters.media.ending import GUESSED, find_end, told_duration
from controller.adapters.media.keyframes import INDEXED, PATIENCE, Cuts, Film, Unplayable, find_cuts
from controller.adapters.media.rates import sound_rates, told_rate
from controller.adapters.media.sample_table import is_fragmented, read_sizes
from controller.core.media import AudioFacts, MediaFacts, SubtitleFacts, VideoFacts

VERSION = 6
"""Raise it whenever this or `keyframes` finds something else in a film than before: what is remembered is forgotten."""
DECODED_PACKETS = 1_000
"""Packets tried for one picture: some groups of pictures."""
BEFORE = 10.0
"""Seconds before a position to try as well: without an index a seek may land after the last picture to begin with."""
MOST_TRACKS = 500
"""Tracks and attached files beyond which a film is none: FFmpeg opens none of more than a thousand."""
PRIMING = 0.1
"""Seconds of encoder delay that players hide or put up with."""
STILLS = frozenset({"png", "bmp", "gif", "webp", "tiff", "mjpeg"})
HDR_CURVES = {16: "smpte2084", 18: "arib-std-b67"}
"""Transfer curves by their numbers in ITU-T H.273 that want more than an ordinary screen."""
NAMED = {"h264": avc_codecs, "hevc": hevc_codecs}
"""Pictures that may be copied into segments, and who names them."""
MOST_PICTURES = 1_000
"""Pictures a second beyond which a rate is a clock's, not a film's."""
PROGRESSIVE = (0, 1)
"""libavcodec's field orders that are not interlaced: unknown and progressive."""
FONT_TYPES = frozenset({"application/vnd.ms-opentype", "application/x-truetype", "application/x-opentype"})
"""What fonts are said to be that is not called a font, in Matroska."""
FONT_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
MOST_FONTS, MOST_FONT_BYTES = 300, 256 * 1024 * 1024
ATTACHED = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails


def examine(
    container: InputContainer, size: int, descriptor: int, patience: float = PATIENCE
) -> tuple[MediaFacts, bool]:
    """The facts of a film, and whether there would be more with more patience. Raises: Unplayable, av.error.FFmpegError."""
    if len(container.streams) > MOST_TRACKS:
        raise Unplayable("There are too many tracks in this file.")
    start = (container.start_time or 0) / 1_000_000
    audio = [stream for stream in container.streams.audio if stream.codec_context and stream.codec_context.sample_rate]
    picture = _picture(container)
    if picture is None and not audio:
        raise Unplayable("There is neither picture nor sound in this file.")
    beginning = read_beginning(container, picture, audio)
    duration = _length(container, descriptor, start, [picture, *audio] if picture else audio)
    cuts = None
    if picture is not None and _copyable(picture):
        _, uneven = _rate(picture)
        others = sum(told_rate(stream) for stream in audio) / 8
        film = Film(
            container, picture, descriptor, size, start, duration, uneven, beginning.pictures, audio, others, patience
        )
        cuts = find_cuts(film)
    guessed = False
    if duration <= 0 and not (duration := cuts.end if cuts else 0.0):
        duration, guessed = find_end(container, start, size, descriptor, patience)
    facts = MediaFacts(
        container=container.format.name,
        duration=duration,
        size=size,
        bit_rate=round(size * 8 / duration),
        video=_video(picture, beginning, start, duration, cuts) if picture else None,
        audio=tuple(
            _audio(
                stream,
                start,
                duration,
                beginning.firsts,
                _sizes(container, stream, descriptor, cuts),
                holed=cuts is not None and stream.index in cuts.holed,
            )
            for stream in audio
        ),
        subtitles=tuple(_subtitle(stream) for stream in container.streams.subtitles),
        chapters=chapters_of(container.chapters(), start, duration),
        fragmented=container.format.name.startswith("mov") and is_fragmented(descriptor),
        fonts=_fonts(container),
    )
    return facts, guessed or bool(cuts and cuts.unread)


def decode_at(container: InputContainer, position: float) -> None:
    """Decode one picture about there, or some sound of a film without; what is damaged is passed over, as players do.

    Raises: Unplayable.
    """
    stream = _picture(container) or next(iter(container.streams.audio), None)
    if stream is None:
        raise Unplayable("There is neither picture nor sound in this file.")
    places = [position] if container.format.name.startswith(INDEXED) else [position, max(0.0, position - BEFORE)]
    if not any(_decodes(container, stream, place) for place in places):
        raise Unplayable("Nothing of this film can be decoded there.")


def _decodes(container: InputContainer, stream: Any, position: float) -> bool:
    with suppress(FFmpegError):  # what cannot be sought in is looked at from where it is
        container.seek((container.start_time or 0) + round(position * 1_000_000))
    for number, packet in enumerate(container.demux(stream)):
        with suppress(FFmpegError):
            if packet.decode():
                return True
        if number > DECODED_PACKETS:
            break
    return False


def _picture(container: InputContainer) -> VideoStream | None:
    """The track that is the film: not a cover, not a still."""
    found = [
        stream
        for stream in container.streams.video
        if stream.codec_context is not None
        and stream.width
        and stream.height
        and not stream.disposition & ATTACHED
        and not (codec_of(stream) in STILLS and _is_one_picture(stream))
    ]
    marked = [stream for stream in found if stream.disposition & Disposition.default]
    return next(iter(marked or found), None)


def _is_one_picture(stream: VideoStream) -> bool:
    """Whether a track of pictures that stand for themselves is a cover: one of them, or none that are shown in turn."""
    return stream.frames == 1 or not stream.average_rate or stream.average_rate > MOST_PICTURES


def codec_of(stream: Any) -> str:
    """FFmpeg's name of a track's codec, whichever decoder takes it."""
    return str(stream.codec_context.codec.canonical_name) if stream.codec_context else "unknown"


def _copyable(stream: VideoStream) -> bool:
    return codec_of(stream) in NAMED


def _video(stream: VideoStream, beginning: Beginning, start: float, duration: float, cuts: Cuts | None) -> VideoFacts:
    context = stream.codec_context
    keyframes = cuts.keyframes if cuts else None
    rate, variable = _rate(stream)
    aspect = stream.sample_aspect_ratio or Fraction(1)
    begin, end = _span(stream, start, duration)
    return VideoFacts(
        index=stream.index,
        codec=codec_of(stream),
        profile=str(stream.profile or ""),
        level=int(getattr(context, "level", 0) or 0),
        width=context.width,
        height=context.height,
        pixel_format=context.pix_fmt or "",
        rate=(rate.numerator, rate.denominator),
        variable_rate=variable,
        start=keyframes[0] if keyframes else begin,
        end=end,
        rotation=(beginning.rotation or 0) % 360,
        interlaced=_interlaced(stream),
        sample_aspect=(aspect.numerator, aspect.denominator),
        codecs=NAMED[codec_of(stream)](bytes(context.extradata or b"")) if _copyable(stream) else None,
        keyframes=keyframes,
        open_gop=cuts.open_gop if cuts else False,
        trimmed=cuts.trimmed if cuts else False,
        delimited=beginning.delimited,
        transfer=HDR_CURVES.get(int(context.color_trc or 0)),
        packed=cuts.packed if cuts else None,
    )


def _interlaced(stream: VideoStream) -> bool:
    return int(getattr(stream.codec_context, "field_order", 0) or 0) not in PROGRESSIVE


def _rate(stream: VideoStream) -> tuple[Fraction, bool]:
    """Frames per second, and whether they come unevenly."""
    average, base = stream.average_rate, stream.base_rate
    if not average or average <= 0:
        return Fraction(stream.guessed_rate or 25), True
    if base and abs(average - base) / average < Fraction(1, 100):
        return Fraction(base), False
    if base and _interlaced(stream) and abs(2 * average - base) / average < Fraction(1, 50):
        return Fraction(base) / 2, False
    return Fraction(average), True


def _length(container: InputContainer, descriptor: int, start: float, tracks: Sequence[Any]) -> float:
    """What the film says of its length, 0 for nothing; a subtitle that stays when all tracks are over makes it no longer."""
    duration = told_duration(container, descriptor)
    if duration > max(start, 0) and container.format.name.startswith("matroska"):
        duration -= start  # Matroska tells when the film is over, not how long it is
    if not container.streams.subtitles:
        return duration
    return min(duration, max(_span(track, start, duration)[1] for track in tracks))


def _span(stream: Any, start: float, duration: float) -> tuple[float, float]:
    """When a track begins and ends, film time; an unknown end is the film's."""
    begin = float(stream.start_time * stream.time_base) - start if stream.start_time is not None else 0.0
    if stream.duration and stream.container.format.name not in GUESSED:
        end = begin + float(stream.duration * stream.time_base)
        return begin, min(end, duration) if duration > 0 else end  # multiplied from a bit rate, it may be any
    tagged = _clock(stream.metadata.get("DURATION", ""))
    return begin, tagged - start if tagged is not None else duration


def _clock(text: str) -> float | None:
    """Matroska's `00:01:02.500000000` as seconds."""
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None


def _sizes(container: InputContainer, stream: Any, descriptor: int, cuts: Cuts | None) -> Sequence[int]:
    """Of a sound's frames, where they were met or stand in a table."""
    if cuts and stream.index in cuts.heard:
        return cuts.heard[stream.index]
    return read_sizes(descriptor, stream.id) if container.format.name.startswith("mov") else ()


def _audio(
    stream: Any, start: float, duration: float, first: dict[int, float], sizes: Sequence[int], *, holed: bool
) -> AudioFacts:
    begin, end = _span(stream, start, duration)
    context = stream.codec_context
    return AudioFacts(
        index=stream.index,
        codec=codec_of(stream),
        profile=str(stream.profile or ""),
        channels=context.channels,
        sample_rate=context.sample_rate,
        start=begin,
        end=end,
        trimmed=first.get(stream.index, 0.0) - start < begin - PRIMING,
        packed=sound_rates(codec_of(stream), stream, sizes),
        holed=holed,
        **_labels(stream),
    )


def _subtitle(stream: Any) -> SubtitleFacts:
    return SubtitleFacts(
        index=stream.index,
        codec=codec_of(stream),
        forced=bool(stream.disposition & Disposition.forced),
        hearing_impaired=bool(stream.disposition & (Disposition.hearing_impaired | Disposition.captions)),
        **_labels(stream),
    )


def _fonts(container: InputContainer) -> tuple[int, ...]:
    """The fonts that are attached, as many as there is room for."""
    found, room = [], MOST_FONT_BYTES
    for stream in container.streams.attachments:
        name, kind = (stream.name or "").lower(), (stream.mimetype or "").lower()
        size = len(stream.data or b"")
        if ("font" in kind or kind in FONT_TYPES or name.endswith(FONT_ENDINGS)) and size <= room:
            found.append(stream.index)
            room -= size
    return tuple(found[:MOST_FONTS])


def _labels(stream: Any) -> dict[str, Any]:
    language = stream.metadata.get("language")
    return {
        "language": language[:35] if language and language != "und" else None,
        "title": (stream.metadata.get("title") or "")[:200] or None,
        "default": bool(stream.disposition & Disposition.default),
    }

"""What becomes of a film's picture: why it cannot be passed on as it is, and how it is encoded then."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

from controller.core.film_codecs import picture_codec
from controller.core.media import MediaFacts, VideoFacts
from controller.core.segment_plan import LONGEST_COPY, SegmentPlan, longest_gap
from controller.core.sound import ENCODED
from controller.core.transport import TABLES, Rate, capped, packed_about, rate_of, room_for
from controller.core.wish import HEIGHTS, Wish
from protocol.values import DeliveryReason

FASTEST = Fraction(60)
BUFFER = 1
"""Seconds of its highest bitrate that an encoded picture may spend at once: in a segment of a second, twice of it."""
SLACK = 0.1
"""Seconds a copied track may begin late; players put up with that much, and so does the playlist."""
TAIL = 1.0
"""Seconds a copied track may end before the film does."""
UNTIMED = "avi"
"""The container that does not tell when a picture is shown: what is made of it has to be encoded."""
STREAMED = frozenset({"h264", "hevc"})
"""What MPEG-TS carries; HEVC in it wants a script to take it out again."""
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
PROFILES = {1: ("baseline", "42c0"), 2: ("main", "4d40"), 3: ("high", "6400")}
"""Of a player's rank of H.264: x264's name of the profile, and its beginning in RFC 6381."""
HDR = frozenset({"smpte2084", "arib-std-b67"})
"""Transfer curves (ITU-T H.273) that an ordinary screen cannot show: PQ and HLG."""
MOST, USUAL, LEAST = 2160, 1080, 144
"""Lines of an encoded picture: what may be asked for, what it has by itself, and what is worth looking at."""
BLANK = (320, 180)
"""The size of a picture that shows nothing."""
STEPS = (1440, 1080, 720, 480, 360, 240, LEAST)
UNKNOWN_RATE = 8_000_000
"""Bits per second of a copied film that does not tell."""
PEAK = 2
"""How much more than on average such a film may take for a while."""
ENOUGH = 1.5
"""How many times what it is given a picture of a certain height may want."""


@dataclass(frozen=True, slots=True)
class CopyVideo:
    """The picture as it is."""

    index: int
    codecs: str
    frame: float
    keyframes: tuple[float, ...]
    delimited: bool = False


@dataclass(frozen=True, slots=True)
class Burn:
    """Subtitles that are drawn into a picture: the stream's index in the file, and whether they are `text`. Those
    `beside` the film have the number of their file instead. `fonts` of the film are there for text.
    """

    index: int
    text: bool = False
    beside: bool = False
    fonts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EncodeVideo:
    """H.264, 8 bit, at a steady `rate` and an even size, on a frame grid that begins at the plan's origin.

    `burn` is what is drawn over it; made in `haste` always, `blank` without the film's
    picture: black, so that its sound goes on.
    """

    index: int
    width: int
    height: int
    rate: Fraction
    level: int
    max_kbps: int
    deinterlace: bool = False
    tone_map: bool = False
    burn: Burn | None = None
    haste: bool = False
    blank: bool = False
    rank: int = 3

    @property
    def codecs(self) -> str:
        """RFC 6381 name."""
        return f"avc1.{PROFILES[self.rank][1]}{self.level:02x}"

    @property
    def profile(self) -> str:
        """x264's name of the profile."""
        return PROFILES[self.rank][0]


def against_copying(video: VideoFacts, facts: MediaFacts, wish: Wish) -> list[DeliveryReason]:
    """Why the picture cannot be copied into segments; empty when it can."""
    checks: list[tuple[bool, DeliveryReason]] = [
        (video.start > SLACK, "video_starts_late"),
        (video.trimmed, "video_is_trimmed"),
        (facts.duration - video.end > TAIL, "video_ends_early"),
        (video.open_gop, "open_gop"),
    ]
    found = [*against_showing(video, facts, wish), *_undecodable(video, wish)]
    found += [reason for holds, reason in checks if holds]
    if not found and (not video.keyframes or facts.container == UNTIMED):
        found.append("keyframes_unknown")
    if not found and video.keyframes and longest_gap(video.keyframes, facts.duration) > LONGEST_COPY:
        found.append("keyframes_too_far_apart")
    return found


def against_showing(video: VideoFacts, facts: MediaFacts, wish: Wish) -> list[DeliveryReason]:
    """Why this player must not have the picture just as it is, even if it can decode it."""
    asked, limit = HEIGHTS.get(wish.quality), wish.abilities.max_height
    kbps, rung = wish.max_kbps, wish.rung
    checks: list[tuple[bool, DeliveryReason]] = [
        (wish.rate != 1.0, "rate_asked"),
        (asked is not None and video.height > asked, "quality_asked"),
        (limit is not None and video.height > limit, "height_limited"),
        (kbps is not None and facts.bit_rate > kbps * 1000, "bitrate_limited"),
        (rung is not None and rung.reason == "encoder_failed", "encoder_failed"),
        (rung is not None and rung.reason == "disk_too_full", "disk_too_full"),
        (rung is not None and rung.reason == "connection_too_slow", "connection_too_slow"),
        (rung is not None and rung.reason == "player_too_slow", "player_too_slow"),
        (burned(facts, wish) is not None, "subtitles_burned_in"),
        (video.interlaced, "video_is_interlaced"),
    ]
    return [reason for holds, reason in checks if holds]


def burned(facts: MediaFacts, wish: Wish) -> Burn | None:
    """The subtitles that are drawn into the picture: those for which that was asked, and those that are pictures."""
    if wish.subtitle_track is None:
        return None
    track = facts.subtitles[wish.subtitle_track]
    if track.is_pictures:
        return Burn(track.index)
    if not wish.burn:
        return None
    number = facts.beside(wish.subtitle_track) if track.external else track.index
    return Burn(number, text=True, beside=track.external, fonts=facts.fonts)


def _undecodable(video: VideoFacts, wish: Wish) -> list[DeliveryReason]:
    """Why this player cannot decode the picture from a segment; at most one reason, and that it is turned."""
    codec, abilities = picture_codec(video), wish.abilities
    streamed = codec.family in STREAMED and video.codecs is not None and (codec.family == "h264" or abilities.script)
    turned: list[DeliveryReason] = ["video_is_rotated"] if video.rotation else []
    if not streamed or not abilities.knows(codec.family):
        return ["video_codec_not_supported", *turned]
    return [*why_not_shown(video, wish), *turned]


def why_not_shown(video: VideoFacts, wish: Wish) -> list[DeliveryReason]:
    """Why this player does not decode the picture, wherever it comes from."""
    codec, abilities = picture_codec(video), wish.abilities
    if not abilities.knows(codec.family):
        return ["video_codec_not_supported"]
    if abilities.shows(codec):
        return []
    level_alone = any(known.family == codec.family and known.profile >= codec.profile for known in abilities.pictures)
    return ["video_level_not_supported" if level_alone else "video_profile_not_supported"]


def copy(video: VideoFacts) -> CopyVideo:
    """The picture as it is; it must be one that can be copied."""
    step = float(1 / video.frame_rate)
    return CopyVideo(video.index, video.codecs or "", step, video.keyframes or (), video.delimited)


def encode(video: VideoFacts, wish: Wish, burn: Burn | None = None) -> EncodeVideo:
    """How the picture is encoded for this player: as large, as quick and as fine as it and the house allow."""
    best = wish.abilities.best("h264")
    rate, height = steady_rate(video), _height(wish)
    width, height = BLANK if _is_blank(wish) else _size(video, height)
    top = min(best.level, HIGHEST_LEVEL)
    while _level(width, height, rate) > top and (smaller := _less(height, rate)):
        height, rate = smaller
        width, height = _size(video, height)
    kbps = next(kbps for from_height, kbps in LADDER if height >= from_height)
    return EncodeVideo(
        index=video.index,
        width=width,
        height=height,
        rate=rate,
        level=_level(width, height, rate),
        max_kbps=min(kbps, _left_by_sound(wish.max_kbps, rate)) if wish.max_kbps else kbps,
        deinterlace=video.interlaced,
        tone_map=video.transfer in HDR,
        burn=burn,
        haste=wish.rung is not None and wish.rung.haste,
        blank=_is_blank(wish),
        rank=min(max(best.profile, 1), 3),
    )


def rate_in_segments(video: CopyVideo | EncodeVideo, facts: MediaFacts, plan: SegmentPlan) -> Rate:
    """What a picture takes of a line, in segments of its own: exactly, where the film's index tells; else what its encoder
    may spend.
    """
    seconds = [plan.seconds(index) for index in range(len(plan))]
    if isinstance(video, EncodeVideo):
        return capped(video.max_kbps * 1000, BUFFER, float(video.rate), seconds)
    assert facts.video is not None
    if facts.video.packed is None:
        average = 8 * (packed_about((facts.bit_rate or UNKNOWN_RATE) / 8, float(facts.video.frame_rate)) + TABLES)
        return Rate(average, PEAK * average)
    starts = [bisect_left(video.keyframes, cut) for cut in plan.boundaries[:-1]]
    ends = [0, *accumulate(facts.video.packed)]
    sizes = [ends[later] - ends[start] for start, later in pairwise([*starts, len(facts.video.packed)])]
    return rate_of(sizes, seconds)


def highest_rate(video: CopyVideo | EncodeVideo, film: VideoFacts) -> float | None:
    """The most pictures in a second; None when that is not known."""
    if isinstance(video, EncodeVideo):
        return float(video.rate)
    return None if film.variable_rate else float(film.frame_rate)


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


def _is_blank(wish: Wish) -> bool:
    return wish.rung is not None and wish.rung.blank


def _height(wish: Wish) -> int:
    """The highest that it may become: what was asked, and what the bitrate is enough for."""
    asked = min(wish.height or MOST, MOST if wish.quality == "original" else USUAL)
    if wish.max_kbps is None:
        return asked
    enough = next((height for height, kbps in LADDER if height and kbps <= wish.max_kbps * ENOUGH), LEAST)
    return min(asked, enough)


def _size(video: VideoFacts, most: int) -> tuple[int, int]:
    """Square pixels, upright, within the limits, both sides even."""
    aspect = Fraction(*video.sample_aspect) if min(video.sample_aspect) > 0 else Fraction(1)
    width, height = Fraction(video.width) * aspect, Fraction(video.height)
    if video.rotation % 180:
        width, height = height, width
    scale = min(Fraction(1), Fraction(most) / height, Fraction(4096) / width)
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * int(height * scale / 2))


def _left_by_sound(kbps: int, rate: Fraction) -> int:
    return max(int(room_for(kbps * 1000 - ENCODED.average, float(rate)) / 1000), kbps // 2)


def _level(width: int, height: int, rate: Fraction) -> int:
    blocks = -(-width // 16) * -(-height // 16)
    fits = (level for second, picture, level in LEVELS if blocks * rate <= second and blocks <= picture)
    return next(fits, HIGHEST_LEVEL)


def _less(height: int, rate: Fraction) -> tuple[int, Fraction] | None:
    """The next lower step: half of a high rate first, then a smaller picture; None at the bottom."""
    if rate > 30:
        return height, rate / 2
    lower = next((step for step in STEPS if step < height), None)
    return (lower, rate) if lower else None

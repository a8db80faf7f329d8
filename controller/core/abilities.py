"""What a player can play, as it probed: MIME types with codecs (RFC 6381), read into families, profiles and levels.

Contract. A codec that a player named covers every film of the same family whose profile and level are not above it. A
list that a player did not send is taken as what every browser plays: H.264 up to High 5.2 and AAC-LC, in MP4. What
cannot be read is passed over: it makes nobody able to play more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from protocol.values import Capabilities

ANY = 999
"""A level or profile of somebody who did not say which."""
H264_RANKS = {66: 1, 88: 1, 77: 2, 100: 3, 110: 4, 122: 5, 244: 6, 44: 6}
"""profile_idc (H.264 A.2) by what decodes what: a decoder of a higher rank decodes the lower ones."""
FAMILIES = {
    "avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc", "dvh1": "hevc", "dvhe": "hevc", "vp9": "vp9",
    "vp09": "vp9", "vp8": "vp8", "vp08": "vp8", "av01": "av1", "av1": "av1", "mp4v": "mpeg4", "theora": "theora",
    "mp4a": "aac", "ac-3": "ac3", "ac3": "ac3", "ec-3": "eac3", "eac3": "eac3", "opus": "opus", "flac": "flac",
    "mp3": "mp3", "vorbis": "vorbis", "dtsc": "dts", "dtse": "dts", "dtsh": "dts", "dtsl": "dts", "alac": "alac",
    "1": "pcm", "pcm": "pcm",
}  # fmt: skip
MP3_OBJECTS = frozenset({"69", "6b"})
"""MPEG-4 object types (ISO 14496-1) behind `mp4a` that are MP3."""
BY_TYPE = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/flac": "flac", "audio/x-flac": "flac", "audio/aac": "aac"}
"""Types that say their codec by themselves."""
TYPE = re.compile(r"\s*([a-z0-9.+-]+/[a-z0-9.+-]+)\s*(?:;\s*codecs\s*=\s*\"?([^\";]*)\"?)?.*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec with how much of it: `profile` is a rank or the codec's own number, `level` as the codec counts."""

    family: str
    profile: int = ANY
    level: int = ANY
    depth: int = ANY

    def covers(self, film: Codec) -> bool:
        """Whether who plays this plays that, too. VP9's profiles are no ranks: each is for itself."""
        exact = self.family == "vp9" and self.profile != ANY
        profile = film.profile == self.profile if exact else film.profile <= self.profile
        return self.family == film.family and profile and film.level <= self.level and film.depth <= self.depth


EVERY_PICTURE = (Codec("h264", 3, 52),)
EVERY_SOUND = (Codec("aac", 2),)
EVERY_CONTAINER = frozenset({"video/mp4", "audio/mp4", "audio/mpeg"})


@dataclass(frozen=True, slots=True)
class Abilities:
    """One player. `script` says that a script feeds it (MSE), so that hls.js stands between us and it."""

    pictures: tuple[Codec, ...] = EVERY_PICTURE
    sounds: tuple[Codec, ...] = EVERY_SOUND
    containers: frozenset[str] = EVERY_CONTAINER
    max_height: int | None = None
    max_kbps: int | None = None
    script: bool = True

    def shows(self, film: Codec) -> bool:
        """Whether it decodes a picture."""
        return any(codec.covers(film) for codec in self.pictures)

    def hears(self, film: Codec) -> bool:
        """Whether it decodes a sound."""
        return any(codec.covers(film) for codec in self.sounds)

    def knows(self, family: str) -> bool:
        """Whether it decodes anything of a family."""
        return any(codec.family == family for codec in (*self.pictures, *self.sounds))

    def best(self, family: str) -> Codec:
        """The most that it takes of a family: highest profile and highest level; who names none takes the least."""
        found = [codec for codec in self.pictures if codec.family == family]
        profile = max((codec.profile for codec in found), default=1)
        return Codec(family, profile, max((codec.level for codec in found), default=30))


def abilities_of(told: Capabilities | None) -> Abilities:
    """What a client's capabilities come to."""
    if told is None:
        return Abilities()
    pictures = EVERY_PICTURE if told.video is None else tuple(_codecs(told.video))
    sounds = EVERY_SOUND if told.audio is None else tuple(_codecs(told.audio))
    lists = [types for types in (told.containers, told.video, told.audio) if types is not None]
    containers = frozenset(kind for types in lists for kind, _ in map(_split, types) if kind) or EVERY_CONTAINER
    return Abilities(pictures, sounds, containers, told.max_height, told.max_bitrate_kbps, told.mse is not False)


def read_codec(text: str) -> Codec | None:
    """One entry of a `codecs` parameter, or None when it says nothing to us."""
    name, *parts = text.strip().lower().split(".")
    family = FAMILIES.get(name)
    if family is None:
        return None
    try:
        return _READERS.get(family, _plain)(family, parts)
    except (ValueError, IndexError):
        return None


def _codecs(types: Iterable[str]) -> Iterable[Codec]:
    for text in types:
        kind, names = _split(text)
        if kind in BY_TYPE and not names:
            names = [BY_TYPE[kind]]
        yield from (codec for name in names if (codec := _known(name)))


def _known(name: str) -> Codec | None:
    return Codec("aac", 2) if name == "aac" else read_codec(name)


def _split(text: str) -> tuple[str, list[str]]:
    found = TYPE.fullmatch(text)
    if not found:
        return "", []
    return found[1].lower(), [name for name in (found[2] or "").split(",") if name.strip()]


def _h264(family: str, parts: list[str]) -> Codec:
    """`avc1.PPCCLL` in hexadecimal digits, or the older `avc1.66.30`."""
    if not parts:
        return Codec(family, 3, 52)
    if len(parts) > 1:
        return Codec(family, H264_RANKS.get(int(parts[0]), 0), int(parts[1]))
    return Codec(family, H264_RANKS.get(int(parts[0][:2], 16), 0), int(parts[0][4:6], 16))


def _hevc(family: str, parts: list[str]) -> Codec:
    """`hvc1.1.6.L120.90`: profile, compatibility, tier and level (ISO 14496-15 E.3)."""
    if not parts:
        return Codec(family, 1)
    level = next((int(part[1:]) for part in parts[2:3] if part[:1] in {"l", "h"}), ANY)
    return Codec(family, int(parts[0].lstrip("abc")), level)


def _vp9(family: str, parts: list[str]) -> Codec:
    """`vp09.00.41.08`: profile, level, depth; the short `vp9` is profile 0."""
    if not parts:
        return Codec(family, 0, ANY, 8)
    return Codec(family, int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) > 2 else 8)


def _av1(family: str, parts: list[str]) -> Codec:
    """`av01.0.08M.10`: profile, level index with tier, depth."""
    if not parts:
        return Codec(family, 0, ANY, 10)
    return Codec(family, int(parts[0]), int(parts[1][:2]), int(parts[2]) if len(parts) > 2 else 8)


def _aac(family: str, parts: list[str]) -> Codec:
    """`mp4a.40.2`: object type 2 is LC, 5 HE, 29 HE v2; who plays HE plays LC."""
    if parts and parts[0] in MP3_OBJECTS:
        return Codec("mp3")
    if len(parts) < 2:
        return Codec(family, 2)
    return Codec(family, int(parts[1]))


def _plain(family: str, _parts: list[str]) -> Codec:
    return Codec(family)


_READERS = {"h264": _h264, "hevc": _hevc, "vp9": _vp9, "av1": _av1, "aac": _aac}

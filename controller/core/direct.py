"""Whether a film's file itself will do: a player that can open it, decode it and wants just what is in it."""

from __future__ import annotations

from controller.core.media import MediaFacts
from controller.core.picture import against_showing, burned, why_not_shown
from controller.core.sound import why_not_heard
from controller.core.wish import Wish
from protocol.values import DeliveryReason

TYPES = {
    "mov": "mp4",
    "matroska": "x-matroska",
    "ogg": "ogg",
    "mp3": "mpeg",
    "flac": "flac",
    "wav": "wav",
    "aac": "aac",
}
"""FFmpeg's demuxers (the first of their names), and the second part of the type of what they read."""
WEBM = ({"vp8", "vp9", "av1"}, {"opus", "vorbis"})
"""The pictures and sounds of which Matroska is WebM."""


def type_of(facts: MediaFacts) -> str | None:
    """The MIME type of a film's file, or None when no player has a name for it."""
    sub = TYPES.get(facts.container.split(",", maxsplit=1)[0])
    if sub is None:
        return None
    if sub == "x-matroska" and _is_webm(facts):
        sub = "webm"
    return f"{'video' if facts.video else 'audio'}/{sub}"


def file_name(facts: MediaFacts) -> str:
    """What a film that is given as it is is called: nothing of its own name, which may be of any kind."""
    return f"film.{(type_of(facts) or '/bin').rpartition('/')[2].removeprefix('x-')}"


def against_direct(facts: MediaFacts, wish: Wish, track: int | None) -> list[DeliveryReason]:
    """Why the file itself will not do; empty when it will. `track` is the sound that is to be heard."""
    found: list[DeliveryReason] = []
    if "direct" in wish.refused:
        found.append("player_failed")
    if type_of(facts) not in wish.abilities.containers:
        found.append("container_not_supported")
    if wish.quality == "audio-only" and facts.video:
        found.append("audio_only_asked")
    if track is not None and track != first_heard(facts):
        found.append("audio_track_chosen")
    if wish.subtitle_track is not None and burned(facts, wish) is None:  # as text they come beside the picture, in HLS
        found.append("subtitle_track_chosen")
    if wish.rate != 1.0:
        found.append("rate_asked")
    if facts.video:
        found += [*against_showing(facts.video, facts, wish), *why_not_shown(facts.video, wish)]
    if track is not None:
        found += why_not_heard(facts.audio[track], wish.abilities)
    return found


def first_heard(facts: MediaFacts) -> int | None:
    """The sound that a player takes by itself: the one that is marked, else the first."""
    marked = [number for number, track in enumerate(facts.audio) if track.default]
    return marked[0] if marked else (0 if facts.audio else None)


def _is_webm(facts: MediaFacts) -> bool:
    pictures, sounds = WEBM
    return (facts.video is None or facts.video.codec in pictures) and all(
        audio.codec in sounds for audio in facts.audio
    )

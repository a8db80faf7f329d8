"""The subtitles of a film beside its picture: which there are, what the master playlist says of them, how they are cut.

Only text becomes renditions; the others are counted all the same, so that a track has one number everywhere: those in
the film first, then the files beside it. A rendition is cut into pieces of one length, whatever the picture's are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from controller.core.languages import name_of, tag_of
from controller.core.media import MediaFacts, SubtitleFacts
from controller.core.playlist import Caption, listing
from controller.core.segment_plan import SegmentPlan
from controller.core.wish import OFF, Choice

LENGTH = 60.0
"""Seconds of film in a piece: a few kilobytes of text, and little enough of a large film to be read for them. At another
rate it is played in another time, and has the same text for everybody.
"""
LOOK_BACK = 30.0
"""Seconds before a piece from which on its film is read, for what is still seen then."""
MOST = 200
"""Renditions that a master playlist has room for."""


@dataclass(frozen=True, slots=True)
class Window:
    """From where to where in a film, seconds of film time."""

    start: float
    end: float


def with_files(facts: MediaFacts, files: Iterable[SubtitleFacts]) -> MediaFacts:
    """The facts of a film with the subtitles that lie beside it."""
    return replace(facts, subtitles=(*facts.subtitles, *files))


def without_files(facts: MediaFacts) -> MediaFacts:
    """The facts of a film as it lies there alone."""
    return replace(facts, subtitles=tuple(track for track in facts.subtitles if not track.external))


def found_again(choice: Choice, facts: MediaFacts, names: Sequence[str]) -> Choice:
    """The same choice among the files that lie beside the film now, by their `names` in the order of their tracks. One
    that has gone leaves none: what has its number is another.
    """
    inside, track = len(facts.subtitles) - len(names), choice.subtitle_track
    if choice.beside is None:
        known = track is not None and inside <= track < len(facts.subtitles)
        return replace(choice, beside=names[track - inside]) if track is not None and known else choice
    if choice.beside in names:
        return replace(choice, subtitle_track=inside + names.index(choice.beside))
    return replace(choice, subtitle_track=OFF, burn=False, beside=None)


def captions(facts: MediaFacts, chosen: int | None) -> tuple[Caption, ...]:
    """What the master playlist says of a film's subtitles; the chosen one is the default."""
    text = [(track, about) for track, about in enumerate(facts.subtitles) if about.kind == "text"]
    return tuple(_caption(track, about, default=track == chosen) for track, about in text[:MOST])


def _caption(track: int, about: SubtitleFacts, *, default: bool) -> Caption:
    tag = (tag_of(about.language) or about.language) if about.language else None
    name = about.title or (name_of(tag) if tag else "Subtitles")
    purpose = "forced" if about.forced else "SDH" if about.hearing_impaired else ""
    if purpose and purpose.casefold() not in name.casefold():
        name = f"{name} ({purpose})"
    return Caption(track, name, tag, default, about.forced, about.hearing_impaired)


def pieces(plan: SegmentPlan) -> int:
    """Of how many segments a rendition of subtitles consists."""
    return max(1, math.ceil((plan.duration - 0.001) / LENGTH))


def window(plan: SegmentPlan, index: int) -> Window:
    """What a segment is to show."""
    start = plan.origin + index * LENGTH
    return Window(start, plan.origin + min((index + 1) * LENGTH, plan.duration))


def media(plan: SegmentPlan, track: int, start_at: float = 0.0) -> str:
    """The playlist of a rendition."""
    windows = [window(plan, index) for index in range(pieces(plan))]
    rows = [
        ((piece.end - piece.start) / plan.rate, f"subtitles-{track}-{index}.vtt") for index, piece in enumerate(windows)
    ]
    return listing(rows, start_at / plan.rate)

"""Reads a film's chapters, as many as anybody looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from controller.core.media import ChapterFacts

MOST = 1_000
LONGEST = 200
"""Letters of a title."""
MOST_TEXT = 48 * 1024
"""Bytes of all titles: they travel with every status of a stream. The chapters behind that have none."""


def chapters_of(told: Sequence[Any], start: float, duration: float) -> tuple[ChapterFacts, ...]:
    """The chapters that lie in the film, in order; one that has no end goes to the next one's beginning."""
    found = sorted(((_time(one, "start", start), one) for one in told), key=lambda each: each[0])
    inside = [(max(0.0, begin), one) for begin, one in found if begin < duration][:MOST]
    follows = [*(begin for begin, _ in inside[1:]), duration]  # one more than there are when there are none
    chapters, room = [], MOST_TEXT
    for (begin, one), next_begin in zip(inside, follows, strict=False):
        title, end = _title(one), _time(one, "end", start)
        room -= len(title.encode())
        end = min(end if end > begin else next_begin, duration)
        if end > begin:
            chapters.append(ChapterFacts(begin, end, title if title and room >= 0 else None))
    return tuple(chapters)


def _time(told: Any, key: str, start: float) -> float:
    return round(float(told[key] * told["time_base"]) - start, 6)


def _title(told: Any) -> str:
    title = str(told["metadata"].get("title", ""))
    return "".join(letter if letter.isprintable() else " " for letter in title).strip()[:LONGEST]

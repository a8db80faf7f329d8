"""The chapters of a film, as many as anybody looks at."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

from controller.adapters.ffmpeg.demo import make_demo
from controller.adapters.media import chapters as module
from controller.adapters.media.chapters import chapters_of
from controller.adapters.media.worker import look
from controller.core.media import ChapterFacts


def told(start: int, end: int, **metadata: str) -> dict[str, Any]:
    return {"id": 1, "start": start, "end": end, "time_base": Fraction(1, 10), "metadata": metadata}


async def test_a_films_chapters_are_read(tmp_path: Path) -> None:
    film = await make_demo(tmp_path)
    assert look(os.fsencode(film)).chapters == (
        ChapterFacts(0.0, 20.0, "Opening"),
        ChapterFacts(20.0, 40.0, "Middle"),
        ChapterFacts(40.0, 60.0, "Finale"),
    )


def test_times_are_the_films_and_lie_inside_it() -> None:
    found = chapters_of([told(120, 500, title="Second"), told(0, 120, title="First"), told(600, 700)], 10.0, 30.0)
    assert found == (ChapterFacts(0.0, 2.0, "First"), ChapterFacts(2.0, 30.0, "Second"))


def test_a_chapter_without_an_end_goes_to_the_next_one() -> None:
    found = chapters_of([told(0, 0), told(50, 50, title="Then"), told(50, 40)], 0.0, 9.0)
    assert found == (ChapterFacts(0.0, 5.0), ChapterFacts(5.0, 9.0))


def test_a_title_is_one_line_of_bounded_length() -> None:
    (found,) = chapters_of([told(0, 10, title=" a\nb\x1b[31m" + "x" * 500)], 0.0, 5.0)
    assert found.title is not None
    assert found.title.startswith("a b [31mxxx")
    assert len(found.title) == module.LONGEST


def test_more_chapters_than_anybody_looks_at_are_left_out() -> None:
    found = chapters_of([told(number, number + 1, title="ü" * 200) for number in range(5_000)], 0.0, 1e6)
    assert len(found) == module.MOST
    assert sum(len((chapter.title or "").encode()) for chapter in found) <= module.MOST_TEXT
    assert (found[0].title, found[-1].title) == ("ü" * 200, None)

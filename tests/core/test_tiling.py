"""The pictures of a scrubber: how many, how large, and where each lies."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.tiling import COLUMNS, HIGHEST, MOST, ROWS, WIDEST, Tiling, sheet_name, tiling_of, webvtt
from tests.core.making import modest
from tests.fakes.facts import film, picture

CUE = re.compile(
    r"(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})\nthumbnails-(\d+)\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)\n"
)


def cues(tiling: Tiling) -> list[tuple[float, float, int, tuple[int, ...]]]:
    """From when to when, on which sheet and where."""
    text = webvtt(tiling)
    assert text.startswith("WEBVTT\n\n")
    found = []
    for cue in CUE.finditer(text):
        begin, end = (int(cue[at]) * 3600 + int(cue[at + 1]) * 60 + float(cue[at + 2]) for at in (1, 4))
        found.append((begin, end, int(cue[7]), tuple(int(cue[at]) for at in range(8, 12))))
    return found


@pytest.mark.parametrize(
    ("duration", "every", "count"),
    [
        (0.5, 2.0, 1),
        (60.0, 2.0, 30),
        (61.0, 2.0, 31),
        (1500.0, 2.0, 750),
        (1501.0, 5.0, 301),
        (7200.0, 10.0, 720),
        (1e6, 120.0, 720),
    ],
)
def test_pictures_are_as_close_as_their_number_allows(duration: float, every: float, count: int) -> None:
    tiling = tiling_of(film(duration=duration))
    assert tiling is not None
    assert (tiling.every, tiling.count) == (every, count)


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({}, (240, 136)),
        ({"width": 640, "height": 480}, (240, 180)),
        ({"rotation": 90}, (102, 180)),
        ({"width": 720, "height": 576, "sample_aspect": (64, 45)}, (240, 136)),
        ({"width": 4000, "height": 2}, (240, 2)),
        ({"sample_aspect": (0, 1)}, (240, 136)),
    ],
)
def test_a_picture_is_upright_and_has_the_films_shape(changes: dict[str, object], size: tuple[int, int]) -> None:
    tiling = tiling_of(film(picture(**changes)))
    assert tiling is not None
    assert (tiling.width, tiling.height) == size


def test_sound_alone_has_no_pictures() -> None:
    assert tiling_of(film(None)) is None


@modest(100)
@given(st.floats(min_value=0.001, max_value=1e6))
def test_every_moment_of_a_film_has_one_place_on_a_sheet_that_there_is(duration: float) -> None:
    tiling = tiling_of(film(duration=duration))
    assert tiling is not None
    assert 0 < tiling.count <= MOST
    assert tiling.width <= WIDEST
    assert tiling.height <= HIGHEST
    found = cues(tiling)
    assert [begin for begin, *_ in found] == [number * tiling.every for number in range(tiling.count)]
    assert [end for _, end, *_ in found[:-1]] == [begin for begin, *_ in found[1:]]
    assert found[-1][1] == pytest.approx(duration, abs=0.001)
    places = [(sheet, place) for _, _, sheet, place in found]
    assert len(set(places)) == tiling.count
    for sheet, (left, top, width, height) in places:
        assert 0 <= sheet < tiling.sheets
        assert left + width <= COLUMNS * tiling.width
        assert top + height <= ROWS * tiling.height


def test_pictures_lie_row_by_row() -> None:
    found = cues(Tiling(2.0, 27, 240, 136, 54.0))
    assert [(sheet, *place[:2]) for _, _, sheet, place in found[4:7]] == [(0, 960, 0), (0, 0, 136), (0, 240, 136)]
    assert found[25] == (50.0, 52.0, 1, (0, 0, 240, 136))
    assert sheet_name(1) == "thumbnails-1.jpg"

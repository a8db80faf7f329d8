"""Subtitle files as people have them: numbered or not, with any line ends, damaged, and named after another kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core import subtitle_files
from controller.core.subtitle_files import read
from controller.core.webvtt import Cue
from tests.core.making import modest

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>First</i>
line

2
00:01:00,000 --> 00:01:01,000
10

3
01:00:00,000 --> 01:00:01,000
Last
"""
CUES = [Cue(1.0, 2.5, "<i>First</i>\nline"), Cue(60.0, 61.0, "10"), Cue(3600.0, 3601.0, "Last")]
ASS = """[Script Info]
Title: x
[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not said
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\i1}First{\\i0}\\Nline, with a comma
Dialogue: 0,0:00:03.00,0:00:02.00,Default,,0,0,0,,backwards
Dialogue: 0,nonsense,0:00:02.00,Default,,0,0,0,,without a time
Dialogue: too short
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_subrip_is_read_with_any_line_ends(end: str) -> None:
    assert read("\ufeff" + SRT.replace("\n", end), "subrip") == CUES


def test_subrip_is_read_without_numbers_and_without_empty_lines() -> None:
    assert read("\n".join(line for line in SRT.split("\n") if line), "subrip") == CUES
    bare = "00:01.5 --> 00:02.0\na\n00:00:03:000 -> 00:00:04.000\nb"
    assert read(bare, "subrip") == [Cue(1.5, 2.0, "a"), Cue(3.0, 4.0, "b")]


def test_subrip_may_have_empty_lines_inside_a_cue_and_places_behind_its_times() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2\na\n\nb\n\n2\n00:00:03,000 --> 00:00:04,000\n\n"
    assert read(text, "subrip") == [Cue(1.0, 2.0, "a\nb")]


def test_webvtt_is_read_without_its_notes_styles_and_names() -> None:
    text = (
        "WEBVTT - title\nKind: captions\n\nNOTE\nnot said\n\nSTYLE\n::cue { color: red }\n\nname\n"
        "00:01.000 --> 00:02.000 line:0 align:start\n<v Ann>Hi &amp; <i>ho</i></v>\n\n"
        "01:00:00.000 --> 01:00:01.000\nLast\n\nafter all\n"
    )
    expected = [Cue(1.0, 2.0, "Hi &amp; <i>ho</i>"), Cue(3600.0, 3601.0, "Last")]
    assert read(text, "webvtt") == expected
    assert read(text, "subrip") == expected, "it says what it is"
    assert read(text.removeprefix("WEBVTT - title\n"), "webvtt") == expected


def test_dialogue_of_ass_is_read_by_the_fields_that_it_names() -> None:
    assert read(ASS, "ass") == [Cue(1.0, 2.5, "<i>First</i>\nline, with a comma")]
    assert read(ASS, "subrip") == read(ASS, "ass"), "it says what it is"
    short = "[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00,said\n"
    assert read(short, "ssa") == [Cue(1.0, 2.0, "said")]
    assert read("Dialogue: Marked=0,0:00:01.00,0:00:02.00,D,,0,0,0,,said", "ssa") == [Cue(1.0, 2.0, "said")]


def test_a_subrip_file_that_is_called_ass_is_read_all_the_same() -> None:
    assert read(SRT, "ass") == CUES


def test_so_many_cues_are_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subtitle_files, "MOST", 2)
    assert read(SRT, "subrip") == CUES[:2]


@given(
    lines=st.lists(
        st.one_of(
            st.sampled_from(["", "1", "WEBVTT", "[Events]", "Format: Start, Text, End", "Format:", "Dialogue:", "-->"]),
            st.sampled_from(
                ["00:00:01,000 --> 00:00:02,000", "9:9:9,9 --> 99999:00:00,000", "Dialogue: 1,0:0:1.0,0:0:2.0,a"]
            ),
            st.text(max_size=12),
        ),
        max_size=14,
    ),
    codec=st.sampled_from(["subrip", "webvtt", "ass", "ssa"]),
)
@modest(120)
def test_whatever_a_file_holds_its_cues_are_sound(lines: list[str], codec: str) -> None:
    for cue in read("\n".join(lines), codec):
        assert 0 <= cue.start < cue.end
        assert cue.text
        assert "-->" not in cue.text


@given(
    times=st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10_000)), max_size=9),
    words=st.text("abc 019", min_size=1, max_size=9).filter(
        lambda words: words.strip() and not words.strip().isdigit()
    ),
)
@modest(60)
def test_what_is_written_as_subrip_is_read_again(times: list[tuple[int, int]], words: str) -> None:
    def stamp(ms: int) -> str:
        return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"

    text = "".join(
        f"{number}\n{stamp(start)} --> {stamp(start + length)}\n{words}\n\n"
        for number, (start, length) in enumerate(times)
    )
    expected = sorted((start, start + length) for start, length in times)
    assert [(round(cue.start * 1000), round(cue.end * 1000)) for cue in read(text, "subrip")] == expected

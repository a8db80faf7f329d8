"""Scripts for libass: a styled file word for word, and others from their cues."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.script import HEAD, script, script_of
from controller.core.subtitle_files import read
from controller.core.webvtt import Cue
from tests.core.making import modest

STYLED = """[Script Info]\r
ScriptType: v4.00+\r
\r
[V4+ Styles]\r
Style: Default,DejaVu Sans,80\r
[Events]\r
Dialogue: 0,0:00:02.00,0:00:05.00,Default,,0,0,0,,{\\pos(1,2)}Left\r
"""


@pytest.mark.parametrize("styled", [STYLED, STYLED.replace("\r\n", "\r"), STYLED.replace("V4+ S", "v4 s")])
def test_a_styled_file_stays_as_its_makers_wrote_it(styled: str) -> None:
    assert script(styled, "ass") == styled
    assert script("\ufeff" + styled, "subrip") == styled, "what it is counts, not what it is called"
    assert script(styled[:40] + "\0" + styled[40:], "ass") == styled, "libass reads as far as a NUL"


def test_what_is_not_styled_is_written_from_its_cues() -> None:
    text = "1\n00:59:59,999 --> 01:00:01,500\n<i>One</i> & {two}\nthree\\N <b>4</b>\n"
    assert script(text, "subrip") == HEAD + (
        "Dialogue: 1:00:00.00,1:00:01.50,Default,{\\i1}One{\\i0} & \\{two\\}\\Nthree\\N {\\b1}4{\\b0}\n"
    )


def test_a_backslash_is_only_a_backslash() -> None:
    assert script_of([Cue(0.0, 1.0, "a\\Nb &lt;i&gt;")]) == HEAD + (
        "Dialogue: 0:00:00.00,0:00:01.00,Default,a\\\u2060Nb <i>\n"
    )


def test_a_script_without_a_word_is_one_all_the_same() -> None:
    assert script("no subtitles at all", "ass") == script_of([]) == HEAD


@given(text=st.text(max_size=40))
@modest(100)
def test_a_cue_is_one_line_whatever_it_says(text: str) -> None:
    cues = read(f"00:00:01,000 --> 00:00:02,000\n{text}\n", "subrip")
    written = script_of(cues).removeprefix(HEAD)
    assert written.count("\n") == len(cues)

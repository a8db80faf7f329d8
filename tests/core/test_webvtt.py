"""The text of subtitles as WebVTT: what is kept, what is left out, and that nothing breaks out of its cue."""

from __future__ import annotations

import html
import re
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.webvtt import (
    CONVERTERS,
    Cue,
    document,
    from_ass,
    from_event,
    from_mov_text,
    from_subrip,
    from_webvtt,
    in_order,
)
from tests.core.making import modest

SPECIAL = [
    "{", "}", "\\", "<", ">", "&", "-->", "\n", "\r\n", "\r", "\0", "\u2028", "\ud800", "\x85", "{\\i1}", "{\\i0}", "{\\b700}",
    "{\\p1}", "{\\p0}", "{\\r}", "<i>", "</i>", "<b", "<u>", "<br>", "\\N", "\\h", "&lt;", "&#10;", "\n\n",
]  # fmt: skip
TRICKS = st.lists(st.one_of(st.sampled_from(SPECIAL), st.text(max_size=6)), max_size=12).map("".join)
TIMES = st.floats(0, 360_000, allow_nan=False)
CUES = st.lists(st.builds(Cue, TIMES, TIMES, TRICKS), max_size=8)


def blocks(text: str) -> list[list[str]]:
    """What a reader of WebVTT finds: lines by blocks, which empty lines divide."""
    found: list[list[str]] = [[]]
    for line in re.split(r"\r\n|\n|\r", text):
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [block for block in found if block]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain", "plain"),
        (r"one\Ntwo\nthree\hfour", "one\ntwo three\u00a0four"),
        (r"{\i1}a{\i0} {\b1}b{\b0} {\u1}c{\u0}", "<i>a</i> <b>b</b> <u>c</u>"),
        (r"{\i1\b1}both{\i0}one", "<b><i>both</i></b><b>one</b>"),
        (r"{\b700}heavy{\b400}light{\b}plain", "<b>heavy</b>lightplain"),
        (r"{\an8\pos(1,2)\fnArial\bord2\blur3\clip(1,2,3,4)\iclip(1)\be1}shown", "shown"),
        (r"{\i1}a\Nb", "<i>a</i>\n<i>b</i>"),
        (r"{\i1}a{\rOther}b", "<i>a</i>b"),
        (r"{\p1}m 0 0 l 100 0 100 100{\p0}text", "text"),
        (r"{\p1}m 0 0 l 100 0", ""),
        (r"{comment}a{unclosed", "a{unclosed"),
        (r"\{brace\} a\b", r"{brace} a\b"),
        (r"a < b & c > d --> e", "a &lt; b &amp; c &gt; d --&gt; e"),
        (r"\N \N a \N\N b\N", " a \n b"),
        (r"{\i1}{\i0}", ""),
        ("a\x00\x07\x85b\ud800\ufeff", "ab\ufffd"),
    ],
)
def test_styled_text_keeps_its_emphasis_and_loses_the_rest(source: str, text: str) -> None:
    assert from_ass(source) == text
    assert from_event(f"12,0,Default,,0,0,0,,{source}") == text
    if source.isascii():
        assert CONVERTERS["ass"](f"12,0,Default,,0,0,0,,{source}".encode()) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<i>a</i> <b>b</b> <u>c</u>", "<i>a</i> <b>b</b> <u>c</u>"),
        ("<I>a</I> <em>b</em> <strong>c</strong>", "<i>a</i> <i>b</i> <b>c</b>"),
        ('<font color="#ff0000" size=3>red</font>', "red"),
        ("<i>never closed\nnext", "<i>never closed</i>\n<i>next</i>"),
        ("never opened</i>", "never opened"),
        ("<b><i>crossed</b></i>", "<b><i>crossed</i></b>"),
        (r"{\an8}{\i1}up{\i0} {sighs}", "<i>up</i> {sighs}"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("I <3 you & 1 < 2", "I &lt;3 you &amp; 1 &lt; 2"),
        ("a <b", "a &lt;b"),
        (r"a\Nb\hc\d", "a\nb\u00a0c\\d"),
        ("line\r\n\r\n\rnext", "line\nnext"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("&amp; stays", "&amp;amp; stays"),
    ],
)
def test_subrip_text_keeps_its_emphasis_and_loses_the_rest(source: str, text: str) -> None:
    assert from_subrip(source) == text
    assert CONVERTERS["subrip"](source.encode()) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<i.loud>a</i><c.yellow>b</c><v Ann>c</v>", "<i>a</i>bc"),
        ("<00:00:01.000>ka<00:00:02.000>ra", "kara"),
        ("&lt;b&gt; &amp; &nbsp;&#9834;", "&lt;b&gt; &amp; \u00a0♪"),
        ("a < b", "a &lt; b"),
        ("a&#10;&#10;b", "a\nb"),
    ],
)
def test_webvtt_text_keeps_its_emphasis_and_loses_the_rest(source: str, text: str) -> None:
    assert from_webvtt(source) == text
    assert CONVERTERS["webvtt"](source.encode()) == text


def timed(text: str, *faces: tuple[int, int, int], encoding: str = "utf-8") -> bytes:
    """A sample of timed text; a face is from, to and its bits."""
    body = text.encode(encoding)
    records = b"".join(struct.pack(">HHHBBI", start, end, 1, bits, 18, 0xFFFFFFFF) for start, end, bits in faces)
    style = struct.pack(">I4sH", 10 + len(records), b"styl", len(faces)) + records if faces else b""
    return struct.pack(">H", len(body)) + body + struct.pack(">I4s", 8, b"hlit") + style


def test_timed_text_has_the_faces_that_its_boxes_tell() -> None:
    assert from_mov_text(timed("plain & simple")) == "plain &amp; simple"
    assert from_mov_text(timed("öne two three", (0, 3, 2), (4, 7, 5))) == "<i>öne</i> <b><u>two</u></b> three"
    assert from_mov_text(timed("one\ntwo", (0, 7, 1))) == "<b>one</b>\n<b>two</b>"
    assert from_mov_text(timed("öne", encoding="utf-16")) == "öne"
    assert from_mov_text(b"\0\0") == from_mov_text(b"") == ""


def test_faces_that_make_no_sense_are_left_out() -> None:
    assert from_mov_text(timed("abc", (2, 1, 2), (1, 9, 2), (1, 2, 2), (1, 3, 1))) == "a<i>b</i>c"
    assert from_mov_text(timed("abc") + b"\0\0\0\0styl\0\1\0") == "abc"


@given(payload=st.binary(max_size=60))
@modest(60)
def test_no_sample_of_timed_text_is_an_accident(payload: bytes) -> None:
    assert "\n\n" not in from_mov_text(payload)


@pytest.mark.parametrize("convert", [from_ass, from_subrip, from_webvtt])
@given(source=TRICKS)
@modest(80)
def test_whatever_is_said_stays_one_well_formed_cue(convert: object, source: str) -> None:
    assert callable(convert)
    text = convert(source)
    text.encode()
    assert "-->" not in text
    assert all(line.strip() for line in text.split("\n")) or text == ""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    for line in text.split("\n"):
        open_tags: list[str] = []
        for closing, tag in re.findall(r"<(/?)([^<>]*)>", line):
            assert tag in "biu"
            if closing:
                assert open_tags.pop() == tag
            else:
                open_tags.append(tag)
        assert open_tags == []
        assert "<" not in re.sub(r"</?[biu]>", "", line)


@given(
    words=st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"], exclude_characters="\\{}<>&"), max_size=40)
)
@modest(60)
def test_plain_words_are_said_as_they_are(words: str) -> None:
    for convert in (from_ass, from_subrip, from_webvtt):
        assert html.unescape(convert(words)) == words


def test_a_long_cue_is_cut_not_refused() -> None:
    assert len(from_subrip("x" * 1_000_000)) == len(from_ass("x" * 1_000_000)) == 8_000
    assert len(from_mov_text(timed("x" * 60_000))) == 8_000


def test_a_document_says_how_its_times_and_the_medias_go_together() -> None:
    text = document([Cue(3661.5, 3662.0015, "<i>late</i>"), Cue(0.0, 1.25, "a\nb")], 10.0)
    assert text == (
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n"
        "\n00:00:00.000 --> 00:00:01.250\na\nb\n"
        "\n01:01:01.500 --> 01:01:02.002\n<i>late</i>\n"
    )
    assert "\n00:00:04.000 --> 00:00:06.000\na\n" in document([Cue(2.0, 3.0, "a")], 10.0, 0.5)
    assert document([], 10.0) == "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n"


@given(cues=CUES)
@modest(80)
def test_a_document_has_exactly_the_cues_that_it_was_given(cues: list[Cue]) -> None:
    text = document(cues, 10.0)
    text.encode()
    head, *found = blocks(text)
    assert head == ["WEBVTT", "X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000"]
    assert len(found) == len(in_order(cues))
    pattern = r"\d\d+:\d\d:\d\d\.\d{3} --> \d\d+:\d\d:\d\d\.\d{3}"
    assert all(re.fullmatch(pattern, block[0]) for block in found)
    assert not any("-->" in line for block in found for line in block[1:])


def test_cues_are_told_in_order_and_once() -> None:
    one, two = Cue(1.0, 2.0, "one"), Cue(0.5, 3.0, "two")
    assert in_order([one, two, Cue(1.0001, 2.0001, "one"), Cue(5, 5, "x"), Cue(6, 5, "x"), Cue(1, 2, "")]) == [
        two,
        Cue(1.0001, 2.0001, "one"),
    ]

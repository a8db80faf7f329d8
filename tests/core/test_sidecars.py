"""What the names of subtitle files say, and what languages are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.languages import NAMES, name_of, tag_of
from controller.core.sidecars import codec_of, facts_of, folded, owner_of
from tests.core.making import modest


@pytest.mark.parametrize(
    ("name", "language", "title", "flags"),
    [
        ("Film.srt", None, None, ""),
        ("Film.en.srt", "en", None, ""),
        ("film.EN.SRT", "en", None, ""),
        ("Film.eng.forced.vtt", "en", None, "forced"),
        ("Film.forced.eng.vtt", "en", None, "forced"),
        ("Film.de.sdh.ass", "de", None, "impaired"),
        ("Film.German.ssa", "de", None, ""),
        ("Film.pt-BR.srt", "pt-BR", None, ""),
        ("Film.zh-Hans.srt", "zh-Hans", None, ""),
        ("Film.hi.srt", "hi", None, ""),
        ("Film.en.hi.srt", "en", None, "impaired"),
        ("Film.en_hi.srt", "en", None, "impaired"),
        ("Film.en-cc.default.srt", "en", None, "impaired default"),
        ("Film.English (SDH).srt", "en", None, "impaired"),
        ("Film.Director's Commentary.fre.srt", "fr", "Director's Commentary", ""),
        ("Film.1080p.x264.srt", None, "1080p x264", ""),
        ("Film..en..srt", "en", None, ""),
        ("Film.caf\udce9.srt", None, "caf\ufffd", ""),
    ],
)
def test_a_name_tells_language_title_and_purpose(
    name: str, language: str | None, title: str | None, flags: str
) -> None:
    facts = facts_of(name, "Film")
    assert (facts.language, facts.title) == (language, title)
    assert (facts.forced, facts.hearing_impaired, facts.default) == (
        "forced" in flags,
        "impaired" in flags,
        "default" in flags,
    )
    assert (facts.kind, facts.external, facts.index) == ("text", True, -1)


def test_an_ending_tells_what_is_inside() -> None:
    names = ["a.srt", "a.VTT", "a.ass", "a.ssa", "a.sub", "a", "srt"]
    assert [codec_of(name) for name in names] == ["subrip", "webvtt", "ass", "ssa", None, None, None]


def test_a_file_belongs_to_the_film_with_the_longest_name_that_it_begins_with() -> None:
    films = {folded(stem) for stem in ("Film", "Film.2", "Cafe\u0301", "Straße")}
    belongs = {
        "Film.srt": "Film", "FILM.en.srt": "Film", "Film.2.en.srt": "Film.2", "Film.22.srt": "Film", "Film 3.srt": None,
        "Filmed.srt": None, "Caf\u00e9.fr.srt": "Café", "STRASSE.srt": "Straße", "other.srt": None, ".srt": None,
    }  # fmt: skip
    for name, stem in belongs.items():
        assert owner_of(name, films) == (folded(stem) if stem else None), name


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"), ("ENG", "en"), ("English", "en"), ("ger", "de"), ("deu", "de"), ("Deutsch", "de"), ("pt_br", "pt-BR"),
        ("pob", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW"), ("es-419", "es-419"), ("chi", "zh"), ("русский", "ru"),
        ("dts", None), ("forced", None), ("-", None), ("", None), ("und", None), ("x264", None),
    ],
)  # fmt: skip
def test_a_language_is_known_by_all_its_names(text: str, tag: str | None) -> None:
    assert tag_of(text) == tag


def test_a_tag_has_a_name_for_people() -> None:
    assert (name_of("en"), name_of("pt-BR"), name_of("tlh")) == ("English", "Portuguese (BR)", "tlh")
    assert len(NAMES) == 184
    assert all(tag_of(code) == tag_of(name) == code for code, name in NAMES.items())


@given(name=st.text(max_size=30), stem=st.text(max_size=8))
@modest(80)
def test_no_name_is_an_accident(name: str, stem: str) -> None:
    facts = facts_of(name, stem)
    assert facts.language is None or facts.language.isascii()
    (facts.title or "").encode()
    assert owner_of(name, {folded(stem)}) in (None, folded(stem))

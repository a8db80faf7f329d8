"""Finds out how the text of a subtitle file is encoded, and decodes it; nothing tells.

A mark at the beginning and valid UTF-8 are believed. UTF-16 shows by its zeros. Of the code pages, charset-normalizer
finds those of scripts of their own; those of Latin letters look alike to it, so they are told apart by the alphabet
that covers most of the letters: in the wrong one, no language has all that is there. A language in the file's name
decides where the text alone is too short to.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from charset_normalizer import from_bytes

SAMPLE = 32 * 1024
"""Bytes of lines with letters beyond ASCII that are looked at."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PAGES = [
    "cp1252", "cp1250", "iso8859_2", "cp1254", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874", "cp932", "euc_jp",
    "gb18030", "big5", "cp949",
]  # fmt: skip
ALPHABETS = {
    "cp1252": (
        "éèêëàâçîïôùûüœæÿ", "äöüßé", "áéíóúüñ", "àèéìòùîó", "ãâáàçéêíóõôúü", "åäöé", "æøåéóòô", "áðéíóúýþæö", "éëïóöüèêáí",
    ),
    "cp1250": (
        "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "čšž", "äöüßé",
    ),
    "iso8859_2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüİâîû",),
}  # fmt: skip
"""The letters beyond ASCII of the languages that are written in a code page of Latin letters."""
COMMON = frozenset("\u00a0«»„“”‚‘’…–—·°♪€£§©®™´`¡¿")
LATIN, CYRILLIC = tuple(ALPHABETS), ("cp1251", "koi8_r")
CENTRAL = ("cp1250", "iso8859_2", "cp1252")
OF_LANGUAGE = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk"), CYRILLIC),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "hr", "sl", "bs"), CENTRAL),
    **dict.fromkeys(("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "nb", "fi", "is", "ca"), LATIN),
    "sr": (*CENTRAL, *CYRILLIC),
    "tr": ("cp1254", "cp1252"),
    "el": ("cp1253",),
    "he": ("cp1255",),
    **dict.fromkeys(("ar", "fa", "ur"), ("cp1256",)),
    "th": ("cp874",),
    "ja": ("cp932", "euc_jp"),
    "ko": ("cp949",),
    "zh": ("gb18030", "big5"),
}
"""The usual code pages of a language."""


def decode(body: bytes, language: str | None = None) -> str:
    """The text; `language` is the tag of the language that it is said to be in. What cannot be read becomes U+FFFD."""
    for mark, encoding in MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    wide = _wide(body)
    try:
        return body.decode(wide or "utf-8", "replace" if wide else "strict")
    except UnicodeDecodeError:
        return body.decode(_page(body, language), "replace")


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of digits, arrows and line ends is zero."""
    head = body[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 5 < len(head) // 2 or min(even, odd) * 4 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _page(body: bytes, language: str | None) -> str:
    lines = [line for line in body.replace(b"\r", b"\n").split(b"\n") if not line.isascii()]
    sample = b"\n".join(lines)[:SAMPLE]
    if len(sample) == SAMPLE:
        sample = sample.rpartition(b"\n")[0] or sample
    usual = OF_LANGUAGE.get((language or "").split("-")[0], ())
    pages = [page for page in usual if _fits(sample, page)] or [page for page in PAGES if _fits(sample, page)]
    return _choose(sample, pages or ["cp1252"])


def _fits(sample: bytes, page: str) -> bool:
    try:
        sample.decode(page)
    except UnicodeDecodeError:
        return False
    return True


def _choose(sample: bytes, pages: Sequence[str]) -> str:
    """The most likely of pages that all could be."""
    if len(pages) == 1:
        return pages[0]
    if {*pages} <= {*LATIN}:
        return max(pages, key=lambda page: _coverage(sample, page))
    if {*pages} <= {*CYRILLIC}:
        return max(pages, key=lambda page: sum(char.islower() for char in sample.decode(page)))
    best = from_bytes(sample, cp_isolation=list(pages)).best()
    found = best.encoding if best else pages[0]
    alike = next((group for group in (LATIN, CYRILLIC) if found in group), (found,))
    return _choose(sample, [page for page in alike if page in pages] or [found])


def _coverage(sample: bytes, page: str) -> float:
    """How much of what is beyond ASCII the best fitting alphabet of a page has."""
    letters = [char for char in sample.decode(page, "replace") if not char.isascii() and char not in COMMON]
    known = [{*alphabet, *alphabet.upper()} for alphabet in ALPHABETS[page]]
    most = max(sum(char in alphabet for char in letters) for alphabet in known)
    return most / max(1, len(letters))

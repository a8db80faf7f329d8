"""What the name of a subtitle file says: whose it is, in which language, and what for.

    Film.mkv        Film.srt · Film.en.srt · Film.eng.forced.vtt · Film.de.sdh.ass · Film.Commentary.pt-BR.srt

A file belongs to the film with the longest name that its own begins with, up to a dot; case and composition of letters
do not matter. What is neither a language nor a flag is its title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence

from controller.core.languages import tag_of
from controller.core.media import SubtitleFacts

CODECS = {".srt": "subrip", ".vtt": "webvtt", ".ass": "ass", ".ssa": "ssa"}
"""What a file with such an ending holds, in FFmpeg's words."""
FLAGS = {
    "forced": "forced", "foreign": "forced", "sdh": "impaired", "cc": "impaired", "hi": "impaired", "hoh": "impaired",
    "default": "default",
}  # fmt: skip
FLAGGED = re.compile(r"(.+)[-_](hi|cc)", re.IGNORECASE)
SURROGATE = re.compile(r"[\ud800-\udfff]")
BETWEEN = re.compile(r"[-_ ()\[\]]+")
LONGEST_TITLE = 200


def codec_of(name: str) -> str | None:
    """What a file of this name would hold, if that is subtitles."""
    return CODECS.get(_split(name)[1].lower())


def owner_of(name: str, stems: Container[str]) -> str | None:
    """Which of the films, by their `folded` names without ending, a subtitle file belongs to."""
    own = folded(_split(name)[0])
    while own and own not in stems:
        own = own.rpartition(".")[0]
    return own or None


def facts_of(name: str, stem: str) -> SubtitleFacts:
    """What the name of a film's subtitle file tells."""
    rest = unicodedata.normalize("NFC", _split(shown(name))[0])[len(unicodedata.normalize("NFC", shown(stem))) + 1 :]
    words = [word for part in rest.split(".") if part for word in _words(part)]
    language, at = _language(words)
    flags = {FLAGS[word.lower()] for place, word in enumerate(words) if place != at and word.lower() in FLAGS}
    title = " ".join(
        word for place, word in enumerate(words) if place != at and word.lower() not in FLAGS and word.strip()
    )
    return SubtitleFacts(
        index=-1,
        codec=codec_of(name) or "subrip",
        language=language,
        title=title[:LONGEST_TITLE] or None,
        default="default" in flags,
        forced="forced" in flags,
        hearing_impaired="impaired" in flags,
        external=True,
    )


def folded(name: str) -> str:
    """The same for names that people take for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def shown(name: str) -> str:
    """A name for people: bytes that are not UTF-8 become U+FFFD, each."""
    return SURROGATE.sub("\ufffd", name)


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if dot else (name, "")


def _words(part: str) -> Sequence[str]:
    """A part between two dots, taken apart where all that it is made of is known: `en-sdh`, `English (forced)`."""
    flagged = FLAGGED.fullmatch(part)
    if flagged and tag_of(flagged[1]):
        return flagged.groups()
    if _known(part):
        return [part]
    pieces = [piece for piece in BETWEEN.split(part) if piece]
    return pieces if pieces and all(_known(piece) for piece in pieces) else [part]


def _known(word: str) -> bool:
    return word.lower() in FLAGS or tag_of(word) is not None


def _language(words: Sequence[str]) -> tuple[str | None, int]:
    """The language, and which word it is: the last one that says one, `hi` only when there is no other (it may be Hindi)."""
    told = [(tag, place) for place, word in enumerate(words) if (tag := tag_of(word))]
    clear = [(tag, place) for tag, place in told if words[place].lower() not in FLAGS]
    return next(reversed(clear or told), (None, -1))

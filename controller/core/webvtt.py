"""WebVTT (W3C), written from what other kinds of subtitles say.

Contract. The text of a cue is WebVTT's own markup: italics, bold and underlined text, everything else plain and
escaped; it has no empty line and no control characters. Whatever is read, what is written has exactly the cues given.
"""

from __future__ import annotations

import html
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

LONGEST = 8_000
"""Characters of a cue's source that are looked at."""
TAGS = {"i": "i", "em": "i", "b": "b", "strong": "b", "u": "u"}
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
BREAK = re.compile(r"\r\n|[\r\n\u2028\u2029]")

ASS = re.compile(r"\\([Nnh{}])|\{([^{}]*)\}|[^\\{]+|[\\{]")
OVERRIDE = re.compile(r"\\(?:([biu])(\d{0,4})(?![\w(])|p(\d{1,4})|(r))", re.ASCII)
SUBRIP = re.compile(r"\\([Nh])|\{(\\[^{}]*)\}|<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>|[^\\{<]+|[\\{<]")
WEBVTT = re.compile(r"<(/?)([A-Za-z]*)[^<>]*>|[^<]+|<")


@dataclass(frozen=True, slots=True)
class Cue:
    """`start` and `end` are seconds of film time."""

    start: float
    end: float
    text: str


def document(cues: Iterable[Cue], media_zero: float, rate: float = 1.0) -> str:
    """A WebVTT file whose cues are at film time, for media whose timestamps are `media_zero` seconds later (RFC 8216
    §3.5). Of media that are made at another `rate` so many seconds of film go by in one.
    """
    header = f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{round(media_zero * 90_000)},LOCAL:00:00:00.000\n"
    return header + "".join(
        f"\n{_stamp(cue.start)} --> {_stamp(cue.end)}\n{_sound(cue.text)}\n"
        for cue in in_order(Cue(cue.start / rate, cue.end / rate, cue.text) for cue in cues)
    )


def in_order(cues: Iterable[Cue]) -> list[Cue]:
    """By their times, what has a length of a millisecond and a text, nothing twice: layers of styled subtitles repeat
    their text.
    """
    seen = {(round(cue.start * 1000), round(cue.end * 1000), cue.text): cue for cue in cues if cue.text}
    return [seen[key] for key in sorted(seen) if 0 <= key[0] < key[1]]


def _stamp(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds:03}"


def _sound(text: str) -> str:
    """Text that cannot end its cue, whoever wrote it."""
    lines = [line for line in BREAK.split(text.replace("-->", "--&gt;").replace("\0", "")) if line]
    return SURROGATE.sub("\ufffd", "\n".join(lines))


# ── from other markup ─────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Ink:
    """Collects text with the styles it is written in."""

    styles: set[str] = field(default_factory=set)
    drawing: bool = False
    runs: list[tuple[str, str]] = field(default_factory=list)

    def say(self, text: str) -> None:
        """More text, unless it is the path of a drawing."""
        if not self.drawing:
            self.runs.append(("".join(sorted(self.styles)), text))

    def style(self, tag: str, *, on: bool) -> None:
        """From here on."""
        (self.styles.add if on else self.styles.discard)(tag)

    def override(self, block: str) -> None:
        """A block of ASS's override codes."""
        for tag, value, draws, _reset in OVERRIDE.findall(block):
            if tag:
                self.style(tag, on=value == "1" or (tag == "b" and int(value or 0) > 400))
            elif draws:
                self.drawing = int(draws) > 0
            else:
                self.styles.clear()

    def text(self) -> str:
        """All of it as WebVTT."""
        lines = ("".join(_written(styles, part) for styles, part in line) for line in self._lines())
        return "\n".join(lines)

    def _lines(self) -> Iterator[list[tuple[str, str]]]:
        """The lines that show something, as runs of one style each."""
        line: list[tuple[str, str]] = []
        for styles, text in [*self.runs, ("", "\n")]:
            first, *others = BREAK.split(NO_TEXT.sub("", SURROGATE.sub("\ufffd", text)))
            _extend(line, styles, first)
            for part in others:
                if any(said.strip() for _, said in line):
                    yield line
                line = []
                _extend(line, styles, part)


def _extend(line: list[tuple[str, str]], styles: str, text: str) -> None:
    if line and line[-1][0] == styles:
        line[-1] = styles, line[-1][1] + text
    elif text:
        line.append((styles, text))


def _written(styles: str, text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"<{tag}>" for tag in styles) + escaped + "".join(f"</{tag}>" for tag in reversed(styles))


def from_ass(source: str) -> str:
    """The text of an ASS or SSA event, without its drawings."""
    ink = _Ink()
    for found in ASS.finditer(source[:LONGEST]):
        escape, block = found.groups()
        if block is not None:
            ink.override(block)
        else:
            ink.say({"N": "\n", "n": " ", "h": "\u00a0"}.get(escape, escape) if escape else found[0])
    return ink.text()


def from_subrip(source: str) -> str:
    """The text of a SubRip cue: HTML's tags, and the override codes that many write into it."""
    ink = _Ink()
    for found in SUBRIP.finditer(source[:LONGEST]):
        escape, block, closing, tag = found.groups()
        if tag:
            _html(ink, tag.lower(), on=not closing)
        elif block:
            ink.override(block)
        else:
            ink.say({"N": "\n", "h": "\u00a0"}[escape] if escape else found[0])
    return ink.text()


def from_webvtt(source: str) -> str:
    """The text of a WebVTT cue, without its classes, voices and karaoke times."""
    ink = _Ink()
    for found in WEBVTT.finditer(source[:LONGEST]):
        closing, tag = found.groups()
        if tag is None:
            ink.say(html.unescape(found[0]))
        else:
            _html(ink, tag.lower(), on=not closing)
    return ink.text()


def _html(ink: _Ink, tag: str, *, on: bool) -> None:
    if tag == "br":
        ink.say("\n")
    elif tag in TAGS:
        ink.style(TAGS[tag], on=on)


def from_event(source: str) -> str:
    """An ASS event as Matroska keeps it: eight fields before its text."""
    return from_ass(source.split(",", 8)[-1])


def from_mov_text(payload: bytes) -> str:
    """A sample of 3GPP timed text (TS 26.245 §5.17): its length, its text, and boxes of which `styl` has the styles."""
    size = int.from_bytes(payload[:2], "big")
    body, boxes = payload[2 : 2 + size], payload[2 + size :]
    text = body.decode("utf-16" if body[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8", "replace")[:LONGEST]
    ink, at = _Ink(), 0
    for start, end, face in sorted(_faces(boxes)):
        if at <= start < end <= len(text):
            ink.say(text[at:start])
            ink.styles = {tag for bit, tag in ((1, "b"), (2, "i"), (4, "u")) if face & bit}
            ink.say(text[start:end])
            ink.styles, at = set(), end
    ink.say(text[at:])
    return ink.text()


def _faces(boxes: bytes) -> Iterator[tuple[int, int, int]]:
    """From where to where, in characters, there is which face."""
    while len(boxes) >= 10:
        size, kind = int.from_bytes(boxes[:4], "big"), boxes[4:8]
        if kind == b"styl":
            count = int.from_bytes(boxes[8:10], "big")
            records = boxes[10 : min(size, 10 + 12 * count)]
            for place in range(0, len(records) - 11, 12):
                start, end, _font, face = struct.unpack_from(">HHHB", records, place)
                yield start, end, face
        boxes = boxes[max(size, 8) :]


def _as_text(convert: Callable[[str], str]) -> Callable[[bytes], str]:
    return lambda payload: convert(payload.decode("utf-8", "replace"))


CONVERTERS: dict[str, Callable[[bytes], str]] = {
    **dict.fromkeys(("subrip", "srt", "text"), _as_text(from_subrip)),
    **dict.fromkeys(("ass", "ssa"), _as_text(from_event)),
    "webvtt": _as_text(from_webvtt),
    "mov_text": from_mov_text,
}
"""Makes the text of a cue from what a film holds of it, by FFmpeg's name of the codec."""

"""Reads whole subtitle files, SubRip, WebVTT and ASS, as they are found and not only as they should be.

Times decide: a line that holds two of them begins a cue, whatever stands before it and however it is numbered. What
cannot be read is passed over. The text is decoded already; nothing of it reaches FFmpeg.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from controller.core.webvtt import Cue, from_ass, from_subrip, from_webvtt

MOST = 50_000
"""Cues of one file that are read."""
TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,:](\d{1,3})"
TIMES = re.compile(rf"\s*{TIME}[ \t]*-{{1,3}}>[ \t]*{TIME}(?!\d)", re.ASCII)
ASS_TIME = re.compile(r"\s*(\d{1,4}):(\d{1,2}):(\d{1,2})[.:](\d{1,3})\s*", re.ASCII)
FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")


def read(text: str, codec: str) -> list[Cue]:
    """The cues of a file that is named as if it held `codec`; what it begins with is believed more."""
    text = text.lstrip("\ufeff")
    lines = (line.rstrip("\r") for line in text.split("\n")) if "\n" in text else iter(text.split("\r"))
    head = text[:2_000].lstrip().casefold()
    if head.startswith("webvtt"):
        found = _timed(lines, webvtt=True)
    elif "[script info]" in head or "[events]" in head or (codec in ("ass", "ssa") and "-->" not in head):
        found = _events(lines)
    else:
        found = _timed(lines, webvtt=codec == "webvtt")
    return sorted(islice(found, MOST), key=lambda cue: (cue.start, cue.end))


def _timed(lines: Iterable[str], *, webvtt: bool) -> Iterator[Cue]:
    """Cues that begin with a line of times. In WebVTT they end at an empty line, in SubRip before the next number."""
    times: tuple[float, float] | None = None
    body: list[str] = []
    for line in lines:
        found = TIMES.match(line)
        if found:
            yield from _cue(times, _without_number(body), webvtt=webvtt)
            times, body = (_seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])), []
        elif webvtt and not line:
            yield from _cue(times, body, webvtt=webvtt)
            times, body = None, []
        elif times:
            body.append(line)
    yield from _cue(times, body, webvtt=webvtt)


def _without_number(body: list[str]) -> list[str]:
    """The lines between two cues, without the number of the second."""
    while body and not body[-1].strip():
        body.pop()
    return body[:-1] if body and body[-1].strip().isdigit() else body


def _cue(times: tuple[float, float] | None, body: list[str], *, webvtt: bool) -> Iterator[Cue]:
    if times:
        text = (from_webvtt if webvtt else from_subrip)("\n".join(body))
        if text and times[1] > times[0]:
            yield Cue(*times, text)


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{int(seconds)}.{fraction}")


def _events(lines: Iterable[str]) -> Iterator[Cue]:
    """The dialogue of an ASS or SSA file; its `Format` line says which fields there are."""
    fields: tuple[str, ...] = FIELDS
    for line in lines:
        kind, _, rest = line.partition(":")
        match kind.strip().casefold():
            case "format" if "text" in (named := tuple(name.strip().casefold() for name in rest.split(","))):
                fields = named
            case "dialogue":
                event = dict(zip(fields, rest.split(",", len(fields) - 1), strict=False))
                yield from _event(event)


def _event(event: dict[str, str]) -> Iterator[Cue]:
    start, end = ASS_TIME.fullmatch(event.get("start", "")), ASS_TIME.fullmatch(event.get("end", ""))
    text = from_ass(event.get("text", ""))
    if start and end and text:
        cue = Cue(_seconds(*start.groups()), _seconds(*end.groups()), text)
        if cue.end > cue.start:
            yield cue

"""ASS scripts that are drawn into a picture: a styled file as its makers meant it, else one that is written from cues."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from controller.core.subtitle_files import read
from controller.core.webvtt import Cue

STYLED = re.compile(r"^\[v4\+? styles\]", re.IGNORECASE | re.MULTILINE)
"""What libass knows a script by."""
MARKUP = re.compile(r"<(/?)([biu])>|(\n)|([\\{}])|[^<\n\\{}]+|<")
HEAD = """\
[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&H0,&H0,1,0,2,10,10,10,1

[Events]
Format: Start, End, Style, Text
"""
"""As FFmpeg has it for text that is in a film."""


def script(text: str, codec: str) -> str:
    """A whole file, which is named as if it held `codec`, as a script that libass can read."""
    text = text.lstrip("\ufeff").replace("\0", "")
    return text if STYLED.search(text.replace("\r", "\n")) else script_of(read(text, codec))


def script_of(cues: Iterable[Cue]) -> str:
    """A script that shows just these."""
    return HEAD + "".join(
        f"Dialogue: {_stamp(cue.start)},{_stamp(cue.end)},Default,{_written(cue.text)}\n" for cue in cues
    )


def _stamp(seconds: float) -> str:
    whole, hundredths = divmod(round(seconds * 100), 100)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}.{hundredths:02}"


def _written(text: str) -> str:
    return "".join(_piece(found) for found in MARKUP.finditer(text))


def _piece(found: re.Match[str]) -> str:
    closing, tag, line_end, special = found.groups()
    if tag:
        return f"{{\\{tag}{0 if closing else 1}}}"
    if line_end:
        return "\\N"
    if special:
        return "\\\u2060" if special == "\\" else f"\\{special}"
    return html.unescape(found[0])

"""Which part of a file a request wants (RFC 9110 §14): one part of bytes, or all of it.

A server may leave a Range aside, and must where it does not understand it or where If-Range tells of another version:
several parts at once, other units and what is no range at all get the whole. What is understood goes on to aiohttp,
which knows neither entity tags in If-Range nor that the last zero bytes are none.
"""

from __future__ import annotations

import math
import os
import re
from typing import Literal

from aiohttp import web
from multidict import CIMultiDict

ONE_PART = re.compile(r"bytes[ \t]*=[ \t]*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))[ \t]*", re.ASCII | re.IGNORECASE)


def wanted_part(request: web.Request, found: os.stat_result) -> Literal["all", "part", "none"]:
    """What to answer with; `none` is 416."""
    asked = request.headers.getall("Range", [])
    part = ONE_PART.fullmatch(asked[0]) if len(asked) == 1 else None
    if part is None or not _same_version(request, found):
        return "all"
    first, last, length = part.groups()
    if length is not None:
        return "part" if int(length) else "none"
    return "all" if last and int(last) < int(first) else "part"


def decided(request: web.Request, part: Literal["all", "part"]) -> web.Request:
    """The same request, of which nothing is left to decide; aiohttp knows a range by one spelling alone."""
    dropped = {"if-range", "range"}
    kept = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in dropped)
    if part == "part" and (asked := request.headers.get("Range")):
        kept["Range"] = re.sub(r"[ \t]", "", asked).lower()
    return request.clone(headers=kept)


def not_satisfiable(size: int) -> web.Response:
    """The 416, which tells the length."""
    return web.Response(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})


def entity_tag(found: os.stat_result) -> str:
    """As aiohttp tags a file."""
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'


def _same_version(request: web.Request, found: os.stat_result) -> bool:
    """Whether If-Range, if there is one, speaks of this file (§13.1.5): by its tag, or by its very date."""
    tag = request.headers.get("If-Range")
    if tag is None or tag == entity_tag(found):
        return True
    date = request.if_range
    return date is not None and int(date.timestamp()) == math.ceil(found.st_mtime)  # as aiohttp tells it

"""The process that opens films. Reads JSON lines `{"path": <base64 of the path's bytes>}` on stdin, answers each with
`{"facts": …}` or `{"problem": <sentence>}` on stdout, and imports nothing of the daemon but plain data. When a line has
a `"position"` too, something is decoded there instead, and the answer to a film that can be played is `{}`. When it has
`"subtitles"`, the answer is `{"cues": [[start, end, text], …]}`, or `{"late": true}` when they took too long; and `{}`
when these have a `"target"`, which is then a script for drawing them.

Bounded: 2 GiB of memory, one regular file at a time, allow-listed formats; whoever started it bounds the time.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import av
import av.error
import av.logging
from av.container import InputContainer

from controller.adapters.ffmpeg.arguments import DEMUXERS
from controller.adapters.media.encodings import decode
from controller.adapters.media.examine import decode_at, examine
from controller.adapters.media.keyframes import PATIENCE, Unplayable
from controller.adapters.media.subtitles import LARGEST_FILE, Late, in_file, in_film
from controller.core.media import MediaFacts
from controller.core.script import script
from controller.core.subtitles import Window
from controller.core.webvtt import Cue

MOST_MEMORY = 2 * 1024**3


def main() -> None:
    """Serve until stdin ends."""
    av.logging.set_level(None)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    for line in sys.stdin.buffer:
        question = json.loads(line)
        path = base64.b64decode(question["path"])
        said = answer(path, question.get("position"), question.get("subtitles"), question.get("patience", PATIENCE))
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def answer(
    path: bytes,
    position: float | None = None,
    subtitles: dict[str, Any] | None = None,
    patience: float = PATIENCE,
) -> dict[str, Any]:
    """The facts of a film, which may be `unread` to the end, or nothing when something of it can be decoded, or its
    subtitles, or one sentence about what is wrong; that may be `passing`, the fault of the disk or of the moment.
    """
    try:
        return _answer(path, position, subtitles, patience)
    except Late:
        return {"late": True}
    except Unplayable as error:
        return {"problem": str(error)}
    except av.error.FFmpegError as error:
        return {"problem": _unreadable(error)}
    except (OSError, MemoryError) as error:
        return {"problem": f"This file cannot be read ({type(error).__name__}).", "passing": True}
    except (ValueError, OverflowError) as error:
        return {"problem": f"This file cannot be read ({type(error).__name__})."}


def _unreadable(error: av.error.FFmpegError) -> str:
    """In words: what is on no list of ours FFmpeg calls an invalid argument."""
    if isinstance(error, av.error.ArgumentError):
        return "This is no kind of file that is played here."
    return f"FFmpeg cannot read this file: {error.strerror or 'unknown error'}."


def _answer(path: bytes, position: float | None, subtitles: dict[str, Any] | None, patience: float) -> dict[str, Any]:
    if subtitles is not None and "target" in subtitles:
        write_script(path, subtitles)
        return {}
    if subtitles is not None:
        return {"cues": [[cue.start, cue.end, cue.text] for cue in read_subtitles(path, subtitles)]}
    if position is None:
        facts, unread = look_for(path, patience)
        return {"facts": asdict(facts), **({"unread": True} if unread else {})}
    with opened(path) as (container, _size, _descriptor):
        decode_at(container, position)
    return {}


def look(path: bytes) -> MediaFacts:
    """Open and examine one film."""
    return look_for(path, PATIENCE)[0]


def look_for(path: bytes, patience: float) -> tuple[MediaFacts, bool]:
    """The same, with so many seconds for what has no index, and whether more of them would tell more."""
    with opened(path) as (container, size, descriptor):
        return examine(container, size, descriptor, patience)


def read_subtitles(path: bytes, wanted: dict[str, Any]) -> list[Cue]:
    """What a window of a track shows: of the film's stream `index`, or of a whole file when that is negative."""
    window = Window(wanted["start"], wanted["end"])
    if wanted["index"] < 0:
        with regular(path) as (file, size):
            _refuse_changed(size, wanted)
            return in_file(file.read(LARGEST_FILE), wanted["codec"], wanted["language"], window)
    with opened(path) as (container, size, descriptor):
        _refuse_changed(size, wanted)
        return in_film(container, descriptor, size, wanted["index"], window)


def write_script(path: bytes, wanted: dict[str, Any]) -> None:
    """Write a whole file of subtitles to a new file, for drawing them."""
    with regular(path) as (file, _size):
        text = script(decode(file.read(LARGEST_FILE), wanted["language"]), wanted["codec"])
    with Path(os.fsdecode(base64.b64decode(wanted["target"]))).open("xb") as target:
        target.write(text.encode("utf-8", "replace"))


def _refuse_changed(size: int, wanted: dict[str, Any]) -> None:
    if size != wanted["size"]:
        raise Unplayable("This file has changed.")


@contextmanager
def regular(path: bytes) -> Iterator[tuple[Any, int]]:
    """A regular file that is not empty, and its size."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unplayable("This is not a regular file.")
        if status.st_size == 0:
            raise Unplayable("This file is empty.")
        yield file, status.st_size


@contextmanager
def opened(path: bytes) -> Iterator[tuple[InputContainer, int, int]]:
    """A film, its size and its file. The file object has no name: a film's name must not reach FFmpeg's guesses."""
    options = {
        "format_whitelist": ",".join(WHITELIST),
        "protocol_whitelist": "file",
        "max_pixels": str(8192 * 8192),
    }
    with (
        regular(path) as (file, size),
        av.open(Nameless(file), "r", options=options, metadata_errors="replace") as container,
    ):
        yield container, size, file.fileno()


WHITELIST = [
    name
    for demuxer in DEMUXERS
    for name in {"mov": ["mov", "mp4", "m4a", "3gp", "3g2", "mj2"], "matroska": ["matroska", "webm"]}.get(
        demuxer, [demuxer]
    )
]


class Nameless:
    """Just what libavformat needs of a file."""

    def __init__(self, file: Any) -> None:
        self.read, self.seek, self.tell, self.seekable = file.read, file.seek, file.tell, lambda: True


if __name__ == "__main__":
    main()

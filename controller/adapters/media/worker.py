"""The process that opens films. Reads JSON lines `{"path": <base64 of the path's bytes>}` on stdin, answers each with
`{"facts": …}` or `{"problem": <sentence>}` on stdout, and imports nothing of the daemon but plain data. When a line has
a `"position"` too, something is decoded there instead, and the answer to a film that can be played is `{}`.

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
from typing import Any

import av
import av.error
import av.logging
from av.container import InputContainer

from controller.adapters.ffmpeg.arguments import DEMUXERS
from controller.adapters.media.examine import decode_at, examine
from controller.adapters.media.keyframes import PATIENCE, Unplayable
from controller.core.media import MediaFacts

MOST_MEMORY = 2 * 1024**3


def main() -> None:
    """Serve until stdin ends."""
    av.logging.set_level(None)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    for line in sys.stdin.buffer:
        question = json.loads(line)
        path = base64.b64decode(question["path"])
        sys.stdout.write(json.dumps(answer(path, question.get("position"), question.get("patience", PATIENCE))) + "\n")
        sys.stdout.flush()


def answer(path: bytes, position: float | None = None, patience: float = PATIENCE) -> dict[str, Any]:
    """The facts of a film, which may be `unread` to the end, or nothing when something of it can be decoded, or one
    sentence about what is wrong; that may be `passing`, the fault of the disk or of the moment.
    """
    try:
        if position is None:
            facts, unread = look_for(path, patience)
            return {"facts": asdict(facts), **({"unread": True} if unread else {})}
        with opened(path) as (container, _size, _descriptor):
            decode_at(container, position)
        return {}
    except Unplayable as error:
        return {"problem": str(error)}
    except av.error.FFmpegError as error:
        return {"problem": f"FFmpeg cannot read this file: {error.strerror or 'unknown error'}."}
    except (OSError, MemoryError) as error:
        return {"problem": f"This file cannot be read ({type(error).__name__}).", "passing": True}
    except (ValueError, OverflowError) as error:
        return {"problem": f"This file cannot be read ({type(error).__name__})."}


def look(path: bytes) -> MediaFacts:
    """Open and examine one film."""
    return look_for(path, PATIENCE)[0]


def look_for(path: bytes, patience: float) -> tuple[MediaFacts, bool]:
    """The same, with so many seconds for what has no index, and whether more of them would tell more."""
    with opened(path) as (container, size, descriptor):
        return examine(container, size, descriptor, patience)


@contextmanager
def opened(path: bytes) -> Iterator[tuple[InputContainer, int, int]]:
    """A film, its size and its file. The file object has no name: a film's name must not reach FFmpeg's guesses."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unplayable("This is not a regular file.")
        if status.st_size == 0:
            raise Unplayable("This file is empty.")
        options = {
            "format_whitelist": ",".join(WHITELIST),
            "protocol_whitelist": "file",
            "max_pixels": str(8192 * 8192),
        }
        with av.open(Nameless(file), "r", options=options, metadata_errors="replace") as container:
            yield container, status.st_size, descriptor


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

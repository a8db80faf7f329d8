"""The sheets of scrubbers' pictures, made once per film and kept.

    CACHE/thumbnails/<key>/thumbnails-0.jpg …        whole, and never changed; `key` tells a file from itself when changed
    CACHE/run-<id>/thumbnails/<key>/                 what is being made; goes with its run, see `adapters.segments`

All that is kept is bounded in bytes: the films that nobody has opened for the longest make room.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import anyio.to_thread
import structlog

from controller.adapters.ffmpeg.encoder import FfmpegRun
from controller.adapters.ffmpeg.exits import reason
from controller.adapters.ffmpeg.sheets import sheet_arguments
from controller.adapters.process import Child, run_child
from controller.core.media import MediaFacts
from controller.core.tiling import Tiling, sheet_name
from controller.ports import EncoderRun, SegmentStore, SourceFile

log = structlog.get_logger(__name__)

FOLDER = "thumbnails"
KEY = re.compile(r"[0-9a-f]{32}")
VERSION = 1
"""Raise it when sheets are made in another way."""
LARGEST = 32 * 1024 * 1024
"""Bytes of one film's sheets; ten times the usual."""


class SheetCache:
    """Implements `services.thumbnails.Sheets`: keeps `most` bytes, in whole films."""

    def __init__(self, cache_dir: Path, scratch: SegmentStore, most: int) -> None:
        self._root, self._scratch, self._most = cache_dir / FOLDER, scratch, most

    def find(self, source: SourceFile, tiling: Tiling) -> Path | None:
        """The folder of a film's sheets, which are thereby used."""
        folder = self._root / _key(source, tiling)
        try:
            os.utime(folder)
        except OSError:
            return None
        return folder if all((folder / sheet_name(number)).is_file() for number in range(tiling.sheets)) else None

    async def make(
        self, source: SourceFile, facts: MediaFacts, tiling: Tiling, on_started: Callable[[EncoderRun], None]
    ) -> Path | None:
        """Make a film's sheets; None when that cannot be done. Cancelled: nothing of it is left, nor runs."""
        key = _key(source, tiling)
        try:
            scratch = self._scratch.create(FOLDER, key)
        except OSError as error:
            log.warning("no room for thumbnails", title=source.title, reason=error.strerror)
            return None
        try:
            if not await self._run(source, facts, tiling, scratch.root, on_started):
                return None
            return await anyio.to_thread.run_sync(self._keep, scratch.root, key)
        except OSError as error:
            log.warning("thumbnails not made", title=source.title, reason=error.strerror)
            return None
        finally:
            with anyio.CancelScope(shield=True):
                await scratch.remove()

    async def _run(
        self,
        source: SourceFile,
        facts: MediaFacts,
        tiling: Tiling,
        folder: Path,
        on_started: Callable[[EncoderRun], None],
    ) -> bool:
        """Whether all came into being, and is no larger than it may be."""

        def started(child: Child) -> None:
            on_started(FfmpegRun(child))

        ended = await run_child(sheet_arguments(source, facts, tiling), on_started=started, cwd=folder)
        sizes = [_size(folder / sheet_name(number)) for number in range(tiling.sheets)]
        if ended.code == 0 and all(sizes) and sum(sizes) <= LARGEST:
            return True
        log.info("no thumbnails of this film", title=source.title, reason=reason(ended.code, ended.stderr))
        return False

    def _keep(self, made: Path, key: str) -> Path:
        """Put sheets in their place, and let old ones go."""
        self._root.mkdir(parents=True, exist_ok=True)
        folder = self._root / key
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(made, folder)
        self._make_room(folder)
        return folder

    def _make_room(self, newest: Path) -> None:
        films = [path for path in self._root.iterdir() if KEY.fullmatch(path.name) and not path.is_symlink()]
        held = 0
        for film in sorted(films, key=lambda path: (path == newest, _used(path)), reverse=True):
            held += sum(_size(sheet) for sheet in film.iterdir())
            if held > self._most and film != newest:
                shutil.rmtree(film, ignore_errors=True)


def unused_sheets(cache_dir: Path, since: float) -> list[tuple[Path, int]]:
    """The films' sheets that nobody has opened since then (Unix seconds), with their bytes. Raises: OSError."""
    root = cache_dir / FOLDER
    films = sorted(root.iterdir()) if root.is_dir() else []
    ours = [film for film in films if KEY.fullmatch(film.name) and film.is_dir() and not film.is_symlink()]
    return [(film, sum(_size(sheet) for sheet in film.iterdir())) for film in ours if _used(film) < since]


def _key(source: SourceFile, tiling: Tiling) -> str:
    told = f"{VERSION} {source.size} {source.modified_ns} {tiling.every} {tiling.count} {tiling.width}x{tiling.height} "
    return sha256(told.encode() + os.fsencode(source.path)).hexdigest()[:32]


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.lstat().st_size
    return 0


def _used(path: Path) -> float:
    with suppress(OSError):
        return path.lstat().st_mtime
    return 0.0

"""The subtitle files of a folder, by the films that they belong to; a folder that stays the same is listed once."""

from __future__ import annotations

import os
import stat
import time
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path

from controller.core.sidecars import codec_of, facts_of, folded, owner_of, shown
from controller.ports import Sidecar, SourceFile

LARGEST = 10 * 1024 * 1024
"""Bytes of a file of subtitles; a larger one is something else."""
MOST = 100
"""Files that one film may have."""
FOLDERS = 64
"""Folders whose listing is remembered."""
SETTLED = 2.0
"""Seconds after which a folder's time of change tells of every change: two within a tick of the clock look like one."""

Beside = dict[str, list[str]]
"""Names of subtitle files by the folded name of their film."""


class Sidecars:
    """Finds them. Called from threads; the worst that two at once can do is to list a folder twice."""

    def __init__(self, endings: Collection[str]) -> None:
        self._endings = endings
        self._known: OrderedDict[Path, tuple[int, Beside]] = OrderedDict()

    def of(self, root: Path, folder: Path, film: str) -> list[Sidecar]:
        """Those of a film in a folder, in no order: regular files inside the root. Raises: OSError."""
        stem = os.path.splitext(film)[0]
        names = self._beside(folder).get(folded(stem), [])
        found = ((name, _source(root, folder / name)) for name in names[:MOST])
        return [Sidecar(source, facts_of(name, stem)) for name, source in found if source]

    def _beside(self, folder: Path) -> Beside:
        changed = folder.stat().st_mtime_ns
        known = self._known.get(folder)
        if known and known[0] == changed:
            return known[1]
        beside = self._list(folder)
        if time.time() - changed / 1e9 > SETTLED:
            self._known[folder] = changed, beside
            while len(self._known) > FOLDERS:
                self._known.popitem(last=False)
        return beside

    def _list(self, folder: Path) -> Beside:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
        films = {folded(stem) for stem, ending in map(os.path.splitext, names) if ending.lower() in self._endings}
        beside: Beside = {}
        for name in names:
            if codec_of(name) and (owner := owner_of(name, films)):
                beside.setdefault(owner, []).append(name)
        return beside


def _source(root: Path, path: Path) -> SourceFile | None:
    """The file, if it is one that may be read: links lead to where they lead, but not out of the root."""
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError):
        return None
    if not real.is_relative_to(root) or not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= LARGEST:
        return None
    return SourceFile(real, status.st_size, max(status.st_mtime_ns, status.st_ctime_ns), shown(path.stem))

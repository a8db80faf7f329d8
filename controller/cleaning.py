"""What `matinee clean` frees: the cache's directories of daemons that are no more, and pictures that nobody looks at."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.adapters.segments import runs
from controller.adapters.sheets import unused_sheets

DAY = 86_400.0
IN_USE = DAY
"""Seconds for which pictures stay in any case while a daemon runs here: a stream may show them."""


@dataclass(slots=True)
class Freed:
    """What was freed, or would be: folders with their bytes. `stuck` are those that could not be removed."""

    days: float
    dry_run: bool
    left: dict[Path, int] = field(default_factory=dict)
    sheets: dict[Path, int] = field(default_factory=dict)
    stuck: list[Path] = field(default_factory=list)
    spared: int = 0
    """Daemons that run on this cache."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "dry_run": self.dry_run,
            "bytes": sum(self.left.values()) + sum(self.sheets.values()),
            "runs": [{"path": str(path), "bytes": count} for path, count in self.left.items()],
            "thumbnails": [{"path": str(path), "bytes": count} for path, count in self.sheets.items()],
            "failed": [str(path) for path in self.stuck],
            "running": self.spared,
        }

    def as_text(self) -> str:
        """For people: a sentence or two."""
        parts = []
        if self.left:
            whose = "a daemon that is" if len(self.left) == 1 else f"{len(self.left)} daemons that are"
            parts.append(f"what {whose} no more had left ({_size(sum(self.left.values()))})")
        if self.sheets:
            films = "one film" if len(self.sheets) == 1 else f"{len(self.sheets)} films"
            unused = f" that nobody opened for {self.days:g} days" if self.days else ""
            parts.append(f"the small pictures of {films}{unused} ({_size(sum(self.sheets.values()))})")
        said = "There is nothing to free."
        if parts:
            said = f"{'Would free' if self.dry_run else 'Freed'} {' and '.join(parts)}."
        return f"{said} What the daemon that runs needs stays." if self.spared else said


def clean(cache_dir: Path, days: float, *, dry_run: bool) -> Freed:
    """Free what dead runs left, and the pictures of films that nobody has opened for so many days.

    With `dry_run` nothing is removed, only counted. Never touches anything else, nor what a living daemon uses.

    Raises:
        OSError: the cache is there and cannot be read.
    """
    freed = Freed(days, dry_run)
    for run in runs.runs(cache_dir):
        freed.spared += runs.is_living(run)
        if runs.is_dead(run):
            _free(run, runs.size(run), freed.left, freed, runs.bury)
    unused = max(days * DAY, IN_USE if freed.spared else 0.0)
    for film, count in unused_sheets(cache_dir, time.time() - unused):
        _free(film, count, freed.sheets, freed, _remove)
    return freed


def _free(path: Path, count: int, into: dict[Path, int], freed: Freed, remove: Callable[[Path], object]) -> None:
    if not freed.dry_run:
        remove(path)
        if path.exists():
            freed.stuck.append(path)
            return
    into[path] = count


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def _size(count: float) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"

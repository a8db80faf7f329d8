"""`matinee clean`: what it frees, and all that it leaves alone."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from controller import cleaning
from controller.adapters.segments import open_cache
from controller.adapters.segments.runs import LOCK
from controller.adapters.sheets import FOLDER
from controller.cleaning import DAY, clean
from tests.clients.test_cli import matinee
from tests.daemon import Daemon

DEAD, LIVE = "run-fedcba9876543210", "0123456789abcdef"


def left(cache: Path, name: str = DEAD) -> Path:
    """What a daemon left that was killed."""
    run = cache / name
    (run / "client" / "stream").mkdir(parents=True)
    (run / "client" / "stream" / "video-0.ts").write_bytes(b"x" * 3_000)
    (run / LOCK).touch()
    return run


def pictures(cache: Path, key: str, days: float) -> Path:
    """A film's sheets, opened so many days ago."""
    film = cache / FOLDER / (key * 32)
    film.mkdir(parents=True)
    (film / "thumbnails-0.jpg").write_bytes(b"x" * 500)
    at = time.time() - days * DAY
    os.utime(film, (at, at))
    return film


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_what_dead_daemons_left_and_old_pictures_are_freed_and_nothing_else(tmp_path: Path) -> None:
    run, old, new = left(tmp_path), pictures(tmp_path, "a", 31), pictures(tmp_path, "b", 29)
    foreign = [tmp_path / "films", tmp_path / "run-mine", tmp_path / FOLDER / "mine"]
    for path in foreign:
        path.mkdir()
        os.utime(path, (0, 0))
    (tmp_path / "notes.txt").touch()
    freed = clean(tmp_path, 30, dry_run=False)
    assert (freed.left, freed.sheets, freed.stuck) == ({run: 3_000}, {old: 500}, [])
    assert not run.exists()
    assert not old.exists()
    assert all(path.is_dir() for path in [new, *foreign])
    assert (tmp_path / "notes.txt").exists()
    assert freed.as_text() == (
        "Freed what a daemon that is no more had left (3 KiB) and the small pictures of one film that nobody opened for"
        " 30 days (500 bytes)."
    )
    assert clean(tmp_path, 30, dry_run=False).as_text() == "There is nothing to free."


def test_a_dry_run_counts_the_same_and_touches_nothing(tmp_path: Path) -> None:
    for number in range(2):
        left(tmp_path, f"run-{number:016x}")
        pictures(tmp_path, f"{number}", 1)
    before = everything(tmp_path)
    tried = clean(tmp_path, 0, dry_run=True)
    assert everything(tmp_path) == before
    assert tried.as_text() == (
        "Would free what 2 daemons that are no more had left (6 KiB) and the small pictures of 2 films (1000 bytes)."
    )
    done = clean(tmp_path, 0, dry_run=False)
    assert {**tried.as_json(), "dry_run": False} == done.as_json()
    assert everything(tmp_path) == {tmp_path / FOLDER}


def test_nothing_of_a_living_daemon_is_touched(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, LIVE)
    stream = cache.create("client", "stream")
    (stream.root / "video-0.ts").touch()
    fresh, older = pictures(tmp_path, "a", 0.5), pictures(tmp_path, "b", 2)
    freed = clean(tmp_path, 0, dry_run=False)
    assert (freed.left, list(freed.sheets), freed.spared) == ({}, [older], 1)
    assert (stream.root / "video-0.ts").exists()
    assert fresh.exists()
    assert freed.as_text().endswith("What the daemon that runs needs stays.")
    cache.close()
    assert list(clean(tmp_path, 0, dry_run=False).sheets) == [fresh]


def test_a_cache_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert clean(tmp_path / "nowhere", 0, dry_run=False).as_json()["bytes"] == 0


def test_what_cannot_be_removed_is_not_called_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = pictures(tmp_path, "a", 2)
    monkeypatch.setattr(cleaning, "_remove", lambda _path: None)
    freed = clean(tmp_path, 1, dry_run=False)
    assert (freed.sheets, freed.as_json()["failed"]) == ({}, [str(film)])


def test_sizes_are_said_in_the_unit_that_fits() -> None:
    said = [cleaning._size(count) for count in (12, 4_096, 5 * 1024**2, 3 * 1024**3)]
    assert said == ["12 bytes", "4 KiB", "5 MiB", "3.0 GiB"]


def test_the_command_says_in_words_and_in_json_what_it_frees(tmp_path: Path) -> None:
    run = left(tmp_path / "cache")
    words = ("clean", "--cache-dir", str(tmp_path / "cache"))
    assert (
        matinee(*words, "--dry-run", home=tmp_path).stdout
        == "Would free what a daemon that is no more had left (3 KiB).\n"
    )
    done = matinee(*words, "--json", home=tmp_path)
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, found["bytes"], found["runs"]) == (0, 3_000, [{"path": str(run), "bytes": 3_000}])
    assert matinee(*words, home=tmp_path).stdout == "There is nothing to free.\n"
    (tmp_path / "file").touch()
    assert matinee("clean", "--older-than", "-1", home=tmp_path).returncode == 2


def test_it_may_be_done_beside_a_daemon_that_runs(running: Daemon, tmp_path: Path) -> None:
    run = left(running.cache_dir)
    mine = [path for path in running.cache_dir.iterdir() if path != run]
    done = matinee("clean", "--older-than", "0", "--cache-dir", str(running.cache_dir), home=tmp_path)
    assert done.returncode == 0
    assert not run.exists()
    assert all(path.exists() for path in mine)
    assert (running.process.poll(), "What the daemon that runs needs stays." in done.stdout) == (None, True)

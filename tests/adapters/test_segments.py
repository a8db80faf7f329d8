"""The cache on the disk: what is swept and what is left alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Barrier
from typing import Any

import anyio
import pytest

from controller.adapters.segments import open_cache
from controller.adapters.segments.runs import LOCK, begin_run, bury, is_dead, is_living, remove, runs, size, sweep

LIVE, DEAD = "0123456789abcdef", "fedcba9876543210"


def dead_run(folder: Path, name: str = f"run-{DEAD}") -> Path:
    run = folder / name
    (run / "client" / "stream").mkdir(parents=True)
    (run / "client" / "stream" / "video-0.ts").write_bytes(b"left over")
    (run / LOCK).touch()
    return run


def test_what_a_dead_run_left_is_swept(tmp_path: Path) -> None:
    run = dead_run(tmp_path)
    assert sweep(tmp_path) == [run]
    assert list(tmp_path.iterdir()) == []


def test_opening_a_cache_sweeps_and_makes_its_folder(tmp_path: Path) -> None:
    run = dead_run(tmp_path / "cache")
    cache = open_cache(tmp_path / "cache", LIVE)
    assert not run.exists()
    assert (tmp_path / "cache" / f"run-{LIVE}").stat().st_mode & 0o777 == 0o700
    cache.close()
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_run_of_a_living_daemon_is_left_alone(tmp_path: Path) -> None:
    code = f"""
import os
import sys
from pathlib import Path
from controller.adapters.segments import open_cache
open_cache(Path(sys.argv[1]), "{LIVE}")
print("held", flush=True)
sys.stdin.read()
"""
    with Popen([sys.executable, "-c", code, str(tmp_path)], stdin=PIPE, stdout=PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert sweep(tmp_path) == []
        other.kill()
        other.wait(10)
    assert [path.name for path in sweep(tmp_path)] == [f"run-{LIVE}"]


@pytest.mark.parametrize(
    "name", ["run-xyz", f"run-{DEAD}0", f"RUN-{DEAD}", "films", f"run-{DEAD.upper()}", f"old-run-{DEAD}", ".hidden"]
)
def test_what_is_not_ours_is_never_touched(tmp_path: Path, name: str) -> None:
    foreign = dead_run(tmp_path, name)
    assert sweep(tmp_path) == []
    assert (foreign / "client" / "stream" / "video-0.ts").exists()


def test_a_folder_without_a_lock_is_not_ours(tmp_path: Path) -> None:
    run = dead_run(tmp_path)
    (run / LOCK).unlink()
    assert sweep(tmp_path) == []


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    run = dead_run(tmp_path)
    (run / LOCK).unlink()
    (tmp_path / "lock").touch()
    (run / LOCK).symlink_to(tmp_path / "lock")
    assert sweep(tmp_path) == []


def test_a_link_to_a_run_is_not_followed(tmp_path: Path) -> None:
    run = dead_run(tmp_path / "elsewhere")
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / run.name).symlink_to(run)
    assert sweep(cache) == []
    assert (run / LOCK).exists()


def test_a_cache_folder_that_is_a_file_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(OSError, match="exists"):
        open_cache(tmp_path / "cache", LIVE)


def test_a_disk_tells_how_much_is_free(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, LIVE)
    disk = cache.disk()
    assert (cache.used_bytes(), 0 < disk.free < disk.size) == (0, True)
    cache.close()


def test_a_run_that_begins_is_never_taken_for_a_dead_one(tmp_path: Path) -> None:
    root = tmp_path / f"run-{LIVE}"
    lock = begin_run(root)
    assert [path.name for path in root.iterdir()] == [LOCK]
    assert (is_living(root), is_dead(root), bury(root)) == (True, False, False)
    os.close(lock)
    assert (is_living(root), is_dead(root)) == (False, True)
    (root / LOCK).unlink()
    (root / f"{LOCK}.new").touch()
    assert (is_living(root), is_dead(root), bury(root)) == (False, False, False), "its lock is not held yet"


def test_the_lock_goes_last_so_what_is_half_removed_is_still_known(tmp_path: Path) -> None:
    run = dead_run(tmp_path)
    (run / "stray").touch()
    (run / "link").symlink_to(tmp_path)
    stuck = run / "client" / "stream"
    stuck.chmod(0o500)
    remove(run)
    if stuck.exists():  # root is stopped by no mode
        assert sorted(path.name for path in run.iterdir()) == ["client", LOCK]
        stuck.chmod(0o700)
        assert bury(run)
    assert list(tmp_path.iterdir()) == []
    remove(run)


def test_a_cache_that_is_not_there_has_no_runs_and_a_run_has_a_size(tmp_path: Path) -> None:
    assert list(runs(tmp_path / "nowhere")) == []
    run = dead_run(tmp_path)
    (run / "broken").symlink_to("nowhere")
    assert size(run) == len("left over") + len("nowhere")
    (tmp_path / "file").touch()
    (tmp_path / f"run-{LIVE}").touch()
    assert list(runs(tmp_path)) == [run]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_film_that_is_deleted_can_be_read_until_its_stream_is_gone(tmp_path: Path) -> None:
    film, cache = tmp_path / "film.mp4", open_cache(tmp_path / "cache", LIVE)
    film.write_bytes(b"film")
    directory = cache.create("client", "stream")
    assert await directory.hold(film) == film
    film.unlink()
    held = await directory.hold(film)
    assert held.read_bytes() == b"film"
    await directory.remove()
    assert not held.exists()
    cache.close()


async def test_a_film_that_is_not_there_cannot_be_held(tmp_path: Path) -> None:
    cache = open_cache(tmp_path / "cache", LIVE)
    with pytest.raises(FileNotFoundError):
        await cache.create("client", "stream").hold(tmp_path / "film.mp4")
    cache.close()


async def test_a_film_that_several_open_at_once_is_held_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have waited for a folder that hung."""
    film, cache, real, all_there = tmp_path / "film.mp4", open_cache(tmp_path / "cache", LIVE), os.open, Barrier(3)
    film.write_bytes(b"film")
    directory, before = cache.create("client", "stream"), descriptors()

    def opened(path: Any, *how: Any) -> int:
        if path == film:
            all_there.wait(10)
        return real(path, *how)

    monkeypatch.setattr(os, "open", opened)
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(directory.hold, film)
    assert descriptors() == before + 1
    await directory.remove()
    assert descriptors() == before
    cache.close()


async def test_a_film_that_opens_only_when_its_stream_is_gone_is_let_go_at_once(tmp_path: Path) -> None:
    film, cache = tmp_path / "film.mp4", open_cache(tmp_path / "cache", LIVE)
    film.write_bytes(b"film")
    directory, before = cache.create("client", "stream"), descriptors()
    await directory.remove()
    assert await directory.hold(film) == film
    assert descriptors() == before
    cache.close()

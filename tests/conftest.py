"""What many tests share: a library of films, and a daemon that serves it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import films
from tests.daemon import Daemon, daemon


@pytest.fixture(scope="session")
def real_clip() -> Path | None:
    """The real film beside the checkout, when this run was told where it is."""
    folder = os.environ.get("MATINEE_TEST_MEDIA")
    found = sorted(Path(folder).glob("*.mp4")) if folder else []
    return found[0] if found else None


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copied film (`remux.mp4`), an encoded one (`encode.mkv`) and a minute of each."""
    folder = tmp_path_factory.mktemp("library")
    for name, recipe in {
        "remux.mp4": "b_frames",
        "encode.mkv": "hevc_ac3",
        "minute.mp4": "minute",
        "minute.mkv": "minute_hevc",
    }.items():
        shutil.copyfile(films.make(recipe), folder / name)
    return folder


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A real daemon on the library, one per test module."""
    with daemon(library, tmp_path_factory.mktemp("home")) as one:
        yield one

"""What many tests share: a library of films, and a daemon that serves it."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.daemon import Daemon
    from tests.postgres import Postgres

TESTS = Path(__file__).parent
LONGEST = (
    "soak/test_soak.py", "e2e/test_audit_shared.py", "e2e/test_faults_screen.py", "e2e/test_audit.py", "e2e/test_every_film.py", "e2e/test_page_tracks.py", "e2e/test_life.py",
    "e2e/test_page_queue.py", "e2e/test_takeover_endings.py", "clients/test_remote.py", "e2e/test_page_screen.py",
    "architecture/test_house.py", "clients/test_cli.py", "adapters/test_vlc.py", "e2e/test_page.py", "e2e/test_restart.py",
    "e2e/test_page_away.py", "e2e/test_faults_encoder.py", "e2e/test_page_native.py", "e2e/test_takeover_vanishing.py",
    "e2e/test_switching.py", "e2e/test_subtitles.py", "clients/test_asking.py", "contracts/test_screen.py", "clients/test_sdk.py",
    "server/test_faults_wire.py", "adapters/test_examine.py", "e2e/test_page_direct.py", "adapters/test_findings.py",
    "adapters/test_sheets.py",
)  # fmt: skip
"""Files that take more than 20 s, the longest first."""
MEMORY = Path("/dev/shm")
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # started in the background: our children must hear of Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
NUMBERS = count()
# Hypothesis has another profile for machines that check, which draws other examples: all are to draw the same.
settings.register_profile(
    "everywhere",
    settings.get_profile("default"),
    derandomize=False,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    print_blob=True,
)
# Where Python may not keep what it compiled, hundreds of daemons and commands would each compile the same files again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, so that no worker ends long after the others; Hypothesis has not looked yet."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.relative_to(TESTS).as_posix(), len(ranks)))
    _take_no_constants()


def pytest_collection_finish() -> None:
    """All that is loaded by now stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def _take_no_constants() -> None:
    """Have Hypothesis draw the same examples for the same seed, whatever ran before. Left alone it also tries constants of
    all our modules that are loaded by then: other ones in each worker. It has no setting for that; raises AttributeError when it
    is no longer done in this way.
    """
    from hypothesis.internal.conjecture import providers

    pytest.MonkeyPatch().setattr(providers, "is_local_module_file", lambda path: False)


@pytest.fixture(scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for small files that a disk would take its time for; it lies in memory where the machine has such."""
    if os.access(MEMORY, os.W_OK):
        with tempfile.TemporaryDirectory(prefix="matinee-test-", dir=MEMORY) as folder:
            yield Path(folder)
    else:
        yield tmp_path_factory.mktemp("memory")


@pytest.fixture
def in_memory(memory: Path) -> Path:
    """As `tmp_path`, in memory."""
    folder = memory / str(next(NUMBERS))
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def real_clip() -> Path | None:
    """The real film beside the checkout, when this run was told where it is."""
    folder = os.environ.get("MATINEE_TEST_MEDIA")
    found = sorted(Path(folder).glob("*.mp4")) if folder else []
    return found[0] if found else None


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copied film (`remux.mp4`), an encoded one (`encode.mkv`) and a minute of each."""
    from tests import films

    folder = tmp_path_factory.mktemp("library")
    for name, recipe in {
        "remux.mp4": "b_frames",
        "encode.mkv": "hevc_ac3",
        "minute.mp4": "minute",
        "minute.mkv": "minute_hevc",
    }.items():
        shutil.copyfile(films.make(recipe), folder / name)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, one per run."""
    from tests.postgres import cluster

    with cluster() as server:
        yield server


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A real daemon on the library, one per test module."""
    from tests.daemon import daemon

    with daemon(library, tmp_path_factory.mktemp("home")) as one:
        yield one

"""A real PostgreSQL for tests, from Debian's package: a cluster of its own in memory, on a free port, for one run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from tests.daemon import free_port

PROGRAMS = Path("/usr/lib/postgresql")
USER, PASSWORD = "matinee", "g/h:@ %ß"
MEMORY = Path("/dev/shm")
QUICK = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=40")
READY = "ready to accept connections"


@dataclass(slots=True)
class Postgres:
    """A server that can be ended, frozen and begun again."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str = "postgres", *, password: str = PASSWORD) -> str:
        """As people write it."""
        return f"postgresql://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"matinee_{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def start(self) -> None:
        """Ready when this returns."""
        settings = [f"-cport={self.port}", "-clisten_addresses=127.0.0.1", f"-cunix_socket_directories={self.folder}"]
        self.process = subprocess.Popen(
            [*as_postgres("--pdeathsig", "QUIT"), str(self.programs / "postgres"), "-D", str(self.folder / "data"),
             *settings, *(f"-c{one}" for one in QUICK)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/",
        )  # fmt: skip
        assert self.process.stderr is not None
        said = []
        for line in self.process.stderr:
            said.append(line)
            if READY in line:
                break
        else:
            raise AssertionError("PostgreSQL did not start:\n" + "".join(said))
        threading.Thread(target=_drain, args=(self.process.stderr,), daemon=True).start()

    def stop(self) -> None:
        """Gone when this returns, and every connection with it; nobody was asked to finish."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=15)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Every process of it stands still: connections stay, answers do not come."""
        import psutil

        assert self.process is not None
        server = psutil.Process(self.process.pid)
        everyone = [server, *server.children(recursive=True)]
        for one in everyone:
            one.suspend()
        try:
            yield
        finally:
            for one in everyone:
                one.resume()


def as_postgres(*flags: str) -> list[str]:
    """What makes a command the user's who may run PostgreSQL: root may not."""
    if os.getuid() != 0:
        return ["setpriv", *flags, "--"] if flags else []
    return ["setpriv", *flags, "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"]


def newest_programs() -> Path:
    """Where PostgreSQL's programs are. Raises: AssertionError."""
    found = sorted(PROGRAMS.glob("*/bin/postgres"), key=lambda path: int(path.parents[1].name))
    assert found, "PostgreSQL is missing. Run: apt install postgresql"
    return found[-1].parent


@contextmanager
def cluster() -> Iterator[Postgres]:
    """A cluster whose only user has a password; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="matinee-postgres-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    server = Postgres(newest_programs(), folder, free_port())
    try:
        (folder / "password").write_text(PASSWORD)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            shutil.chown(folder / "password", "postgres", "postgres")
        subprocess.run(
            [*as_postgres(), str(server.programs / "initdb"), "-D", str(folder / "data"), "-U", USER, "-N", "-E", "UTF8",
             "--no-locale", "-A", "scram-sha-256", "--pwfile", str(folder / "password")],
            check=True, capture_output=True, cwd="/", timeout=60,
        )  # fmt: skip
        server.start()
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()
        shutil.rmtree(folder)


def _drain(stream: IO[str]) -> None:
    with stream:
        for _ in stream:
            continue

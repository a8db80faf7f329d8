"""FAULTS 36 and the life of the store, on real daemons: killed, damaged, locked, copied, and on PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import anyio
import pytest

from tests.daemon import MATINEE, Daemon, daemon
from tests.e2e.stage import long_film
from tests.postgres import PASSWORD, Postgres
from tests.server.remote import dial, owner
from tests.waiting import eventually_now


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one film."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(long_film(), folder / "long.mp4")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def matinee(home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A command of the same user, run where the test's own files are."""
    command = [MATINEE, *arguments, *(() if arguments[0] == "config" else ("--state-dir", str(home / "state")))]
    return subprocess.run(
        command,
        check=False,
        cwd=home,
        env={**os.environ, "HOME": str(home), **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


def told(done: subprocess.CompletedProcess[str]) -> Any:
    """What a command says as JSON."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def pair(running: Daemon, name: str) -> str:
    """A new device's token; the daemon has acknowledged it."""
    async with owner(running) as boss, dial(running) as remote:
        code = (await boss.do("create_pairing_code", role="owner"))["code"]
        return str((await remote.register({"pairing_code": code}, name=name))["device_token"])


async def known(running: Daemon) -> list[str]:
    """The names of the paired devices."""
    async with owner(running) as boss:
        return [device["name"] for device in (await boss.do("list_devices"))["devices"]]


def start(shelf: Path, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A daemon that is to give up at once."""
    return matinee(
        home, "serve", str(shelf), "--host", "127.0.0.1", "--port", "0", "--screen", "off",
        "--cache-dir", str(home / "cache"), **env,
    )  # fmt: skip


async def test_what_was_acknowledged_is_there_after_a_kill(shelf: Path, home: Path) -> None:
    for round_ in range(2):
        with daemon(shelf, home) as running:
            assert await known(running) == [f"phone {number}" for number in range(round_)]
            await pair(running, f"phone {round_}")
            running.process.send_signal(signal.SIGKILL)
            running.process.wait(timeout=10)


async def test_a_lock_of_two_seconds_delays_a_pairing_and_nobody_else(shelf: Path, home: Path) -> None:
    with (
        daemon(shelf, home, env={"MATINEE_RATE_LIMIT": "0"}) as running,
        closing(sqlite3.connect(home / "state" / "matinee.db", isolation_level=None)) as other,
    ):
        slowest, tokens = 0.0, []
        async with owner(running) as boss, anyio.create_task_group() as group:

            async def pair_meanwhile() -> None:
                tokens.append(await pair(running, "phone"))

            other.execute("BEGIN EXCLUSIVE")
            group.start_soon(pair_meanwhile)
            until = monotonic() + 2.0
            while (before := monotonic()) < until:
                await boss.do("ping")
                slowest = max(slowest, monotonic() - before)
            assert tokens == []
            other.execute("ROLLBACK")
        assert slowest < 0.5
        running.process.send_signal(signal.SIGKILL)
        running.process.wait(timeout=10)
    with daemon(shelf, home) as running:
        assert await known(running) == ["phone"]


async def test_a_damaged_store_is_put_aside_and_said_aloud(shelf: Path, home: Path) -> None:
    with daemon(shelf, home) as running:
        await pair(running, "phone")
        running.stop()
    file = home / "state" / "matinee.db"
    nonsense = os.urandom(20_000)
    file.write_bytes(nonsense)
    with daemon(shelf, home) as running:
        assert await known(running) == []
        (aside,) = (home / "state").glob("matinee.db.corrupt-*")
        (line,) = [json.loads(line) for line in running.log_text().splitlines() if str(aside) in line]
    assert line["level"] == "warning"
    assert aside.read_bytes() == nonsense


@pytest.mark.parametrize("form", ["text", "json"])
def test_whoever_starts_it_sees_where_the_damaged_store_lies(shelf: Path, home: Path, form: str) -> None:
    (home / "state").mkdir(parents=True)
    (home / "state" / "matinee.db").write_bytes(b"nonsense" * 100)
    with daemon(shelf, home, "--log", form) as running:
        (aside,) = (home / "state").glob("matinee.db.corrupt-*")
        line = f"Store       was damaged and lies aside as {aside}; a new one began, so pair again"
        eventually_now(
            lambda: (line if form == "text" else str(aside)) in running.log_text(), within=20, what=running.log_text()
        )


def test_what_cannot_be_a_store_ends_the_start_with_a_sentence(shelf: Path, home: Path) -> None:
    (home / "state" / "matinee.db").mkdir(parents=True)
    done = start(shelf, home)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{home}/state/matinee.db is no file, and the store is to be one.")
    assert done.stderr.count("\n") == 1
    done = start(shelf, home, MATINEE_DATABASE_URL="mysql://u:geheim@box/films")
    assert (done.returncode, "geheim" in done.stderr, done.stderr.count("\n")) == (1, False, 1)


def test_a_store_of_a_newer_matinee_is_refused_and_left(shelf: Path, home: Path) -> None:
    with daemon(shelf, home) as running:
        running.stop()
    file = home / "state" / "matinee.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    done = start(shelf, home)
    assert done.returncode == 1
    assert "newer Matinee" in done.stderr
    assert file.read_bytes() == before


async def test_a_backup_of_a_running_daemon_is_restored_when_it_has_ended(shelf: Path, home: Path) -> None:
    with daemon(shelf, home) as running:
        token = await pair(running, "old phone")
        copy = told(matinee(home, "backup", "--json"))
        await pair(running, "new phone")
        assert Path(copy["path"]).parent == home
        refused = matinee(home, "restore", copy["path"])
        assert (refused.returncode, refused.stderr) == (5, f"A daemon runs on {home}/state. Stop it first.\n")
        assert await known(running) == ["old phone", "new phone"]
        running.stop()
    back = told(matinee(home, "restore", copy["path"], "--json"))
    assert back["path"] == str(home / "state" / "matinee.db")
    assert Path(back["aside"]).name.startswith("matinee.db.before-restore-")
    with daemon(shelf, home) as running:
        assert await known(running) == ["old phone"]
        async with dial(running) as remote:
            assert (await remote.register({"device_token": token}))["role"] == "owner"
    told(matinee(home, "restore", back["aside"], "--json"))
    with daemon(shelf, home) as running:
        assert await known(running) == ["old phone", "new phone"]


def test_backup_and_restore_say_in_a_sentence_what_is_in_the_way(home: Path) -> None:
    home.mkdir()
    nothing = matinee(home, "backup")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr == f"There is no store at {home}/state/matinee.db, so there is nothing to back up.\n"
    assert matinee(home, "restore", "no-such-file").returncode == 2
    assert matinee(home, "restore").returncode == 2
    (home / "bad.db").write_text("nonsense")
    bad = matinee(home, "restore", "bad.db")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "bad.db is damaged" in bad.stderr
    error = json.loads(matinee(home, "restore", "bad.db", "--json").stderr)["error"]
    assert (error["name"], error["exit"]) == ("failed", 1)
    assert not (home / "state" / "matinee.db").exists()


async def test_postgresql_takes_a_setting_and_nothing_else(shelf: Path, home: Path, postgres: Postgres) -> None:
    url = postgres.new_database()
    for round_ in range(2):
        with daemon(shelf, home, "--log-level", "debug", env={"MATINEE_DATABASE_URL": url}) as running:
            assert await known(running) == [f"phone {number}" for number in range(round_)]
            await pair(running, f"phone {round_}")
            running.process.send_signal(signal.SIGKILL)
            running.process.wait(timeout=10)
            refute_password(running.log_text())
    assert not list((home / "state").glob("*.db"))
    shown = matinee(home, "config", "show", "--json", MATINEE_DATABASE_URL=url)
    refute_password(shown.stdout)
    value = told(shown)["database_url"]["value"]
    assert value == f"postgresql://matinee:***@127.0.0.1:{postgres.port}/{url.rpartition('/')[2]}"
    for command, tool in ((("backup",), "pg_dump"), (("restore", str(shelf / "long.mp4")), "pg_restore")):
        done = matinee(home, *command, MATINEE_DATABASE_URL=url)
        assert (done.returncode, tool in done.stderr, done.stderr.count("\n")) == (1, True, 1)


async def test_a_postgresql_that_goes_away_costs_what_needs_it_and_nothing_else(
    shelf: Path, home: Path, postgres: Postgres
) -> None:
    with daemon(shelf, home, env={"MATINEE_DATABASE_URL": postgres.new_database()}) as running:
        token = await pair(running, "before")
        async with owner(running) as boss, dial(running) as phone:
            postgres.stop()
            try:
                assert await boss.refused("list_devices") == "overloaded"
                auth = {"device_token": token}
                assert await phone.refused("register", **asking(auth)) == "overloaded"
                assert (await boss.do("ping"))["clock"] > 0
            finally:
                postgres.start()
            assert (await phone.register({"device_token": token}))["role"] == "owner"
            await pair(running, "after")
            assert [device["name"] for device in (await boss.do("list_devices"))["devices"]] == ["before", "after"]
        refute_password(running.log_text())
        assert "Traceback" not in running.log_text()


def asking(auth: dict[str, str]) -> dict[str, Any]:
    """Parameters of a `register`."""
    return {"protocol": 1, "client_types": ["hls_streaming"], "name": "phone", "auth": auth}


def refute_password(text: str) -> None:
    """As it is, or as it stands in the address."""
    from urllib.parse import quote

    assert PASSWORD not in text
    assert quote(PASSWORD, safe="") not in text


def test_a_postgresql_that_refuses_ends_the_start_with_a_sentence(shelf: Path, home: Path, postgres: Postgres) -> None:
    home.mkdir()
    done = start(shelf, home, MATINEE_DATABASE_URL=postgres.url(password="geheim"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "password authentication failed" in done.stderr
    assert "geheim" not in done.stderr

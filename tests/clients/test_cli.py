"""The command line as a stranger uses it: words, JSON and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from clients.sdk import PathRef, connect
from tests.daemon import MATINEE, Daemon


def matinee(*arguments: str, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "xdg"),
        "XDG_CONFIG_HOME": str(home / "conf"),
        **variables,
    }
    return subprocess.run([MATINEE, *arguments], capture_output=True, text=True, timeout=60, check=False, env=env)


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_pair_shows_a_code_and_where_to_type_it(running: Daemon, tmp_path: Path) -> None:
    found = answer(matinee("pair", "--role", "guest", "--json", "--state-dir", str(running.state_dir), home=tmp_path))
    assert found["expires_in"] == 600
    assert found["url"] == f"{running.url}/#pair={found['code']}"
    spoken = matinee("pair", "--state-dir", str(running.state_dir), home=tmp_path)
    assert "for one member, 10 minutes" in spoken.stdout


async def test_status_tells_who_watches_what(running: Daemon, tmp_path: Path) -> None:
    async with connect(running.url, name="Ada's phone", pairing_code=running.pair()) as ada:
        await ada.request_hls_stream(PathRef(path="remux.mp4"))
        state = ("--state-dir", str(running.state_dir))
        found = answer(matinee("status", "--json", *state, home=tmp_path))
        row = next(client for client in found["clients"] if client["name"] == "Ada's phone")
        assert row["stream"]["title"] == "remux"
        assert "Ada's phone" in matinee("status", *state, home=tmp_path).stdout
        assert "Ada's phone" in matinee("devices", *state, home=tmp_path).stdout
        device = next(
            d for d in answer(matinee("devices", "--json", *state, home=tmp_path)) if d["name"] == "Ada's phone"
        )
        left = answer(matinee("devices", "revoke", device["device_id"], "--json", *state, home=tmp_path))
    assert all(d["name"] != "Ada's phone" for d in left)


def test_revoking_nobody_is_refused_with_5(running: Daemon, tmp_path: Path) -> None:
    done = matinee("devices", "revoke", "nobody", "--state-dir", str(running.state_dir), home=tmp_path)
    assert (done.returncode, done.stderr) == (5, "There is no such device.\n")


def test_without_a_daemon_the_exit_code_is_3(tmp_path: Path) -> None:
    for command in ("pair", "status", "devices"):
        done = matinee(command, home=tmp_path)
        assert done.returncode == 3
        assert "matinee serve" in done.stderr


def test_a_file_left_by_a_dead_daemon_is_no_daemon(tmp_path: Path) -> None:
    (tmp_path / "control.json").write_text('{"url":"http://127.0.0.1:9","token":"x","pid":1}')
    done = matinee("status", "--state-dir", str(tmp_path), home=tmp_path)
    assert done.returncode == 3
    (tmp_path / "control.json").write_text("half a fi")
    assert matinee("status", "--state-dir", str(tmp_path), home=tmp_path).returncode == 1


def error(done: subprocess.CompletedProcess[str]) -> Any:
    """The error object of a command that failed with --json; nothing else is said."""
    assert done.stdout == ""
    found = json.loads(done.stderr)["error"]
    assert set(found) == {"code", "name", "message", "hint", "exit"}
    assert found["exit"] == done.returncode
    return found["code"], found["name"], found["message"]


def test_with_json_an_error_is_one_object_whoever_says_it(running: Daemon, tmp_path: Path) -> None:
    state = ("--json", "--state-dir", str(running.state_dir))
    assert error(matinee("devices", "revoke", "nobody", *state, home=tmp_path)) == (
        1010, "item_not_found", "There is no such device.",
    )  # fmt: skip
    assert error(matinee("status", "--json", home=tmp_path))[:2] == (3, "no_daemon")
    assert error(matinee("seek", "soon", *state, home=tmp_path))[:2] == (2, "usage")
    assert error(matinee("pair", "--role", "king", *state, home=tmp_path))[:2] == (2, "usage")
    assert error(matinee("dance", "--json", home=tmp_path))[:2] == (2, "usage")
    assert error(matinee("doctor", "--port", "many", "--json", home=tmp_path))[:2] == (2, "usage")
    assert error(matinee("demo", "--json", home=tmp_path, PATH="/nowhere"))[:2] == (1, "failed")
    bad = matinee("config", "show", "--json", home=tmp_path, MATINEE_PORT="many")
    assert error(bad)[:2] == (78, "bad_config")


def test_a_tv_that_is_off_is_refused_at_once_and_nobody_is_asked(running: Daemon, tmp_path: Path) -> None:
    state = ("--state-dir", str(running.state_dir))
    for words in (("pause",), ("next",), ("previous",), ("play", "minute.mp4"), ("play", "nothing"), ("takeover",)):
        done = matinee(*words, *state, home=tmp_path)
        assert (done.returncode, done.stdout) == (5, "")
        assert done.stderr == "The screen is switched off here. Start the daemon without `--screen off`.\n"
    assert error(matinee("pause", "--json", *state, home=tmp_path))[:2] == (1040, "screen_unavailable")
    spoken = matinee("status", *state, home=tmp_path).stdout
    assert "TV          off: The screen is switched off here.\n" in spoken
    assert "Nobody is here." in spoken


def test_every_help_speaks_of_matinee(tmp_path: Path) -> None:
    from clients.cli.theirs import OURS, THEIRS

    for name in ("serve", "doctor", "demo", "config", "play"):
        assert name in (*OURS, *THEIRS)
        assert matinee(name, "--help", home=tmp_path).stdout.startswith(f"Usage: matinee {name} ")
    assert matinee("config", "show", "--help", home=tmp_path).stdout.startswith("Usage: matinee config show ")
    group = matinee("--help", home=tmp_path).stdout
    assert '{"error": {' in group
    assert "5 refused" in group


def test_wrong_usage_is_2(tmp_path: Path) -> None:
    assert matinee("dance", home=tmp_path).returncode == 2
    assert matinee("serve", "--port", "many", home=tmp_path).returncode == 2
    assert matinee("serve", str(tmp_path / "nowhere"), home=tmp_path).returncode == 2
    assert matinee("serve", str(tmp_path / "nowhere"), home=tmp_path).stderr.startswith("There is no folder")


def test_help_names_every_command(tmp_path: Path) -> None:
    text = matinee("--help", home=tmp_path).stdout
    assert all(name in text for name in ("serve", "demo", "pair", "devices", "doctor", "status", "config"))
    assert "matinee, version" in matinee("--version", home=tmp_path).stdout


def test_doctor_finds_a_healthy_machine_well(tmp_path: Path) -> None:
    found = answer(
        matinee(
            "doctor", "--json", "--state-dir", str(tmp_path / "s"), "--cache-dir", str(tmp_path / "c"), home=tmp_path
        )
    )
    assert found["ok"]
    assert {check["name"] for check in found["checks"]} == {
        "programs",
        "encode",
        "encoder",
        "display",
        "screen",
        "state",
        "cache",
        "disk",
        "port",
        "folders",
    }
    spoken = matinee("doctor", "--state-dir", str(tmp_path / "s"), home=tmp_path)
    assert "one second of picture and sound" in spoken.stdout


def test_doctor_finds_what_is_missing_and_says_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = matinee("doctor", "--json", "--state-dir", str(tmp_path / "file" / "s"), home=tmp_path, PATH="/nowhere")
    assert done.returncode == 4
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert not checks["programs"]["ok"]
    assert "apt install" in checks["programs"]["mend"]
    assert not checks["state"]["ok"]


def test_demo_makes_the_film_once(tmp_path: Path) -> None:
    first = answer(matinee("demo", str(tmp_path / "films"), "--json", home=tmp_path))
    film = Path(first["path"])
    made = film.stat().st_mtime_ns
    assert answer(matinee("demo", str(tmp_path / "films"), "--json", home=tmp_path)) == first
    assert film.stat().st_mtime_ns == made
    assert [path.name for path in film.parent.iterdir()] == [film.name]


def test_config_says_where_each_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "conf" / "matinee").mkdir(parents=True)
    (tmp_path / "conf" / "matinee" / "config.toml").write_text('name = "Attic"\n')
    rows = answer(matinee("config", "show", "--json", home=tmp_path, MATINEE_PORT="9999"))
    assert rows["name"]["value"] == "Attic"
    assert rows["name"]["from"].endswith("config.toml")
    assert (rows["port"]["value"], rows["port"]["from"]) == (9999, "MATINEE_PORT")
    assert rows["host"]["from"] == "default"
    assert "Attic" in matinee("config", "show", home=tmp_path).stdout
    for words in (["schema"], ["schema", "--json"]):
        assert "properties" in answer(matinee("config", *words, home=tmp_path))
    where = answer(matinee("config", "path", "--json", home=tmp_path))
    assert where == {"path": str(tmp_path / "conf" / "matinee" / "config.toml"), "exists": True}
    assert matinee("config", "path", home=tmp_path).stdout == where["path"] + "\n"

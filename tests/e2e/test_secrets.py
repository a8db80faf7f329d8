"""FAULTS 32: no token in logs, process arguments, error bodies or metrics; a pairing code is good once, for few tries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest

from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.stage import fetch
from tests.server.raw import Line, ask
from tests.server.remote import box, dial, owner
from tests.waiting import eventually_now

OPEN_TO_ALL = ["/", "/livez", "/readyz", "/healthz", "/metrics", "/openrpc.json", "/nothing"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that logs all it can."""
    shelf = tmp_path_factory.mktemp("shelf")
    (shelf / "long.mkv").write_bytes(films.make("minute_mpeg4").read_bytes())
    with daemon(shelf, tmp_path_factory.mktemp("home"), "--log-level", "debug") as one:
        yield one


@dataclass(slots=True)
class Secrets:
    """What must not be seen, by what it is, and where to look."""

    known: dict[str, str] = field(default_factory=dict)

    def refute(self, where: str, text: str, *, but: str = "") -> None:
        """None of them is in a text."""
        for kind, secret in self.known.items():
            assert kind == but or secret not in text, f"the {kind} is in {where}"


def attempt(auth: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Parameters of a `register`."""
    return {"protocol": 1, "client_types": ["hls_streaming"], "name": "test", "auth": auth, **more}


async def use_everything(running: Daemon, secrets: Secrets) -> None:
    """Pair, stream, resume, fail: every way by which a secret travels."""
    async with owner(running) as boss, dial(running) as first, dial(running) as second, dial(running) as third:
        code = (await boss.do("create_pairing_code", role="member"))["code"]
        registered = await first.register({"pairing_code": code})
        status = await first.do("request_hls_stream", item={"path": "long.mkv"})
        token = status["url"].split("/")[3]
        secrets.known |= {"box token": running.control.token, "pairing code": code, "stream token": token}
        secrets.known |= {"device token": registered["device_token"], "resume token": registered["resume_token"]}
        assert len(token) == 43
        secrets.refute("the rows of who is here", json.dumps(await boss.do("get_all_clients_status")))
        secrets.refute("the devices", json.dumps(await boss.do("list_devices")))
        secrets.refute("the state of the box", json.dumps(await boss.do("get_server_status")))
        wrong = {"client_id": registered["client_id"], "resume_token": "wrong", "last_seq": 0}
        device = {"device_token": registered["device_token"]}
        for refused in (
            await second.call("register", **attempt({"pairing_code": code})),
            await second.call("register", **attempt(device, resume=wrong)),
            await second.call("register", **attempt({**device, "extra": registered["resume_token"]})),
            await second.call("register", **attempt(device, **{token: 1})),
            await second.call("register", **attempt({"device_token": [token]})),
            await third.call("register", **attempt({"device_token": token})),
        ):
            assert "error" in refused
            secrets.refute(
                "an error", json.dumps(refused), but="stream token" if token in str(refused["error"]["data"]) else ""
            )
        assert (await fetch(running, status["url"]))[0] == 200
        assert (await fetch(running, status["url"].replace("master.m3u8", "video-0.ts")))[0] == 200
        refute_processes(running, secrets)
        refute_http(running, status["url"], secrets)
        await first.do("goodbye")


def refute_processes(running: Daemon, secrets: Secrets) -> None:
    """Neither arguments nor environments hold one, FFmpeg's included."""
    eventually_now(running.encoders, within=5, what="an encoder")
    for pid in (running.process.pid, *running.children()):
        process = psutil.Process(pid)
        secrets.refute(f"the arguments of {process.name()}", " ".join(process.cmdline()))
        secrets.refute(f"the environment of {process.name()}", str(process.environ()))
        secrets.refute(f"the descriptors of {process.name()}", str([file.path for file in process.open_files()]))


def refute_http(running: Daemon, url: str, secrets: Secrets) -> None:
    """Neither what is open to all nor errors hold one; a playlist has names, no paths."""
    for target in OPEN_TO_ALL:
        secrets.refute(target, ask(running.port, target).body.decode())
    for name in ("video-9999.ts", "..%2fmaster.m3u8", "nothing", ""):
        for method in ("GET", "POST", "PUT"):
            answer = ask(
                running.port, url.replace("master.m3u8", name), "Content-Type: application/json", method=method
            )
            assert answer.status >= 400
            secrets.refute("an error's body", answer.body.decode() + str(answer.headers))
    for name in ("master.m3u8", "video.m3u8", "audio-0.m3u8"):
        secrets.refute(name, ask(running.port, url.replace("master.m3u8", name)).body.decode())
    for line_break in (b"\0", b"\xff", b"a" * 9_000):
        with Line(running.port) as line:
            line.send(b"GET " + url.encode() + line_break + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert line.answer().status == 400


async def test_no_secret_is_seen_where_others_look(watched: Daemon) -> None:
    secrets = Secrets()
    await use_everything(watched, secrets)
    text = watched.log_text()
    assert "device paired" in text
    assert "stream opened" in text
    secrets.refute("the log", text)
    for path in watched.state_dir.iterdir():
        assert path.stat().st_mode & 0o077 == 0 or path.suffix in (".db", ".db-wal", ".db-shm"), path
        secrets.refute(path.name, path.read_bytes().decode("latin-1"), but="box token")
    names = "\n".join(str(path) for path in watched.cache_dir.rglob("*"))
    secrets.refute("the names of files", names)


async def test_the_files_of_the_box_are_readable_to_its_user_only(watched: Daemon) -> None:
    assert watched.state_dir.stat().st_mode & 0o777 == 0o700
    assert (watched.state_dir / "control.json").stat().st_mode & 0o777 == 0o600
    (run,) = watched.cache_dir.glob("run-*")
    assert run.stat().st_mode & 0o777 == 0o700


async def test_a_pairing_code_lets_one_device_in_and_no_second(watched: Daemon) -> None:
    async with owner(watched) as boss, dial(watched) as first, dial(watched) as second:
        made = await boss.do("create_pairing_code")
        assert 595 < made["expires_in"] <= 600, "ten minutes"
        assert (await first.register({"pairing_code": made["code"]}))["device_token"]
        assert await second.refused("register", **attempt({"pairing_code": made["code"]})) == "pairing_failed"


async def test_a_pairing_code_may_be_typed_carelessly(watched: Daemon) -> None:
    async with owner(watched) as boss, dial(watched) as first:
        code: str = (await boss.do("create_pairing_code"))["code"]
        assert (await first.register({"pairing_code": f" {code.lower().replace('-', ' ')} "}))["device_token"]


async def test_five_wrong_codes_take_every_code_away_from_whatever_connection_they_come(watched: Daemon) -> None:
    async with owner(watched) as boss:
        code = (await boss.do("create_pairing_code"))["code"]
        for guess in ("2222-2222", "3333-3333", "", "é", "4444-4444", "5555-5555"):
            async with dial(watched) as thief:
                name = await thief.refused("register", **attempt({"pairing_code": guess}))
                assert name == ("pairing_failed" if guess else "invalid_params")
        async with dial(watched) as late:
            assert await late.refused("register", **attempt({"pairing_code": code})) == "pairing_failed"
        again = (await boss.do("create_pairing_code"))["code"]
        async with dial(watched) as right:
            assert (await right.register({"pairing_code": again}))["role"] == "member"
        assert box(watched)["device_token"] not in watched.log_text()

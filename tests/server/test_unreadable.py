"""FAULTS 31, 32: what is no request is answered like anything else that is wrong, and nothing of it is repeated."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import anyio.to_thread
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from controller.server.listener import Shortage
from controller.server.runner import Runner
from tests.daemon import Daemon, daemon
from tests.server.raw import Answer, Line, ask

TOKEN = b"kq3vT0ken-that_nobody-may-see-in-an-answer0"
HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST
CHUNKED = (
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nX: x\r\n\r\n"
)
UNREADABLE = {
    "no request": TOKEN + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + TOKEN,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + TOKEN,
    "another version": b"GET / HTTP/" + TOKEN + b"\r\n" + HOST + b"\r\n",
    "a method of other letters": TOKEN + b"\x01 / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space in the path": b"GET /hls/c/" + TOKEN + b"/a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in the path": b"GET /hls/c/" + TOKEN + b"\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a line break in the path": b"GET /hls/c/" + TOKEN + b"\n/a HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes beyond ASCII": b"GET /hls/c/" + TOKEN + b"/\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    "a port that is none": b"GET http://" + TOKEN + b":99999999/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "a line of 9 KB": b"GET /" + TOKEN * 210 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header of 9 KB": GET + b"X: " + TOKEN * 210 + b"\r\n\r\n",
    "200 headers": GET + b"".join(b"X-%d: %b\r\n" % (n, TOKEN) for n in range(200)) + b"\r\n",
    "a header without a name": GET + b": " + TOKEN + b"\r\n\r\n",
    "a space after a header's name": GET + TOKEN + b" : x\r\n\r\n",
    "NUL in a header's value": GET + b"Authorization: " + TOKEN + b"\0\r\n\r\n",
    "two lengths": GET + b"Content-Length: 0\r\nContent-Length: 1\r\nX: " + TOKEN + b"\r\n\r\n",
    "a length of letters": GET + b"Content-Length: " + TOKEN + b"\r\n\r\n",
    "length and chunks": GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + TOKEN + b"\r\n\r\n",
    "a chunk without a size": CHUNKED + TOKEN + b"\r\n",
    "a chunk that is too long": CHUNKED + b"5\r\nhello" + TOKEN + b"\r\n",
    "a trailer that is none": CHUNKED + b"0\r\n" + TOKEN + b"\0: x\r\n\r\n",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that logs all it can."""
    with daemon(tmp_path_factory.mktemp("none"), tmp_path_factory.mktemp("home"), "--log-level", "debug") as one:
        yield one


def entries(running: Daemon) -> list[dict[str, Any]]:
    """Every line of the log."""
    return [json.loads(line) for line in running.log_text().splitlines()]


def assert_ours(answer: Answer) -> None:
    assert (answer.status, answer.body) == (400, b"Bad request\n")
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_a_bad_request_and_nothing_of_it_is_repeated(running: Daemon, kind: str) -> None:
    with Line(running.port) as line:
        line.send(UNREADABLE[kind])
        answer = line.answer()
    assert_ours(answer)
    assert TOKEN.decode() not in str(answer.headers)
    assert TOKEN.decode() not in running.log_text()
    assert [entry for entry in entries(running) if "exception" in entry or entry["level"] == "error"] == []


def test_what_comes_after_a_good_request_and_is_none_ends_the_connection(running: Daemon) -> None:
    for good in (GET + b"\r\n", GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"):
        with Line(running.port) as line:
            line.send(good)
            assert line.answer().status == 200
            line.send(TOKEN + b"\r\n\r\n")
            assert_ours(line.answer())
            assert line.socket.recv(1) == b""


def test_what_is_in_the_same_packet_as_an_upgrade_that_is_refused_is_answered_after_it(running: Daemon) -> None:
    with Line(running.port) as line:
        line.send(GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + TOKEN + b"\r\n\r\n")
        assert line.answer().status == 200
        assert_ours(line.answer())


def test_a_body_that_cannot_be_decoded_is_nobodys_error(running: Daemon) -> None:
    with Line(running.port) as line:
        line.send(GET + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(TOKEN) + TOKEN)
        assert line.answer().status == 200
        assert line.socket.recv(1) == b""
    assert [entry for entry in entries(running) if "exception" in entry] == []


def test_an_expectation_that_nobody_knows_is_refused_without_an_echo(running: Daemon) -> None:
    answer = ask(running.port, "/livez", f"Expect: {TOKEN.decode()}")
    assert (answer.status, answer.body) == (417, b"Expectation Failed\n")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


def test_the_log_says_what_kind_of_nonsense_came_and_no_more(running: Daemon) -> None:
    with Line(running.port) as line:
        line.send(UNREADABLE["a space in the path"])
        line.answer()
    entry = next(entry for entry in reversed(entries(running)) if entry["event"] == "request unreadable")
    assert entry.keys() == {"event", "level", "timestamp", "problem"}
    assert (entry["level"], entry["problem"]) == ("debug", "BadStatusLine")


async def test_what_a_guard_stumbles_over_is_logged_once_and_hidden() -> None:
    @web.middleware
    async def stumbles(request: web.Request, handler: Any) -> web.StreamResponse:
        raise ZeroDivisionError(TOKEN.decode())

    runner = Runner(web.Application(middlewares=[stumbles]), Shortage(), shutdown_timeout=1.0)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as listener, capture_logs() as lines:
        await web.SockSite(runner, listener).start()
        answer = await anyio.to_thread.run_sync(ask, listener.getsockname()[1], "/")
        await runner.cleanup()
    assert (answer.status, answer.body) == (500, b"Something went wrong\n")
    assert "server" not in answer.headers
    assert [(line["event"], line["log_level"], type(line["exc_info"])) for line in lines] == [
        ("request failed", "error", ZeroDivisionError)
    ]

"""Who may speak to a real daemon by HTTP: names, origins, forms of request, and the headers of every answer."""

from __future__ import annotations

import json
import socket

import pytest

from tests.daemon import Daemon
from tests.server.raw import HANDSHAKE, Line, ask, request

WS = tuple(HANDSHAKE.strip().split("\r\n"))
FOREIGN_HOSTS = [
    "evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example#127.0.0.1", "169.254.169.254",
    "127.0.0.1@evil.example", "evil.example@127.0.0.1", "127.0.0.1/evil", "127.0.0.1?x", "127.0.0.1:port", "127.0.0.1:99999999", "[::1",
    "0.0.0.0", "2130706433", "127.1", "localhost..", "127.0.0.1, evil.example", "", " ", "%31%32%37.0.0.1",
]  # fmt: skip
FOREIGN_ORIGINS = [
    "http://evil.example", "null", "", "file://", "http://127.0.0.1", "http://127.0.0.1:{port}.evil.example", "http://127.0.0.1:1",
    "http://localhost:{port}", "http://evil.example:{port}", "ftp://127.0.0.1:{port}", "http://127.0.0.1:{port}/", "http://127.0.0.1:{port} ,",
    "http://evil.example/http://127.0.0.1:{port}", "http://127.0.0.1:{port}@evil.example", "chrome-extension://abc",
]  # fmt: skip
EVERYWHERE = ["/", "/livez", "/readyz", "/healthz", "/metrics", "/openrpc.json", "/nothing", "/hls/a/b/c"]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_told_that_it_is_misdirected(running: Daemon, host: str) -> None:
    named = host.format(port=running.port)
    for target in (*EVERYWHERE, "/ws"):
        with Line(running.port) as line:
            line.send(f"GET {target} HTTP/1.1\r\nHost: {named}\r\n\r\n".encode())
            answer = line.answer()
        assert (answer.status, answer.body) == (421, b"This name is not ours\n"), target


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:1", "LOCALHOST", "localhost.", "[::1]:80", socket.gethostname()]
)
def test_our_own_names_are_ours_whatever_the_port_and_case(running: Daemon, host: str) -> None:
    assert ask(running.port, "/livez", host=host).status == 200


def test_a_second_host_or_none_is_a_bad_request(running: Daemon) -> None:
    ours = f"Host: 127.0.0.1:{running.port}\r\n"
    for hosts in (ours + ours, ours + "Host: evil.example\r\n", "Host: evil.example\r\n" + ours, ""):
        with Line(running.port) as line:
            line.send(f"GET / HTTP/1.1\r\n{hosts}\r\n".encode())
            assert line.answer().status == 400, hosts
    with Line(running.port) as line:
        line.send(b"GET / HTTP/1.0\r\n\r\n")
        assert line.answer().status == 400


def test_a_request_in_absolute_form_is_a_bad_request(running: Daemon) -> None:
    targets = [
        "http://evil.example/",
        f"http://127.0.0.1:{running.port}/",
        "https://127.0.0.1/livez",
        "*",
        "evil.example:443",
    ]
    for target in targets:
        for method in ("GET", "OPTIONS", "CONNECT"):
            assert ask(running.port, target, method=method).status == 400, (method, target)
    assert ask(running.port, "//evil.example/livez").status == 404


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_page_from_elsewhere_may_not(running: Daemon, origin: str) -> None:
    said = "Origin: " + origin.format(port=running.port)
    for target in ("/", "/healthz", "/openrpc.json", "/nothing"):
        assert ask(running.port, target, said).status == 403, target
    assert ask(running.port, "/ws", said, *WS).status == 403, "nor by WebSocket"


def test_two_origins_are_one_too_many(running: Daemon) -> None:
    ours = f"Origin: http://127.0.0.1:{running.port}"
    assert ask(running.port, "/ws", ours, "Origin: http://evil.example", *WS).status == 403
    assert ask(running.port, "/ws", ours, ours, *WS).status == 403


@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_our_own_page_may_and_speaks_websocket(running: Daemon, scheme: str) -> None:
    ours = f"Origin: {scheme}://127.0.0.1:{running.port}"
    assert ask(running.port, "/", ours).status == 200
    assert ask(running.port, "/ws", ours, *WS).status == 101


@pytest.mark.parametrize(
    "target",
    ["/hls/../ws", "/hls/%2e%2e/ws", "/hls/..%2fws", "/hls/../../ws", "//ws", "/ws/", "/hls//ws", "/WS", "/w%73?"],
)
def test_no_detour_leads_a_foreign_page_to_the_websocket(running: Daemon, target: str) -> None:
    assert ask(running.port, target, "Origin: http://evil.example", *WS).status in (403, 404)


def test_any_page_may_fetch_from_hls_because_the_token_is_the_key(running: Daemon) -> None:
    answer = ask(running.port, "/hls/a/b/c", "Origin: http://evil.example")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (404, "*")
    assert "access-control-allow-credentials" not in answer.headers
    preflight = ask(
        running.port,
        "/hls/a/b/c",
        "Origin: http://evil.example",
        "Access-Control-Request-Method: GET",
        method="OPTIONS",
    )
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, "*")


def test_elsewhere_nothing_is_said_about_other_origins(running: Daemon) -> None:
    for target in ("/", "/healthz", "/openrpc.json", "/nothing"):
        assert not [name for name in ask(running.port, target).headers if name.startswith("access-control")], target


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"]
)
def test_a_post_that_is_no_json_is_refused(running: Daemon, kind: str) -> None:
    assert ask(running.port, "/", f"Content-Type: {kind}", "Content-Length: 0", method="POST").status == 415
    assert ask(running.port, "/", "Content-Length: 0", method="POST").status == 415


def test_methods_that_are_not_there_are_not_allowed(running: Daemon) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        assert ask(running.port, "/", method=method).status == 405


@pytest.mark.parametrize("target", [*EVERYWHERE, "/ws"])
def test_every_answer_has_its_security_headers_and_does_not_say_what_serves_it(running: Daemon, target: str) -> None:
    for more in ([], ["Origin: http://evil.example"]):
        answer = ask(running.port, target, *more)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers
        if target.startswith("/hls/"):
            continue
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
        assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == (
            "'none'",
            "'self'",
            "'none'",
        )
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"


def test_the_contract_is_served_as_it_is_known(running: Daemon) -> None:
    document = json.loads(ask(running.port, "/openrpc.json").body)
    assert {"register", "request_hls_stream", "hls_seek"} <= {method["name"] for method in document["methods"]}


def test_a_connection_serves_several_requests(running: Daemon) -> None:
    with Line(running.port) as line:
        line.send(request(running.port, "/livez") * 3)
        assert [line.answer().status for _ in range(3)] == [200, 200, 200]

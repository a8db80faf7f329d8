"""The daemon's own pages for supervisors, Prometheus and the curious."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from clients.sdk import PathRef, connect
from protocol.openrpc import document
from tests.daemon import Daemon


def fetch(one: Daemon, path: str) -> tuple[str, str]:
    with urllib.request.urlopen(one.url + path, timeout=10) as answer:
        return answer.headers.get_content_type(), answer.read().decode()


async def test_health_tells_what_lives(running: Daemon) -> None:
    async with connect(running.url, name="someone", device_token=running.control.token) as matinee:
        await matinee.request_hls_stream(PathRef(path="minute.mkv"))
        assert fetch(running, "/livez")[1] == "ok\n"
        assert fetch(running, "/readyz")[1] == "ok\n"
        health: dict[str, Any] = json.loads(fetch(running, "/healthz")[1])
        assert (health["status"], health["clients"], health["streams"]) == ("ok", 1, 1)
        status = await matinee.get_server_status()
        assert (status.clients, status.streams, status.screen) == (1, 1, "off")
        assert status.versions.keys() >= {"python", "ffmpeg"}
        assert status.disk_free > 0


def test_metrics_are_prometheus_text(running: Daemon) -> None:
    kind, text = fetch(running, "/metrics")
    assert kind == "text/plain"
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(values["matinee_uptime_seconds"]) > 0
    assert set(values) >= {"matinee_clients", "matinee_streams", "matinee_encoders", "matinee_cache_bytes"}


async def test_the_contract_is_served_as_it_is_generated(running: Daemon) -> None:
    kind, text = fetch(running, "/openrpc.json")
    assert kind == "application/json"
    assert json.loads(text) == document()

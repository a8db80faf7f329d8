"""The daemon's own pages for supervisors, Prometheus and the curious."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import anyio
import anyio.to_thread

from clients.sdk import PathRef, connect
from protocol.openrpc import document
from tests.daemon import Daemon
from tests.waiting import LOOK_EVERY


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
        assert status.disk_free > 0
        with anyio.fail_after(5.0):
            while True:
                if {*(await matinee.get_server_status()).versions} >= {"python", "ffmpeg"}:
                    break
                await anyio.sleep(LOOK_EVERY)  # FFmpeg is asked for its version as soon as the daemon is ready


def metrics(running: Daemon) -> dict[str, float]:
    kind, text = fetch(running, "/metrics")
    assert kind == "text/plain"
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


async def test_metrics_are_prometheus_text_and_count_what_is_served(running: Daemon) -> None:
    before = metrics(running)
    assert before["matinee_uptime_seconds"] > 0
    assert before["matinee_daemon_memory_bytes"] > 10_000_000
    async with connect(running.url, name="someone", device_token=running.control.token) as matinee:
        status = await matinee.request_hls_stream(PathRef(path="minute.mp4"))
        segment = str(status.url).replace("master.m3u8", "video-0.ts")
        size = len(await anyio.to_thread.run_sync(lambda: urllib.request.urlopen(running.url + segment).read()))
        after = metrics(running)
        told = await matinee.get_server_status()
    assert after["matinee_segments_served_total"] - before["matinee_segments_served_total"] == 1
    assert after["matinee_segment_bytes_served_total"] - before["matinee_segment_bytes_served_total"] == size
    assert after["matinee_streams"] == 1
    assert after["matinee_cache_bytes"] >= size
    assert told.daemon is not None
    assert told.encoding is not None


async def test_the_contract_is_served_as_it_is_generated(running: Daemon) -> None:
    kind, text = fetch(running, "/openrpc.json")
    assert kind == "application/json"
    assert json.loads(text) == document()

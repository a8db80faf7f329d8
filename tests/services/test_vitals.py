"""How the box does: the sums of all encoders, what is counted, and who hears of it."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from controller.core.stream_phase import Crashed
from controller.server.metrics import Metrics
from controller.services.vitals import EVERY
from protocol.values import PathRef
from tests.services.house import House, Remote


def metrics(house: House) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(Metrics(house.services))
    lines = generate_latest(registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


async def watching(house: House, path: str = "encoded.mkv") -> Remote:
    viewer = await house.guest(client_types=["hls_streaming"])
    await viewer.watch(path)
    return viewer


async def test_the_box_tells_what_the_daemon_and_all_encoders_use(house: House) -> None:
    owner = await house.owner()
    idle = await owner.call("get_server_status")
    assert idle["daemon"] == {"cpu": 3.5, "rss": 90_000_000}
    assert idle["encoding"] == {"working": 0, "held": 0, "backing_off": 0, "cpu": 0.0, "rss": 0, "restarts": 0}
    copied = await watching(house, "copied.mp4")
    fast = house.encoder.last
    await watching(house)
    slow = house.encoder.last
    await house.clock.advance(1)
    fast.make(0)
    fast.make(1)
    slow.make(0)
    status = await owner.call("get_server_status")
    assert (status["connected"], status["cache_bytes"]) == (3, 6 * 188)
    assert status["encoding"] == {
        "working": 2, "held": 0, "backing_off": 0, "cpu": 100.0, "rss": 80_000_000, "restarts": 0,
        "slowest": pytest.approx(1, abs=0.1), "least_ahead_s": 1.0,
    }  # fmt: skip
    slow.end(Crashed("it broke"))
    copied.stream.allow(0.0)
    for index in range(2, 6):
        fast.make(index)
    await house.clock.settle()
    encoding = (await owner.call("get_server_status"))["encoding"]
    assert (encoding["working"], encoding["held"], encoding["backing_off"], encoding["cpu"]) == (0, 1, 1, 50.0)
    await house.clock.advance(1)
    assert (await owner.call("get_server_status"))["encoding"]["restarts"] == 1


async def test_who_subscribes_to_the_server_hears_of_it_every_few_seconds(house: House) -> None:
    ann, bob = await house.guest(), await house.guest()
    assert "server" in (await ann.call("subscribe", topics=["server"]))["topics"]
    await house.clock.advance(2 * EVERY)
    events = ann.peer.events("server_changed")
    assert len(events) == 2
    assert events[1]["uptime_s"] - events[0]["uptime_s"] == pytest.approx(EVERY, abs=0.01)
    assert (events[0]["clients"], events[0]["encoding"]["working"], "versions" in events[0]) == (2, 0, False)
    assert bob.peer.events("server_changed") == []
    seq = ann.me.session.seq
    ann.hang_up()
    await house.clock.advance(2 * EVERY)
    assert ann.me.session.seq == seq, "nothing is kept for one who is away"


async def test_the_stream_that_is_to_follow_counts_with_the_others(house: House) -> None:
    viewer = await watching(house)
    await house.streams.prepare(viewer.me, PathRef(path="copied.mp4"), choice=viewer.stream.choice)
    await house.clock.settle()
    assert (await viewer.call("get_server_status"))["encoding"]["working"] == house.streams.working == 2


async def test_what_happens_is_counted_and_no_name_of_a_client_or_film_is_told(house: House) -> None:
    viewer = await watching(house)
    client_id = viewer.me.client_id
    await house.clock.advance(1)
    house.encoder.last.make(0)
    found = metrics(house)
    assert found["matinee_encoder_speed_min"] == pytest.approx(1, abs=0.1)
    assert (found["matinee_encoders_working"], found["matinee_ahead_seconds_min"]) == (1, 1)
    assert (found["matinee_cache_bytes"], found["matinee_waiting"]) == (376, 0)
    for stalled in (True, True, False, True):
        await viewer.call("hls_report", position=0.0, playing=not stalled, buffered_s=0.0, stalled=stalled)
    house.encoder.script = "crashes at once"
    house.encoder.last.end(Crashed("it broke"))
    await house.clock.advance(20)
    house.tallies.segment_served(1_000)
    found = metrics(house)
    assert found["matinee_player_stalls_total"] == 2
    assert found["matinee_streams_opened_total"] == 1
    assert found["matinee_encoder_restarts_total"] == 3
    assert found['matinee_streams_failed_total{error="encoder_failed"}'] == 1
    assert found['matinee_encoder_runs_total{outcome="crashed"}'] == 4 + 4, "once more in each smaller way"
    assert (found["matinee_segments_served_total"], found["matinee_segment_bytes_served_total"]) == (1, 1_000)
    assert "matinee_encoder_speed_min" not in found, "nothing is made"
    assert client_id not in str(found)
    assert "encoded" not in str(found)


async def test_a_film_that_is_given_as_it_is_is_neither_ahead_nor_on_the_disk(house: House) -> None:
    owner, viewer = await house.owner(), await house.guest(client_types=["hls_streaming"])
    status = await viewer.watch(delivery="auto")
    assert status["delivery"]["mode"] == "direct"
    (row,) = await owner.call("get_all_clients_status", name="guest")
    assert row["stream"]["encoder"] == {"state": "idle", "restarts": 0, "cache_bytes": 0}
    assert "least_ahead_s" not in (await owner.call("get_server_status"))["encoding"]

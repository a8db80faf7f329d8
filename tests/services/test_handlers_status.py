from __future__ import annotations

from typing import Any

import pytest

from controller.core.stream_phase import Completed, Crashed
from tests.services.house import House, Remote


@pytest.fixture
async def owner(house: House) -> Remote:
    return await house.owner()


async def row_of(owner: Remote, name: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = await owner.call("get_all_clients_status", name=name)
    (row,) = rows
    return row


async def test_a_client_is_shown_with_its_stream_and_encoder(house: House, owner: Remote) -> None:
    viewer = await house.guest(device="TV stick", client_types=["hls_streaming"])
    await viewer.watch()
    await house.clock.advance(1)
    house.encoder.last.make(0)
    row = await row_of(owner, "guest")
    assert (row["device"], row["role"], row["connected"], row["health"]) == ("TV stick", "guest", True, "live")
    assert row["stream"]["state"] == "playing"
    encoder = row["stream"]["encoder"]
    assert encoder == {
        "state": "running", "restarts": 0, "pid": 4000, "speed": pytest.approx(2, abs=0.1), "cpu": 50.0, "rss": 40_000_000,
        "ahead_s": 2.0, "cache_bytes": 376, "condition": "working",
    }  # fmt: skip
    assert viewer.stream.spec.token not in str(row)


async def test_an_encoder_is_shown_in_every_state_it_can_be_in(house: House, owner: Remote) -> None:
    viewer = await house.guest(client_types=["hls_streaming"])
    await viewer.watch()
    seen = []

    async def look() -> None:
        await house.clock.settle()
        seen.append((await row_of(owner, "guest"))["stream"]["encoder"]["state"])

    viewer.stream.allow(0.0)
    for index in range(6):
        house.encoder.last.make(index)
    await look()
    house.encoder.last.end(Crashed("it broke"))
    await look()
    await viewer.call("hls_report", position=35.0, playing=True, buffered_s=4.0)
    await house.clock.advance(1)
    await look()
    await house.clock.advance(120)
    await look()
    viewer.stream.seek(100.0)
    await house.clock.advance(1)
    house.encoder.last.end(Completed())
    await look()
    assert seen == ["held", "backing_off", "running", "idle", "failed"]


async def test_a_run_that_has_just_ended_uses_nothing(house: House, owner: Remote) -> None:
    viewer = await house.guest(client_types=["hls_streaming"])
    await viewer.watch()
    house.encoder.last.alive = False
    encoder = (await row_of(owner, "guest"))["stream"]["encoder"]
    assert "cpu" not in encoder
    assert "rss" not in encoder


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["owner", "guest", "member"]),
        ({"client_type": "server_playback"}, ["owner", "member"]),
        ({"name": "member"}, ["member"]),
        ({"state": "lingering"}, ["member"]),
        ({"state": "starting"}, ["guest"]),
        ({"state": "idle"}, ["owner", "member"]),
        ({"state": "idle", "name": "guest"}, []),
    ],
)
async def test_clients_are_filtered(house: House, owner: Remote, wanted: dict[str, str], names: list[str]) -> None:
    viewer, member = await house.guest(client_types=["hls_streaming"]), await house.guest("member")
    await viewer.watch()
    member.hang_up()
    rows = await owner.call("get_all_clients_status", **wanted)
    assert [row["name"] for row in rows] == names


async def test_the_box_tells_how_it_does(house: House, owner: Remote) -> None:
    guest = await house.guest()
    await guest.watch()
    house.encoder.last.make(0)
    status = await guest.call("get_server_status")
    assert (status["name"], status["clients"], status["streams"], status["encoders"]) == ("The Box", 2, 1, 1)
    assert status["uptime_s"] == pytest.approx(house.clock.now() - 990, abs=0.01)
    assert status["cache_bytes"] == 2 * 188
    assert status["disk_free"] == 10**12 - 2 * 188
    assert status["video_encoder"] == {"name": "vaapi", "reason": "A second of film was encoded with it."}
    assert (status["load"]["cores"], status["waiting"], status["screen"]) == (2, [], "off")

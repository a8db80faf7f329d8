from __future__ import annotations

from typing import Any

import pytest

from controller.core.stream_phase import Completed, Crashed
from tests.services.house import BOX_TOKEN, House, Remote


@pytest.fixture
async def viewer(house: House) -> Remote:
    return await house.owner("viewer")


@pytest.fixture
async def witness(house: House, viewer: Remote) -> Remote:
    """Somebody else, who hears of clients."""
    remote = await house.owner("witness")
    await remote.call("subscribe", topics=["clients"])
    remote.peer.take()
    return remote


def states(events: list[dict[str, Any]]) -> list[str]:
    return [event["state"] for event in events]


async def test_a_stream_is_announced_before_the_answer_to_the_request(house: House, viewer: Remote) -> None:
    viewer.peer.take()
    await viewer.call("request_hls_stream", item={"path": "copied.mp4"})
    assert viewer.peer.words() == ["stream_changed", "queue_changed", "answer 2"]


async def test_a_seek_is_announced_before_its_answer_and_in_the_same_step(house: House, viewer: Remote) -> None:
    await viewer.watch()
    await viewer.call("hls_seek", position=60.0)
    assert viewer.peer.words() == ["stream_changed", "answer 3"]
    (event,) = viewer.peer.events("stream_changed")
    assert event["timeline"]["position"] == 60.0
    assert event["epoch"] == viewer.peer.messages()[-1]["result"]["epoch"]


async def test_what_changes_nothing_is_not_announced(house: House, viewer: Remote) -> None:
    await viewer.watch()
    house.encoder.last.make(0)
    viewer.peer.take()
    for index in range(1, 5):
        house.encoder.last.make(index)
    viewer.stream.report(viewer.stream.machine.timeline.now(house.clock.now()), playing=True)
    assert viewer.peer.frames == []


async def test_the_first_segment_makes_a_starting_stream_a_playing_one(house: House, viewer: Remote) -> None:
    status = await viewer.watch()
    assert status["state"] == "starting"
    house.encoder.last.make(0)
    assert states(viewer.peer.events("stream_changed")) == ["playing"]


async def test_every_restart_of_the_encoder_is_announced(house: House, viewer: Remote) -> None:
    await viewer.watch()
    house.encoder.last.end(Crashed("it broke"))
    await house.clock.advance(1)
    told = [(event["epoch"], event["encoder"]["restarts"]) for event in viewer.peer.events("stream_changed")]
    assert told == [(1, 1), (2, 1)]


async def test_a_failure_is_told_once_with_its_reason_and_without_a_path(house: House, viewer: Remote) -> None:
    await viewer.watch()
    house.encoder.last.end(Completed())
    await house.clock.settle()
    assert viewer.peer.words() == ["stream_changed", "stream_failed"]
    (failed,) = viewer.peer.events("stream_failed")
    assert failed["stream_id"] == viewer.stream.spec.stream_id
    assert failed["error"]["data"]["name"] == "empty_output"
    assert states(viewer.peer.events("stream_changed")) == ["failed"]
    assert "/films" not in "".join(viewer.peer.frames)
    await viewer.call("hls_pause")
    assert len(viewer.peer.events("stream_failed")) == 1


async def test_a_client_that_was_away_hears_of_the_failure_when_it_is_back(house: House, viewer: Remote) -> None:
    await viewer.watch()
    viewer.hang_up()
    house.encoder.last.end(Completed())
    await house.clock.settle()
    remote = house.connect()
    await remote.register("viewer", {"device_token": BOX_TOKEN}, resume=viewer.resume(last_seq=1))
    assert remote.peer.words() == ["answer 1", "queue_changed", "stream_changed", "stream_failed"]


async def test_the_end_of_the_film_is_announced_when_it_is_reached(house: House, viewer: Remote) -> None:
    await viewer.watch(position=110.0)
    for index in range(27, 30):
        house.encoder.last.make(index)
    house.encoder.last.end(Completed())
    await house.clock.advance(9.9)
    assert "finished" not in states(viewer.peer.events("stream_changed"))
    await house.clock.advance(0.2)
    assert states(viewer.peer.events("stream_changed"))[-1] == "finished"


async def test_stopping_is_announced_as_idle_before_the_answer(house: House, viewer: Remote) -> None:
    await viewer.watch()
    assert await viewer.call("stop_hls_stream") == {"state": "idle", "epoch": 0}
    assert viewer.peer.words() == ["stream_changed", "answer 3"]
    assert states(viewer.peer.events("stream_changed")) == ["idle"]
    viewer.peer.take()
    assert await viewer.call("stop_hls_stream") == {"state": "idle", "epoch": 0}
    assert viewer.peer.words() == ["answer 4"]


async def test_a_new_stream_after_a_stop_is_announced_anew(house: House, viewer: Remote) -> None:
    await viewer.watch()
    await viewer.call("stop_hls_stream")
    viewer.peer.take()
    await viewer.call("request_hls_stream", item={"path": "copied.mp4"})
    assert viewer.peer.words() == ["stream_changed", "answer 4"]


async def test_nobody_hears_of_anothers_stream_but_of_its_state(house: House, viewer: Remote, witness: Remote) -> None:
    await viewer.watch()
    house.encoder.last.make(0)
    assert witness.peer.words() == ["client_changed", "client_changed", "client_changed"]
    rows = [(event["stream"]["state"], event["queue_length"]) for event in witness.peer.events("client_changed")]
    assert rows == [("starting", 0), ("starting", 1), ("playing", 1)]
    assert viewer.stream.spec.token not in "".join(witness.peer.frames)


async def test_others_hear_who_joins_lingers_comes_back_and_leaves(house: House, witness: Remote) -> None:
    remote = await house.guest(device="TV stick")
    remote.hang_up()
    again = house.connect()
    await again.register("guest", {"device_token": remote.registered["device_token"]}, resume=remote.resume())
    await again.call("goodbye", reason="done")
    assert witness.peer.words() == ["client_joined", "client_changed", "client_changed", "client_left"]
    (joined,) = witness.peer.events("client_joined")
    assert (joined["name"], joined["device"], joined["role"]) == ("guest", "TV stick", "guest")
    assert [event["health"] for event in witness.peer.events("client_changed")] == ["lingering", "live"]
    assert witness.peer.events("client_left")[0]["reason"] == "done"


async def test_who_joins_is_not_told_so_itself(house: House) -> None:
    remote = await house.owner()
    assert remote.peer.words() == ["answer 1"]


async def test_a_stopped_stream_is_told_to_those_who_hear_of_clients(
    house: House, viewer: Remote, witness: Remote
) -> None:
    await viewer.watch()
    witness.peer.take()
    await viewer.call("stop_hls_stream")
    (event,) = witness.peer.events("client_changed")
    assert "stream" not in event


async def test_who_unsubscribed_from_its_stream_hears_nothing_of_it(house: House, viewer: Remote) -> None:
    await viewer.call("unsubscribe", topics=["stream", "queue"])
    viewer.peer.take()
    await viewer.call("request_hls_stream", item={"path": "copied.mp4"})
    assert viewer.peer.words() == ["answer 3"]

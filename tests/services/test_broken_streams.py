"""A fault of ours in one stream's task: its client is told and may begin anew, and nobody else notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from controller.core.playlist import VIDEO, SegmentId
from controller.core.stream import Stream
from controller.core.stream_phase import Crashed
from protocol.errors import NoStream
from tests.services.house import House, Remote


@pytest.fixture
async def viewer(house: House) -> Remote:
    remote = await house.owner("viewer")
    await remote.watch()
    return remote


def video(index: int) -> SegmentId:
    return SegmentId(VIDEO, index)


def faulty(*_: object, **__: object) -> None:
    raise ZeroDivisionError("/home/secret/film.mp4")


def crash(house: House) -> None:
    """The living run of the first stream ends badly."""
    (run,) = [run for run in house.encoder.living if run.job.directory is house.store.directories[0]]
    run.end(Crashed("it broke"))


async def break_in_the_encoder(house: House, viewer: Remote, _patch: pytest.MonkeyPatch) -> None:
    """The next run of the encoder stumbles."""
    house.encoder.script = "has a bug"
    crash(house)
    await house.clock.advance(1)
    house.encoder.script = "by hand"


async def break_in_the_owner(house: House, viewer: Remote, patch: pytest.MonkeyPatch) -> None:
    """The stream's own loop stumbles when it looks how long it may wait."""
    with patch.context() as broken:
        broken.setattr(Stream, "next_deadline", faulty)
        viewer.stream.pause()
        await house.clock.settle()


async def break_in_the_directory(house: House, viewer: Remote, patch: pytest.MonkeyPatch) -> None:
    """What a run left cannot be removed."""
    patch.setattr(house.store.directories[0], "drop_run", faulty)
    crash(house)
    await house.clock.settle()


Break = Callable[[House, Remote, pytest.MonkeyPatch], Any]
everywhere = pytest.mark.parametrize(
    "break_it", [break_in_the_encoder, break_in_the_owner, break_in_the_directory], ids=lambda each: each.__name__
)


@everywhere
async def test_the_client_is_told_with_a_typed_error_that_tells_nothing(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch, break_it: Break
) -> None:
    stream_id = viewer.stream.spec.stream_id
    await break_it(house, viewer, monkeypatch)
    (failed,) = viewer.peer.events("stream_failed")
    assert failed["stream_id"] == stream_id
    assert failed["error"] == {
        "code": -32603,
        "message": "Something went wrong inside Matinee.",
        "data": {"name": "internal", "retryable": False},
    }
    assert viewer.peer.words()[-2:] == ["stream_changed", "stream_failed"]
    assert viewer.peer.events("stream_changed")[-1]["state"] == "idle"
    assert (await viewer.call("hls_status"))["state"] == "idle"


@everywhere
async def test_nothing_of_the_stream_is_left_and_another_may_be_requested(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch, break_it: Break
) -> None:
    spec = viewer.stream.spec
    await break_it(house, viewer, monkeypatch)
    assert house.streams.find(spec.client_id, spec.token) is None
    assert await viewer.refused("hls_seek", position=1.0) == "no_stream"
    assert (house.encoder.living, len(house.streams)) == ([], 0)
    assert house.store.directories[0].removed
    status = await viewer.watch("encoded.mkv")
    assert status["stream_id"] != spec.stream_id
    house.encoder.last.make(0)
    assert (await viewer.stream.wait_segment(video(0))).exists()


@everywhere
async def test_whoever_waits_for_a_segment_is_sent_away_and_does_not_wait_for_its_deadline(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch, break_it: Break
) -> None:
    stream, began = viewer.stream, house.clock.now()
    waiting = [house.beside.start(stream.wait_segment(video(index))) for index in (0, 1, 20)]
    await house.clock.advance(2)
    await break_it(house, viewer, monkeypatch)
    for request in waiting:
        with pytest.raises(NoStream):
            await request
    assert house.clock.now() - began < 5
    with pytest.raises(NoStream):
        await stream.wait_segment(video(0))


@everywhere
async def test_the_streams_of_others_go_on_and_so_does_the_house(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch, break_it: Break
) -> None:
    other = await house.owner("other")
    await other.watch("encoded.mkv")
    run = house.encoder.last
    await break_it(house, viewer, monkeypatch)
    waiting = house.beside.start(other.stream.wait_segment(video(0)))
    await house.clock.settle()
    assert run.alive
    run.make(0)
    assert (await waiting).exists()
    assert other.peer.events("stream_failed") == []
    assert house.streams.encoders == 1


@everywhere
async def test_one_line_is_logged_with_the_traceback(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch, break_it: Break
) -> None:
    stream_id = viewer.stream.spec.stream_id
    with capture_logs() as lines:
        await break_it(house, viewer, monkeypatch)
    errors = [line for line in lines if line["log_level"] in ("warning", "error")]
    assert [(line["event"], line["stream"], line["exc_info"]) for line in errors] == [
        ("stream failed", stream_id, True)
    ]


async def test_a_stream_that_its_client_stops_is_stopped_even_if_that_goes_wrong(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.store.directories[0], "drop_run", faulty)
    assert (await viewer.call("stop_hls_stream"))["state"] == "idle"
    assert viewer.peer.events("stream_failed") == [], "it asked for the end"
    assert house.store.directories[0].removed
    await viewer.watch()


async def test_others_see_that_the_client_has_no_stream_any_more(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = await house.owner("witness")
    await witness.call("subscribe", topics=["clients"])
    await break_in_the_owner(house, viewer, monkeypatch)
    last = witness.peer.events("client_changed")[-1]
    assert last["client_id"] == viewer.me.client_id
    assert "stream" not in last


async def test_a_client_that_ended_meanwhile_is_told_nothing(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.clients.end(viewer.me, "test")
    await break_in_the_owner(house, viewer, monkeypatch)
    assert viewer.peer.events("stream_failed") == []
    assert len(house.streams) == 0

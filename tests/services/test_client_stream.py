"""HLSClientStream: one encoder per stream, always the wanted one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import anyio
import pytest
from structlog.testing import capture_logs

from controller.core.playlist import VIDEO, SegmentId, sound_of
from controller.core.stream_phase import Crashed, Failed, Idle
from controller.services import client_stream
from controller.services.playlists import playlist_of
from controller.services.stream_spec import SegmentLate
from protocol.errors import EmptyOutput, EncoderFailed, MatineeError, NoStream
from tests.fakes.segments import FakeDirectory
from tests.services.house import House, Remote

SOUND = sound_of(0)


@pytest.fixture
async def viewer(house: House) -> Remote:
    """A client that watches `copied.mp4`; its encoder is alive and does what the test says."""
    remote = await house.owner()
    await remote.watch()
    return remote


def video(index: int) -> SegmentId:
    return SegmentId(VIDEO, index)


def directory(house: House) -> FakeDirectory:
    return house.store.directories[-1]


async def test_an_encoder_starts_where_the_viewer_begins(house: House) -> None:
    remote = await house.owner()
    await remote.watch(position=50.0)
    assert [run.job.start for run in house.encoder.living] == [13]
    assert remote.stream.process is house.encoder.last
    assert house.streams.encoders == 1


async def test_a_segment_is_served_once_it_is_whole(house: House, viewer: Remote) -> None:
    waiting = house.beside.start(viewer.stream.wait_segment(video(0)))
    await house.clock.settle()
    assert not waiting.done()
    house.encoder.last.make(0)
    path = await waiting
    assert path == directory(house).root / "video-0.ts"
    assert path.stat().st_size > 0
    assert await viewer.stream.wait_segment(video(0)) == path


async def test_everyone_who_waits_for_a_segment_gets_it(house: House, viewer: Remote) -> None:
    waiting = [house.beside.start(viewer.stream.wait_segment(video(1))) for _ in range(5)]
    await house.clock.settle()
    house.encoder.last.make(1)
    assert len(set(await asyncio.gather(*waiting))) == 1


async def test_a_segment_that_takes_too_long_is_late_and_may_be_asked_for_again(house: House, viewer: Remote) -> None:
    began = house.clock.now()
    with pytest.raises(SegmentLate) as caught:
        await viewer.stream.wait_segment(video(0))
    assert caught.value.retry_after_s == 1.0
    assert house.clock.now() - began == pytest.approx(20.0)
    waiting = house.beside.start(viewer.stream.wait_segment(video(0)))
    await house.clock.settle()
    house.encoder.last.make(0)
    await waiting


@pytest.mark.parametrize("segment", [SegmentId(VIDEO, 31), SegmentId(VIDEO, -1)])
async def test_a_segment_that_the_plan_does_not_have_is_no_stream(viewer: Remote, segment: SegmentId) -> None:
    with pytest.raises(NoStream):
        await viewer.stream.wait_segment(segment)


async def test_ten_quick_seeks_start_one_more_encoder_and_at_the_last_place(house: House, viewer: Remote) -> None:
    await house.clock.advance(5)
    for position in range(100, 0, -10):
        viewer.stream.seek(float(position))
    await house.clock.advance(1)
    assert len(house.encoder.runs) == 2
    assert house.encoder.last.job.start == viewer.stream.delivery.plan.index_at(10.0)
    assert house.encoder.runs[0].cancelled


async def test_of_ten_seeks_one_by_one_the_first_and_the_last_start_an_encoder(house: House, viewer: Remote) -> None:
    await house.clock.advance(5)
    for position in range(100, 0, -10):
        viewer.stream.seek(float(position))
        await house.clock.advance(0.03)
    await house.clock.advance(1)
    assert [run.job.start for run in house.encoder.runs[1:]] == [26, 3]
    assert [run.alive for run in house.encoder.runs] == [False, False, True]


async def test_a_hundred_seeks_in_two_seconds_cost_few_encoders_and_never_two_at_once(
    house: House, viewer: Remote
) -> None:
    alive: list[int] = []
    house.encoder.on_run = lambda _run: alive.append(len(house.encoder.living))
    house.encoder.dying = 0.3
    for number in range(100):
        viewer.stream.seek((number * 37) % 118 + 0.5)
        await house.clock.advance(0.02)
    await house.clock.advance(3)
    assert set(alive) == {1}
    assert len(house.encoder.runs) <= 5
    assert house.encoder.last.job.start == viewer.stream.delivery.plan.index_at((99 * 37) % 118 + 0.5)


async def test_a_seek_to_what_is_made_starts_nothing(house: House, viewer: Remote) -> None:
    for index in range(16):
        house.encoder.last.make(index)
    await house.clock.settle()
    viewer.stream.seek(20.0)
    await house.clock.advance(5)
    assert len(house.encoder.runs) == 1
    assert await viewer.stream.wait_segment(video(5))


async def test_a_late_fact_of_an_old_epoch_is_ignored(house: House, viewer: Remote) -> None:
    house.encoder.dying = 0.5
    old = house.encoder.last
    viewer.stream.seek(100.0)
    await house.clock.advance(0.3)
    assert old.alive
    old.make(0)
    assert directory(house).published == []
    assert not viewer.stream.machine.has(video(0))
    assert not (old.directory / "video-1.ts").exists()
    await house.clock.advance(1)
    assert (old.alive, house.encoder.last.alive) == (False, True)


async def test_the_same_segment_made_twice_is_published_once(house: House, viewer: Remote) -> None:
    house.encoder.last.make(0)
    house.encoder.last.make(0)
    assert directory(house).published == [video(0), SegmentId(SOUND, 0)]
    assert list(house.encoder.last.directory.iterdir()) == []


async def test_a_crash_is_followed_by_another_run_and_nobody_who_waits_notices(house: House, viewer: Remote) -> None:
    house.encoder.last.make(0)
    waiting = house.beside.start(viewer.stream.wait_segment(video(1)))
    await house.clock.settle()
    house.encoder.last.end(Crashed("killed"))
    await house.clock.advance(0.6)
    assert [run.job.start for run in house.encoder.runs] == [0, 1]
    assert viewer.stream.machine.restarts == 1
    house.encoder.last.make(1)
    await waiting


async def test_what_a_run_left_behind_is_removed_when_it_is_over(house: House, viewer: Remote) -> None:
    run = house.encoder.last
    (run.directory / "video-7.ts").write_bytes(b"half")
    run.end(Crashed("killed"))
    await house.clock.settle()
    assert not run.directory.exists()


async def test_three_retries_and_then_everyone_who_waits_is_told_why(house: House, viewer: Remote) -> None:
    house.encoder.script = "crashes at once"
    waiting = house.beside.start(viewer.stream.wait_segment(video(0)))
    await house.clock.settle()
    house.encoder.last.end(Crashed("it broke"))
    with pytest.raises(EncoderFailed) as caught:
        await waiting
    assert caught.value.hint == "it broke"
    assert len(house.encoder.runs) == 4
    assert viewer.stream.process is None
    with pytest.raises(EncoderFailed):
        await viewer.stream.wait_segment(video(0))


async def test_a_failed_stream_still_serves_what_it_has_and_a_seek_tries_again(house: House, viewer: Remote) -> None:
    house.encoder.last.make(0)
    house.encoder.script = "crashes at once"
    house.encoder.last.end(Crashed("it broke"))
    with pytest.raises(EncoderFailed):
        await viewer.stream.wait_segment(video(1))
    assert isinstance(viewer.stream.machine.phase, Failed)
    await viewer.stream.wait_segment(video(0))
    house.encoder.script = "by hand"
    viewer.stream.seek(40.0)
    await house.clock.advance(1)
    assert house.encoder.last.alive
    assert house.encoder.last.job.start == 11


async def test_an_encoder_that_ends_well_with_nothing_is_not_started_again(house: House) -> None:
    house.encoder.script = "ends empty"
    remote = await house.owner()
    await remote.watch()
    with pytest.raises(EmptyOutput):
        await remote.stream.wait_segment(video(0))
    await house.clock.advance(60)
    assert len(house.encoder.runs) == 1


async def test_an_encoder_that_cannot_be_started_is_a_failure_with_a_reason(house: House) -> None:
    house.encoder.script = "cannot start"
    remote = await house.owner()
    await remote.watch()
    with pytest.raises(EncoderFailed) as caught:
        await remote.stream.wait_segment(video(0))
    assert caught.value.hint == "No such file or directory"


async def test_a_source_that_is_gone_fails_the_stream_after_its_retries(house: House) -> None:
    remote = await house.owner()
    house.encoder.gone.add(house.library.add("copied.mp4").path)
    await remote.watch()
    with pytest.raises(EncoderFailed):
        await remote.stream.wait_segment(video(0))
    assert len(house.encoder.runs) == 4


async def test_closing_wakes_who_waits_and_leaves_nothing(house: House, viewer: Remote) -> None:
    stream, run = viewer.stream, house.encoder.last
    house.encoder.dying = 1.5
    waiting = house.beside.start(stream.wait_segment(video(0)))
    await house.clock.settle()
    began = house.clock.now()
    await house.streams.close(viewer.me.client_id)
    assert house.clock.now() - began == pytest.approx(1.5)
    with pytest.raises(NoStream):
        await waiting
    with pytest.raises(NoStream):
        await stream.wait_segment(video(0))
    assert (run.alive, run.cancelled) == (False, True)
    assert directory(house).removed
    assert list((directory(house).root.parent.parent).iterdir()) == []
    assert house.streams.encoders == 0


async def test_nothing_is_announced_and_nothing_retried_after_closing(house: House, viewer: Remote) -> None:
    stream = viewer.stream
    await house.streams.close(viewer.me.client_id)
    viewer.peer.take()
    stream.seek(60.0)
    stream.pause()
    await house.clock.advance(30)
    assert viewer.peer.frames == []
    assert len(house.encoder.runs) == 1


async def test_closing_twice_at_once_is_closing_once(house: House, viewer: Remote) -> None:
    await asyncio.gather(viewer.stream.close(), viewer.stream.close())
    assert house.encoder.living == []


async def test_an_encoder_far_ahead_is_held_and_goes_on_when_the_viewer_catches_up(house: House) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 50.0
    remote = await house.owner()
    await remote.watch("encoded.mkv")
    await remote.stream.wait_segment(video(0))
    await house.clock.advance(3)
    run, runs = house.encoder.last, len(house.encoder.runs)
    assert run.held
    made = len(directory(house).published)
    await house.clock.advance(3)
    assert len(directory(house).published) == made
    for index in range(1, len(remote.stream.machine.plan)):
        await remote.stream.wait_segment(video(index))
    await house.clock.advance(1)
    assert not run.alive
    assert isinstance(remote.stream.machine.phase, Idle)
    assert len(house.encoder.runs) == runs


async def test_an_encoder_that_only_copies_ends_a_minute_ahead_and_the_next_begins_there(house: House) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 1000.0
    remote = await house.owner()
    await remote.watch()
    await house.clock.advance(3)
    run = house.encoder.last
    assert (run.alive, run.holds, run.job.until) == (False, 0, 16)
    assert len(directory(house).published) == 2 * 16
    remote.stream.report(29.0, True)
    await house.clock.advance(1)
    assert house.encoder.last is run
    remote.stream.report(33.0, True)
    await house.clock.advance(1)
    assert [(each.job.start, each.job.until) for each in house.encoder.runs] == [(0, 16), (16, 25)]
    assert await remote.stream.wait_segment(video(24))


async def test_an_encoder_that_has_come_to_its_end_is_not_taken_for_stalled(house: House, viewer: Remote) -> None:
    house.encoder.dying = 0.5
    for index in range(16):
        house.encoder.last.make(index)
    with capture_logs() as lines:
        viewer.stream.feel_pulse()
        await house.clock.advance(1)
    assert not house.encoder.last.alive
    assert [line for line in lines if line["log_level"] != "info"] == []


async def test_a_folder_that_hangs_is_told_as_an_encoder_that_gets_nowhere(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_directory: object, _film: Path) -> Path:
        await anyio.sleep_forever()
        raise AssertionError

    house.encoder.last.make(0)
    monkeypatch.setattr(client_stream, "OPENS_WITHIN", 0.01)
    monkeypatch.setattr(FakeDirectory, "hold", hang)
    await viewer.call("hls_seek", position=100.0)
    asking = house.beside.start(viewer.stream.wait_segment(video(50)))
    with anyio.fail_after(10):
        while not viewer.peer.events("stream_failed"):
            await anyio.sleep(0.01)
            await house.clock.advance(1.0)
    assert viewer.peer.events("stream_failed")[-1]["error"]["data"]["name"] == "encoder_stalled"
    with pytest.raises(MatineeError):
        await asking


async def test_an_encoder_whose_viewer_is_silent_ends_and_comes_back_on_demand(house: House, viewer: Remote) -> None:
    house.encoder.last.make(0)
    await viewer.stream.wait_segment(video(0))
    await house.clock.advance(59)
    viewer.stream.report(4.0, playing=True)
    await house.clock.advance(59)
    assert house.encoder.last.alive
    await house.clock.advance(2)
    assert house.encoder.living == []
    waiting = house.beside.start(viewer.stream.wait_segment(video(1)))
    await house.clock.advance(1)
    house.encoder.last.make(1)
    await waiting
    assert len(house.encoder.runs) == 2


async def test_playlists_are_there_from_the_start_and_by_their_names_only(viewer: Remote) -> None:
    stream = viewer.stream
    assert "video.m3u8" in (playlist_of(stream, "master.m3u8") or "")
    assert (playlist_of(stream, "video.m3u8") or "").count("#EXTINF") == 31
    assert (playlist_of(stream, "audio-0.m3u8") or "").count("#EXTINF") == 31
    assert playlist_of(stream, "subtitles.m3u8") is None

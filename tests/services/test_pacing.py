"""Streams that become smaller by themselves, players that fail, and what is remembered of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.delivery import CopyVideo, EncodeAudio, EncodeVideo
from controller.core.playlist import VIDEO, SegmentId
from controller.core.stream_phase import Crashed
from controller.core.wish import House as Policy
from tests.fakes.facts import copied_film, encoded_film, film, hevc, picture, sound
from tests.services.house import House, Remote
from tests.services.restarting import Restart


@pytest.fixture
async def viewer(house: House) -> Remote:
    house.add("film.mp4", copied_film())
    house.add("large.mkv", film(hevc(), sound()))
    return await house.owner()


def made(viewer: Remote) -> tuple[int, bool]:
    """The height of what is made now, and whether that is done in haste."""
    video = viewer.stream.delivery.video
    assert isinstance(video, EncodeVideo)
    return video.height, video.haste


def way(viewer: Remote) -> str:
    """How its film is delivered now."""
    return viewer.stream.delivery.mode


async def test_a_box_that_is_too_slow_makes_less_before_the_player_runs_dry(house: House, viewer: Remote) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 0.6
    await viewer.watch("large.mkv")
    await house.clock.advance(7.0)
    assert made(viewer) == (720, True), "it made haste already"
    assert "server_too_slow" in viewer.stream.delivery.reasons
    told = [m["params"] for m in viewer.peer.messages() if m.get("method") == "stream_changed"]
    assert told[-1]["delivery"]["reasons"] == ["video_codec_not_supported", "server_too_slow"]
    assert {m["stream_id"] for m in told} == {viewer.stream.spec.stream_id}
    await house.clock.advance(5.0)
    assert made(viewer) == (480, True)
    house.encoder.speed = 8.0
    await house.clock.advance(400.0)
    assert made(viewer) == (1080, False)


async def test_what_was_made_stays_when_a_stream_steps_down(house: House, viewer: Remote) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 0.6
    await viewer.watch("large.mkv")
    await house.clock.advance(16.0)
    runs = [run.job.start for run in house.encoder.runs]
    assert runs == sorted(set(runs)), "each run begins where the one before had come to"


async def test_a_connection_that_is_too_slow_gets_a_smaller_picture_of_a_film_that_was_copied(
    house: House, viewer: Remote
) -> None:
    house.add("hd.mp4", film(picture(rate=(25, 1)), sound()))
    await viewer.watch("hd.mp4")
    for index in range(10):
        house.encoder.last.make(index)
    await house.clock.advance(10.0)
    url = viewer.stream.url
    assert isinstance(viewer.stream.delivery.video, CopyVideo)
    await viewer.call("hls_report", position=10.0, playing=True, buffered_s=0.5, stalled=True)
    assert made(viewer) == (720, True)
    assert (viewer.stream.delivery.reasons, viewer.stream.url) == (("connection_too_slow",), url)
    await house.clock.advance(9.0)
    await viewer.call("hls_report", position=19.0, playing=True, buffered_s=0.5, bandwidth_kbps=1_000.0)
    assert made(viewer) == (480, True)


async def test_another_language_leaves_a_stream_on_its_rung(house: House, viewer: Remote) -> None:
    house.add("two.mp4", film(picture(rate=(25, 1)), sound(language="eng"), sound(index=2, language="deu")))
    await viewer.watch("two.mp4")
    for index in range(10):
        house.encoder.last.make(index)
    await house.clock.advance(10.0)
    await viewer.call("hls_report", position=10.0, playing=True, buffered_s=0.5, stalled=True)
    epoch = viewer.stream.machine.recipe
    await viewer.call("hls_set_tracks", audio_track=1)
    assert made(viewer) == (720, True)
    assert viewer.stream.machine.recipe == epoch, "nothing of the picture is made again"


async def test_a_quality_that_somebody_has_chosen_is_kept(house: House, viewer: Remote) -> None:
    await viewer.watch("large.mkv", quality="720p")
    for index in range(10):
        house.encoder.last.make(index)
    await house.clock.advance(10.0)
    await viewer.call("hls_report", position=10.0, playing=True, buffered_s=0.5, stalled=True)
    assert made(viewer) == (720, False)
    await viewer.call("hls_set_quality", quality="auto")
    await viewer.call("hls_report", position=10.0, playing=True, buffered_s=0.5, stalled=True)
    assert made(viewer)[0] == 1080, "a moment after it was changed nothing is known"


async def test_where_nothing_is_encoded_a_copied_film_stays_as_it_is(house: House, viewer: Remote) -> None:
    house.streams._house = Policy(transcoding=False)
    await viewer.watch()
    for index in range(10):
        house.encoder.last.make(index)
    await house.clock.advance(10.0)
    await viewer.call("hls_report", position=10.0, playing=True, buffered_s=0.5, stalled=True)
    assert isinstance(viewer.stream.delivery.video, CopyVideo)


async def test_a_film_that_is_given_as_it_is_and_comes_too_slowly_is_made_smaller(house: House, viewer: Remote) -> None:
    house.add("hd.mp4", replace(film(picture(rate=(25, 1)), sound()), container=copied_film().container))
    await viewer.watch("hd.mp4", delivery="auto")
    await house.clock.advance(10.0)
    assert way(viewer) == "direct"
    await viewer.call("hls_report", position=10.0, playing=True, buffered_s=0.5, stalled=True)
    assert made(viewer) == (720, True)
    assert viewer.stream.delivery.reasons == ("connection_too_slow",)
    assert viewer.stream.machine.timeline.now(house.clock.now()) == pytest.approx(10.0, abs=0.1)
    await house.clock.advance(2.0)
    assert made(viewer) == (720, True), "it stays on its rung"
    await house.clock.advance(60.0)
    assert way(viewer) == "remux", "and is whole again when all has been well"


async def test_where_nothing_is_made_it_stays_as_it_is(house: House, viewer: Remote) -> None:
    house.streams._house = Policy(transcoding=False)
    await viewer.watch("film.mp4", delivery="auto")
    await house.clock.advance(10.0)
    await viewer.call("hls_report", position=10.0, playing=True, buffered_s=0.5, stalled=True)
    assert way(viewer) == "direct"


# ── a player that fails ───────────────────────────────────────────────────────────────────────────


async def fail(viewer: Remote, position: float = 7.0) -> None:
    await viewer.call("hls_report", position=position, playing=True, buffered_s=0.0, failed="decode")


async def test_a_player_that_fails_gets_the_next_way_at_the_same_second(house: House, viewer: Remote) -> None:
    await viewer.watch("film.mp4", delivery="auto")
    await house.clock.advance(7.0)
    assert viewer.stream.is_direct
    await fail(viewer)
    assert way(viewer) == "remux"
    assert viewer.stream.machine.timeline.now(house.clock.now()) == pytest.approx(7.0, abs=0.1)
    url = viewer.stream.url
    await fail(viewer)
    assert way(viewer) == "transcode"
    assert viewer.stream.url != url, "what it failed with is not to be had any more"
    url = viewer.stream.url
    assert viewer.stream.delivery.reasons == ("player_failed",)
    await fail(viewer)
    assert viewer.stream.url == url, "there is no other way"


async def test_it_is_remembered_for_that_device_and_kind_of_film(house: House, viewer: Remote) -> None:
    await viewer.watch("film.mp4", delivery="auto")
    await fail(viewer)
    house.add("alike.mp4", copied_film(60.0))
    assert (await viewer.watch("alike.mp4", delivery="auto"))["delivery"]["mode"] == "remux"
    other = await house.guest("member")
    assert (await other.watch("alike.mp4", delivery="auto"))["delivery"]["mode"] == "direct"


async def test_after_copied_segments_failed_no_sound_is_copied_either(house: House, viewer: Remote) -> None:
    await viewer.watch("copied.mp4")
    await fail(viewer)
    assert isinstance(viewer.stream.delivery.audio, EncodeAudio)


async def test_who_fails_only_with_the_sound_of_a_copied_picture_gets_another_picture_too(
    house: House, viewer: Remote
) -> None:
    house.add("half.mkv", film(picture(), sound(codec="dts")))
    await viewer.watch("half.mkv")
    assert (viewer.stream.delivery.mode, type(viewer.stream.delivery.video)) == ("transcode", CopyVideo)
    await fail(viewer)
    assert isinstance(viewer.stream.delivery.video, EncodeVideo)


async def test_languages_and_failures_outlast_a_restart(house: House, restart: Restart) -> None:
    house.add("film.mp4", copied_film())
    house.add("two.mkv", film(picture(), sound(language="eng"), sound(index=2, language="deu")))
    ann = await house.owner("Ann")
    await ann.watch("two.mkv")
    await ann.call("hls_set_tracks", audio_track=1)
    await ann.watch("film.mp4", delivery="auto")
    await fail(ann)
    await house.clock.advance(2.0)
    again = await restart()
    again.add("film.mp4", copied_film())
    again.add("other.mkv", film(picture(), sound(language="eng"), sound(index=2, language="ger")))
    ann = await again.owner("Ann")
    assert (await ann.watch("film.mp4", delivery="auto"))["delivery"]["mode"] == "remux"
    status = await ann.watch("other.mkv")
    assert [track["selected"] for track in status["tracks"]["audio"]] == [False, True]


async def test_a_film_that_is_encoded_anyway_has_no_other_way(house: House, viewer: Remote) -> None:
    house.add("hevc.mkv", encoded_film())
    await viewer.watch("hevc.mkv")
    stream = viewer.stream
    await fail(viewer)
    assert viewer.stream is stream


async def test_what_fails_again_and_again_goes_on_smaller_before_its_client_is_told(
    house: House, viewer: Remote
) -> None:
    await viewer.watch("large.mkv")
    house.encoder.last.make(0)
    for pause in (0.6, 2.1, 5.1):
        house.encoder.last.end(Crashed("it broke"))
        await house.clock.advance(pause)
    house.encoder.last.end(Crashed("it broke"))
    await house.clock.advance(0.1)
    assert made(viewer) == (1080, True)
    house.encoder.last.end(Crashed("it broke"))
    await house.clock.advance(0.1)
    assert made(viewer) == (720, True)
    assert "encoder_failed" in viewer.stream.delivery.reasons
    house.encoder.last.make(1)
    assert viewer.peer.events("stream_failed") == []
    assert viewer.stream.machine.error is None


async def test_what_fails_in_every_way_is_given_up_and_told_once(house: House, viewer: Remote) -> None:
    await viewer.watch("large.mkv")
    house.encoder.last.make(0)
    house.encoder.script = "crashes at once"
    house.encoder.last.end(Crashed("it broke"))
    await house.clock.advance(20.0)
    assert [event["error"]["data"]["name"] for event in viewer.peer.events("stream_failed")] == ["encoder_failed"]
    heights = [getattr(run.job.delivery.video, "height", None) for run in house.encoder.runs]
    assert heights == [1080] * 5 + [720, 480, 360, 180], "the last has no picture of the film"


async def test_a_run_that_gets_nowhere_is_ended_and_begun_again_where_it_was(house: House, viewer: Remote) -> None:
    await viewer.watch("film.mp4")
    house.encoder.last.make(0)
    stuck = house.encoder.last
    stuck.stuck = True
    await house.clock.advance(7.0)
    assert stuck.alive
    await house.clock.advance(3.0)
    assert (stuck.alive, stuck.cancelled) == (False, True)
    assert (house.encoder.last.job.start, viewer.stream.machine.restarts) == (1, 1)


async def test_a_film_that_is_another_one_is_told_within_seconds(house: House, viewer: Remote) -> None:
    await viewer.watch("large.mkv")
    house.library.files["large.mkv"].version += 1
    await house.clock.advance(3.0)
    assert [event["error"]["data"]["name"] for event in viewer.peer.events("stream_failed")] == ["source_changed"]
    del house.library.files["large.mkv"]
    await viewer.watch("film.mp4")
    del house.library.files["film.mp4"]
    await house.clock.advance(3.0)
    assert viewer.stream.machine.error is None


async def test_segments_that_somebody_removed_are_made_again(house: House, viewer: Remote) -> None:
    house.encoder.script = "makes all"
    await viewer.watch("film.mp4")
    first = SegmentId(VIDEO, 0)
    path = await viewer.stream.wait_segment(first)
    path.unlink()
    waiting = house.beside.start(viewer.stream.wait_segment(first))
    await house.clock.advance(3.0)
    assert (await waiting).exists()

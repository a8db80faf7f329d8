"""A stream that goes on in another quality or language: in place where that can be done, else by another one."""

from __future__ import annotations

import pytest

from controller.core.delivery import CopyVideo, EncodeVideo
from controller.core.picture import Burn
from controller.core.playlist import VIDEO, SegmentId, sound_of
from controller.core.wish import Choice
from controller.core.wish import House as Policy
from controller.services.playlists import playlist_of
from tests.fakes.facts import copied_film, film, picture, sound
from tests.services.house import House, Remote

NEVER = Policy(transcoding=False)


@pytest.fixture
async def viewer(house: House) -> Remote:
    house.add("two.mp4", film(picture(rate=(25, 1)), sound(language="eng"), sound(index=2, language="deu")))
    return await house.owner()


async def playing(house: House, viewer: Remote, path: str = "copied.mp4", **more: object) -> Remote:
    """A stream that has been played for five seconds, of which a minute is made."""
    await viewer.watch(path, **more)
    for index in range(15):
        house.encoder.last.make(index)
    await house.clock.advance(5.0)
    viewer.peer.take()
    return viewer


async def test_another_quality_is_made_from_now_on_at_the_same_address_and_second(house: House, viewer: Remote) -> None:
    await playing(house, viewer)
    before = viewer.stream
    status = await viewer.call("hls_set_quality", quality="480p")
    assert viewer.stream is before
    assert (status["quality"], status["delivery"]) == ("480p", {"mode": "transcode", "reasons": ["quality_asked"]})
    assert (status["stream_id"], status["url"]) == (before.spec.stream_id, before.url)
    assert before.machine.timeline.now(house.clock.now()) == pytest.approx(5.0, abs=0.01)
    await house.clock.settle()
    job = house.encoder.last.job
    assert isinstance(job.delivery.video, EncodeVideo)
    assert (job.start, job.eager) == (0, True)
    assert viewer.peer.words()[0] == "stream_changed", "it is told before it is answered"


async def test_what_somebody_has_stays_and_the_rest_is_made_again(house: House, viewer: Remote) -> None:
    await playing(house, viewer)
    for index in range(3):
        await viewer.stream.wait_segment(SegmentId(VIDEO, index))
    await viewer.call("hls_set_quality", quality="480p")
    await house.clock.settle()
    stream = viewer.stream
    assert [stream.machine.has(SegmentId(VIDEO, index)) for index in range(5)] == [True, True, True, False, False]
    assert stream.machine.has(SegmentId(sound_of(0), 14)), "the sound is the same"
    directory = house.store.directories[-1]
    assert directory.path(SegmentId(VIDEO, 2)).exists()
    assert not directory.path(SegmentId(VIDEO, 3)).exists()
    assert house.encoder.last.job.start == 3


async def test_going_back_to_the_original_is_possible_in_place_too(house: House, viewer: Remote) -> None:
    await playing(house, viewer)
    stream = viewer.stream
    await viewer.call("hls_set_quality", quality="480p")
    await viewer.call("hls_set_quality", quality="original")
    await house.clock.settle()
    assert viewer.stream is stream
    assert isinstance(house.encoder.last.job.delivery.video, CopyVideo)


async def test_a_stream_whose_plan_is_no_plan_for_copying_is_followed_by_another(house: House, viewer: Remote) -> None:
    house.add("threes.mp4", copied_film(every=3.0))
    await playing(house, viewer, "threes.mp4", quality="480p")
    await viewer.call("hls_set_rate", rate=2.0)
    await viewer.call("hls_pause")
    old = viewer.stream
    status = await viewer.call("hls_set_quality", quality="original")
    assert status["url"] != old.url
    assert (status["delivery"]["mode"], status["quality"]) == ("remux", "original")
    line = viewer.stream.machine.timeline
    assert line.position == pytest.approx(5.0, abs=0.01)
    assert (line.rate, line.playing) == (2.0, False)
    assert len(house.encoder.living) <= 1


async def test_a_stream_without_its_picture_is_another_one(house: House, viewer: Remote) -> None:
    await playing(house, viewer)
    before = viewer.stream.url
    status = await viewer.call("hls_set_quality", quality="audio-only")
    assert status["url"] != before
    assert viewer.stream.delivery.renditions == (sound_of(0),)


async def test_another_sound_is_made_from_where_the_viewer_is(house: House, viewer: Remote) -> None:
    await playing(house, viewer, "two.mp4")
    stream = viewer.stream
    status = await viewer.call("hls_set_tracks", audio_track=1)
    assert [track["selected"] for track in status["tracks"]["audio"]] == [False, True]
    assert status["url"] == stream.url
    await house.clock.settle()
    job = house.encoder.last.job
    assert (job.start, job.renditions) == (2, frozenset({sound_of(1)}))
    master = playlist_of(stream, "master.m3u8") or ""
    assert [line.endswith('audio-1.m3u8"') for line in master.splitlines() if "DEFAULT=YES" in line] == [True]


async def test_a_track_that_is_not_there_is_refused_and_nothing_changes(house: House, viewer: Remote) -> None:
    await playing(house, viewer)
    before = viewer.stream.choice
    assert await viewer.refused("hls_set_tracks", audio_track=7) == "not_playable"
    assert await viewer.refused("hls_set_tracks", subtitle_track=7) == "not_playable"
    assert viewer.stream.choice == before


async def test_subtitles_that_are_drawn_in_change_the_picture(house: House, viewer: Remote) -> None:
    await playing(house, viewer)
    status = await viewer.call("hls_set_tracks", subtitle_track=0, burn_in=True)
    assert status["delivery"]["reasons"] == ["subtitles_burned_in"]
    assert [track["selected"] for track in status["tracks"]["subtitles"]] == [True]
    video = viewer.stream.delivery.video
    assert isinstance(video, EncodeVideo)
    assert video.burn == Burn(2, text=True)
    await viewer.call("hls_set_tracks", subtitle_track=-1)
    assert isinstance(viewer.stream.delivery.video, CopyVideo)
    assert viewer.stream.wish.subtitle_track is None


async def test_a_film_that_is_given_as_it_is_is_made_when_something_else_is_wanted(
    house: House, viewer: Remote
) -> None:
    status = await viewer.watch("two.mp4", delivery="auto")
    assert status["delivery"]["mode"] == "remux", "Matroska is opened by no ordinary browser"
    house.add("film.mp4", copied_film())
    status = await viewer.watch("film.mp4", delivery="auto")
    assert (status["delivery"]["mode"], status["url"]) == ("direct", viewer.stream.url)
    assert status["url"].startswith("/media/")
    assert playlist_of(viewer.stream, "master.m3u8") is None
    assert house.encoder.living == []
    await house.clock.advance(5.0)
    status = await viewer.call("hls_set_quality", quality="360p")
    assert status["url"].startswith("/hls/")
    assert status["timeline"]["position"] == pytest.approx(5.0, abs=0.01)
    status = await viewer.call("hls_set_quality", quality="auto")
    assert status["url"].startswith("/media/")


async def test_where_nothing_is_encoded_a_lower_quality_is_refused_and_the_stream_goes_on(
    house: House, viewer: Remote
) -> None:
    await playing(house, viewer)
    house.streams._house = NEVER
    assert await viewer.refused("hls_set_quality", quality="480p") == "not_playable"
    assert viewer.stream.choice == Choice()
    assert len(house.encoder.living) == 1


async def test_who_has_no_stream_has_nothing_to_change(house: House, viewer: Remote) -> None:
    assert await viewer.refused("hls_set_quality", quality="480p") == "no_stream"
    assert await viewer.refused("hls_set_tracks", audio_track=0) == "no_stream"

"""Who lives on somebody else's encoder is never worse off for it than with an encoder of their own, whatever becomes of it."""

from __future__ import annotations

import pytest

from controller.core.delivery import EncodeVideo
from controller.core.playlist import VIDEO, SegmentId
from controller.services.stream_files import StreamFiles
from tests.fakes.encoder import FakeRun
from tests.fakes.facts import film, hevc, sound
from tests.services.house import House, Remote


@pytest.fixture(autouse=True)
def shelf_of_films(house: House) -> None:
    house.add("film.mkv", film(hevc(), sound(language="eng"), sound(language="fre"), duration=400.0))
    house.encoder.script, house.encoder.speed = "makes all", 2.0


def video(index: int) -> SegmentId:
    return SegmentId(VIDEO, index)


async def viewers(house: House, *positions: float) -> list[Remote]:
    """So many who watch the film, one after the other."""
    remotes = [await house.owner(str(number)) for number in range(len(positions))]
    for remote, position in zip(remotes, positions, strict=True):
        await remote.watch("film.mkv", position=position)
    return remotes


def encoders_of(house: House, viewer: Remote) -> list[FakeRun]:
    """The living runs for a viewer's stream."""
    return [run for run in house.encoder.living if run.job.stream_id == viewer.stream.spec.stream_id]


async def waited(house: House, viewer: Remote, index: int) -> float:
    """Seconds that a viewer waits for a segment of the picture."""
    began = house.clock.now()
    waiting = house.beside.start(viewer.stream.wait_segment(video(index)))
    await house.clock.settle()
    while not waiting.done():
        await house.clock.advance(0.25)
    assert (await waiting).exists()
    return house.clock.now() - began


async def first_lacking(viewer: Remote) -> int:
    machine = viewer.stream.machine
    return next(index for index in range(len(machine.plan)) if not machine.has(video(index)))


async def test_who_waits_for_an_encoder_that_is_stuck_has_their_own_within_three_seconds(house: House) -> None:
    first, second = await viewers(house, 0.0, 0.0)
    await house.clock.advance(4.0)
    (run,) = encoders_of(house, first)
    run.stuck = True
    run.hold(True)
    assert await waited(house, second, await first_lacking(second)) < 4.5, (
        "it is quiet, somebody looks, and a segment is made"
    )
    assert len(encoders_of(house, second)) == 1
    assert second.stream.machine.restarts == 0


async def test_who_is_left_by_an_encoder_that_dies_slowly_does_not_wait_for_its_death(house: House) -> None:
    house.encoder.dying = 2.0
    first, second = await viewers(house, 0.0, 0.0)
    await house.clock.advance(4.0)
    leaving = house.beside.start(first.call("stop_hls_stream"))
    assert await waited(house, second, await first_lacking(second)) < 1.5
    await house.clock.advance(3.0)
    await leaving


async def test_a_change_of_quality_leaves_the_others_an_encoder_at_once(house: House) -> None:
    first, second = await viewers(house, 0.0, 0.0)
    await house.clock.advance(4.5)
    await first.call("hls_set_quality", quality="480p")
    await house.clock.settle()
    assert second.stream.machine.wanted is not None
    assert await waited(house, second, await first_lacking(second)) < 1.5


async def test_who_jumps_a_little_ahead_of_an_encoder_waits_no_longer_than_for_their_own(house: House) -> None:
    house.encoder.speed = 1.2
    first, second = await viewers(house, 0.0, 0.0)
    await house.clock.advance(6.0)
    assert not encoders_of(house, second)
    ahead = second.stream.machine.plan.boundaries[first.stream.machine.made.lacks_from(VIDEO, 0)] + 7.0
    await second.call("hls_seek", position=ahead)
    assert await waited(house, second, second.stream.machine.plan.index_at(ahead)) <= 2.0 + 2.0


async def test_of_several_encoders_the_next_one_that_comes_by_is_lived_on(house: House) -> None:
    await viewers(house, 200.0, 0.0)
    await house.clock.advance(6.0)
    third = await house.owner("third")
    await third.watch("film.mkv")
    await house.clock.advance(4.0)
    assert not encoders_of(house, third), "the one at the beginning is as good, though another one is further"
    assert third.stream.machine.ahead() > 4.0


async def test_what_others_have_is_never_made_again_for_a_player_that_fetches_far_ahead(house: House) -> None:
    house.encoder.speed = 20.0
    first, second = await viewers(house, 0.0, 0.0)
    machine = second.stream.machine
    for index in range(machine.plan.index_at(110.0)):
        await waited(house, first, index)
    assert machine.ahead() < 110.0
    for index in range(machine.plan.index_at(100.0)):
        assert await waited(house, second, index) < 0.1
        assert not encoders_of(house, second)


async def test_two_who_seek_to_the_same_place_at_once_share_one_encoder_there(house: House) -> None:
    first, second = await viewers(house, 0.0, 0.0)
    await house.clock.advance(3.0)
    for viewer in (first, second):
        await viewer.call("hls_seek", position=222.0)
    await house.clock.advance(3.0)
    assert house.streams.encoders == 1
    for viewer in (first, second):
        assert await waited(house, viewer, viewer.stream.machine.plan.index_at(222.0)) < 0.1


async def test_a_held_encoder_is_not_waited_for_by_who_is_ahead_of_its_viewer(house: House) -> None:
    house.encoder.speed = 20.0
    first, second = await viewers(house, 0.0, 30.0)
    await first.call("hls_pause")
    await house.clock.advance(5.0)
    for second_of_film in range(30, 130, 2):
        index = second.stream.machine.plan.index_at(float(second_of_film))
        assert await waited(house, second, index) <= 1.0, second_of_film
        await second.call("hls_report", position=float(second_of_film), playing=True, buffered_s=4.0)
        await house.clock.advance(2.0)


async def test_a_box_that_is_too_slow_makes_it_smaller_for_all_who_live_on_one_encoder_and_keeps_one(
    house: House,
) -> None:
    house.encoder.speed = 0.6
    remotes = await viewers(house, *[0.0] * 6)
    await house.clock.advance(12.0)
    ways = {remote.stream.delivery.video for remote in remotes}
    assert len(ways) == 1
    (way,) = ways
    assert isinstance(way, EncodeVideo)
    assert way.height < 1080
    assert [VIDEO in run.job.renditions for run in house.encoder.living].count(True) == 1


async def test_subtitles_that_are_drawn_in_from_another_file_make_another_film(house: House) -> None:
    house.library.add("film.en.srt")
    first, second, third = [await house.owner(name) for name in ("first", "second", "third")]
    await first.watch("film.mkv", subtitle_track=0, burn_in=True)
    await second.watch("film.mkv", subtitle_track=0, burn_in=True)
    await house.clock.advance(2.0)
    assert house.streams.encoders == 1
    house.library.files["film.en.srt"].version = 2
    await third.watch("film.mkv", subtitle_track=0, burn_in=True)
    await house.clock.advance(2.0)
    assert (house.streams.encoders, len(encoders_of(house, third))) == (2, 1)


async def test_another_version_of_a_film_is_another_film(house: House) -> None:
    (first,) = await viewers(house, 0.0)
    await house.clock.advance(1.0)
    house.library.files["film.mkv"].version = 2
    second = await house.owner("second")
    await second.watch("film.mkv")
    await house.clock.settle()
    assert len(encoders_of(house, second)) == 1
    await house.clock.advance(4.0)
    assert first.stream.machine.error is not None
    assert second.stream.machine.error is None


async def test_a_segment_is_told_once_to_each_of_many_viewers(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.encoder.script = "by hand"
    remotes = await viewers(house, *[0.0] * 30)
    looks, look_around = list[StreamFiles](), StreamFiles.look_around

    def counted(self: StreamFiles) -> None:
        looks.append(self)
        look_around(self)

    monkeypatch.setattr(StreamFiles, "look_around", counted)
    house.encoder.last.make(0, VIDEO)
    assert [remote.stream.machine.has(video(0)) for remote in remotes] == [True] * 30
    assert len(looks) == len(remotes) - 1


async def test_what_a_run_makes_that_is_wanted_no_more_is_not_left_on_the_disk(house: House) -> None:
    house.encoder.script = "by hand"
    (viewer,) = await viewers(house, 0.0)
    run = house.encoder.last
    run.make(0)
    before = viewer.stream.used_bytes
    viewer.stream.seek(300.0)
    run.make(1)
    assert not viewer.stream.machine.has(video(1))
    assert viewer.stream.used_bytes == before

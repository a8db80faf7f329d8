"""One film, many viewers, one encode: what is shared, and that nobody notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.core.playlist import VIDEO, SegmentId, sound_of
from controller.core.stream_phase import Crashed
from controller.services.sharing import Shelf
from tests.fakes.facts import copied_film, film, hevc, sound
from tests.services.house import House, Remote


@pytest.fixture(autouse=True)
def shelf_of_films(house: House) -> None:
    house.add("film.mkv", film(hevc(), sound(language="eng"), sound(language="fre"), duration=200.0))
    house.add("other.mkv", film(hevc(), sound(language="eng"), duration=200.0))
    house.add("copied.mp4", copied_film(200.0))


def video(index: int) -> SegmentId:
    return SegmentId(VIDEO, index)


async def viewers(house: House, count: int, path: str = "film.mkv", **more: object) -> list[Remote]:
    remotes = [await house.owner(str(number)) for number in range(count)]
    for remote in remotes:
        await remote.watch(path, **more)
    return remotes


async def test_eight_viewers_of_one_film_are_served_by_one_encoder(house: House) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 4.0
    remotes = await viewers(house, 8)
    for second in range(0, 80, 2):
        for remote in remotes:
            index = remote.stream.machine.plan.index_at(float(second))
            assert (await remote.stream.wait_segment(video(index))).exists()
            await remote.call("hls_report", position=float(second), playing=True, buffered_s=4.0)
        await house.clock.advance(2.0)
    assert len({remote.stream.url for remote in remotes}) == 8
    assert len([run for run in house.encoder.runs if VIDEO in run.job.renditions]) <= 2, "in haste, and then not"
    assert house.streams.encoders == 1


async def test_a_viewer_close_behind_starts_no_encoder_and_one_who_seeks_away_gets_one(house: House) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 4.0
    first, second = await viewers(house, 2)
    await house.clock.advance(8.0)
    assert house.streams.encoders == 1
    await second.call("hls_seek", position=150.0)
    await house.clock.advance(2.0)
    assert house.streams.encoders == 2
    assert (await second.stream.wait_segment(video(second.stream.machine.plan.index_at(150.0)))).exists()
    await second.call("hls_seek", position=4.0)
    await house.clock.advance(2.0)
    assert (await second.stream.wait_segment(video(second.stream.machine.plan.index_at(4.0)))).exists()
    assert house.streams.encoders == 1, "what the first one has is there for the second"
    assert first.stream.machine.error is None


async def test_when_the_one_who_makes_it_leaves_the_next_one_goes_on_from_there(house: House) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 2.0
    first, second = await viewers(house, 2)
    await house.clock.advance(6.0)
    assert house.streams.encoders == 1
    had = {one for one in second.stream.machine.made.all() if one.rendition == VIDEO}
    assert len(had) > 4
    await first.call("stop_hls_stream")
    await house.clock.advance(1.0)
    assert house.streams.encoders == 1
    assert house.encoder.last.job.start >= max(one.index for one in had)
    for one in had:
        assert (await second.stream.wait_segment(one)).exists(), "links stay when the other one goes"


async def test_a_crash_of_the_shared_encoder_costs_nobody_more_than_a_pause(house: House) -> None:
    first, second = await viewers(house, 2)
    house.encoder.last.make(0)
    waiting = house.beside.start(second.stream.wait_segment(video(1)))
    await house.clock.settle()
    house.encoder.last.end(Crashed("it broke"))
    house.encoder.script = "makes all"
    await house.clock.advance(2.0)
    assert (await waiting).exists()
    assert (first.stream.machine.restarts, second.stream.machine.restarts) == (1, 0)


async def test_what_one_cleans_up_stays_with_the_others(house: House) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 8.0
    first, second = await viewers(house, 2)
    await house.clock.advance(4.0)
    first.stream.clean([video(0), video(1)])
    assert not first.stream.machine.has(video(0))
    assert (await second.stream.wait_segment(video(0))).exists()
    assert (await first.stream.wait_segment(video(0))).exists(), "and is taken back from there"
    assert house.streams.encoders == 1


@pytest.mark.parametrize("other", ["another film", "another quality", "another plan"])
async def test_only_what_is_just_the_same_is_shared(house: House, other: str) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 4.0
    first, second = await house.owner("first"), await house.owner("second")
    await first.watch("film.mkv")
    match other:
        case "another film":
            await second.watch("other.mkv")
        case "another quality":
            await second.watch("film.mkv", quality="480p")
        case _:
            await second.watch("film.mkv")
            await second.call("hls_set_rate", rate=1.5)
    await house.clock.advance(2.0)
    assert house.streams.encoders == (2 if other != "another plan" else 1)


async def test_another_sound_of_the_same_film_takes_only_the_picture(house: House) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 4.0
    first, second = await house.owner("first"), await house.owner("second")
    await first.watch("film.mkv")
    await house.clock.advance(2.0)
    await second.watch("film.mkv", audio_track=1)
    await house.clock.advance(2.0)
    runs = [run for run in house.encoder.runs if sound_of(1) in run.job.renditions]
    assert {VIDEO in run.job.renditions for run in runs} == {False}
    assert (await second.stream.wait_segment(SegmentId(sound_of(1), 0))).exists()


async def test_a_copied_film_is_shared_too(house: House) -> None:
    house.encoder.script, house.encoder.speed = "makes all", 50.0
    await viewers(house, 3, "copied.mp4")
    await house.clock.advance(2.0)
    assert len(house.encoder.runs) == 1


def test_a_shelf_forgets_what_nobody_wants_or_has() -> None:
    shelf = Shelf()
    key = shelf.key("film", 1)
    assert shelf.key("film", 1) == key
    assert shelf.key("film", 2) != key
    shelf.join(_Nobody(), [])
    assert shelf.key("film", 1) != key


class _Nobody:
    """Implements `sharing.Sharer`."""

    def path(self, segment: SegmentId) -> Path:
        raise AssertionError

    def coming(self, key: object) -> None:
        raise AssertionError

    def look_around(self) -> None:
        raise AssertionError

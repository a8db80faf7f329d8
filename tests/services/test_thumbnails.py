"""Small pictures for the scrubber: made while nobody needs the machine, and told of when they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.core.leisure import QUIET
from controller.core.stream_phase import Completed
from controller.services.thumbnails import ThumbnailMaker
from tests.fakes.facts import copied_film, encoded_film
from tests.fakes.sheets import FakeSheets
from tests.services.house import House, Remote


@pytest.fixture
async def sheets(house: House, tmp_path: Path) -> FakeSheets:
    """Somebody who makes them, in the house."""
    one = FakeSheets(tmp_path / "cache")
    maker = ThumbnailMaker(house.clock, house.streams, one)
    house.beside.live(maker.run())
    await house.clock.settle()
    return one


@pytest.fixture
async def viewer(house: House) -> Remote:
    return await house.owner()


async def rest(house: House) -> None:
    """All encoders have done what there was to do, and the machine is quiet for a while."""
    await make_all(house)
    await house.clock.advance(QUIET)


async def make_all(house: House) -> None:
    while living := [run for run in house.encoder.runs if run.alive]:
        for run in living:
            for index in range(run.job.start, len(run.job.delivery.plan)):
                run.make(index)
            run.end(Completed())
        await house.clock.settle()


async def test_they_are_made_when_no_encoder_works_any_more(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    await viewer.watch()
    await house.clock.advance(QUIET + 1)
    assert sheets.runs == []
    await rest(house)
    assert [run.source.title for run in sheets.runs] == ["copied"]


async def test_who_watches_is_told_when_they_are_there(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    status = await viewer.watch()
    assert "thumbnails" not in status
    await rest(house)
    viewer.peer.take()
    sheets.runs[0].end()
    await house.clock.settle()
    url = status["url"].replace("master.m3u8", "thumbnails.vtt")
    (changed,) = [m["params"] for m in viewer.peer.messages() if m.get("method") == "stream_changed"]
    assert changed["thumbnails"] == url
    assert (await viewer.call("hls_status"))["thumbnails"] == url


async def test_a_film_that_has_them_shows_them_at_once(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    await viewer.watch()
    await rest(house)
    sheets.runs[0].end()
    await house.clock.settle()
    again = await viewer.watch()
    assert again["thumbnails"] == again["url"].replace("master.m3u8", "thumbnails.vtt")
    other = await house.guest()
    assert "thumbnails" in await other.watch()
    assert len(sheets.runs) == 1


async def test_two_who_watch_the_same_film_are_both_told(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    other = await house.guest()
    await viewer.watch()
    await rest(house)
    await other.watch()
    sheets.runs[0].end()
    await house.clock.settle()
    for one in (viewer, other):
        assert "thumbnails" in await one.call("hls_status")


async def test_a_run_stands_still_while_an_encoder_works(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    await viewer.watch()
    await rest(house)
    (run,) = sheets.runs
    assert not run.held
    other = await house.guest()
    await other.watch("encoded.mkv")
    await house.clock.settle()
    assert run.held
    await make_all(house)
    await house.clock.advance(QUIET - 1)
    assert run.held
    await house.clock.advance(2)
    assert not run.held


async def test_one_film_at_a_time_and_the_latest_first(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    others = [await house.guest() for _ in range(2)]
    house.add("third.mp4", copied_film())
    for one, path in zip((viewer, *others), ("copied.mp4", "encoded.mkv", "third.mp4"), strict=True):
        await one.watch(path)
        await make_all(house)
    await house.clock.advance(QUIET + 1)
    titles = []
    for number in range(3):
        assert len(sheets.runs) == number + 1
        titles.append(sheets.runs[-1].source.title)
        sheets.runs[-1].end()
        await house.clock.settle()
    assert titles == ["third", "encoded", "copied"]


async def test_a_run_ends_with_the_last_stream_of_its_film(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    other = await house.guest()
    await viewer.watch()
    await other.watch()
    await make_all(house)
    await rest(house)
    (run,) = sheets.runs
    await viewer.call("stop_hls_stream")
    await house.clock.settle()
    assert run.alive
    await other.call("stop_hls_stream")
    await house.clock.settle()
    assert not run.alive


async def test_what_cannot_be_made_is_not_tried_again(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    await viewer.watch()
    await rest(house)
    sheets.runs[0].end(good=False)
    await house.clock.settle()
    await viewer.watch()
    await rest(house)
    assert len(sheets.runs) == 1
    assert "thumbnails" not in await viewer.call("hls_status")


async def test_a_fault_of_ours_costs_a_film_its_pictures_and_nothing_else(
    house: House, viewer: Remote, sheets: FakeSheets
) -> None:
    sheets.broken = True
    await viewer.watch()
    await rest(house)
    sheets.broken = False
    await viewer.watch("encoded.mkv")
    await rest(house)
    assert [run.source.title for run in sheets.runs] == ["encoded"]


async def test_sound_alone_has_none(house: House, viewer: Remote, sheets: FakeSheets) -> None:
    film = encoded_film()
    house.add("song.mka", type(film)(film.container, 60.0, 1, 1, None, film.audio))
    await viewer.watch("song.mka")
    await rest(house)
    assert sheets.runs == []

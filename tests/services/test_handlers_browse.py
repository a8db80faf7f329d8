from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.media import ChapterFacts
from tests.fakes.facts import copied_film, encoded_film
from tests.services.house import House, Remote


@pytest.fixture
async def guest(house: House) -> Remote:
    return await house.guest()


async def test_a_folder_is_listed_with_what_is_in_its_films(guest: Remote) -> None:
    listing = await guest.call("browse")
    broken, copied, encoded = listing["items"]
    assert (listing["page"], listing["pages"], listing["total"]) == (1, 1, 3)
    assert (broken["playable"], broken["problem"]) == (False, "This file cannot be played.")
    assert (copied["duration"], copied["width"], copied["height"], copied["video_codec"]) == (120.0, 1280, 720, "h264")
    assert (copied["delivery"]["mode"], encoded["delivery"]["mode"]) == ("remux", "transcode")
    assert copied["tracks"]["audio"][0]["language"] == "eng"


async def test_a_listing_waits_a_moment_and_tells_what_it_knows_by_then(house: House, guest: Remote) -> None:
    house.probe.takes = 5.0
    began = house.clock.now()
    listing = await guest.call("browse")
    assert house.clock.now() - began == pytest.approx(0.8)
    assert ["playable" in item for item in listing["items"]] == [False] * 3


async def test_a_film_that_is_slow_to_look_at_hides_no_other(house: House, guest: Remote) -> None:
    await guest.call("get_item", item={"path": "copied.mp4"})
    house.probe.takes = 5.0
    listing = await guest.call("browse")
    assert [item["title"] for item in listing["items"] if "playable" in item] == ["copied"]


async def test_pages_have_sixty_rows(house: House, guest: Remote) -> None:
    for number in range(100):
        house.add(f"series/part {number}.mkv", encoded_film())
    first, second = await guest.call("browse", path="series"), await guest.call("browse", path="series", page=2)
    assert (len(first["items"]), len(second["items"]), first["pages"], first["total"]) == (60, 40, 2, 100)
    assert second["items"][0]["title"] == "part 60"
    assert (await guest.call("browse", path="series", page=3))["items"] == []


async def test_folders_come_first_and_a_query_looks_below(house: House, guest: Remote) -> None:
    house.add("series/Part 1.mkv", encoded_film())
    listing = await guest.call("browse")
    assert listing["folders"] == [{"path": "series", "name": "series"}]
    found = await guest.call("browse", query="PART")
    assert [item["path"] for item in found["items"]] == ["series/Part 1.mkv"]


async def test_there_is_no_such_folder(guest: Remote) -> None:
    assert await guest.refused("browse", path="nowhere") == "item_not_found"


async def test_an_item_is_described_by_path_and_by_id_alike(guest: Remote) -> None:
    by_path = await guest.call("get_item", item={"path": "encoded.mkv"})
    by_id = await guest.call("get_item", item={"media_id": by_path["media_id"]})
    assert by_path == by_id
    assert "video_codec_not_supported" in by_path["delivery"]["reasons"]
    assert await guest.refused("get_item", item={"path": "none.mkv"}) == "item_not_found"


async def test_how_an_item_is_delivered_depends_on_what_the_player_can_show(house: House) -> None:
    small = await house.guest(capabilities={"max_height": 480})
    item = await small.call("get_item", item={"path": "copied.mp4"})
    assert item["delivery"]["reasons"] == ["height_limited"]


async def test_sound_without_picture_has_no_size(house: House, guest: Remote) -> None:
    film = encoded_film()
    house.add("song.mka", type(film)(film.container, 60.0, 1, 1, None, film.audio))
    item = await guest.call("get_item", item={"path": "song.mka"})
    assert "width" not in item
    assert "video_codec" not in item


async def test_an_item_and_a_stream_tell_of_chapters_and_a_listing_does_not(house: House, guest: Remote) -> None:
    chapters = (ChapterFacts(0.0, 60.0, "Opening"), ChapterFacts(60.0, 120.0))
    house.add("parts.mp4", replace(copied_film(), chapters=chapters))
    expected = [{"start": 0.0, "end": 60.0, "title": "Opening"}, {"start": 60.0, "end": 120.0}]
    item = {"path": "parts.mp4"}
    assert (await guest.call("get_item", item=item))["chapters"] == expected
    assert (await guest.call("request_hls_stream", item=item))["chapters"] == expected
    assert "chapters" not in await guest.call("get_item", item={"path": "copied.mp4"})
    assert "chapters" not in await guest.call("get_item", item={"path": "broken.mp4"})
    assert not any("chapters" in one for one in (await guest.call("browse"))["items"])

"""A queue with films in it that cannot be played: who wants such a one is told, and what is on stays what it is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.services.house import House, Remote
from tests.services.marathon import leave, marathon, on, present, start


@pytest.fixture
async def viewer(house: House) -> AsyncIterator[Remote]:
    remote = await marathon(house)
    yield remote
    await leave(remote)


async def test_a_jump_to_a_film_that_cannot_be_played_is_refused_and_changes_nothing(
    house: House, viewer: Remote
) -> None:
    await start(viewer)
    before = await viewer.call("queue_get", target="mine")
    del house.library.files["c.mp4"]
    entry = house.queues.of(viewer.me.client_id).items[2]
    assert await viewer.refused("queue_jump", target="mine", id=entry.id) == "item_not_found"
    await house.clock.advance(1)
    assert await viewer.call("queue_get", target="mine") == before
    assert (on(viewer), viewer.peer.events("stream_failed")) == ("a", [])


async def test_where_nothing_that_follows_can_be_played_the_film_that_is_on_is_the_present_one(
    house: House, viewer: Remote
) -> None:
    await start(viewer, "c")
    for name in "de":
        del house.library.files[f"{name}.mp4"]
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(1)
    (failed,) = viewer.peer.events("stream_failed")
    assert (failed["stream_id"], failed["error"]["data"]["name"]) == ("", "item_not_found")
    assert (on(viewer), present(viewer)) == ("c", "c")
    assert (await viewer.call("hls_status"))["state"] == "playing"

"""What a queue is filled with, and how it keeps step with its client's stream."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from controller.core.queue import ClientQueue
from protocol.errors import ItemNotFound, WrongClientType
from protocol.values import MediaRef, PathRef
from tests.services.house import House, Remote
from tests.services.sofa import FILM, OTHER, begin


@pytest.fixture
async def viewer(house: House) -> Remote:
    return await house.owner("viewer")


async def test_nobodys_queue_is_empty_and_stays_nobodys(house: House) -> None:
    assert len(house.queues.of("nobody")) == 0
    assert house.queues.of("nobody") is not house.queues.of("nobody")
    assert (house.queues.length("nobody"), house.queues.shares("nobody")) == (0, False)
    assert house.queues.advance("nobody") is None


async def test_who_watches_no_stream_has_none(house: House) -> None:
    remote = await house.owner(client_types=["server_playback"])
    assert house.queues.at("server", remote.me) is house.screen.queue
    with pytest.raises(WrongClientType, match=r"\.$"):
        house.queues.at("mine", remote.me)


async def test_a_queue_of_before_is_taken_up_as_it_was(house: House) -> None:
    queue = ClientQueue(version=7)
    house.queues.take_up("somebody", queue, shared=True)
    assert (house.queues.of("somebody"), house.queues.shares("somebody")) == (queue, True)
    house.queues.drop("somebody")
    assert (house.queues.of("somebody").version, house.queues.shares("somebody")) == (0, False)


@pytest.mark.parametrize(
    ("item", "title"),
    [
        (PathRef(path=FILM), "copied"),
        (PathRef(path=f"//{FILM}/"), "copied"),
        (MediaRef(media_id="Y29waWVkLm1wNA"), "copied"),
    ],
)
async def test_a_film_keeps_the_name_it_was_given(house: House, item: PathRef | MediaRef, title: str) -> None:
    (entry,) = await house.queues.entries([item])
    assert (entry.item, entry.title, entry.duration, entry.by, entry.person) == (item, title, 120.0, None, None)


async def test_what_names_nothing_is_not_found(house: House) -> None:
    for item in (PathRef(path="none"), MediaRef(media_id="bm9uZQ"), MediaRef(media_id="_")):
        with pytest.raises(ItemNotFound):
            await house.queues.entries([item])


async def test_copies_are_new_items_of_whoever_copies(house: House, viewer: Remote) -> None:
    entries = await house.queues.entries([PathRef(path=FILM)], by=viewer.me)
    (mine,), (nobodys,) = house.queues.again(entries, by=viewer.me), house.queues.again(entries)
    assert len({entries[0].id, mine.id, nobodys.id}) == 3
    assert (mine.by, mine.person, nobodys.by, nobodys.person) == ("viewer", "box", None, None)
    assert (mine.item, mine.title, mine.duration) == (entries[0].item, "copied", 120.0)


async def test_a_stream_without_an_item_shows_the_present_one_or_else_the_first(house: House, viewer: Remote) -> None:
    assert await viewer.refused("request_hls_stream") == "empty_queue"
    await viewer.call("queue_add", target="mine", items=[{"path": FILM}, {"path": OTHER}])
    assert (await viewer.call("request_hls_stream"))["title"] == "copied"
    queue = house.queues.of(viewer.me.client_id)
    assert (queue.current, queue.version) == (queue.items[0], 2)
    assert (await viewer.call("request_hls_stream", position=50.0))["timeline"]["position"] == 50.0
    assert queue.version == 2, "nothing has changed"


async def test_an_item_that_is_removed_while_it_is_looked_into_plays_all_the_same(house: House, viewer: Remote) -> None:
    await viewer.call("queue_add", target="mine", items=[{"path": FILM}])
    house.probe._known.clear()
    house.probe.takes = 1.0
    asking = begin(viewer, "request_hls_stream")
    await house.clock.advance(0.5)
    house.queues.of(viewer.me.client_id).clear()
    with capture_logs() as logs:
        assert (await asking)["result"]["title"] == "copied"
    assert "film without a place in the queue" in [entry["event"] for entry in logs]
    assert len(house.queues.of(viewer.me.client_id)) == 0


@pytest.mark.parametrize("by_id", [False, True])
async def test_a_film_that_is_put_on_directly_and_comes_next_is_not_there_twice(
    house: House, viewer: Remote, by_id: bool
) -> None:
    await viewer.call("queue_add", target="mine", items=[{"path": FILM}, {"path": OTHER}])
    for path in (FILM, OTHER):
        item = {"media_id": house.library.media_id(path, None)} if by_id else {"path": path}
        await viewer.call("request_hls_stream", item=item)
    queue = house.queues.of(viewer.me.client_id)
    assert (len(queue), queue.current) == (2, queue.items[1])


async def test_a_film_that_is_put_on_directly_comes_after_the_one_of_before(house: House, viewer: Remote) -> None:
    await viewer.call("queue_add", target="mine", items=[{"path": FILM}, {"path": FILM}])
    await viewer.call("request_hls_stream")
    viewer.peer.take()
    await viewer.call("request_hls_stream", item={"path": OTHER})
    queue = house.queues.of(viewer.me.client_id)
    assert [item.title for item in queue.items] == ["copied", "encoded", "copied"]
    assert queue.current == queue.items[1]
    assert viewer.peer.words() == ["stream_changed", "queue_changed", "answer 4"]

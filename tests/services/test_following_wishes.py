"""What a person wants of their queue, what is broken in it, and that nothing is left, whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from controller.services.following import Following
from tests.services.house import House, Remote
from tests.services.marathon import (
    LENGTH,
    NAMES,
    add,
    assert_nothing_left,
    coming,
    jump,
    leave,
    made,
    marathon,
    on,
    present,
    start,
)
from tests.services.sofa import begin, hold


@pytest.fixture
async def viewer(house: House) -> AsyncIterator[Remote]:
    remote = await marathon(house)
    yield remote
    await leave(remote)


# ── what a person wants ───────────────────────────────────────────────────────────────────────────


async def test_five_quick_steps_are_five_steps_and_one_encoder(house: House, viewer: Remote) -> None:
    await add(viewer, "abc")
    await start(viewer)
    for _ in range(5):
        await viewer.call("queue_next", target="mine")
        await house.clock.advance(0.1)
    assert on(viewer) == "a"
    await house.clock.advance(0.2)
    assert (on(viewer), present(viewer), made(house)) == ("a", "a", "aa")
    assert house.queues.of(viewer.me.client_id).place == 5
    assert viewer.stream.machine.timeline.now(house.clock.now()) < 0.2


async def test_steps_during_a_long_look_into_a_film_lead_to_the_last_one_alone(house: House, viewer: Remote) -> None:
    await start(viewer)
    house.probe._known.clear()
    house.probe.takes = 1.0
    for _ in range(3):
        await viewer.call("queue_next", target="mine")
        await house.clock.advance(0.5)
    assert on(viewer) == "a"
    await house.clock.advance(3)
    assert (on(viewer), made(house)) == ("d", "ad")


async def test_steps_go_back_too_and_end_at_the_beginning(house: House, viewer: Remote) -> None:
    await start(viewer, "c")
    for then in "ba":
        await viewer.call("queue_previous", target="mine")
        await house.clock.advance(0.2)
        assert (on(viewer), present(viewer)) == (then, then)
    assert await viewer.refused("queue_previous", target="mine") == "empty_queue"
    assert await viewer.refused("queue_jump", target="mine", id="none") == "item_not_found"


async def test_the_next_that_is_ready_begins_at_once_when_it_is_wanted(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    ready = house.streams.prepared(viewer.me.client_id)
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(0.16)
    assert viewer.stream is ready
    assert made(house) == "ab"


@pytest.mark.parametrize("method", ["stop_hls_stream", "request_hls_stream"])
@pytest.mark.parametrize("takes", [0.0, 1.0])
async def test_another_wish_cancels_one_that_is_pending(
    house: House, viewer: Remote, method: str, takes: float
) -> None:
    await start(viewer)
    house.probe._known.clear()
    house.probe.takes = takes
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(takes / 2)
    await viewer.call(method, **({"item": {"path": "e.mp4"}} if method == "request_hls_stream" else {}))
    await house.clock.advance(3)
    assert on(viewer) == ("" if method == "stop_hls_stream" else "e")
    assert "b" not in made(house)


async def test_stopping_while_the_old_stream_ends_says_so_and_waits_for_its_encoder(
    house: House, viewer: Remote
) -> None:
    house.encoder.script, house.encoder.dying = "by hand", 2.0
    await start(viewer)
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(0.5)
    viewer.peer.take()
    assert await viewer.call("stop_hls_stream") == {"state": "idle", "epoch": 0}
    assert house.encoder.living == []
    assert viewer.peer.words()[:1] == ["stream_changed"]
    await house.clock.advance(5)
    assert made(house) == "a"


async def test_a_wish_does_not_take_the_place_of_what_was_brought_from_the_screen(house: House, viewer: Remote) -> None:
    lease = await hold(viewer)
    await viewer.call("server_play", lease=lease, item={"path": "e.mp4"}, position=5.0)
    await start(viewer)
    await viewer.call("queue_next", target="mine")
    await viewer.call("continue_here")
    await house.clock.advance(1)
    assert on(viewer) == "e"


async def test_what_was_sent_to_the_screen_does_not_begin_here_again(house: House, viewer: Remote) -> None:
    lease = await hold(viewer)
    await start(viewer)
    sending = begin(viewer, "send_to_screen", lease=lease)
    await house.clock.advance(0.2)
    next_ = house.queues.of(viewer.me.client_id).next
    assert next_ is not None
    house.following.play(viewer.me, next_)
    await sending
    await house.clock.advance(1)
    assert (on(viewer), len(house.streams)) == ("", 0)


async def test_a_film_that_is_put_on_directly_is_in_the_queue_once(house: House, viewer: Remote) -> None:
    await start(viewer)
    media_id = house.library.media_id("e.mp4", None)
    for item in ({"path": "e.mp4"}, {"path": "e.mp4"}, {"media_id": media_id}):
        await viewer.call("request_hls_stream", item=item, position=38.0)
    state = await viewer.call("queue_get", target="mine")
    assert "".join(item["title"] for item in state["items"]) == "aebcde"
    await house.clock.advance(3)
    assert on(viewer) == "b"


async def test_a_full_queue_lets_a_film_play_without_a_place(house: House, viewer: Remote) -> None:
    queue = house.queues.of(viewer.me.client_id)
    queue.add(house.queues.again(queue.items * 1_999))
    await viewer.call("request_hls_stream", item={"path": "copied.mp4"}, position=118.0)
    assert (on(viewer), len(queue), present(viewer)) == ("copied", 10_000, "")
    await house.clock.advance(2.1)
    assert on(viewer) == "a"


# ── what is broken ────────────────────────────────────────────────────────────────────────────────


async def test_broken_films_are_passed_over(house: House, viewer: Remote) -> None:
    await start(viewer)
    del house.library.files["b.mp4"]
    house.probe.films.pop(Path("/films/c.mp4"))
    house.probe._known.clear()
    await viewer.call("hls_seek", position=39.0)
    await house.clock.advance(1.1)
    assert (on(viewer), present(viewer)) == ("d", "d")
    assert viewer.peer.events("stream_failed") == []


async def test_a_queue_that_repeats_passes_over_the_same_broken_films_in_every_round(
    house: House, viewer: Remote
) -> None:
    await viewer.call("queue_set_mode", target="mine", repeat="all", shuffle=False)
    await start(viewer)
    for name in "bde":
        del house.library.files[f"{name}.mp4"]
    await house.clock.advance(6 * LENGTH)
    assert made(house) == "acacaca"
    assert viewer.peer.events("stream_failed") == []


@pytest.mark.parametrize("repeat", ["off", "one", "all"])
async def test_when_all_are_broken_it_is_said_once_and_stops(house: House, viewer: Remote, repeat: str) -> None:
    await viewer.call("queue_set_mode", target="mine", repeat=repeat, shuffle=False)
    await start(viewer, position=10.0)
    for name in NAMES:
        del house.library.files[f"{name}.mp4"]
    await house.clock.advance(100)
    (failed,) = viewer.peer.events("stream_failed")
    assert failed["error"]["data"]["name"] == "item_not_found"
    assert (on(viewer), viewer.stream.machine.state(house.clock.now())) == ("a", "finished")
    assert made(house) == "a"


async def test_a_jump_to_broken_films_without_a_stream_is_said_too(house: House, viewer: Remote) -> None:
    await jump(viewer, "d")
    for name in "de":
        del house.library.files[f"{name}.mp4"]
    await house.clock.advance(1)
    (failed,) = viewer.peer.events("stream_failed")
    assert (failed["stream_id"], failed["error"]["data"]["name"]) == ("", "item_not_found")
    assert (on(viewer), present(viewer), len(house.following)) == ("", "e", 0)


async def test_a_film_that_cannot_be_encoded_is_passed_over_too(house: House, viewer: Remote) -> None:
    await start(viewer, position=39.0)
    await house.clock.advance(0.5)
    house.encoder.gone.add(Path("/films/c.mp4"))
    await viewer.call("queue_jump", target="mine", id=house.queues.of(viewer.me.client_id).items[2].id)
    await house.clock.advance(20)
    assert (on(viewer), present(viewer)) == ("d", "d")
    assert [event["error"]["data"]["name"] for event in viewer.peer.events("stream_failed")] == ["encoder_failed"]


async def test_a_film_that_fails_in_the_middle_is_not_left(house: House, viewer: Remote) -> None:
    house.encoder.script = "makes one and crashes"
    await start(viewer)
    house.encoder.script = "crashes at once"
    await viewer.call("hls_seek", position=30.0)
    await house.clock.advance(300)
    assert (on(viewer), viewer.stream.machine.state(house.clock.now())) == ("a", "failed")


async def test_without_room_nothing_is_passed_over(house: House, viewer: Remote) -> None:
    await start(viewer)
    house.store.room = 0
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(5)
    assert (on(viewer), present(viewer)) == ("", "b")
    assert viewer.peer.words()[-2:] == ["stream_changed", "stream_failed"]
    assert viewer.peer.events("stream_changed")[-1]["state"] == "idle"


# ── repeat and shuffle ────────────────────────────────────────────────────────────────────────────


async def test_one_film_repeats_until_somebody_wants_the_next(house: House, viewer: Remote) -> None:
    await start(viewer)
    await viewer.call("queue_set_mode", target="mine", repeat="one", shuffle=False)
    version = house.queues.of(viewer.me.client_id).version
    await house.clock.advance(2 * LENGTH)
    assert (on(viewer), made(house), house.queues.of(viewer.me.client_id).version) == ("a", "a", version)
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(1)
    assert on(viewer) == "b"


async def test_all_films_repeat_from_the_first(house: House, viewer: Remote) -> None:
    await start(viewer, "e")
    await viewer.call("queue_set_mode", target="mine", repeat="all", shuffle=False)
    await house.clock.advance(LENGTH)
    assert on(viewer) == "a"


async def test_shuffled_every_film_comes_once_and_the_one_that_is_ready_is_the_one_that_comes(
    house: House, viewer: Remote
) -> None:
    await start(viewer)
    await viewer.call("queue_set_mode", target="mine", repeat="off", shuffle=True)
    order = on(viewer)
    for _ in NAMES[1:]:
        await viewer.call("hls_seek", position=LENGTH - 1)
        await house.clock.advance(0.5)
        ready = coming(viewer)
        await house.clock.advance(2)
        assert on(viewer) == ready
        order += ready
    assert sorted(order) == list(NAMES)
    assert made(house) == order


# ── whatever happens ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("after", [0.0, 0.1, 0.16, 1.0, 8.9, 9.9, 10.0, 10.1, 30.0])
@pytest.mark.parametrize("dying", [0.0, 2.0])
async def test_a_client_that_goes_at_any_moment_leaves_nothing(
    house: House, viewer: Remote, after: float, dying: float
) -> None:
    await start(viewer, position=30.0)
    house.encoder.dying, house.encoder.speed = dying, 2.0
    if after < 0.5:
        await viewer.call("queue_next", target="mine")
    await house.clock.advance(after)
    await viewer.call("goodbye")
    assert_nothing_left(house)
    await house.clock.advance(60)
    assert_nothing_left(house)


async def test_two_viewers_follow_their_own_queues(house: House, viewer: Remote) -> None:
    other = await house.owner("other")
    await add(other, "edc")
    await start(viewer)
    await start(other, "e")
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(LENGTH - 1)
    assert (on(viewer), on(other)) == ("b", "d")
    await other.call("goodbye")


async def test_a_fault_in_following_is_one_clients_alone(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await house.owner("other")
    await add(other, "ab")
    await start(viewer, position=35.0)
    await start(other, position=20.0)
    unharmed = Following._go_on

    def stumble(following: Following, way: Any) -> float | None:
        if way.client is viewer.me:
            raise ZeroDivisionError
        return unharmed(following, way)

    with capture_logs() as logs, monkeypatch.context() as patch:
        patch.setattr(Following, "_go_on", stumble)
        await house.clock.advance(25)
    assert {(entry["event"], entry["client"]) for entry in logs if entry["log_level"] == "error"} == {
        ("following failed", viewer.me.client_id)
    }
    assert (on(viewer), coming(viewer), on(other)) == ("a", "", "b")
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(1)
    assert on(viewer) == "b"
    await other.call("goodbye")


@pytest.mark.parametrize("broken", ["a", "b"])
async def test_a_fault_in_a_stream_leaves_nothing_behind(
    house: House, viewer: Remote, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    house.encoder.speed = 1.0
    await start(viewer)
    await viewer.call("request_hls_stream", item={"path": "a.mp4"}, position=36.0)
    await house.clock.advance(3)
    assert (coming(viewer), house.encoder.last.job.source.stem) == ("", "a")
    await house.clock.advance(0.9)
    while coming(viewer) != "b":
        await viewer.call("hls_seek", position=38.0)
        await house.clock.advance(1.5)
    streams = house.streams
    stream = streams.of(viewer.me.client_id) if broken == "a" else streams.prepared(viewer.me.client_id)
    assert stream

    def stumble() -> float | None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(
            type(stream.machine), "next_deadline", lambda machine: stumble() if machine is stream.machine else None
        )
        stream.pause()
        await house.clock.settle()
    assert coming(viewer) == ""
    assert on(viewer) == ("" if broken == "a" else "a")


async def test_what_is_asked_right_after_a_jump_is_done_to_the_film_that_was_jumped_to(
    house: House, viewer: Remote
) -> None:
    await start(viewer, position=30.0)
    items = house.queues.of(viewer.me.client_id).items
    await viewer.call("queue_jump", target="mine", id=items[2].id)
    moved = await viewer.call("hls_seek", position=20.0)
    assert (on(viewer), moved["position"], moved["url"]) == ("c", 20.0, viewer.stream.url)
    await viewer.call("queue_next", target="mine")
    assert (await viewer.call("hls_status"))["title"] == "d"
    await viewer.call("queue_previous", target="mine")
    await viewer.call("hls_pause")
    await house.clock.advance(1)
    assert (on(viewer), viewer.stream.machine.timeline.playing) == ("c", False)


async def test_a_report_of_the_film_before_does_not_move_the_one_that_was_jumped_to(
    house: House, viewer: Remote
) -> None:
    await start(viewer, position=30.0)
    await viewer.call("queue_next", target="mine")
    await viewer.call("hls_report", position=33.0, playing=True, buffered_s=1.0)
    await house.clock.advance(1)
    assert on(viewer) == "b"
    assert viewer.stream.machine.timeline.now(house.clock.now()) < 2.0


async def test_a_film_that_was_wished_at_a_place_begins_there_also_when_it_is_requested_at_once(
    house: House, viewer: Remote
) -> None:
    entry = house.queues.of(viewer.me.client_id).items[1]
    house.queues.of(viewer.me.client_id).jump(entry.id)
    house.following.play(viewer.me, entry, 13.0)
    status = await viewer.call("request_hls_stream")
    assert (status["title"], status["timeline"]["position"]) == ("b", 13.0)

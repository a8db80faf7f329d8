"""A queue of one's own drives one's own stream: what comes next is ready, and begins by itself, with one encoder at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from controller.core.stream_phase import Completed
from tests.fakes.facts import copied_film
from tests.services.house import House, Remote
from tests.services.marathon import (
    LENGTH,
    NAMES,
    add,
    assert_nothing_left,
    come_back,
    coming,
    leave,
    made,
    marathon,
    on,
    present,
    report,
    start,
)


@pytest.fixture
async def viewer(house: House) -> AsyncIterator[Remote]:
    remote = await marathon(house)
    yield remote
    await leave(remote)


# ── the end of a film ─────────────────────────────────────────────────────────────────────────────


async def test_without_reports_the_next_begins_when_the_timeline_ends(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    await house.clock.advance(9.9)
    assert (on(viewer), present(viewer)) == ("a", "a")
    await house.clock.advance(0.2)
    assert (on(viewer), present(viewer), viewer.stream.machine.state(house.clock.now())) == ("b", "b", "playing")
    assert viewer.peer.words()[-2:] == ["queue_changed", "stream_changed"]
    assert viewer.stream.machine.timeline.now(house.clock.now()) == pytest.approx(0.1, abs=0.01)


async def test_a_whole_queue_plays_through_and_stops_with_one_encoder_for_each_film(
    house: House, viewer: Remote
) -> None:
    await viewer.call("request_hls_stream")
    for name in NAMES:
        assert on(viewer) == name
        await house.clock.advance(LENGTH + 0.001)
    await house.clock.advance(100)
    assert (on(viewer), viewer.stream.machine.state(house.clock.now())) == ("e", "finished")
    assert made(house) == NAMES
    assert house.streams.prepared(viewer.me.client_id) is None


async def test_the_next_film_goes_at_the_rate_of_the_one_before(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    await viewer.call("hls_set_rate", rate=2.0)
    await house.clock.advance(6)
    assert (on(viewer), viewer.stream.machine.timeline.rate) == ("b", 2.0)
    await viewer.call("queue_jump", target="mine", id=house.queues.of(viewer.me.client_id).items[3].id)
    await house.clock.advance(1)
    assert (on(viewer), viewer.stream.machine.timeline.rate) == ("d", 2.0)


async def test_the_player_that_says_it_is_at_the_end_is_believed_at_once(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    await report(viewer, 30.0, playing=True)
    await house.clock.advance(9.9)
    await report(viewer, 39.8, playing=False)
    await house.clock.settle()
    assert on(viewer) == "b"


async def test_a_second_word_of_the_end_skips_no_film_when_it_names_its_stream(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    ended = {"position": LENGTH, "playing": False, "buffered_s": 0.0, "stream_id": viewer.stream.spec.stream_id}
    await viewer.call("hls_report", **ended)
    await house.clock.settle()
    await viewer.call("hls_report", **ended)
    await house.clock.advance(5)
    assert on(viewer) == "b"


async def test_a_player_that_was_told_of_before_the_end_may_confirm_it(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    await report(viewer, 30.0, playing=True)
    await house.clock.advance(10.1)
    assert on(viewer) == "a"
    await report(viewer, 40.0, playing=False)
    await house.clock.settle()
    assert on(viewer) == "b"


async def test_a_player_that_lags_is_waited_for(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    await report(viewer, 30.0, playing=True)
    for position in (36.0, 38.5):
        await house.clock.advance(11.0 if position == 36.0 else 5.0)
        await report(viewer, position, playing=True)
        assert on(viewer) == "a"
    await house.clock.advance(1.5 + 2.9)
    assert on(viewer) == "a"
    await house.clock.advance(0.2)
    assert on(viewer) == "b"


async def test_a_player_that_falls_silent_does_not_hold_up_the_queue(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    await report(viewer, 30.0, playing=True)
    await house.clock.advance(12.9)
    assert on(viewer) == "a"
    await house.clock.advance(0.2)
    assert on(viewer) == "b"


async def test_who_has_paused_just_before_the_end_stays_there(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    await house.clock.advance(9.8)
    await viewer.call("hls_pause")
    await report(viewer, 39.8, playing=False)
    await house.clock.advance(60)
    assert (on(viewer), coming(viewer)) == ("a", "b")
    await viewer.call("hls_resume")
    await report(viewer, 39.8, playing=True)
    await house.clock.advance(3.3)
    assert on(viewer) == "b"


async def test_who_goes_to_the_end_while_paused_stays_there_too(house: House, viewer: Remote) -> None:
    await start(viewer)
    await viewer.call("hls_pause")
    await viewer.call("hls_seek", position=LENGTH)
    await house.clock.advance(60)
    assert on(viewer) == "a"
    await viewer.call("hls_resume")
    await house.clock.settle()
    assert on(viewer) == "b"


@pytest.mark.parametrize("reports", [False, True])
async def test_a_client_that_lingers_is_waited_for(house: House, viewer: Remote, reports: bool) -> None:
    await start(viewer, position=30.0)
    if reports:
        await report(viewer, 30.0, playing=True)
    viewer.hang_up()
    await house.clock.advance(50)
    assert (on(viewer), present(viewer)) == ("a", "a")
    back = await come_back(house, viewer)
    await house.clock.advance(2.9)
    assert on(back) == ("a" if reports else "b")
    await house.clock.advance(0.2)
    assert on(back) == "b"
    await back.call("goodbye")


async def test_a_client_that_is_back_and_not_at_the_end_goes_on_there(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    await report(viewer, 30.0, playing=True)
    viewer.hang_up()
    await house.clock.advance(50)
    back = await come_back(house, viewer)
    await report(back, 31.0, playing=True)
    await house.clock.advance(9.0)
    assert on(back) == "a"
    await house.clock.advance(3.1)
    assert on(back) == "b"
    await back.call("goodbye")


async def test_what_is_added_after_the_end_waits_until_somebody_wants_it(house: House, viewer: Remote) -> None:
    await start(viewer, "e", position=39.0)
    await house.clock.advance(5)
    await add(viewer, "a")
    await house.clock.advance(60)
    assert (on(viewer), present(viewer)) == ("e", "e")
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(0.2)
    assert on(viewer) == "a"


async def test_a_film_that_is_seen_again_leads_on_again(house: House, viewer: Remote) -> None:
    await start(viewer, "e", position=39.0)
    await house.clock.advance(5)
    await add(viewer, "a")
    await viewer.call("hls_seek", position=35.0)
    await viewer.call("hls_resume")
    await house.clock.advance(5.1)
    assert on(viewer) == "a"


# ── what is made ready ────────────────────────────────────────────────────────────────────────────


async def test_the_next_is_ready_in_the_last_twenty_seconds_and_told_before(house: House, viewer: Remote) -> None:
    await start(viewer)
    await house.clock.advance(18.6)
    assert (coming(viewer), made(house), viewer.peer.frames) == ("", "a", [])
    await house.clock.advance(0.3)
    assert (coming(viewer), made(house)) == ("b", "ab")
    (event,) = viewer.peer.events("stream_changed")
    ready = house.streams.prepared(viewer.me.client_id)
    assert ready
    expected = {"item": {"path": "b.mp4"}, "title": "b", "url": ready.url, "stream_id": ready.spec.stream_id}
    assert event["next"] == {**expected, "duration": LENGTH}
    assert (await viewer.call("hls_status"))["next"] == event["next"]
    assert house.streams.find(viewer.me.client_id, ready.spec.token) is ready
    await house.clock.advance(20)
    assert viewer.stream is ready
    assert viewer.peer.events("stream_changed")[-1]["url"] == event["next"]["url"]
    assert "next" not in viewer.peer.events("stream_changed")[-1]


async def test_a_slow_encoder_of_the_next_goes_on_when_it_is_promoted(house: House, viewer: Remote) -> None:
    await start(viewer)
    await report(viewer, 1.5, playing=True)
    house.encoder.speed = 1.1
    await house.clock.advance(LENGTH - 1.5 + 3.0)
    assert (on(viewer), house.encoder.last.alive) == ("a", True)
    await house.clock.advance(0.3)
    assert (on(viewer), house.encoder.last.alive, made(house)) == ("b", True, "ab")
    await report(viewer, 0.0, playing=True)
    await house.clock.advance(17)
    assert made(house) == "ab"


async def test_nothing_is_made_ready_while_the_encoder_has_work_to_do(house: House, viewer: Remote) -> None:
    house.encoder.script = "by hand"
    await start(viewer)
    for position in (10.0, 20.0, 30.0):
        await house.clock.advance(10)
        await report(viewer, position, playing=True)
    assert (coming(viewer), made(house)) == ("", "a")
    for index in range(len(viewer.stream.delivery.plan)):
        house.encoder.last.make(index)
    assert coming(viewer) == ""
    house.encoder.last.end(Completed())
    await house.clock.settle()
    assert (coming(viewer), made(house)) == ("b", "ab")


async def test_a_film_that_is_resumed_faster_or_slower_has_its_next_in_time(house: House, viewer: Remote) -> None:
    await start(viewer)
    await viewer.call("hls_set_rate", rate=2.0)
    await house.clock.settle()
    assert coming(viewer) == "b"
    await viewer.call("hls_set_rate", rate=0.5)
    await house.clock.settle()
    assert coming(viewer) == ""


Edit = Callable[[Remote], Any]


async def remove_next(viewer: Remote) -> None:
    await viewer.call("queue_remove", target="mine", ids=[viewer.house.queues.of(viewer.me.client_id).items[1].id])


async def add_next(viewer: Remote) -> None:
    await add(viewer, "d", at="next")


async def repeat_one(viewer: Remote) -> None:
    await viewer.call("queue_set_mode", target="mine", repeat="one", shuffle=False)


async def clear(viewer: Remote) -> None:
    await viewer.call("queue_clear", target="mine")


@pytest.mark.parametrize(
    ("edit", "then", "made_too"),
    [(remove_next, "c", "c"), (add_next, "d", "d"), (repeat_one, "a", ""), (clear, "", "")],
)
async def test_an_edit_near_the_end_ends_what_was_ready_and_readies_anew(
    house: House, viewer: Remote, edit: Edit, then: str, made_too: str
) -> None:
    await start(viewer, position=30.0)
    was = house.store.directories[-1]
    assert coming(viewer) == "b"
    await edit(viewer)
    await house.clock.settle()
    assert (coming(viewer), was.removed) == (then, True)
    assert viewer.peer.events("stream_changed")[-1].get("next", {}).get("title", "") == then
    await house.clock.advance(10)
    assert on(viewer) == (then or "a")
    assert made(house) == "ab" + made_too, "what is there of the film already is not made again"


async def test_an_edit_elsewhere_leaves_what_is_ready(house: House, viewer: Remote) -> None:
    await start(viewer, position=30.0)
    ready = house.streams.prepared(viewer.me.client_id)
    await add(viewer, "a")
    await house.clock.settle()
    assert house.streams.prepared(viewer.me.client_id) is ready


async def test_a_seek_back_ends_what_was_ready_before_another_encoder_begins(house: House, viewer: Remote) -> None:
    house.encoder.dying = 1.0
    await start(viewer)
    await viewer.call("request_hls_stream", item={"path": "a.mp4"}, position=30.0)
    house.encoder.speed = 5.0
    await house.clock.advance(3)
    assert (coming(viewer), len(house.encoder.living)) == ("b", 1)
    await viewer.call("hls_seek", position=4.0)
    for _ in range(20):
        await house.clock.advance(0.2)
        assert len(house.encoder.living) <= 1
    assert (coming(viewer), made(house)[-2:]) == ("", "ba")
    assert house.encoder.living[0].job.source.stem == "a"
    await house.clock.advance(40)
    assert on(viewer) == "b"


async def test_what_cannot_be_made_ready_is_tried_once_until_the_queue_changes(house: House, viewer: Remote) -> None:
    await start(viewer)
    del house.library.files["b.mp4"]
    with capture_logs() as logs:
        await viewer.call("hls_seek", position=30.0)
        await report(viewer, 30.0, playing=True)
        await report(viewer, 31.5, playing=True)
        await house.clock.settle()
    assert [entry["event"] for entry in logs].count("next film cannot be made ready") == 1
    house.add("b.mp4", copied_film(LENGTH))
    await add(viewer, "a")
    await house.clock.settle()
    assert coming(viewer) == "b"


async def test_an_edit_while_the_next_is_looked_into_is_heeded(house: House, viewer: Remote) -> None:
    await start(viewer)
    house.probe._known.clear()
    house.probe.takes = 1.0
    await viewer.call("hls_seek", position=30.0)
    await house.clock.advance(0.5)
    await viewer.call("queue_move", target="mine", id=house.queues.of(viewer.me.client_id).items[1].id)
    await house.clock.advance(3)
    assert (coming(viewer), len(house.store.directories)) == ("c", 3)
    assert [directory.removed for directory in house.store.directories] == [False, True, False]


@pytest.mark.parametrize("method", ["stop_hls_stream", "goodbye"])
async def test_what_ends_while_the_next_is_looked_into_stays_ended(house: House, viewer: Remote, method: str) -> None:
    await start(viewer)
    house.probe._known.clear()
    house.probe.takes = 1.0
    await viewer.call("hls_seek", position=30.0)
    await house.clock.advance(0.5)
    await viewer.call(method)
    await house.clock.advance(3)
    assert_nothing_left(house)

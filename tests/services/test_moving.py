"""From the screen to a stream of one's own and back: the same film, second and tracks; nothing stops too early."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.facts import copied_film
from tests.fakes.screen import FakeFilm
from tests.services.house import House, Remote
from tests.services.sofa import FILM, OTHER, Before, begin, error_of, hold, item_on, play


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen, which shows a film from 30 s on."""
    remote = await house.owner("Ann")
    await play(remote, position=30.0)
    return remote


@pytest.fixture
async def bob(house: House) -> Remote:
    """He holds the screen, which is empty, and watches a film at 50 s on his phone."""
    remote = await house.owner("Bob")
    await hold(remote)
    await remote.watch(OTHER, position=50.0)
    return remote


def here(status: dict[str, Any], house: House) -> float:
    """Where a stream is now, by what was told of it."""
    line = status["timeline"]
    return float(line["position"] + (house.clock.now() - line["at"]) * line["rate"] * line["playing"])


# ── continue_here ─────────────────────────────────────────────────────────────────────────────────


async def test_anybody_may_continue_here_and_the_screen_goes_on(house: House, ann: Remote) -> None:
    viewer = await house.guest()
    await house.clock.advance(4)
    status = await viewer.call("continue_here")
    assert (status["title"], status["timeline"]["playing"]) == ("copied", True)
    assert here(status, house) == pytest.approx(34.0, abs=0.5)
    assert house.screen.playing


async def test_a_paused_film_continues_paused(house: House, ann: Remote) -> None:
    await house.clock.advance(2)
    await ann.call("server_pause", lease=1)
    await house.clock.advance(10)
    status = await ann.call("continue_here")
    assert here(status, house) == pytest.approx(32.0, abs=0.5)
    assert status["timeline"]["playing"] is False
    assert (await ann.call("continue_here"))["stream_id"] == status["stream_id"]


async def test_at_double_speed_the_second_is_still_the_same(house: House, ann: Remote) -> None:
    await ann.call("server_set_rate", lease=1, rate=2.0)
    await house.clock.advance(10)
    status = await ann.call("continue_here")
    assert here(status, house) == pytest.approx(50.0, abs=0.5)
    assert status["timeline"]["rate"] == 2.0
    assert house.screen.position() == pytest.approx(50.0, abs=0.5)
    await house.clock.advance(5)
    assert here(await ann.call("hls_status"), house) == pytest.approx(house.screen.position(), abs=0.5)


async def test_the_screens_tracks_come_along(house: House, ann: Remote) -> None:
    await ann.call("server_set_tracks", lease=1, audio_track=0)
    status = await ann.call("continue_here")
    assert [track["selected"] for track in status["tracks"]["audio"]] == [True]


@pytest.mark.parametrize("track", [0, -1])
async def test_the_screens_subtitles_come_along(house: House, ann: Remote, track: int) -> None:
    await ann.call("server_set_tracks", lease=1, subtitle_track=track)
    status = await ann.call("continue_here")
    assert [one["selected"] for one in status["tracks"]["subtitles"]] == [track == 0]


async def test_the_second_is_right_though_the_old_streams_encoder_dies_slowly(house: House, ann: Remote) -> None:
    await ann.watch(OTHER)
    house.encoder.dying = 2.0
    status = await ann.call("continue_here")
    assert here(status, house) == pytest.approx(house.screen.position(), abs=1.0)


async def test_the_screen_stops_when_the_streams_segment_is_there(house: House, ann: Remote) -> None:
    moving = begin(ann, "continue_here", stop_screen=True, lease=1)
    await house.clock.advance(3)
    assert (moving.done(), house.screen.playing) == (False, True)
    house.encoder.last.make(8)
    await house.clock.settle()
    status = moving.result()["result"]
    assert (status["state"], item_on(house)) == ("playing", None)
    assert house.authority.machine.holds(ann.me.client_id)


async def test_repeating_it_is_the_same_stream_and_stops_the_screen_then(house: House, ann: Remote) -> None:
    first = await ann.call("continue_here")
    await house.clock.advance(1)
    house.encoder.last.make(8)
    again = await ann.call("continue_here", stop_screen=True, lease=1)
    assert (again["stream_id"], item_on(house)) == (first["stream_id"], None)
    assert await ann.refused("continue_here") == "no_stream"
    assert len(house.encoder.runs) == 1


async def test_a_screen_that_was_stopped_for_a_stream_is_stopped_for_it_again(house: House, ann: Remote) -> None:
    wish = {"stop_screen": True, "lease": 1}
    moving = begin(ann, "continue_here", **wish)
    await house.clock.advance(1)
    house.encoder.last.make(8)
    first = (await moving)["result"]
    assert (await ann.call("continue_here", **wish))["stream_id"] == first["stream_id"]
    assert (item_on(house), len(house.encoder.runs)) == (None, 1)
    await ann.call("stop_hls_stream")
    assert await ann.refused("continue_here", **wish) == "no_stream"
    await ann.watch(OTHER)
    assert await ann.refused("continue_here", **wish) == "no_stream"


async def test_a_stream_that_failed_is_not_here(house: House, ann: Remote) -> None:
    house.encoder.script = "ends empty"
    first = await ann.call("continue_here")
    await house.clock.settle()
    house.encoder.script = "by hand"
    again = await ann.call("continue_here")
    assert (again["state"], again["stream_id"] == first["stream_id"]) == ("starting", False)


async def test_stopping_the_screen_needs_its_lease(house: House, ann: Remote) -> None:
    viewer = await house.guest()
    assert await viewer.refused("continue_here", stop_screen=True) == "not_authority"
    assert await viewer.refused("continue_here", stop_screen=True, lease=1) == "not_authority"
    assert await ann.refused("continue_here", stop_screen=True, lease=0) == "stale_lease"
    assert (len(house.streams), house.screen.playing) == (0, True)


async def test_a_lease_lost_while_the_segment_is_made_stops_nothing(house: House, ann: Remote) -> None:
    moving = begin(ann, "continue_here", stop_screen=True, lease=1)
    await house.clock.advance(1)
    await (await house.owner("Eve")).call("request_takeover", override=True)
    house.encoder.last.make(8)
    await house.clock.settle()
    assert error_of(moving.result()) == "stale_lease"
    assert (len(house.streams), house.screen.playing) == (0, True)
    assert ann.peer.events("stream_changed")[-1]["state"] == "idle"


async def test_a_stream_that_was_here_before_outlasts_a_lost_lease(house: House, ann: Remote) -> None:
    await ann.call("continue_here")
    moving = begin(ann, "continue_here", stop_screen=True, lease=1)
    await house.clock.advance(0.5)
    await (await house.owner("Eve")).call("request_takeover", override=True)
    house.encoder.last.make(8)
    await house.clock.settle()
    assert error_of(moving.result()) == "stale_lease"
    assert (len(house.streams), house.screen.playing) == (1, True)


async def test_a_stream_that_takes_its_time_is_there_for_the_next_try(house: House, ann: Remote) -> None:
    moving = begin(ann, "continue_here", stop_screen=True, lease=1)
    await house.clock.advance(11)
    assert error_of(moving.result()) == "overloaded"
    assert (len(house.streams), house.screen.playing) == (1, True)
    for index in range(8, 12):
        house.encoder.last.make(index)
    again = await ann.call("continue_here", stop_screen=True, lease=1)
    assert (again["state"], item_on(house), len(house.encoder.runs)) == ("playing", None, 1)


async def test_without_a_screen_nothing_of_an_earlier_run_continues(house: House, ann: Remote) -> None:
    house.screen._players = None
    assert await ann.refused("continue_here") == "screen_unavailable"
    assert len(house.streams) == 0


async def test_what_cannot_be_streamed_leaves_the_screen_as_it_is(house: House, ann: Remote) -> None:
    house.encoder.script = "ends empty"
    before = Before(house)
    moving = begin(ann, "continue_here", stop_screen=True, lease=1)
    await house.clock.advance(1)
    assert error_of(moving.result()) == "empty_output"
    before.assert_same()


# ── send_to_screen ────────────────────────────────────────────────────────────────────────────────


async def test_the_stream_ends_when_the_screen_shows_its_second(house: House, bob: Remote) -> None:
    house.probe.check_takes = 2.0
    sending = begin(bob, "send_to_screen", lease=1)
    await house.clock.advance(2.2)
    assert (len(house.streams), house.screen.machine.shown) == (1, False)
    await house.clock.advance(0.2)
    assert sending.result()["result"]["title"] == "encoded"
    assert house.screen.position() == pytest.approx(52.4, abs=1.0)
    assert (len(house.streams), house.encoder.living) == (0, [])
    assert bob.peer.events("stream_changed")[-1]["state"] == "idle"
    assert [item.title for item in house.screen.queue.items] == ["encoded"]


async def test_what_was_paused_stays_paused(house: House, bob: Remote) -> None:
    await bob.call("hls_pause")
    await house.clock.advance(5)
    status = await bob.call("send_to_screen", lease=1)
    assert (status["state"], status["timeline"]["position"]) == ("paused", pytest.approx(50.0, abs=0.5))
    assert house.players.last.state == "paused"


@pytest.mark.parametrize("track", [0, -1])
async def test_a_streams_subtitles_go_along(house: House, bob: Remote, track: int) -> None:
    await bob.call("hls_set_tracks", subtitle_track=track)
    status = await bob.call("send_to_screen", lease=1)
    assert [one["selected"] for one in status["tracks"]["subtitles"]] == [track == 0]
    assert house.screen.machine.showing
    assert house.screen.machine.showing.subtitle == track


async def test_subtitles_in_a_file_beside_the_film_stay_here(house: House, bob: Remote) -> None:
    house.library.add("encoded.en.srt")
    await bob.watch(OTHER)
    await bob.call("hls_set_tracks", subtitle_track=1)
    await bob.call("send_to_screen", lease=1)
    assert house.screen.machine.showing
    assert house.screen.machine.showing.subtitle is None


async def test_a_streams_rate_goes_along(house: House, bob: Remote) -> None:
    await bob.call("hls_set_rate", rate=1.5)
    await house.clock.advance(4)
    status = await bob.call("send_to_screen", lease=1)
    assert status["timeline"]["rate"] == 1.5
    assert house.screen.position() == pytest.approx(56.0, abs=1.0)


async def test_sending_it_again_changes_nothing(house: House, bob: Remote) -> None:
    await bob.call("send_to_screen", lease=1)
    calls = len(house.players.calls)
    assert (await bob.call("send_to_screen", lease=1))["title"] == "encoded"
    await house.clock.settle()
    assert not [call for call in house.players.calls[calls:] if type(call).__name__ == "Open"]
    await bob.call("server_stop", lease=1)
    assert await bob.refused("send_to_screen", lease=1) == "no_stream"


async def test_if_the_screen_cannot_show_it_the_stream_goes_on(house: House, bob: Remote) -> None:
    await bob.call("server_play", lease=1, item={"path": FILM}, position=20.0)
    house.players.films[Path("/films") / OTHER] = FakeFilm(120.0, plays=False)
    before, stream = Before(house), bob.stream
    assert await bob.refused("send_to_screen", lease=1) == "screen_failed"
    await house.clock.advance(1)
    before.assert_same(paused_for=0.6)
    assert bob.stream is stream
    assert len(house.encoder.living) == 1
    await bob.call("server_pause", lease=1)


async def test_sending_needs_the_lease_until_the_first_frame(house: House, bob: Remote) -> None:
    eve = await house.owner("Eve")
    await eve.watch(FILM)
    assert await eve.refused("send_to_screen", lease=1) == "not_authority"
    sending = begin(bob, "send_to_screen", lease=1)
    await house.clock.advance(0.1)
    await eve.call("request_takeover", override=True)
    assert error_of(await sending) == "stale_lease"
    assert (len(house.streams), item_on(house)) == (2, None)


async def test_a_stream_that_was_begun_meanwhile_is_not_ended(house: House, bob: Remote) -> None:
    house.add("third.mp4", copied_film(60.0))
    sending = begin(bob, "send_to_screen", lease=1)
    await house.clock.advance(0.1)
    await bob.call("request_hls_stream", item={"path": "third.mp4"})
    await sending
    assert bob.stream.spec.source.title == "third"


async def test_there_and_back_is_where_it_was(house: House, bob: Remote) -> None:
    await bob.call("send_to_screen", lease=1)
    await house.clock.advance(5)
    moving = begin(bob, "continue_here", stop_screen=True, lease=1)
    await house.clock.settle()
    house.encoder.last.make(house.encoder.last.job.start)
    status = (await moving)["result"]
    assert here(status, house) == pytest.approx(55.0, abs=1.0)
    assert item_on(house) is None


# ── the queue goes along ──────────────────────────────────────────────────────────────────────────


async def test_what_was_to_follow_follows_on_the_screen_before_what_was_to_come_there(
    house: House, bob: Remote
) -> None:
    house.add("third.mp4", copied_film(60.0))
    await bob.call("queue_add", target="server", items=[{"path": FILM}])
    await bob.call("queue_add", target="mine", items=[{"path": "third.mp4"}, {"path": FILM}])
    media_id = house.library.media_id(OTHER, None)
    await bob.watch(OTHER, position=50.0)
    await bob.call("request_hls_stream", item={"media_id": media_id}, position=50.0)
    await bob.call("send_to_screen", lease=1)
    queue = house.screen.queue
    assert [item.title for item in queue.items] == ["encoded", "third", "copied", "copied"]
    assert (queue.current, {item.by for item in queue.items[1:]}) == (queue.items[0], {"Bob"})
    assert [item.title for item in house.queues.of(bob.me.client_id).items] == ["encoded", "third", "copied"]
    await bob.call("server_seek", lease=1, position=119.5)
    await house.clock.advance(2)
    assert item_on(house) == "third.mp4"


async def test_a_queue_that_does_not_fit_stays_here_and_the_film_goes(house: House, bob: Remote) -> None:
    mine = house.queues.of(bob.me.client_id)
    mine.add(house.queues.again(mine.items * 9))
    house.screen.queue.add(house.queues.again(mine.items[:1] * 9_995))
    await bob.call("send_to_screen", lease=1)
    assert (item_on(house), len(house.screen.queue), len(mine)) == (OTHER, 9_995, 10)


async def test_a_film_that_is_not_in_the_queue_takes_none_of_it_along(house: House, bob: Remote) -> None:
    mine = house.queues.of(bob.me.client_id)
    await bob.call("queue_add", target="mine", items=[{"path": FILM}])
    assert mine.current
    await bob.call("queue_remove", target="mine", ids=[mine.current.id])
    await bob.call("send_to_screen", lease=1)
    assert [item.title for item in house.screen.queue.items] == ["encoded"]


async def test_a_shuffled_queue_goes_along_in_the_order_in_which_it_would_have_come(house: House, bob: Remote) -> None:
    for name in "abcdef":
        house.add(f"{name}.mp4", copied_film(60.0))
    await bob.call("queue_add", target="mine", items=[{"path": f"{name}.mp4"} for name in "abcdef"])
    await bob.call("queue_set_mode", target="mine", repeat="off", shuffle=True)
    mine = house.queues.of(bob.me.client_id)
    for method in ("queue_next", "queue_next", "queue_previous"):
        await bob.call(method, target="mine")
    await house.clock.advance(1)
    sending = mine.current
    await bob.call("send_to_screen", lease=1)
    order = []
    while coming := mine.next:
        order.append(mine.jump(coming.id).title)
    assert sending
    assert [item.title for item in house.screen.queue.items] == [sending.title, *order]
    assert len(order) == 5

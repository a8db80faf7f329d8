"""What follows on the screen by itself: the queue's next, a promised film, or the one that was parked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.facts import copied_film
from tests.fakes.screen import FakeFilm
from tests.services.house import House, Remote
from tests.services.sofa import FILM, OTHER, Before, begin, error_of, hold, item_on

SHORT = "short.mp4"


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen; three films are there, one of ten seconds."""
    house.add(SHORT, copied_film(10.0))
    remote = await house.owner("Ann")
    await hold(remote)
    remote.peer.take()
    return remote


async def command(remote: Remote, method: str, **params: Any) -> Any:
    return await remote.call(method, lease=remote.house.authority.machine.lease, **params)


async def queue(remote: Remote, *paths: str) -> None:
    await remote.call("queue_add", target="server", items=[{"path": path} for path in paths])


async def test_the_queue_goes_on_by_itself_and_the_tv_says_what_comes(house: House, ann: Remote) -> None:
    await queue(ann, SHORT, OTHER)
    await command(ann, "server_play")
    assert item_on(house) == SHORT
    await house.clock.advance(0.5)
    assert house.players.last.text == "Next: encoded"
    ann.peer.take()
    await house.clock.advance(11)
    assert (item_on(house), house.players.last.text) == (OTHER, "")
    (event,) = ann.peer.events("queue_changed")
    assert event["current_id"] == event["items"][1]["id"]
    await command(ann, "server_seek", position=115.0)
    await house.clock.advance(6)
    assert (await ann.call("server_status"))["state"] == "idle"
    assert len(ann.peer.events("queue_changed")) == 1


async def test_what_is_broken_in_the_queue_is_skipped(house: House, ann: Remote) -> None:
    await queue(ann, SHORT, FILM, OTHER, SHORT)
    del house.library.files[FILM]
    house.players.films[Path("/films") / OTHER] = FakeFilm(120.0, plays=False)
    await command(ann, "server_play")
    await house.clock.advance(12)
    assert house.screen.queue.current == house.screen.queue.items[3]
    assert (item_on(house), house.screen.playing) == (SHORT, True)
    del house.library.files[SHORT]
    await queue(ann, OTHER)
    del house.library.files[OTHER]
    await house.clock.advance(12)
    assert (await ann.call("server_status"))["error"]["data"]["name"] == "item_not_found"


async def test_stopping_between_two_films_is_stopping(house: House, ann: Remote) -> None:
    await queue(ann, SHORT, OTHER)
    await command(ann, "server_play")
    house.probe._known.clear()
    house.probe.takes = 1.0
    await house.clock.advance(10.2)
    assert house.screen.machine.showing is None
    await command(ann, "server_stop")
    await house.clock.advance(5)
    assert item_on(house) is None


async def test_a_film_that_ends_during_a_preflight_that_fails_is_followed_by_the_queue(
    house: House, ann: Remote
) -> None:
    await queue(ann, SHORT, OTHER)
    await command(ann, "server_play")
    house.probe.check_takes = 3.0
    await house.clock.advance(9)
    house.probe.undecodable.add(Path("/films") / FILM)
    answer = await begin(ann, "server_play", lease=1, item={"path": FILM})
    assert error_of(answer) == "not_playable"
    await house.clock.advance(1)
    assert item_on(house) == OTHER


@pytest.mark.parametrize("ended", [False, True])
async def test_a_failing_command_starts_nothing_on_a_screen_where_nothing_was_on(
    house: House, ann: Remote, ended: bool
) -> None:
    await queue(ann, SHORT)
    await command(ann, "server_play")
    if ended:
        await house.clock.advance(11)
    else:
        await command(ann, "server_stop")
    await queue(ann, OTHER)
    assert await ann.refused("server_play", lease=1, item={"path": "broken.mp4"}) == "not_playable"
    house.probe.undecodable.add(Path("/films") / FILM)
    assert await ann.refused("server_play", lease=1, item={"path": FILM}) == "not_playable"
    await house.clock.advance(2)
    assert (item_on(house), house.screen.queue.current) == (None, house.screen.queue.items[0])


async def test_a_promised_film_that_fails_leaves_the_queue_to_go_on(house: House, ann: Remote) -> None:
    bob = await house.guest("member")
    await queue(ann, SHORT, OTHER)
    await command(ann, "server_play")
    house.probe.undecodable.add(Path("/films") / FILM)
    request = await bob.call("request_takeover", item={"path": FILM})
    await ann.call("respond_takeover", request_id=request["request_id"], accept=True, after_item=True)
    await house.clock.advance(11)
    assert bob.peer.events("takeover_resolved")[-1]["outcome"] == "failed"
    assert item_on(house) == OTHER
    assert house.authority.machine.holds(ann.me.client_id)


# ── in between ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("paused", [False, True])
async def test_an_interrupted_film_comes_back_by_itself_as_it_was(house: House, ann: Remote, paused: bool) -> None:
    await command(ann, "server_play", item={"path": FILM}, position=50.0)
    await command(ann, "server_set_tracks", audio_track=0, subtitle_track=0)
    await house.clock.advance(5)
    if paused:
        await command(ann, "server_pause")
    before = Before(house)
    house.probe.check_takes = 2.0
    status = await command(ann, "server_interrupt", item={"path": SHORT})
    assert (status["title"], status["parked"]) == ("short", "copied")
    await house.clock.advance(5)
    assert house.players.last.text == "Next: copied"
    await command(ann, "server_interrupt", item={"path": SHORT}, position=4.0)
    await house.clock.advance(10)
    before.assert_same(paused_for=0.0 if paused else 13.9)
    assert "parked" not in await ann.call("server_status")


async def test_next_ends_an_interruption(house: House, ann: Remote) -> None:
    await command(ann, "server_play", item={"path": FILM}, position=50.0)
    await command(ann, "server_interrupt", item={"path": SHORT})
    status = await command(ann, "server_next")
    assert (status["title"], "parked" in status) == ("copied", False)
    assert status["timeline"]["position"] == pytest.approx(50.0, abs=0.5)


async def test_a_promised_film_that_fails_brings_the_parked_one_back(house: House, ann: Remote) -> None:
    bob = await house.guest("member")
    await command(ann, "server_play", item={"path": FILM}, position=50.0)
    await command(ann, "server_interrupt", item={"path": SHORT})
    request = await bob.call("request_takeover", item={"path": OTHER})
    await ann.call("respond_takeover", request_id=request["request_id"], accept=True, after_item=True)
    house.probe.undecodable.add(Path("/films") / OTHER)
    await house.clock.advance(11)
    assert (item_on(house), bob.peer.events("takeover_resolved")[-1]["outcome"]) == (FILM, "failed")


# ── repeat, shuffle, and queues that are broken or full ───────────────────────────────────────────


async def mode(remote: Remote, repeat: str, *, shuffle: bool = False) -> None:
    await remote.call("queue_set_mode", target="server", repeat=repeat, shuffle=shuffle)


async def test_one_film_repeats_until_somebody_wants_the_next(house: House, ann: Remote) -> None:
    await queue(ann, SHORT, OTHER)
    await mode(ann, "one")
    await command(ann, "server_play")
    await house.clock.advance(35)
    assert (item_on(house), house.screen.playing, house.screen.queue.place) == (SHORT, True, 0)
    assert house.players.last.text in ("", "Next: short")
    await command(ann, "server_next")
    assert item_on(house) == OTHER


async def test_all_films_repeat_from_the_first(house: House, ann: Remote) -> None:
    await queue(ann, SHORT, SHORT)
    await mode(ann, "all")
    await command(ann, "server_play")
    places = []
    for _ in range(4):
        places.append(house.screen.queue.place)
        await house.clock.advance(10.8)
    assert places == [0, 1, 0, 1]


@pytest.mark.parametrize("repeat", ["off", "one", "all"])
async def test_when_all_are_broken_the_screen_stops_and_says_why(house: House, ann: Remote, repeat: str) -> None:
    await queue(ann, SHORT, FILM, OTHER)
    await mode(ann, repeat)
    await command(ann, "server_play")
    for path in (SHORT, FILM, OTHER):
        house.players.films[Path("/films") / path] = FakeFilm(120.0, plays=False)
    opened = len(house.players.calls)
    await house.clock.advance(300)
    status = await ann.call("server_status")
    assert (item_on(house), status["error"]["data"]["name"]) == (None, "screen_failed")
    tries = [call for call in house.players.calls[opened:] if type(call).__name__ == "Open"]
    assert len(tries) == {"off": 2, "one": 3, "all": 3}[repeat]


async def test_one_that_repeats_and_breaks_is_followed_by_the_next(house: House, ann: Remote) -> None:
    await queue(ann, SHORT, OTHER)
    await mode(ann, "one")
    await command(ann, "server_play")
    house.players.films[Path("/films") / SHORT] = FakeFilm(10.0, plays=False)
    await house.clock.advance(13)
    assert item_on(house) == OTHER


async def test_shuffled_every_film_comes_once(house: House, ann: Remote) -> None:
    for name in "uvwxyz":
        house.add(f"{name}.mp4", copied_film(10.0))
    await queue(ann, *(f"{name}.mp4" for name in "uvwxyz"))
    await mode(ann, "off", shuffle=True)
    await command(ann, "server_play")
    seen = [item_on(house)]
    for _ in range(5):
        await house.clock.advance(10.8)
        seen.append(item_on(house))
    assert sorted(str(path) for path in seen) == [f"{name}.mp4" for name in "uvwxyz"]
    assert seen != sorted(str(path) for path in seen)
    await command(ann, "server_previous")
    assert item_on(house) == seen[-2]
    await house.clock.advance(25)
    assert item_on(house) is None


async def test_a_film_that_is_put_on_directly_again_is_in_the_queue_once(house: House, ann: Remote) -> None:
    await queue(ann, OTHER)
    media_id = house.library.media_id(FILM, None)
    for item in ({"path": FILM}, {"path": FILM}, {"media_id": media_id}, {"path": f"/{FILM}"}):
        await command(ann, "server_play", item=item)
    assert [item.title for item in house.screen.queue.items] == ["copied", "encoded"]
    assert house.screen.queue.current == house.screen.queue.items[0]


async def test_a_full_queue_makes_room_for_a_film_by_what_was_played(house: House, ann: Remote) -> None:
    await queue(ann, SHORT, OTHER)
    await command(ann, "server_play")
    await command(ann, "server_next")
    one = house.screen.queue
    one.add(house.queues.again(one.items[1:] * 9_998))
    await command(ann, "server_play", item={"path": FILM})
    assert (item_on(house), len(one), one.current, one.place) == (FILM, 10_000, one.items[1], 1)


async def test_a_full_queue_of_what_is_still_to_come_lets_a_film_play_without_a_place(
    house: House, ann: Remote
) -> None:
    await queue(ann, OTHER)
    one = house.screen.queue
    one.add(house.queues.again(one.items * 9_999))
    await command(ann, "server_play", item={"path": SHORT})
    assert (item_on(house), len(one), one.current) == (SHORT, 10_000, None)
    await house.clock.advance(11)
    assert (item_on(house), one.place) == (OTHER, 0)

"""A film that comes with an ask: authority moves when its first frame is shown, or everything is as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.screen import FakeFilm
from tests.services.house import House, Remote
from tests.services.sofa import (
    FILM,
    OTHER,
    Before,
    accepted,
    ask_for,
    begin,
    beside,
    hold,
    in_mid_film,
    item_on,
    outcomes,
)

OTHERS_FILM = Path("/films") / OTHER


@pytest.fixture
async def ann(house: House) -> Remote:
    return await in_mid_film(house)


@pytest.fixture
async def bob(house: House, ann: Remote) -> Remote:
    return await beside(ann)


@pytest.fixture
def lease(ann: Remote) -> int:
    return int(ann.house.authority.machine.lease)


async def test_authority_moves_in_the_step_in_which_the_first_frame_is_shown(
    house: House, ann: Remote, bob: Remote
) -> None:
    await accepted(ann, bob)
    assert bob.peer.events("takeover_requested")[0]["title"] == "encoded"
    await house.clock.advance(house.players.shows_after - 0.01)
    assert (house.screen.machine.shown, outcomes(bob)) == (False, [])
    bob.peer.take()
    house.players.last._look()
    while not house.screen.machine.shown:
        await house.clock.advance(0.001)
    kinds = [word for word in bob.peer.words() if word != "screen_changed"]
    assert kinds == ["queue_changed", "authority_changed", "takeover_resolved"]
    assert outcomes(bob) == ["granted"]
    assert item_on(house) == OTHER
    assert house.screen.position() == pytest.approx(7.0, abs=0.1)
    queue = (await bob.call("queue_get", target="server"))["items"]
    assert [item["title"] for item in queue] == ["copied", "encoded", "copied"]


def cannot_decode(house: House) -> None:
    house.probe.undecodable.add(OTHERS_FILM)


def is_deleted(house: House) -> None:
    del house.library.files[OTHER]


def ends_unseen(house: House) -> None:
    house.players.films[OTHERS_FILM] = FakeFilm(120.0, plays=False)


def takes_too_long(house: House) -> None:
    house.probe.check_takes, house.players.shows_after = 0.1, 20.0
    house.beside.live(recovers(house))


async def recovers(house: House) -> None:
    await house.clock.advance(4.9)
    house.players.shows_after = 0.3


def kills_its_player(house: House) -> None:
    house.players.films[OTHERS_FILM] = FakeFilm(120.0, lasts=0.1)


def has_a_bug(house: House) -> None:
    async def check(*_: Any) -> None:
        raise ZeroDivisionError

    house.screen._look = check  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize(
    ("fault", "takes", "reason"),
    [
        (cannot_decode, 0.1, "This file cannot be played."),
        (is_deleted, 0.1, "There is no such item in the library."),
        (ends_unseen, 0.5, "VLC could not play this."),
        (takes_too_long, 5.1, "It took too long."),
        (kills_its_player, 0.5, "VLC ended while it opened the film."),
        (has_a_bug, 0.1, "Something went wrong inside Matinee."),
    ],
)
@pytest.mark.parametrize("paused", [False, True])
async def test_if_the_film_is_not_shown_everything_is_as_before_within_two_seconds(
    house: House, ann: Remote, bob: Remote, lease: int, fault: Callable[[House], None], takes: float, reason: str,
    paused: bool,
) -> None:  # fmt: skip
    if paused:
        await ann.call("server_pause", lease=lease)
    else:
        await ann.call("server_set_rate", lease=lease, rate=1.5)
    request_id = await ask_for(bob, item={"path": OTHER})
    fault(house)
    before = Before(house)
    await ann.call("respond_takeover", request_id=request_id, accept=True)
    await house.clock.advance(takes)
    for remote in (ann, bob):
        (event,) = remote.peer.events("takeover_resolved")
        assert event == {"seq": event["seq"], "request_id": request_id, "outcome": "failed", "reason": reason}
    await house.clock.advance(2)
    touched = fault not in {cannot_decode, is_deleted, has_a_bug}
    before.assert_same(paused_for=takes + 0.3 if touched else 0.0)
    assert len([call for call in house.players.calls if type(call).__name__ == "Open"]) == (3 if touched else 1)
    await ann.call("server_seek", lease=lease, position=50.0)


async def test_a_free_screen_with_a_film_is_granted_when_it_is_shown(house: House) -> None:
    one = await house.owner("Ann")
    asking = begin(one, "request_takeover", item={"path": FILM}, position=20.0)
    await house.clock.advance(0.2)
    assert (asking.done(), (await one.house.owner("Eve")).house.authority.machine.reign) == (False, None)
    assert (await asking)["result"] == {"state": "granted", "lease": 1}
    assert house.screen.position() == pytest.approx(20.0, abs=0.1)


@pytest.mark.parametrize(
    ("fault", "error"),
    [(cannot_decode, "not_playable"), (ends_unseen, "screen_failed"), (takes_too_long, "screen_failed")],
)
async def test_a_free_screen_stays_free_when_the_film_is_not_shown(
    house: House, fault: Callable[[House], None], error: str
) -> None:
    one = await house.owner("Ann")
    fault(house)
    assert await one.refused("request_takeover", item={"path": OTHER}) == error
    assert await one.call("get_authority") == {"state": "free"}
    assert (house.authority._errors, house.screen.trials.busy) == ({}, False)
    await house.clock.advance(1)
    assert item_on(house) is None
    assert await hold(one) == 1


async def test_the_holder_asking_with_a_film_just_plays_it(house: House, ann: Remote, lease: int) -> None:
    answer = await ann.call("request_takeover", item={"path": OTHER})
    assert answer == {"state": "granted", "lease": lease}
    assert item_on(house) == OTHER

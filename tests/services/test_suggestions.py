"""Suggestions between people: who hears of them, who answers, what happens on the TV, and how each ends."""

from __future__ import annotations

from typing import Any

import pytest

from controller.core.suggestions import LASTS, WITHIN
from protocol.commands.suggestions import Suggest
from protocol.errors import CloseCode, NotRegistered
from protocol.values import PathRef
from tests.services.house import House, Remote
from tests.services.sofa import FILM, OTHER, begin, error_of, hold, in_mid_film, item_on, play


async def suggest(remote: Remote, kind: str, **more: Any) -> str:
    answer = await remote.call("suggest", kind=kind, **more)
    assert answer["expires_in"] == LASTS
    return str(answer["suggestion_id"])


def made(remote: Remote) -> list[str]:
    return [event["suggestion_id"] for event in remote.peer.events("suggestion_made")]


def ends(remote: Remote) -> list[tuple[str, str]]:
    return [(event["outcome"], event["reason"]) for event in remote.peer.events("suggestion_answered")]


async def leave_soon(house: House, remote: Remote) -> None:
    await house.clock.advance(1)
    house.clients.end(remote.me, "left")


@pytest.fixture
async def ann(house: House) -> Remote:
    """An owner who holds the TV; a film plays, another comes after it, the volume is 40."""
    return await in_mid_film(house)


@pytest.fixture
async def dan(house: House, ann: Remote) -> Remote:
    """A guest with an hls client only."""
    return await house.guest(client_types=["hls_streaming"])


async def test_a_guests_wish_reaches_who_holds_the_tv_and_the_owners_and_nobody_else(
    house: House, dan: Remote, ann: Remote
) -> None:
    bob, cleo = await house.guest("member"), await house.guest("owner")
    bystander = await house.guest("member")
    await bob.call("request_takeover")
    request = ann.peer.events("takeover_requested")[0]["request_id"]
    await ann.call("respond_takeover", request_id=request, accept=True)
    id_ = await suggest(dan, "play", item={"path": OTHER})
    for one in (ann, bob, cleo, dan):
        (event,) = one.peer.events("suggestion_made")
        assert (event["suggestion_id"], event["kind"], event["title"]) == (id_, "play", "encoded")
        assert (event["by"]["name"], event["item"], event["expires_in"]) == ("guest", {"path": OTHER}, LASTS)
    assert made(bystander) == []
    await bob.call("answer_suggestion", suggestion_id=id_, accept=False)
    for one in (ann, bob, cleo, dan):
        (event,) = one.peer.events("suggestion_answered")
        assert (event["suggestion_id"], event["outcome"], event["by"]["name"]) == (id_, "refused", "member")
    assert ends(bystander) == []


async def test_an_accepted_film_is_played_and_authority_stays_where_it_was(
    house: House, dan: Remote, ann: Remote
) -> None:
    reign = house.authority.machine.reign
    id_ = await suggest(dan, "play", item={"path": OTHER})
    assert await ann.call("answer_suggestion", suggestion_id=id_, accept=True) == {}
    assert item_on(house) == OTHER
    assert house.authority.machine.reign == reign
    assert ends(dan) == [("accepted", "Ann said yes.")]
    words = ann.peer.words()
    assert words.index("suggestion_answered") < len(words) - 1, "what a command caused is told before its answer"


async def test_an_accepted_film_is_added_at_the_end_of_the_queue(house: House, dan: Remote, ann: Remote) -> None:
    id_ = await suggest(dan, "add", item={"path": OTHER})
    await ann.call("answer_suggestion", suggestion_id=id_, accept=True)
    assert house.screen.queue.items[-1].title == "encoded"
    assert item_on(house) == FILM
    assert dan.peer.events("queue_changed")[-1]["items"][-1]["title"] == "encoded"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("louder", 50), ("softer", 30), ("pause", "paused"), ("stop", "idle"), ("skip", 1), ("previous", 0)],
)
async def test_what_a_remote_has_a_key_for_is_done(
    house: House, dan: Remote, ann: Remote, kind: str, expected: object
) -> None:
    if kind == "previous":
        await ann.call("server_next", lease=ann.house.authority.machine.lease)
    id_ = await suggest(dan, kind)
    await ann.call("answer_suggestion", suggestion_id=id_, accept=True)
    status, queue = await ann.call("server_status"), house.screen.queue
    place = [item.id for item in queue.items].index(queue.current.id if queue.current else "")
    assert expected in (status["volume"], status["state"]) or (kind in ("skip", "previous") and place == expected)
    assert ends(dan) == [("accepted", "Ann said yes.")]


async def test_a_paused_film_goes_on_when_that_is_accepted(house: House, dan: Remote, ann: Remote) -> None:
    house.screen.hold(paused=True)
    await ann.call("answer_suggestion", suggestion_id=await suggest(dan, "resume"), accept=True)
    assert (await ann.call("server_status"))["state"] == "playing"


async def test_the_volume_ends_at_its_ends(house: House, dan: Remote, ann: Remote) -> None:
    for volume, kind, expected in ((95, "louder", 100), (3, "softer", 0)):
        house.screen.adjust(volume=volume)
        await ann.call("answer_suggestion", suggestion_id=await suggest(dan, kind), accept=True)
        assert house.screen.machine.scene.volume == expected


async def test_a_film_that_cannot_be_shown_is_told_with_its_reason_and_everything_is_as_before(
    house: House, dan: Remote, ann: Remote
) -> None:
    id_ = await suggest(dan, "play", item={"path": OTHER})
    source = await house.library.resolve(OTHER, None)
    house.probe.undecodable.add(source.path)
    assert await ann.refused("answer_suggestion", suggestion_id=id_, accept=True) == "not_playable"
    assert ends(dan) == [("failed", "This file cannot be played.")]
    assert item_on(house) == FILM


async def test_a_skip_without_anything_to_skip_to_has_failed(house: House, dan: Remote, ann: Remote) -> None:
    await ann.call("queue_clear", target="server")
    id_ = await suggest(dan, "skip")
    assert await ann.refused("answer_suggestion", suggestion_id=id_, accept=True) == "empty_queue"
    assert ends(dan)[0][0] == "failed"


async def test_who_said_yes_and_loses_the_tv_meanwhile_plays_nothing_on_it(house: House) -> None:
    owner = await house.owner("Ann")
    bob, dan = await house.guest("member"), await house.guest()
    await play(bob)
    id_ = await suggest(dan, "play", item={"path": OTHER})
    house.probe.check_takes = 2.0
    answer = begin(bob, "answer_suggestion", suggestion_id=id_, accept=True)
    await house.clock.settle()
    await owner.call("request_takeover", override=True)
    assert error_of(await answer) == "not_authority"
    assert ends(dan) == [("failed", "member does not hold the TV any more.")]


async def test_an_owner_answers_when_nobody_holds_the_tv(house: House) -> None:
    owner, dan = await house.owner("Ann"), await house.guest()
    id_ = await suggest(dan, "play", item={"path": FILM})
    await owner.call("answer_suggestion", suggestion_id=id_, accept=True)
    assert item_on(house) == FILM
    assert (await owner.call("get_authority"))["state"] == "free"


async def test_with_nobody_there_to_say_yes_it_is_refused_at_once(house: House) -> None:
    bob, dan = await house.guest("member"), await house.guest()
    answer = await dan.ask("suggest", kind="skip")
    assert (answer["error"]["data"]["name"], answer["error"]["data"]["retryable"]) == ("forbidden", True)
    assert "request_takeover" in answer["error"]["data"]["hint"]
    await hold(bob)
    bob.hang_up()
    answer = await dan.ask("suggest", kind="skip")
    assert "Nobody is here who could say yes" in answer["error"]["message"]
    assert "hint" not in answer["error"]["data"]


async def test_silence_ends_it_after_thirty_seconds(house: House, dan: Remote, ann: Remote) -> None:
    id_ = await suggest(dan, "skip")
    await house.clock.advance(LASTS - 0.1)
    assert ends(dan) == []
    await house.clock.advance(0.1)
    assert ends(dan) == ends(ann) == [("expired", "Nobody answered.")]
    assert await ann.refused("answer_suggestion", suggestion_id=id_, accept=True) == "suggestion_not_found"


async def test_what_takes_too_long_is_called_off(house: House, dan: Remote, ann: Remote) -> None:
    id_ = await suggest(dan, "play", item={"path": OTHER})
    house.probe.check_takes = WITHIN + 5
    answer = begin(ann, "answer_suggestion", suggestion_id=id_, accept=True)
    await house.clock.advance(WITHIN)
    assert error_of(await answer) == "screen_failed"
    assert ends(dan) == [("failed", "It took too long.")]
    assert item_on(house) == FILM
    assert not house.screen.trials.busy


async def test_the_same_again_is_the_one_that_is_open(dan: Remote, ann: Remote) -> None:
    first = await suggest(dan, "louder")
    await dan.house.clock.advance(10)
    again = await dan.call("suggest", kind="louder")
    assert again == {"suggestion_id": first, "expires_in": pytest.approx(LASTS - 10, abs=0.01)}
    assert made(ann) == [first]


async def test_a_fourth_at_a_time_is_refused_with_when_to_come_again(dan: Remote, ann: Remote) -> None:
    for kind in ("louder", "pause", "skip"):
        await suggest(dan, kind)
    answer = await dan.ask("suggest", kind="stop")
    assert answer["error"]["data"]["name"] == "rate_limited"
    assert answer["error"]["data"]["retry_after_s"] == pytest.approx(LASTS, abs=0.2)
    assert len(made(ann)) == 3


async def test_a_film_that_is_not_there_or_cannot_be_played_cannot_be_suggested(dan: Remote, ann: Remote) -> None:
    assert await dan.refused("suggest", kind="play", item={"path": "nowhere.mkv"}) == "item_not_found"
    assert await dan.refused("suggest", kind="add", item={"path": "broken.mp4"}) == "not_playable"
    assert await dan.refused("suggest", kind="play") == "invalid_params"
    assert made(ann) == []


async def test_only_who_made_it_takes_it_back(dan: Remote, ann: Remote) -> None:
    id_ = await suggest(dan, "skip")
    assert await ann.refused("withdraw_suggestion", suggestion_id=id_) == "forbidden"
    assert await dan.call("withdraw_suggestion", suggestion_id=id_) == {}
    assert ends(ann) == [("withdrawn", "guest took it back.")]


async def test_who_leaves_withdraws_and_who_is_away_does_not(house: House, dan: Remote, ann: Remote) -> None:
    await suggest(dan, "skip")
    dan.hang_up()
    await house.clock.advance(5)
    assert ends(ann) == []
    again = house.connect()
    again._sent, token = 100, dan.registered["device_token"]  # its ids are not those of before
    await again.register("guest", {"device_token": token}, resume=dan.resume(dan.me.session.seq))
    await again.call("goodbye")
    assert ends(ann) == [("withdrawn", "guest left.")]


async def test_a_revoked_guest_suggests_nothing_any_more(house: House, dan: Remote, ann: Remote) -> None:
    await suggest(dan, "skip")
    await ann.call("revoke_device", device_id=dan.me.device.device_id)
    assert dan.peer.closed == (CloseCode.BAD_TOKEN, "revoked")
    await house.clock.settle()
    assert await ann.call("get_suggestions") == []
    assert ends(ann) == [("withdrawn", "guest left.")]


async def test_a_new_holder_hears_of_what_is_open_and_may_answer(house: House) -> None:
    owner = await house.owner("Ann")
    bob, dan = await house.guest("member"), await house.guest()
    id_ = await suggest(dan, "louder")
    assert await bob.refused("answer_suggestion", suggestion_id=id_, accept=True) == "forbidden"
    await house.clock.advance(10)
    await hold(bob)
    (event,) = bob.peer.events("suggestion_made")
    assert (event["suggestion_id"], event["expires_in"]) == (id_, pytest.approx(LASTS - 10, abs=0.01))
    assert made(owner) == made(dan) == [id_]
    await bob.call("answer_suggestion", suggestion_id=id_, accept=True)
    assert ends(owner) == ends(bob) == ends(dan) == [("accepted", "member said yes.")]


async def test_who_becomes_an_owner_hears_of_what_is_open(house: House, dan: Remote, ann: Remote) -> None:
    bob = await house.guest("member")
    id_ = await suggest(dan, "skip")
    assert made(bob) == []
    await ann.call("set_device_role", device_id=bob.me.device.device_id, role="owner")
    assert made(bob) == [id_]


async def test_what_is_open_is_listed_for_those_whom_it_concerns(house: House, dan: Remote, ann: Remote) -> None:
    bob = await house.guest("member")
    mine, film = await suggest(bob, "skip"), await suggest(dan, "play", item={"path": OTHER})
    assert [row["suggestion_id"] for row in await ann.call("get_suggestions")] == [mine, film]
    (row,) = await dan.call("get_suggestions")
    assert (row["suggestion_id"], row["title"], row["by"]["client_id"]) == (film, "encoded", dan.me.client_id)
    assert [row["suggestion_id"] for row in await bob.call("get_suggestions")] == [mine]


async def test_without_a_screen_only_additions_can_be_suggested(house: House, dan: Remote, ann: Remote) -> None:
    house.screen._players = None
    assert await dan.refused("suggest", kind="skip") == "screen_unavailable"
    id_ = await suggest(dan, "add", item={"path": OTHER})
    await ann.call("answer_suggestion", suggestion_id=id_, accept=True)
    assert house.screen.queue.items[-1].title == "encoded"


async def test_who_left_while_its_film_was_looked_into_suggests_nothing(house: House, dan: Remote, ann: Remote) -> None:
    house.probe.takes = 2.0
    house.beside.start(leave_soon(house, dan))
    with pytest.raises(NotRegistered):
        await house.suggestions.suggest(dan.me, Suggest(kind="play", item=PathRef(path=OTHER)))
    assert made(ann) == []


async def test_what_is_refused_says_what_to_suggest_instead(house: House, ann: Remote) -> None:
    dan = await house.guest()
    answer = await dan.ask("server_next", lease=1)
    assert answer["error"]["data"]["hint"] == "Suggest “skip” to who decides, with `suggest`."
    answer = await dan.ask("server_set_volume", lease=1, volume=80)
    assert answer["error"]["data"]["hint"] == "Suggest “louder” or “softer” to who decides, with `suggest`."

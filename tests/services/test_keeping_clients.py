"""Everybody who was here when the daemon was killed may come back, and finds what was theirs."""

from __future__ import annotations

from time import process_time

import pytest
from structlog.testing import capture_logs

from controller.services.keeping.keeper import GATHER
from tests.services.house import BOX_TOKEN, House, Remote
from tests.services.restarting import Restart


async def back(house: House, remote: Remote, last_seq: int = 0) -> Remote:
    """The same program on the same device, with its token."""
    one = house.connect()
    auth = {"device_token": remote.registered.get("device_token") or BOX_TOKEN}
    await one.register("whatever", auth, resume=remote.resume(last_seq))
    return one


def rows(house: House) -> list[str]:
    """The clients that are kept, by id."""
    return sorted(name.removeprefix("client:") for name in house.kept.texts if name.startswith("client:"))


async def test_who_was_connected_and_who_was_lingering_come_back_as_who_they_were(
    house: House, restart: Restart
) -> None:
    ann, bob = await house.owner("Ann"), await house.guest("member", device="a phone", client_types=["hls_streaming"])
    await ann.call("subscribe", topics=["clients", "server"])
    await ann.call("unsubscribe", topics=["screen"])
    await bob.watch("copied.mp4", quality="480p", delivery="auto")
    await bob.call("stop_hls_stream")
    bob.hang_up()
    await house.clock.advance(1)
    second = await restart()
    for remote in (ann, bob):
        one = await back(second, remote, last_seq=41)
        assert (one.registered["resumed"], one.registered["client_id"]) == (True, remote.me.client_id)
        assert one.registered["resume_token"] == remote.registered["resume_token"]
        assert one.registered["snapshot"]["authority"] == {"state": "free"}
        assert one.registered["seq"] >= 41
        for what in ("name", "device", "device_label", "client_types", "capabilities", "choice", "topics"):
            assert getattr(one.me, what) == getattr(remote.me, what), what
    assert one.me.device.role == "member"


async def test_the_events_that_follow_go_on_from_the_last_that_was_seen(house: House, restart: Restart) -> None:
    ann = await house.owner("Ann")
    await house.clock.advance(1)
    one = await back(await restart(), ann, last_seq=41)
    await one.call("request_takeover")
    first = one.registered["seq"] + 1
    events = [message["params"]["seq"] for message in one.peer.messages() if "method" in message]
    assert events == list(range(first, first + len(events)))
    assert (bool(events), first > 42) == (True, True)


async def test_who_never_got_the_answer_gets_a_snapshot_the_next_time(house: House, restart: Restart) -> None:
    ann = await house.owner("Ann")
    await house.clock.advance(1)
    second = await restart()
    one = await back(second, ann, last_seq=41)
    again, third = await back(second, ann, last_seq=41), await back(second, ann, last_seq=one.registered["seq"])
    assert "snapshot" in again.registered
    assert "snapshot" not in third.registered


async def test_only_the_right_token_on_the_right_device_resumes(house: House, restart: Restart) -> None:
    ann, bob = await house.owner("Ann"), await house.guest()
    await house.clock.advance(1)
    assert ann.registered["resume_token"] not in "".join(house.kept.texts.values())
    second = await restart()
    stranger, resume = second.connect(), ann.resume()
    wish = {"protocol": 1, "client_types": ["hls_streaming"], "name": "Eve"}
    auth = {"device_token": bob.registered["device_token"]}
    assert await stranger.refused("register", **wish, auth=auth, resume=resume) == "session_in_use"
    wrong = {**resume, "resume_token": "wrong"}
    auth = {"device_token": BOX_TOKEN}
    assert await stranger.refused("register", **wish, auth=auth, resume=wrong) == "session_in_use"


async def test_a_grace_period_begins_anew_with_each_restart_and_then_the_row_goes(
    house: House, restart: Restart
) -> None:
    ann = await house.owner("Ann")
    await house.clock.advance(1)
    ann.hang_up()
    await house.clock.advance(50)
    second = await restart()
    await second.clock.advance(50)
    third = await restart()
    await third.clock.advance(59)
    assert rows(third) == [ann.me.client_id]
    await third.clock.advance(2)
    assert (rows(third), third.clients.get(ann.me.client_id)) == ([], None)


@pytest.mark.parametrize("end", ["goodbye", "revoked"])
async def test_who_has_left_is_not_known_after_a_restart(house: House, restart: Restart, end: str) -> None:
    bob = await house.guest("member")
    await house.clock.advance(1)
    assert rows(house) == [bob.me.client_id]
    if end == "goodbye":
        await bob.call("goodbye")
    else:
        await (await house.owner()).call("revoke_device", device_id=bob.me.device.device_id)
    await house.clock.advance(1)
    assert bob.me.client_id not in rows(house)


async def test_a_role_given_meanwhile_is_the_one_that_counts(house: House, restart: Restart) -> None:
    boss, bob = await house.owner(), await house.guest()
    await house.clock.advance(1)
    await boss.call("set_device_role", device_id=bob.me.device.device_id, role="member")
    await house.clock.advance(1)
    one = await back(await restart(), bob)
    assert (one.registered["role"], one.me.device.role) == ("member", "member")


async def test_a_client_that_comes_and_goes_is_never_written(house: House) -> None:
    await house.clock.advance(1)
    saves = house.kept.saves
    remote = await house.owner()
    await house.clock.advance(GATHER / 2)
    await remote.call("goodbye")
    await house.clock.advance(2)
    assert house.kept.saves == saves


async def test_many_who_come_at_once_are_one_save_and_pings_are_none(house: House) -> None:
    await house.clock.advance(1)
    saves = house.kept.saves
    remotes = [await house.owner() for _ in range(50)]
    await house.clock.advance(1)
    assert (house.kept.saves - saves, len(rows(house))) == (1, 50)
    for remote in remotes:
        await remote.call("ping")
    await house.clock.advance(60)
    assert house.kept.saves - saves == 1


async def test_an_illegible_row_costs_its_own_client_alone(house: House, restart: Restart) -> None:
    ann, bob = await house.owner("Ann"), await house.owner("Bob")
    await house.clock.advance(1)

    def spoil(one: House) -> None:
        one.kept.texts[f"client:{ann.me.client_id}"] = '{"name": 3}'

    with capture_logs() as logs:
        second = await restart(spoil)
    assert [entry["kind"] for entry in logs if entry["event"] == "saved state is illegible"] == ["KeptClient"]
    assert [client.client_id for client in second.clients] == rows(second) == [bob.me.client_id]


async def test_coming_back_takes_as_much_longer_as_there_are_more(house: House, restart: Restart) -> None:
    """Four times as many: sixteen times as long would be each looking at all the others."""
    ann = await house.owner("Ann")
    await house.clock.advance(1)
    text = house.kept.texts[f"client:{ann.me.client_id}"]

    async def took(count: int) -> float:
        def crowd(one: House) -> None:
            for number in range(count):
                one.kept.texts[f"client:c{number}"] = text.replace(ann.me.client_id, f"c{number}")

        began = process_time()
        assert len((await restart(crowd)).clients) == count + 1
        return process_time() - began

    await took(10)
    few = await took(250)
    assert await took(1_000) < 10 * few

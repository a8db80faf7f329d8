"""What survives a killed daemon: a second house begins with what the first one saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.services.house import BOX_TOKEN, House, Remote
from tests.services.restarting import Restart
from tests.services.sofa import FILM, OTHER, ask_for, begin, hold, item_on, play


@pytest.fixture
async def ann(house: House) -> Remote:
    """She holds the screen; a film plays from 30 s on."""
    remote = await house.owner("Ann")
    await play(remote, position=30.0)
    await remote.call("queue_add", target="server", items=[{"path": OTHER}])
    return remote


async def command(remote: Remote, method: str, **params: Any) -> None:
    await remote.call(method, lease=remote.house.authority.machine.lease, **params)


async def come_back(house: House, remote: Remote) -> Remote:
    back = house.connect()
    auth = {"device_token": remote.registered.get("device_token") or BOX_TOKEN}
    await back.register("Ann", auth, resume=remote.resume())
    assert back.registered["resumed"] is True
    return back


async def test_the_holder_comes_back_with_the_old_token_and_gets_a_higher_lease(
    house: House, ann: Remote, restart: Restart
) -> None:
    await house.clock.advance(1)
    held = house.clock.now() - (await ann.call("get_authority"))["since"]
    second = await restart()
    state = await (await second.owner("Eve")).call("get_authority")
    assert (state["state"], state["holder"]) == ("held", {"client_id": ann.me.client_id, "name": "Ann"})
    assert second.clock.now() - state["since"] == pytest.approx(held, abs=0.5), "they have held it all the while"
    back = await come_back(second, ann)
    lease = back.registered["snapshot"]["authority"]["lease"]
    assert lease > 1_000
    assert await back.refused("server_pause", lease=1) == "stale_lease"
    await back.call("server_pause", lease=lease)
    assert ann.registered["resume_token"] not in "".join(house.kept.texts.values())


async def test_a_holder_who_does_not_come_back_loses_it_after_the_grace_period(
    house: House, ann: Remote, restart: Restart
) -> None:
    await command(ann, "server_pause")
    second = await restart()
    await second.clock.advance(61)
    assert await (await second.owner("Eve")).call("get_authority") == {"state": "free"}
    assert item_on(second) == FILM


@pytest.mark.parametrize("paused", [False, True])
async def test_the_screen_comes_back_with_everything_about_it(
    house: House, ann: Remote, restart: Restart, paused: bool
) -> None:
    await command(ann, "server_set_volume", volume=35)
    await command(ann, "server_set_mute", muted=True)
    await command(ann, "server_set_fullscreen", fullscreen=False)
    await command(ann, "server_set_rate", rate=1.25)
    await command(ann, "server_set_tracks", audio_track=0, subtitle_track=0)
    if paused:
        await command(ann, "server_pause")
    await house.clock.advance(10)
    was, queue = house.screen.machine.scene, await ann.call("queue_get", target="server")
    second = await restart()
    await second.clock.advance(0.5)
    scene = second.screen.machine.scene
    assert was.showing is not None
    assert scene.showing is not None
    assert (scene.volume, scene.muted, scene.fullscreen) == (35, True, False)
    assert (scene.showing.paused, scene.showing.line.rate, scene.showing.subtitle) == (paused, 1.25, 0)
    assert second.screen.position() == pytest.approx(was.showing.line.now(house.clock.now() - 0.5), abs=1.3)
    assert second.players.last.state == ("paused" if paused else "playing")
    assert await (await second.owner("Eve")).call("queue_get", target="server") == queue


async def test_a_parked_film_and_the_rest_of_the_queue_still_follow(
    house: House, ann: Remote, restart: Restart
) -> None:
    await command(ann, "server_seek", position=110.0)
    await command(ann, "server_interrupt", item={"path": OTHER}, position=115.0)
    second = await restart()
    await second.clock.advance(7)
    assert item_on(second) == FILM
    assert second.screen.position() == pytest.approx(111.0, abs=1.0)
    await second.clock.advance(10)
    assert item_on(second) == OTHER


async def test_the_gap_that_a_removed_film_left_in_the_queue_is_kept(
    house: House, ann: Remote, restart: Restart
) -> None:
    await ann.call("queue_add", target="server", items=[{"path": FILM}])
    await command(ann, "server_next")
    await ann.call("queue_remove", target="server", ids=[house.screen.queue.items[1].id])
    queue, following = house.screen.queue, house.screen.queue.next
    assert following is not None
    assert queue.items.index(following) == 1
    second = await restart()
    assert second.screen.queue.memory == queue.memory
    assert second.screen.queue.next == following


async def test_an_answer_that_says_who_holds_the_screen_is_kept_when_it_comes(house: House, ann: Remote) -> None:
    def kept() -> Any:
        return json.loads(house.kept.texts["authority"]).get("holder")

    house.kept.takes = 0.1
    bob = await house.guest("member")
    asked = await bob.call("request_takeover")
    answering = begin(ann, "respond_takeover", request_id=asked["request_id"], accept=True)
    await house.clock.advance(1)
    assert (await answering)["result"]["holder"]["name"] == "member"
    assert kept() == bob.me.client_id
    leaving = begin(bob, "release_authority", lease=house.authority.machine.lease)
    await house.clock.advance(0.05)
    assert not leaving.done()
    await house.clock.advance(1)
    assert ((await leaving)["result"]["state"], kept()) == ("free", None)
    coming = begin(ann, "request_takeover")
    await house.clock.advance(0.05)
    assert not coming.done()
    await house.clock.advance(1)
    assert ((await coming)["result"]["state"], kept()) == ("granted", ann.me.client_id)


async def test_a_handover_under_way_is_not_kept(house: House, ann: Remote, restart: Restart) -> None:
    bob = await house.guest("member")
    request_id = await ask_for(bob, item={"path": OTHER})
    house.players.shows_after = 3.0
    await ann.call("respond_takeover", request_id=request_id, accept=True)
    await house.clock.advance(2)
    assert house.screen.machine.on_trial
    second = await restart()
    assert (item_on(second), second.screen.queue.current) == (FILM, second.screen.queue.items[0])
    assert second.authority.machine.holds(ann.me.client_id)
    assert len(second.screen.queue.items) == 2


async def test_every_restart_brings_higher_leases(house: House, restart: Restart) -> None:
    leases, one = [await hold(await house.owner())], house
    for _ in range(3):
        one = await restart()
        person = await one.owner()
        leases.append(int((await person.call("request_takeover", override=True))["lease"]))
    assert leases == sorted(set(leases))
    assert one.kept.texts["authority"].count("reserved") == 1


async def test_a_store_that_refuses_is_tried_again_and_grants_go_on_as_far_as_is_safe(house: House) -> None:
    ann, bob = await house.owner("Ann"), await house.owner("Bob")
    house.kept.refuses = True
    house.authority.machine.lease = house.authority.machine.reserved - 5
    with capture_logs() as logs:
        for one in (ann, bob):
            await one.call("request_takeover", override=True)
        await house.clock.advance(3)
    assert [entry["event"] for entry in logs].count("state not saved") in {3, 4}
    assert await ann.refused("request_takeover", override=True) == "overloaded"
    house.kept.refuses = False
    await house.clock.advance(1)
    assert (await ann.call("request_takeover", override=True))["state"] == "granted"


async def test_a_store_that_refuses_from_the_start_grants_nothing_and_says_so(house: House, tmp_path: Path) -> None:
    one = House(tmp_path / "refusing")
    one.kept.refuses = True
    with pytest.raises(Exception, match="the disk is full"):
        await one.keeper.open()


async def test_what_is_illegible_is_begun_anew_and_said_in_the_log(house: House, ann: Remote, restart: Restart) -> None:
    def spoil(one: House) -> None:
        one.kept.texts.update({"screen": '{"volume": "loud"}', "authority": "\x00", "queue:screen": "[]"})

    with capture_logs() as logs:
        second = await restart(spoil)
    kinds = [entry["kind"] for entry in logs if entry["event"] == "saved state is illegible"]
    assert kinds == ["KeptAuthority", "KeptQueue", "KeptScreen"]
    assert (item_on(second), second.authority.machine.reign, second.screen.queue.items) == (None, None, ())
    assert await hold(await second.owner()) > 1_000_000, "above any that can have been granted"


async def test_a_film_that_is_gone_meanwhile_is_left_out(house: House, ann: Remote, restart: Restart) -> None:
    second = await restart(lambda one: one.library.files.clear())
    assert item_on(second) is None
    assert [item.title for item in second.screen.queue.items] == ["copied", "encoded"]


async def test_what_is_saved_is_not_lost_by_being_killed_again_before_the_film_is_looked_into(
    house: House, ann: Remote, restart: Restart
) -> None:
    def slow(one: House) -> None:
        one.probe.takes = 60.0

    second = await restart(slow)
    await second.clock.advance(1)
    third = await restart()
    assert (item_on(third), len(third.screen.queue.items)) == (FILM, 2)


async def test_until_the_film_is_back_the_screen_takes_no_command_and_none_is_overrun(
    house: House, ann: Remote, restart: Restart
) -> None:
    def slow(one: House) -> None:
        one.probe.takes = 1.0

    await command(ann, "server_set_volume", volume=35)
    second = await restart(slow)
    back = await come_back(second, ann)
    lease = second.authority.machine.lease
    for method, params in (("server_pause", {}), ("server_seek", {"position": 50.0}), ("server_stop", {})):
        answer = await back.ask(method, lease=lease, **params)
        assert answer["error"]["message"] == "The TV is coming back after the restart."
        assert answer["error"]["data"] == {"name": "screen_unavailable", "retryable": True, "retry_after_s": 1.0}
    status = await back.call("server_status")
    assert (status["state"], status["volume"]) == ("loading", 35)
    assert second.kept.texts["screen"] == house.kept.texts["screen"]
    await second.clock.advance(1.1)
    assert (await back.call("server_pause", lease=lease))["state"] == "loading"
    await second.clock.advance(2)
    assert (item_on(second), second.screen.state, second.players.last.state) == (FILM, "paused", "paused")


async def test_a_start_waits_for_the_screen_but_not_longer_than_two_seconds(
    house: House, ann: Remote, restart: Restart
) -> None:
    def slow(one: House) -> None:
        one.probe.takes = 60.0

    began = house.clock.now()
    await house.keeper.wait_restored()
    assert house.clock.now() == began
    second = await restart(slow)
    began = second.clock.now()
    await second.keeper.wait_restored()
    assert second.clock.now() - began == pytest.approx(2.0, abs=0.01)
    assert second.screen.coming_back


async def test_a_film_whose_folder_does_not_answer_is_left_out_in_the_end(
    house: House, ann: Remote, restart: Restart
) -> None:
    def slow(one: House) -> None:
        one.probe.takes = 60.0

    with capture_logs() as logs:
        second = await restart(slow)
        await second.clock.advance(10.5)
    assert (item_on(second), second.screen.state) == (None, "idle")
    (gone,) = [entry for entry in logs if entry["event"] == "film of before is gone"]
    assert gone["reason"] == "its folder does not answer"


async def test_a_film_that_was_given_up_is_not_tried_again_by_the_next_daemon(
    house: House, ann: Remote, restart: Restart
) -> None:
    await ann.call("queue_clear", target="server")
    house.players.on_player = lambda player: player.kill()
    house.players.last.kill()
    await house.clock.advance(8)
    assert house.screen.state == "failed"
    second = await restart()
    await second.clock.advance(1)
    assert (second.screen.state, second.screen.machine.lost) == ("idle", None)


async def test_nothing_is_saved_while_nothing_changes(house: House, ann: Remote) -> None:
    await house.clock.advance(3.5)
    saves, written = house.kept.saves, house.kept.written
    await house.clock.advance(5)
    assert house.kept.saves - saves == pytest.approx(5, abs=1)
    assert house.kept.written - written < 5 * 300, "the queue is not among it"
    await command(ann, "server_pause")
    await house.clock.advance(1)
    saves = house.kept.saves
    await house.clock.advance(20)
    assert house.kept.saves == saves


async def test_an_ask_that_a_kill_has_cut_short_has_an_end_for_everybody_who_comes_back(
    house: House, ann: Remote, restart: Restart
) -> None:
    bob = await house.guest("member")
    request_id = (await bob.call("request_takeover"))["request_id"]
    second = await restart()
    for remote in (ann, bob):
        one = await come_back(second, remote)
        (ending,) = one.peer.events("takeover_resolved")
        assert (ending["request_id"], ending["outcome"]) == (request_id, "failed")
        assert ending["seq"] == one.registered["seq"] + 1
        assert one.registered["snapshot"]["authority"]["state"] == "held"
    third = await restart()
    again = await come_back(third, bob)
    assert again.peer.events("takeover_resolved") == [], "it is told once"


async def test_an_ask_that_was_decided_before_a_kill_is_not_decided_again(
    house: House, ann: Remote, restart: Restart
) -> None:
    bob = await house.guest("member")
    asked = await bob.call("request_takeover")
    await ann.call("respond_takeover", request_id=asked["request_id"], accept=False)
    second = await restart()
    assert (await come_back(second, bob)).peer.events("takeover_resolved") == []


async def test_who_does_not_listen_to_authority_hears_of_no_such_end(
    house: House, ann: Remote, restart: Restart
) -> None:
    bob = await house.guest("member")
    await bob.call("request_takeover")
    await ann.call("unsubscribe", topics=["authority"])
    await house.clock.advance(1)
    second = await restart()
    assert (await come_back(second, ann)).peer.events("takeover_resolved") == []
    assert len((await come_back(second, bob)).peer.events("takeover_resolved")) == 1

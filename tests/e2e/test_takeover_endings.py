"""The endings of a takeover that take their time, or in which somebody vanishes, over real sockets and a real VLC."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from time import monotonic

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from protocol.commands.authority import RequestTakeover, RespondTakeover
from protocol.commands.screen import ServerInterrupt, ServerPause, ServerPlay, ServerSeek
from protocol.errors import Forbidden, StaleLease
from tests import films
from tests.daemon import Daemon
from tests.e2e.tv import anna, position, resolved, room, somebody, two, until

FIRST, SECOND, CLIP = PathRef(path="first.mp4"), PathRef(path="second.mkv"), PathRef(path="clip.mp4")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A room with a TV, two films of a minute and a clip of some seconds."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(films.make("minute"), folder / "first.mp4")
    shutil.copyfile(films.make("minute_hevc"), folder / "second.mkv")
    shutil.copyfile(films.make("b_frames"), folder / "clip.mp4")
    with room(folder, tmp_path_factory.mktemp("home")) as one:
        yield one


async def hold(matinee: Matinee, position_: float = 10.0) -> int:
    """Take the free screen and put a film on."""
    granted = await matinee.call(RequestTakeover())
    assert granted.lease is not None
    await matinee.call(ServerPlay(lease=granted.lease, item=FIRST, position=position_))
    return int(granted.lease)


@pytest.mark.parametrize(("role", "outcome"), [("member", "granted"), ("guest", "expired")])
async def test_silence_gives_a_playing_film_to_a_member_and_not_to_a_guest(
    running: Daemon, role: str, outcome: str
) -> None:
    async with anna(running) as first, somebody(running, "Ben", "member" if role == "member" else "guest") as second:
        lease = await hold(first)
        asked = monotonic()
        wish = await second.call(RequestTakeover())
        assert 14 < wish.expires_in <= 15
        end = await resolved(second, wish.request_id)
        assert 14 < monotonic() - asked < 20
        assert end.outcome == outcome
        assert (await first.get_authority()).lease == (None if outcome == "granted" else lease)
        assert (await first.server_status()).item == FIRST


async def test_after_this_film_means_when_it_has_ended(running: Daemon) -> None:
    async with two(running) as (first, second):
        lease = await hold(first, position_=40.0)
        wish = await second.call(RequestTakeover(item=SECOND, position=5.0))
        state = await first.call(RespondTakeover(request_id=wish.request_id, accept=True, after_item=True))
        assert (state.state, state.request.after_item) == ("held", True)
        await first.call(ServerSeek(lease=lease, position=58.0))
        end = await resolved(second, wish.request_id)
        assert end.outcome == "granted"
        assert (await second.server_status()).item == SECOND


async def test_an_owner_may_take_it_without_asking_and_a_member_may_not(running: Daemon) -> None:
    async with anna(running) as first, somebody(running, "Ben") as second:
        granted = await second.call(RequestTakeover())
        with pytest.raises(Forbidden):
            await second.call(RequestTakeover(override=True))
        taken = await first.call(RequestTakeover(override=True))
        assert taken.lease > granted.lease
        with pytest.raises(StaleLease):
            await second.call(ServerPause(lease=granted.lease))


async def test_taking_over_without_a_film_changes_nothing_on_the_tv(running: Daemon) -> None:
    async with two(running) as (first, second):
        await hold(first, position_=20.0)
        began, at = monotonic(), await position(first)
        wish = await second.call(RequestTakeover())
        await first.respond_takeover(wish.request_id, accept=True)
        status = await second.server_status()
        assert (status.state, status.item) == ("playing", FIRST)
        assert abs(await position(second) - at - (monotonic() - began)) < 1


@pytest.mark.parametrize("who", ["asker", "holder"])
async def test_who_vanishes_in_mid_handover_leaves_a_state_that_makes_sense(running: Daemon, who: str) -> None:
    async with somebody(running, "Cleo") as watcher, anna(running) as first:
        lease = await hold(first, position_=20.0)
        async with somebody(running, "Ben") as second:
            wish = await second.call(RequestTakeover(item=SECOND))
            async with anyio.create_task_group() as group:
                group.start_soon(first.call, RespondTakeover(request_id=wish.request_id, accept=True))
                await until(watcher, "loading", within=5)
                await (second if who == "asker" else first).goodbye("battery")
                group.cancel_scope.cancel()
            end = await resolved(watcher, wish.request_id)
            authority = await watcher.get_authority()
            status = await until(watcher, "playing", within=5)
            if end.outcome == "granted":
                assert (status.item, who) == (SECOND, "holder")
                assert authority.holder is not None
                assert authority.holder.client_id == second.me.client_id
            else:
                assert (end.outcome, status.item) == ("failed", FIRST)
                mine = (await first.get_authority()).lease if who == "asker" else None
                assert (authority.state, mine) == (("held", lease) if who == "asker" else ("free", None))


async def test_a_film_that_was_interrupted_comes_back_by_itself(running: Daemon) -> None:
    async with anna(running) as first:
        lease = await hold(first, position_=20.0)
        before = await position(first)
        status = await first.call(ServerInterrupt(lease=lease, item=CLIP))
        assert (status.item, status.parked) == (CLIP, "first")
        await first.call(ServerSeek(lease=lease, position=1_000.0))
        assert (await until(first, "playing", within=15, item=FIRST)).parked is None
        assert abs(await position(first) - before) < 3

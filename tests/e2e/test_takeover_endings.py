"""The endings of a takeover that take their time, or in which somebody vanishes, over real sockets and a real VLC."""

from __future__ import annotations

import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from time import monotonic

import anyio
import psutil
import pytest

from clients.sdk import Matinee, PathRef
from protocol.commands.authority import ReleaseAuthority, RequestTakeover, RespondTakeover
from protocol.commands.screen import ServerInterrupt, ServerPause, ServerPlay, ServerSeek
from protocol.errors import Forbidden, StaleLease, TakeoverInProgress
from tests import films
from tests.daemon import Daemon
from tests.e2e.tv import anna, player, position, resolved, room, somebody, two, until, vlc
from tests.server.remote import box, dial
from tests.waiting import LOOK_EVERY

pytestmark = pytest.mark.alone

FIRST, SECOND, CLIP = PathRef(path="first.mp4"), PathRef(path="second.mkv"), PathRef(path="clip.mp4")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two films of a minute and a clip of some seconds."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(films.make("minute"), folder / "first.mp4")
    shutil.copyfile(films.make("minute_hevc"), folder / "second.mkv")
    shutil.copyfile(films.make("b_frames"), folder / "clip.mp4")
    return folder


@pytest.fixture(scope="module")
def running(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A room with a TV."""
    with room(shelf, tmp_path_factory.mktemp("home")) as one:
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


async def silent_and_paused(running: Daemon) -> str:
    """How a guest's ask ends when the holder has paused and says nothing."""
    async with anna(running) as first, somebody(running, "Dan", "guest") as guest:
        await first.call(ServerPause(lease=await hold(first)))
        return await silence(guest)


async def silent_and_idle(running: Daemon) -> str:
    """The same when nothing is on the TV."""
    async with anna(running) as first, somebody(running, "Dan", "guest") as guest:
        await first.call(RequestTakeover())
        return await silence(guest)


async def silent_because_away(running: Daemon) -> str:
    """The same when a film plays, but the holder's connection is broken."""
    both = ["hls_streaming", "server_playback"]
    async with dial(running) as first, somebody(running, "Dan", "guest") as guest:
        await first.register(box(running), name="Anna", client_types=both)
        lease = (await first.do("request_takeover"))["lease"]
        await first.do("server_play", lease=lease, item={"path": "first.mp4"})
        first.socket.transport.abort()
        return await silence(guest)


async def silence(guest: Matinee) -> str:
    """How an ask ends that nobody answers, and after 15 s."""
    asked = monotonic()
    wish = await guest.call(RequestTakeover())
    end = await resolved(guest, wish.request_id)
    assert 14 < monotonic() - asked < 20
    return end.outcome


async def test_silence_gives_even_a_guest_what_is_paused_or_idle_or_whose_holder_is_away(
    shelf: Path, tmp_path: Path
) -> None:
    """In three rooms at once, for it takes 15 s in each."""
    ends: list[str] = []

    async def note(running: Daemon, happens: Callable[[Daemon], Awaitable[str]]) -> None:
        ends.append(await happens(running))

    with ExitStack() as stack:
        async with anyio.create_task_group() as group:
            for happens in (silent_and_paused, silent_and_idle, silent_because_away):
                home = tmp_path / happens.__name__
                home.mkdir()
                group.start_soon(note, stack.enter_context(room(shelf, home)), happens)
    assert ends == ["granted"] * 3


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


async def test_what_a_holder_gives_back_goes_to_who_has_asked(running: Daemon) -> None:
    async with two(running) as (first, second):
        lease = await hold(first)
        wish = await second.call(RequestTakeover())
        await first.call(ReleaseAuthority(lease=lease))
        end = await resolved(second, wish.request_id)
        assert (end.outcome, end.lease) == ("granted", lease + 1)
        assert (await second.server_status()).item == FIRST


async def test_while_the_screen_is_promised_only_an_owner_gets_it_and_who_was_promised_it_is_told(
    running: Daemon,
) -> None:
    async with two(running) as (first, second), somebody(running, "Cleo") as third:
        await hold(second)
        wish = await third.call(RequestTakeover())
        await second.call(RespondTakeover(request_id=wish.request_id, accept=True, after_item=True))
        with pytest.raises(TakeoverInProgress, match="promised to Cleo"):
            await first.call(RequestTakeover())
        assert (await first.call(RequestTakeover(override=True))).state == "granted"
        end = await resolved(third, wish.request_id)
        assert (end.outcome, end.reason) == ("refused", "Anna takes the screen.")


async def test_a_film_that_was_spoilt_since_it_was_asked_for_fails_and_nothing_stops(
    running: Daemon, shelf: Path
) -> None:
    """The pre-flight finds it."""
    spoilt = shelf / "spoilt.mp4"
    shutil.copyfile(films.make("b_frames"), spoilt)
    async with two(running) as (first, second):
        lease = await hold(first)
        wish = await second.call(RequestTakeover(item=PathRef(path=spoilt.name)))
        spoilt.write_bytes(spoilt.read_bytes()[:20_000])
        before, began = await position(first), monotonic()
        await first.respond_takeover(wish.request_id, accept=True)
        end = await resolved(second, wish.request_id)
        assert end.outcome == "failed"
        status = await first.server_status()
        assert (status.state, status.item, (await first.get_authority()).lease) == ("playing", FIRST, lease)
        assert abs(await position(first) - before - (monotonic() - began)) < 1


@asynccontextmanager
async def no_picture(running: Daemon) -> AsyncIterator[None]:
    """No VLC gets anywhere meanwhile: each is stopped as soon as it is there."""

    async def stop_each() -> None:
        while True:
            process = player(running)
            with suppress(psutil.NoSuchProcess):
                if process and process.status() != psutil.STATUS_STOPPED:
                    process.send_signal(signal.SIGSTOP)
            await anyio.sleep(LOOK_EVERY)  # polls an outside process

    async with anyio.create_task_group() as group:
        (await vlc(running)).send_signal(signal.SIGSTOP)
        group.start_soon(stop_each)
        try:
            yield
        finally:
            group.cancel_scope.cancel()
            with suppress(psutil.NoSuchProcess):
                if process := player(running):
                    process.send_signal(signal.SIGCONT)


async def test_a_film_whose_first_frame_does_not_come_gives_way_to_the_one_before(running: Daemon) -> None:
    async with two(running) as (first, second):
        lease = await hold(first, position_=20.0)
        wish = await second.call(RequestTakeover(item=SECOND))
        async with no_picture(running):
            began = monotonic()
            await first.respond_takeover(wish.request_id, accept=True)
            end = await resolved(second, wish.request_id)
            assert (end.outcome, end.lease) == ("failed", None)
            assert monotonic() - began < 6
        assert (await first.get_authority()).lease == lease
        await until(first, "playing", within=10, item=FIRST)
        assert abs(await position(first) - 20.0) < 5


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

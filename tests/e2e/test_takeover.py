"""The handshake over real sockets and a real VLC, in each of its endings; nobody's film suffers from one that fails."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import cast

import anyio
import pytest

from clients.sdk import Matinee, PathRef
from protocol.commands.authority import CancelTakeover, ReleaseAuthority, RequestTakeover, RespondTakeover
from protocol.commands.screen import ServerPause, ServerPlay
from protocol.errors import Forbidden, MatineeError, NotAuthority, StaleLease, TakeoverInProgress
from protocol.results import Takeover
from tests import films
from tests.daemon import Daemon
from tests.e2e.tv import anna, asked, position, resolved, room, somebody, two, until

FIRST, SECOND, BROKEN = PathRef(path="first.mp4"), PathRef(path="second.mkv"), PathRef(path="broken.mp4")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two films of a minute, and one that is none."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(films.make("minute"), folder / "first.mp4")
    shutil.copyfile(films.make("minute_hevc"), folder / "second.mkv")
    (folder / "broken.mp4").write_bytes(films.make("minute").read_bytes()[:20_000])
    return folder


@pytest.fixture(scope="module")
def running(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A room with a TV."""
    with room(shelf, tmp_path_factory.mktemp("home")) as one:
        yield one


async def ask(matinee: Matinee, **wish: object) -> Takeover:
    return cast("Takeover", await matinee.call(RequestTakeover.model_validate(wish, strict=False)))


async def hold(matinee: Matinee) -> int:
    """Take a free screen."""
    granted = await ask(matinee)
    assert granted.state == "granted"
    assert granted.lease is not None
    return granted.lease


async def test_a_free_screen_is_granted_at_once_with_a_lease_that_grows(running: Daemon) -> None:
    async with two(running) as (first, second):
        lease = await hold(first)
        await first.call(ReleaseAuthority(lease=lease))
        assert await hold(second) > lease


@pytest.mark.parametrize(("accept", "outcome"), [(True, "granted"), (False, "refused")])
async def test_the_holder_answers(running: Daemon, accept: bool, outcome: str) -> None:
    async with two(running) as (first, second):
        lease = await hold(first)
        wish = await ask(second, message="my turn")
        assert wish.state == "asked"
        told = await asked(first)
        assert (told.by.name, told.message, told.request_id) == ("Ben", "my turn", wish.request_id)
        await first.respond_takeover(told.request_id, accept=accept)
        end = await resolved(second, wish.request_id)
        assert end.outcome == outcome
        holder = (await first.get_authority()).holder
        assert holder is not None
        assert holder.client_id == (second if accept else first).me.client_id
        if accept:
            assert end.lease is not None
            assert end.lease > lease
            with pytest.raises(StaleLease):
                await first.call(ServerPause(lease=lease))


async def test_a_third_client_answers_nothing_and_is_told_that_a_takeover_is_in_progress(running: Daemon) -> None:
    async with two(running) as (first, second), somebody(running, "Cleo") as third:
        await hold(first)
        wish = await ask(second)
        assert wish.request_id
        with pytest.raises(TakeoverInProgress):
            await ask(third)
        with pytest.raises(Forbidden):
            await third.call(RespondTakeover(request_id=wish.request_id, accept=True))
        with pytest.raises(Forbidden):
            await third.call(CancelTakeover(request_id=wish.request_id))
        await second.call(CancelTakeover(request_id=wish.request_id))
        assert (await resolved(first, wish.request_id)).outcome == "cancelled"


async def test_foreign_and_stale_leases_move_nothing(running: Daemon) -> None:
    async with two(running) as (first, second):
        lease = await hold(first)
        await first.call(ServerPlay(lease=lease, item=FIRST))
        with pytest.raises(NotAuthority):
            await second.call(ServerPause(lease=lease))
        with pytest.raises(StaleLease):
            await first.call(ServerPause(lease=lease - 1))
        assert (await first.server_status()).state == "playing"


async def test_a_takeover_with_a_film_moves_authority_when_it_is_shown(running: Daemon) -> None:
    async with two(running) as (first, second):
        lease = await hold(first)
        await first.call(ServerPlay(lease=lease, item=FIRST))
        wish = await ask(second, item={"path": "second.mkv"}, position=20.0)
        await first.respond_takeover(str(wish.request_id), accept=True)
        assert (await resolved(second, wish.request_id)).outcome == "granted"
        status = await second.server_status()
        assert (status.state, status.item) == ("playing", SECOND)
        assert abs(await position(second) - 20.0) < 3


async def test_a_film_that_cannot_be_shown_leaves_the_screen_and_its_holder_as_they_were(running: Daemon) -> None:
    async with two(running) as (first, second):
        lease = await hold(first)
        await first.call(ServerPlay(lease=lease, item=FIRST, position=10.0))
        before, queue = await position(first), await first.queue_get()
        with pytest.raises(MatineeError):
            await ask(second, item={"path": "broken.mp4"})
        with pytest.raises(MatineeError):
            await first.call(ServerPlay(lease=lease, item=BROKEN))
        status = await until(first, "playing", within=2)
        assert status.item == FIRST
        assert 0 <= await position(first) - before < 5
        assert await first.queue_get() == queue
        assert (await first.get_authority()).lease == lease


async def test_who_vanishes_while_asking_leaves_the_holder_in_peace(running: Daemon) -> None:
    async with anna(running) as first:
        await hold(first)
        async with somebody(running, "Ben") as second:
            wish = await ask(second)
        assert (await resolved(first, wish.request_id)).outcome == "cancelled"
        assert (await first.get_authority()).state == "held"


async def test_when_the_holder_says_goodbye_who_has_asked_gets_the_screen(running: Daemon) -> None:
    async with somebody(running, "Ben") as second:
        async with anna(running) as first:
            await hold(first)
            wish = await ask(second)
        assert (await resolved(second, wish.request_id)).outcome == "granted"


async def test_of_fifty_who_ask_at_once_exactly_one_gets_it_and_everybody_gets_an_answer(running: Daemon) -> None:
    async with AsyncExitStack() as stack:
        everybody = [await stack.enter_async_context(anna(running, f"phone {number}")) for number in range(50)]
        answers: list[str] = []

        async def try_(one: Matinee) -> None:
            try:
                answers.append((await ask(one)).state)
            except TakeoverInProgress as error:
                answers.append(error.name)

        async with anyio.create_task_group() as group:
            for one in everybody:
                group.start_soon(try_, one)
        assert sorted(answers) == ["asked", "granted"] + ["takeover_in_progress"] * 48

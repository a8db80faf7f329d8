"""FAULTS 17: either side vanishes at each step of a takeover, by goodbye or by a broken connection, over real sockets."""

from __future__ import annotations

import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import anyio
import psutil
import pytest

from tests import films
from tests.daemon import Daemon
from tests.e2e.tv import room, vlc
from tests.server.remote import Remote, box, dial, pair
from tests.waiting import LOOK_EVERY

pytestmark = pytest.mark.alone

FIRST, SECOND = {"path": "first.mp4"}, {"path": "second.mkv"}
BOTH = {"client_types": ["hls_streaming", "server_playback"]}
EITHER = pytest.mark.parametrize("how", ["goodbye", "abort"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A room with a TV and two films of a minute."""
    folder: Path = tmp_path_factory.mktemp("shelf")
    shutil.copyfile(films.make("minute"), folder / "first.mp4")
    shutil.copyfile(films.make("minute_hevc"), folder / "second.mkv")
    with room(folder, tmp_path_factory.mktemp("home")) as one:
        yield one


@dataclass
class People:
    """Anna holds the screen and a film plays; Ben has asked for it; Cleo looks on."""

    running: Daemon
    anna: Remote
    ben: Remote
    cleo: Remote
    lease: int = 0
    request_id: str = ""

    async def begin(self, film: bool, position: float = 20.0) -> None:
        """Anna plays, Ben asks."""
        self.lease = (await self.anna.do("request_takeover", override=True))["lease"]
        await self.anna.do("server_play", lease=self.lease, item=FIRST, position=position)
        wish = await self.ben.do("request_takeover", **({"item": SECOND} if film else {}))
        self.request_id = wish["request_id"]

    async def answer(self, **how: Any) -> Any:
        """Anna's answer."""
        return await self.anna.do("respond_takeover", request_id=self.request_id, **how)

    async def end(self) -> str:
        """How Ben's ask ended, as Cleo hears it."""
        while (told := await self.cleo.event("takeover_resolved"))["request_id"] != self.request_id:
            pass
        return str(told["outcome"])

    async def authority(self) -> tuple[str, str | None, bool]:
        """State, holder, and whether something is pending."""
        state = await self.cleo.do("get_authority")
        return state["state"], state.get("holder", {}).get("name"), "request" in state

    async def plays(self, item: dict[str, str]) -> None:
        """Until the TV plays this."""
        until = monotonic() + 10
        while (status := await self.cleo.do("server_status"))["state"] != "playing" or status["item"] != item:
            assert monotonic() < until, status
            await anyio.sleep(LOOK_EVERY)  # polls what VLC does

    async def loading(self) -> None:
        """Until VLC was told to open something."""
        until = monotonic() + 5
        while (await self.cleo.do("server_status"))["state"] != "loading":
            assert monotonic() < until
            await anyio.sleep(LOOK_EVERY)  # polls what VLC does


@pytest.fixture
async def people(running: Daemon) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        anna, ben, cleo = [await stack.enter_async_context(dial(running)) for _ in range(3)]
        one = People(running, anna, ben, cleo)
        await one.anna.register(box(running), name="Anna", **BOTH)
        await one.ben.register(await pair(running), name="Ben", **BOTH)
        await one.cleo.register(box(running), name="Cleo", **BOTH)
        yield one


async def vanish(remote: Remote, how: str) -> None:
    """Leave politely, or as a phone does whose battery is empty."""
    if how == "goodbye":
        await remote.do("goodbye")
    else:
        remote.socket.transport.abort()


async def noticed(people: People, name: str) -> None:
    """Until the daemon knows that a connection is broken."""
    until = monotonic() + 5
    while any(one["connected"] for one in await people.cleo.do("get_all_clients_status", name=name)):
        assert monotonic() < until
        await anyio.sleep(LOOK_EVERY)  # polls the daemon


@asynccontextmanager
async def slow_vlc(running: Daemon) -> AsyncIterator[None]:
    """Nothing appears meanwhile: VLC stands still."""
    process = await vlc(running)
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(psutil.NoSuchProcess):  # the daemon gives it up after a while
            process.send_signal(signal.SIGCONT)


# ── asked ─────────────────────────────────────────────────────────────────────────────────────────


@EITHER
@pytest.mark.parametrize("film", [False, True])
async def test_an_asker_who_vanishes_gets_nothing(people: People, how: str, film: bool) -> None:
    await people.begin(film)
    await vanish(people.ben, how)
    if how == "abort":
        await noticed(people, "Ben")
        assert await people.authority() == ("contested", "Anna", True)
        assert (await people.answer(accept=True))["lease"] == people.lease
    assert await people.end() == ("expired" if how == "abort" else "cancelled")
    assert await people.authority() == ("held", "Anna", False)
    await people.plays(FIRST)


@EITHER
async def test_a_holder_who_vanishes_when_asked(people: People, how: str) -> None:
    """A goodbye gives the screen to who has asked; a broken connection leaves the 15 seconds."""
    await people.begin(film=False)
    await vanish(people.anna, how)
    if how == "goodbye":
        assert await people.end() == "granted"
        assert await people.authority() == ("held", "Ben", False)
    else:
        await noticed(people, "Anna")
        assert await people.authority() == ("contested", "Anna", True)
        await people.ben.do("cancel_takeover", request_id=people.request_id)
        assert await people.end() == "cancelled"
    await people.plays(FIRST)


# ── promised ──────────────────────────────────────────────────────────────────────────────────────


@EITHER
@pytest.mark.parametrize("film", [False, True])
async def test_who_was_promised_it_and_vanishes_gets_nothing(people: People, how: str, film: bool) -> None:
    await people.begin(film)
    await people.answer(accept=True, after_item=True)
    await vanish(people.ben, how)
    if how == "abort":
        await noticed(people, "Ben")
        assert await people.authority() == ("held", "Anna", True)
        await people.anna.do("server_stop", lease=people.lease)
    assert await people.end() == ("expired" if how == "abort" else "cancelled")
    assert await people.authority() == ("held", "Anna", False)


@EITHER
async def test_a_promise_is_kept_by_a_holder_who_vanishes(people: People, how: str) -> None:
    """At once after a goodbye, else at the end of the film."""
    await people.begin(film=True, position=20.0 if how == "goodbye" else 56.0)
    await people.answer(accept=True, after_item=True)
    await vanish(people.anna, how)
    assert await people.end() == "granted"
    assert await people.authority() == ("held", "Ben", False)
    await people.plays(SECOND)


# ── handing over ──────────────────────────────────────────────────────────────────────────────────


@EITHER
@pytest.mark.parametrize("opened", [False, True])
async def test_an_asker_who_vanishes_in_mid_handover_leaves_everything_as_it_was(
    people: People, how: str, opened: bool
) -> None:
    await people.begin(film=True)
    async with slow_vlc(people.running):
        assert (await people.answer(accept=True))["state"] == "handing_over"
        if opened:
            await people.loading()
        await vanish(people.ben, how)
        assert await people.end() == "failed"
    assert await people.authority() == ("held", "Anna", False)
    await people.plays(FIRST)
    until = monotonic() + 2
    while "error" in (answer := await people.anna.call("server_pause", lease=people.lease)):
        assert answer["error"]["data"]["name"] == "takeover_in_progress", "until the look into Ben's film has ended"
        assert monotonic() < until
        await anyio.sleep(LOOK_EVERY)  # polls the daemon


@EITHER
@pytest.mark.parametrize("opened", [False, True])
async def test_a_holder_who_vanishes_in_mid_handover_changes_nothing_about_it(
    people: People, how: str, opened: bool
) -> None:
    await people.begin(film=True)
    async with slow_vlc(people.running):
        assert (await people.answer(accept=True))["state"] == "handing_over"
        if opened:
            await people.loading()
        await vanish(people.anna, how)
        if how == "abort":
            await noticed(people, "Anna")
        assert await people.authority() == ("handing_over", None if how == "goodbye" else "Anna", True)
    assert await people.end() == "granted"
    assert await people.authority() == ("held", "Ben", False)
    await people.plays(SECOND)

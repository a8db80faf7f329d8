"""The queues from a program: every command, on the screen's queue and on one's own."""

from __future__ import annotations

import pytest

from clients.sdk import Matinee, PathRef, connect
from protocol.errors import Forbidden, VersionConflict, WrongClientType
from protocol.events import QueueChanged
from protocol.queue_state import QueueState
from protocol.values import ClientType, QueueTarget
from tests.daemon import Daemon

FILMS = [PathRef(path="remux.mp4"), PathRef(path="encode.mkv"), PathRef(path="minute.mp4")]
BOTH: list[ClientType] = ["hls_streaming", "server_playback"]


def me(running: Daemon, name: str = "viewer", types: list[ClientType] | None = None) -> Matinee:
    return connect(running.url, name=name, device_token=running.control.token, client_types=types or BOTH)


def titles(state: QueueState) -> list[str]:
    return [item.title for item in state.items]


@pytest.mark.parametrize("target", ["mine", "server"])
async def test_every_edit_of_a_queue_answers_its_state(running: Daemon, target: QueueTarget) -> None:
    async with me(running) as matinee, matinee.screen():
        await matinee.queue_clear(target=target)
        state = await matinee.queue_add(*FILMS[:2], target=target)
        assert titles(await matinee.queue_add(FILMS[2], at="next", target=target)) == ["minute", "remux", "encode"]
        last = state.items[-1].id
        with pytest.raises(VersionConflict) as conflict:
            await matinee.queue_clear(target=target, if_version=state.version)
        assert QueueState.model_validate(conflict.value.details["queue"]).total == 3
        state = await matinee.queue_move(last, state.items[0].id, target=target, if_version=state.version)
        assert titles(state) == ["minute", "encode", "remux"]
        assert titles(await matinee.queue_remove([last, "gone"], target=target)) == ["minute", "remux"]
        assert titles(await matinee.queue_undo(target=target)) == ["minute", "encode", "remux"]
        state = await matinee.queue_set_mode(repeat="all", shuffle=True, target=target)
        assert (state.repeat, state.shuffle) == ("all", True)
        await matinee.queue_set_mode(repeat="off", shuffle=False, target=target)
        assert (await matinee.queue_get(target=target, first=2)).first == 2
        assert titles(await matinee.queue_clear(target=target)) == []


async def test_the_screens_queue_is_meant_when_none_is_named(running: Daemon) -> None:
    async with me(running) as matinee, matinee.screen():
        await matinee.queue_add(FILMS[0])
        assert titles(await matinee.queue_get()) == titles(await matinee.queue_get(target="server")) == ["remux"]
        await matinee.queue_clear()


async def test_steps_through_my_own_queue_are_told_as_events(running: Daemon) -> None:
    async with me(running) as matinee:
        one, two, _ = (await matinee.queue_add(*FILMS, target="mine")).items
        assert (await matinee.queue_jump(two.id, target="mine")).current_id == two.id
        assert (await matinee.queue_previous(target="mine")).current_id == one.id
        assert (await matinee.queue_next(target="mine")).current_id == two.id
        told = []
        async for event in matinee.events():
            if isinstance(event, QueueChanged):
                told.append((event.target, event.current_id))
            if len(told) == 4:
                break
        assert told == [("mine", None), ("mine", two.id), ("mine", one.id), ("mine", two.id)]


async def test_queues_are_copied_and_shared(running: Daemon) -> None:
    async with me(running, "one") as one, me(running, "two") as two:
        await one.queue_add(*FILMS, target="mine")
        with pytest.raises(Forbidden):
            await two.queue_copy(one.me.client_id, "mine")
        await one.queue_share(True)
        assert (await two.queue_copy(one.me.client_id, "mine")).total == 3
        assert (await two.queue_copy("mine", "mine", mode="append")).total == 6
        async with one.screen():
            assert (await one.queue_copy("mine", "server")).total == 3
            await one.queue_clear()


async def test_who_watches_no_stream_has_no_queue_of_its_own(running: Daemon) -> None:
    async with me(running, types=["server_playback"]) as matinee:
        with pytest.raises(WrongClientType):
            await matinee.queue_get(target="mine")

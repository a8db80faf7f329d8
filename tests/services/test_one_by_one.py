"""One client's commands: one after another, each once and to its end, whatever becomes of their connections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import anyio
import pytest

from controller.services.handlers import HANDLERS
from controller.services.one_by_one import PATIENCE
from protocol.commands.session import Ping
from protocol.results import Clock
from tests.services.house import BOX_TOKEN, House, Remote


@dataclass(slots=True)
class Gate:
    """A `ping` that takes as long as the test likes; `ended` counts those that were answered."""

    begun: int = 0
    ended: int = 0
    open: anyio.Event = field(default_factory=anyio.Event)

    async def ping(self, *_: object) -> Clock:
        self.begun += 1
        await self.open.wait()
        self.ended += 1
        return Clock(clock=float(self.ended))


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setitem(cast("dict[Any, Any]", HANDLERS), Ping, gate.ping)
    return gate


@pytest.fixture
async def remote(house: House) -> Remote:
    return await house.owner()


async def again(house: House, remote: Remote) -> Remote:
    """The same client on a newer connection."""
    newer = house.connect()
    newer._sent = 100
    resume = remote.resume(last_seq=remote.me.session.seq)
    assert (await newer.register("owner", {"device_token": BOX_TOKEN}, resume=resume))["resumed"]
    return newer


def sent_and_cut(house: House, remote: Remote, request: dict[str, Any]) -> Callable[[], None]:
    """Send a request on a connection that ends when the answered function is called."""
    scope = anyio.CancelScope()

    async def send() -> None:
        with scope:
            await remote.send(request)

    house.beside.start(send())
    return scope.cancel


PING = {"jsonrpc": "2.0", "id": "once", "method": "ping", "params": {}}


async def test_a_request_that_is_under_way_is_not_executed_again_for_a_newer_connection(
    house: House, remote: Remote, gate: Gate
) -> None:
    sent_and_cut(house, remote, PING)
    await house.clock.settle()
    newer = await again(house, remote)
    house.beside.start(newer.send(PING))
    await house.clock.settle()
    assert (gate.begun, newer.peer.words()) == (1, ["answer 101"])
    gate.open.set()
    await house.clock.settle()
    assert (gate.begun, newer.peer.words()) == (1, ["answer 101", "answer once"])


async def test_a_command_goes_on_when_its_connection_is_cut_and_its_answer_is_kept(
    house: House, remote: Remote, gate: Gate
) -> None:
    cut = sent_and_cut(house, remote, PING)
    await house.clock.settle()
    cut()
    await house.clock.settle()
    gate.open.set()
    await house.clock.settle()
    newer = await again(house, remote)
    await newer.send(PING)
    assert (gate.begun, gate.ended) == (1, 1)
    assert newer.peer.messages()[-1]["result"] == {"clock": 1.0}


async def test_an_edit_whose_connection_is_cut_while_it_is_stored_is_made_once(house: House, remote: Remote) -> None:
    add = {"target": "mine", "items": [{"path": "copied.mp4"}]}
    request = {"jsonrpc": "2.0", "id": "add", "method": "queue_add", "params": add}
    house.kept.takes = 1.0
    cut = sent_and_cut(house, remote, request)
    await house.clock.settle()
    assert len(house.queues.of(remote.me.client_id)) == 1, "made, and not stored yet"
    cut()
    newer = await again(house, remote)
    await newer.send(request)
    assert newer.peer.messages()[-1]["result"]["total"] == len(house.queues.of(remote.me.client_id)) == 1


async def test_another_command_waits_for_the_one_of_the_older_connection(
    house: House, remote: Remote, gate: Gate
) -> None:
    sent_and_cut(house, remote, PING)
    await house.clock.settle()
    newer = await again(house, remote)
    asked = house.beside.start(newer.call("queue_get", target="mine"))
    await house.clock.settle()
    assert not asked.done()
    gate.open.set()
    assert (await asked)["items"] == []


async def test_a_command_that_does_not_end_is_given_up_for_the_next_one(
    house: House, remote: Remote, gate: Gate
) -> None:
    sent_and_cut(house, remote, PING)
    await house.clock.settle()
    newer = await again(house, remote)
    asked = house.beside.start(newer.call("queue_get", target="mine"))
    await house.clock.advance(PATIENCE - 1)
    assert not asked.done()
    await house.clock.advance(1)
    assert (await asked)["items"] == []
    assert (gate.begun, gate.ended) == (1, 0)
    gate.open.set()
    await newer.send(PING)
    assert gate.ended == 1, "what was given up has no answer, so it is executed when it is sent again"

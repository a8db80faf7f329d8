"""Holding the screen from Python: what is given back, and when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from clients.sdk import Offline, TakeoverDenied
from clients.sdk import screen as module
from clients.sdk.screen import held
from protocol.commands import Command
from protocol.commands.authority import CancelTakeover, ReleaseAuthority, RequestTakeover
from protocol.errors import TakeoverNotFound
from protocol.events import Event, TakeoverRequested, TakeoverResolved
from protocol.results import AuthorityState, Person, Takeover


class Room:
    """A daemon that answers what it was told to, and remembers what it was asked."""

    def __init__(self, answer: Takeover, *, on_cancel: Event | None = None, offline: bool = False) -> None:
        self.answer, self.on_cancel, self.offline = answer, on_cancel, offline
        self.asked: list[Command] = []
        self.tell: Callable[[Event], None] = lambda _event: None

    async def call(self, command: Command) -> Any:
        self.asked.append(command)
        if isinstance(command, RequestTakeover):
            return self.answer
        if self.offline:
            raise Offline
        if isinstance(command, CancelTakeover) and self.on_cancel:
            self.tell(self.on_cancel)
            raise TakeoverNotFound
        return AuthorityState(state="free")

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self.tell = listener
        return lambda: None

    def screen(self, on_asking: module.Asking | None = None) -> Any:
        return held(self.call, RequestTakeover(), self.listen, on_asking)


GRANTED = Takeover(state="granted", lease=4)
ASKED = Takeover(state="asked", request_id="r", expires_in=15.0)


async def test_an_error_inside_gives_the_screen_back_and_comes_out_as_it_is() -> None:
    for offline in (False, True):
        room = Room(GRANTED, offline=offline)
        with pytest.raises(KeyError, match="inside"):
            async with room.screen():
                raise KeyError("inside")
        assert room.asked[-1] == ReleaseAuthority(lease=4)


async def test_a_screen_that_cannot_be_given_back_is_no_secret() -> None:
    with pytest.raises(Offline):
        async with Room(GRANTED, offline=True).screen():
            pass


async def test_who_stops_waiting_takes_the_question_back_and_what_was_granted_just_then() -> None:
    just_then = TakeoverResolved(request_id="r", outcome="granted", reason="It was allowed.", lease=9)
    for on_cancel, last in ((None, CancelTakeover(request_id="r")), (just_then, ReleaseAuthority(lease=9))):
        room = Room(ASKED, on_cancel=on_cancel)
        with anyio.CancelScope() as scope:
            async with room.screen(lambda _id, _left: scope.cancel()):
                raise AssertionError("nobody granted it")
        assert room.asked[-1] == last


async def test_a_promise_is_waited_for_however_long_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOO_LATE", -16.0)
    with pytest.raises(TakeoverDenied) as late:
        async with Room(ASKED).screen():
            raise AssertionError("nobody granted it")
    assert late.value.outcome == "failed"
    room = Room(ASKED)
    heard: list[float | None] = []

    def on_asking(_request_id: str, left: float | None) -> None:
        heard.append(left)
        room.tell(TakeoverResolved(request_id="r", outcome="granted", reason="The film is over.", lease=5))

    class Promised(Room):
        async def call(self, command: Command) -> Any:
            answer = await super().call(command)
            by = Person(client_id="c", name="us")
            self.tell(TakeoverRequested(request_id="r", by=by, after_item=True))
            return answer

    room = Promised(ASKED)
    async with room.screen(on_asking) as one:
        assert one.lease == 5
    assert heard == [None]

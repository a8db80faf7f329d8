"""`matinee takeover`: holds the TV in the foreground, takes commands and answers who asks for it."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import anyio

from clients.cli.failing import USAGE, Failure, refused
from clients.cli.films import find
from clients.cli.handshake import bounded, check_there, denied
from clients.cli.voice import Voice
from clients.cli.words import describe, seconds
from clients.sdk import TakeoverDenied
from protocol.errors import MatineeError, TakeoverNotFound
from protocol.events import AuthorityChanged, TakeoverRequested, TakeoverResolved

ANSWERS = {"y": (True, False), "a": (True, True), "n": (False, False)}
SIMPLE = ("pause", "resume", "stop", "next", "previous")
HELP = "play [FILM] · pause · resume · stop · next · previous · seek 1:20 · volume 40 · y · a · n · q"


async def hold(matinee: Any, voice: Voice, film: str | None, message: str | None, *, override: bool) -> None:
    """Ask, hold, and give back at the end. Raises: Failure, and what asking raises."""
    authority, status = await matinee.get_authority(), await matinee.server_status()
    voice.say("state", authority=_plain(authority), screen=_plain(status))
    await check_there(matinee)
    item = await find(matinee, film) if film else None
    countdown = voice.countdown(authority)
    why = bounded(message) if message else None
    asked = matinee.screen(why, item=item, override=override, on_asking=countdown.on_asking)
    try:
        async with asked as screen:
            countdown.over()
            await _hold(matinee, voice, screen)
            lost = screen.lost.is_set()
        if not lost:
            voice.say("released", "The TV is given back.")
    except TakeoverDenied as error:
        voice.say("resolved", outcome=error.outcome, reason=error.message)
        raise denied(error) from None
    finally:
        countdown.over()


async def _hold(matinee: Any, voice: Voice, screen: Any) -> None:
    """Until it is given back or lost."""
    voice.say("granted", "You hold the TV. q or Ctrl-C gives it back; ? lists the commands.", lease=screen.lease)
    remote = _Remote(matinee, voice, screen)
    async with anyio.create_task_group() as group:
        group.start_soon(remote.listen, group.cancel_scope)
        await remote.read()
        group.cancel_scope.cancel()


class _Remote:
    """Lines in, commands out."""

    def __init__(self, matinee: Any, voice: Voice, screen: Any) -> None:
        self._matinee, self._voice, self._screen = matinee, voice, screen
        self._asked: str | None = None
        self._heard: set[str] = set()

    async def listen(self, scope: anyio.CancelScope) -> None:
        """Say who asks, and leave when somebody else has the TV. What happened before we had it is passed over."""
        ours = False
        async for event in self._matinee.events():
            if isinstance(event, AuthorityChanged) and event.lease == self._screen.lease:
                ours = True
            elif isinstance(event, AuthorityChanged) and ours:
                self._lost(event)
                break
            elif ours:
                self._tell(event)
        scope.cancel()

    def _tell(self, event: object) -> None:
        match event:
            case TakeoverRequested() if not event.after_item:
                self._asked = event.request_id
                self._heard.add(event.request_id)
                says = f": “{event.message}”" if event.message else ""
                sentence = f"{event.by.name} asks for the TV{says}  y yes · a after this film · n no"
                self._voice.say("requested", sentence, **_plain(event))
            case TakeoverResolved() if event.request_id in self._heard:
                self._asked = None if self._asked == event.request_id else self._asked
                self._voice.say("resolved", event.reason, **_plain(event))

    def _lost(self, event: AuthorityChanged) -> None:
        sentence = f"The TV is {event.holder.name}'s now." if event.holder else "The TV is free now."
        self._voice.say("lost", sentence, **_plain(event))

    async def read(self) -> None:
        """Carry out what is typed, until q or the end of input; without any input until the program is ended."""
        typed = False
        async for line in _typed():
            typed = True
            words = line.split(maxsplit=1)
            if words and words[0] in ("q", "quit"):
                return
            if words:
                await self._obey(words[0], words[1].strip() if len(words) > 1 else "")
        if not typed:
            await anyio.sleep_forever()

    async def _obey(self, verb: str, rest: str) -> None:
        """Carry out one command; whatever it says about itself, the TV is still held."""
        try:
            if verb in ANSWERS:
                await self._answer(verb)
            else:
                status = await self._command(verb, rest)
                clock = (await self._matinee.ping()).clock
                self._voice.say("result", describe(status, clock), command=verb, screen=_plain(status))
        except MatineeError as error:
            self._fail(verb, refused(error))
        except Failure as failure:
            self._fail(verb, failure)
        except (KeyError, ValueError):
            self._fail(verb, Failure(HELP, USAGE, "usage"))

    def _fail(self, verb: str, failure: Failure) -> None:
        body = {name: fact for name, fact in failure.as_json().items() if name != "exit"}
        self._voice.say("error", f"{failure.message} {failure.hint}".strip(), command=verb, error=body)

    async def _answer(self, verb: str) -> None:
        accept, after_item = ANSWERS[verb]
        if self._asked is None:
            raise TakeoverNotFound("Nobody asks for the TV.")
        asked, self._asked = self._asked, None
        await self._matinee.respond_takeover(asked, accept=accept, after_item=after_item)
        self._voice.say("result", command=verb, request_id=asked)

    async def _command(self, verb: str, rest: str) -> Any:
        """Raises: KeyError and ValueError (what is that?), Failure, and what the daemon refuses."""
        screen = self._screen
        if verb in SIMPLE:
            return await getattr(screen, verb)()
        if verb == "play":
            return await screen.play(await find(self._matinee, rest) if rest else None)
        return await {"seek": lambda: screen.seek(seconds(rest)), "volume": lambda: screen.set_volume(int(rest))}[
            verb
        ]()


def _plain(model: Any) -> dict[str, Any]:
    return dict(model.model_dump(exclude_none=True))


async def _typed() -> AsyncIterator[str]:
    """Lines of the standard input, without a thread: whoever waits for one can be cancelled."""
    keyboard, rest = sys.stdin.fileno(), b""
    while True:
        with suppress(PermissionError):  # a regular file cannot be waited for, and need not be
            await anyio.wait_readable(keyboard)
        chunk = os.read(keyboard, 4096)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace")
        if not chunk:
            if rest:
                yield rest.decode("utf-8", "replace")
            return

"""Suggestions, lived: tells those who may answer, and carries out on the screen what they accept."""

from __future__ import annotations

from typing import assert_never

import anyio
import structlog
from anyio.abc import TaskGroup

from controller.core.authority_state import Party
from controller.core.queue import QueuedItem
from controller.core.scene import Film, show
from controller.core.session import Gone, Live
from controller.core.suggestions import (
    LASTS,
    CallOff,
    CarryOut,
    Effect,
    Effects,
    Ended,
    Made,
    Suggestion,
    Suggestions,
)
from controller.ports import Clock, Secrets
from controller.services.authority import ScreenAuthority
from controller.services.clients import Client, ClientManager
from controller.services.guard import guarded
from controller.services.screen import SharedScreen
from controller.services.trial import May
from protocol import results
from protocol.commands.suggestions import Suggest
from protocol.errors import (
    Forbidden,
    ItemNotFound,
    MatineeError,
    NotAuthority,
    NotRegistered,
    ScreenFailed,
    SuggestionNotFound,
)
from protocol.events import SuggestionAnswered, SuggestionMade
from protocol.results import Person, Suggested
from protocol.values import ClientId, SuggestionKind

log = structlog.get_logger(__name__)

STEP = 10
"""How much louder or softer one suggestion makes it."""


class ScreenSuggestions:
    """What is suggested to whoever commands the screen."""

    def __init__(
        self,
        clock: Clock,
        secrets: Secrets,
        clients: ClientManager,
        screen: SharedScreen,
        authority: ScreenAuthority,
    ) -> None:
        self._clock, self._secrets, self._clients = clock, secrets, clients
        self._screen, self._authority = screen, authority
        self.machine = Suggestions()
        self._told: dict[str, set[ClientId]] = {}
        self._underway: dict[str, anyio.CancelScope] = {}
        self._waiting: dict[str, anyio.Event] = {}
        self._errors: dict[str, MatineeError] = {}
        self._group: TaskGroup | None = None
        self._wake = anyio.Event()

    # ── what clients do ───────────────────────────────────────────────────────────────────────────

    async def suggest(self, client: Client, wish: Suggest) -> Suggested:
        """Suggest something; the same again is the one that is open.

        Raises:
            ItemNotFound, NotPlayable: as the library and the probe say.
            ScreenUnavailable: there is no screen that could do it.
            Forbidden: nobody is here who could say yes.
            RateLimited: see `core.suggestions`.
        """
        film = await self._screen.film(wish.item) if wish.item else None
        if isinstance(client.session.presence, Gone):
            raise NotRegistered
        if wish.kind != "add" and (problem := self._screen.problem):
            raise problem
        self._require_somebody()
        found = self.machine.same(client.client_id, wish.kind, film)
        one = found or self._make(client, wish.kind, film)
        return Suggested(suggestion_id=one.suggestion_id, expires_in=self._left(one))

    async def answer(self, client: Client, suggestion_id: str, *, accept: bool) -> None:
        """Say yes, which is carried out when this returns, or no.

        Raises:
            SuggestionNotFound, Forbidden: see `core.suggestions`.
            MatineeError: what made it fail.
        """
        holds = self._authority.machine.holds(client.client_id)
        now = self._clock.now()
        effects = self.machine.answer(_party(client), suggestion_id, holds=holds, accept=accept, now=now)
        if not accept:
            self._carry_out(effects)
            return
        done = self._waiting[suggestion_id] = anyio.Event()
        self._carry_out(effects)
        try:
            await done.wait()
        finally:
            self._waiting.pop(suggestion_id, None)
            error = self._errors.pop(suggestion_id, None)
        if error:
            raise error

    def withdraw(self, client: Client, suggestion_id: str) -> None:
        """Take it back. Raises: SuggestionNotFound, Forbidden."""
        self._carry_out(self.machine.withdraw(client.client_id, suggestion_id))

    def open_for(self, client: Client) -> list[results.Suggestion]:
        """What this client has suggested or may answer, oldest first."""
        decides = self._decides(client)
        return [self._described(one) for one in self.machine.open if decides or one.by.client_id == client.client_id]

    # ── what happens ──────────────────────────────────────────────────────────────────────────────

    def client_gone(self, client: Client) -> None:
        """It has ended."""
        self._carry_out(self.machine.gone(client.client_id))

    def tell_newcomers(self) -> None:
        """Tell what is open to everybody who may know it and does not yet, as a new holder of the screen."""
        for one in self.machine.open:
            told = self._told.setdefault(one.suggestion_id, set())
            new = [client for client in self._audience(one) if client.client_id not in told]
            if new:
                told.update(client.client_id for client in new)
                event = SuggestionMade.model_validate(self._described(one).model_dump())
                self._clients.publish(event, new)

    # ── its life ──────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Keep deadlines, and be the parent of what is carried out, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            self._group = group
            while True:
                self._wake = anyio.Event()
                self._carry_out(self.machine.tick(self._clock.now()))
                deadline = self.machine.next_deadline()
                with anyio.move_on_after(None if deadline is None else max(0.0, deadline - self._clock.now())):
                    await self._wake.wait()

    def _carry_out(self, effects: Effects) -> None:
        for effect in effects:
            self._do(effect)
        if effects:
            self._wake.set()

    def _do(self, effect: Effect) -> None:
        one = effect.suggestion
        match effect:
            case Made():
                log.info("suggestion made", suggestion=one.suggestion_id, kind=one.kind, client=one.by.client_id)
                self.tell_newcomers()
            case CarryOut():
                assert self._group is not None
                scope = self._underway[one.suggestion_id] = anyio.CancelScope()
                self._group.start_soon(self._fulfil, one, scope)
            case CallOff():
                self._underway[one.suggestion_id].cancel()
                self._screen.trials.reconsider()
            case Ended():
                self._tell_end(effect)
            case _ as never:  # pragma: no cover
                assert_never(never)

    def _tell_end(self, end: Ended) -> None:
        one = end.suggestion
        log.info("suggestion over", suggestion=one.suggestion_id, outcome=end.outcome)
        told = self._told.pop(one.suggestion_id, set()) | {client.client_id for client in self._audience(one)}
        event = SuggestionAnswered(
            suggestion_id=one.suggestion_id,
            outcome=end.outcome,
            reason=end.reason,
            by=_person(end.by) if end.by else None,
        )
        self._clients.publish(event, [client for client in self._clients if client.client_id in told])
        if waiting := self._waiting.get(one.suggestion_id):
            if end.outcome == "failed":
                self._errors.setdefault(one.suggestion_id, ScreenFailed(end.reason))
            waiting.set()

    # ── on the screen ─────────────────────────────────────────────────────────────────────────────

    async def _fulfil(self, one: Suggestion, scope: anyio.CancelScope) -> None:
        """Do what was accepted, and tell how that went."""
        try:
            with scope:
                fault = await guarded(self._command(one), "suggestion failed", suggestion=one.suggestion_id)
                if fault and one.suggestion_id in self._waiting:
                    self._errors[one.suggestion_id] = fault
                over = self.machine.failed(one.suggestion_id, fault.message) if fault else None
                self._carry_out(self.machine.done(one.suggestion_id) if over is None else over)
        finally:
            del self._underway[one.suggestion_id]

    async def _command(self, one: Suggestion) -> None:
        """Raises: what the screen does."""

        def may() -> None:
            self._check_wanted(one)

        may()
        if one.film is None:
            await self._press(one.kind, may)
        elif one.kind == "add":
            self._add(one.film, one.by)
        else:
            film = one.film
            await self._screen.play(lambda: show(film, 0.0, self._clock.now()), may=may)

    async def _press(self, kind: SuggestionKind, may: May) -> None:
        """What a remote has a key for."""
        screen = self._screen
        match kind:
            case "skip":
                await screen.next(may)
            case "previous":
                await screen.previous(may)
            case "resume":
                await screen.resume(may)
            case "pause":
                screen.hold(paused=True)
            case "stop":
                screen.stop()
            case "louder" | "softer":
                volume = screen.machine.scene.volume + (STEP if kind == "louder" else -STEP)
                screen.adjust(volume=min(max(volume, 0), 100))
            case "play" | "add":
                raise ItemNotFound("No film was named.")
            case _ as never:  # pragma: no cover
                assert_never(never)

    def _add(self, film: Film, by: Party) -> None:
        """At the end of the screen's queue, in the name of who suggested it."""
        person = self._clients.get(by.client_id)
        entry = QueuedItem(
            self._secrets.identity(),
            film.item,
            film.title,
            film.facts.duration,
            by=by.name,
            person=person.device.device_id if person else None,
        )
        self._screen.queue.add([entry], "end")
        self._screen.on_queue_change()

    def _check_wanted(self, one: Suggestion) -> None:
        """Raises: SuggestionNotFound (it was called off), NotAuthority (who accepted it decides no more)."""
        state = self.machine.underway(one.suggestion_id)
        if state is None:
            raise SuggestionNotFound("It was called off.")
        decider = self._clients.get(state.by.client_id)
        if decider is None or not self._decides(decider):
            raise NotAuthority(f"{state.by.name} does not hold the TV any more.")

    # ── who may know ──────────────────────────────────────────────────────────────────────────────

    def _make(self, client: Client, kind: SuggestionKind, film: Film | None) -> Suggestion:
        now = self._clock.now()
        one = Suggestion(self._secrets.identity(), _party(client), kind, film, now + LASTS)
        self._carry_out(self.machine.suggest(one, client.device.device_id, now))
        return one

    def _decides(self, client: Client) -> bool:
        return client.device.role == "owner" or self._authority.machine.holds(client.client_id)

    def _require_somebody(self) -> None:
        """Raises: Forbidden (who holds the screen is away, or nobody does, and no owner is here)."""
        if any(self._decides(one) and isinstance(one.session.presence, Live) for one in self._clients):
            return
        hint = None if self._authority.machine.reign else "Nobody holds the TV: take it with request_takeover."
        raise Forbidden(
            "Nobody is here who could say yes: neither who holds the TV nor an owner.", hint=hint, retryable=True
        )

    def _audience(self, one: Suggestion) -> list[Client]:
        return [client for client in self._clients if client.client_id == one.by.client_id or self._decides(client)]

    def _described(self, one: Suggestion) -> results.Suggestion:
        return results.Suggestion(
            suggestion_id=one.suggestion_id,
            by=_person(one.by),
            kind=one.kind,
            expires_in=self._left(one),
            item=one.film.item if one.film else None,
            title=one.film.title if one.film else None,
        )

    def _left(self, one: Suggestion) -> float:
        return round(max(0.0, one.expires - self._clock.now()), 3)


def _party(client: Client) -> Party:
    return Party(client.client_id, client.name, client.device.role)


def _person(party: Party) -> Person:
    return Person(client_id=party.client_id, name=party.name)

"""Authority over the screen, lived: carries out what the machine decides, and tells everyone in the same step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import structlog
from anyio.abc import TaskGroup

from controller.core.authority import Authority
from controller.core.authority_state import (
    Ask,
    Asked,
    CallOff,
    Changed,
    Contested,
    Effect,
    Effects,
    Free,
    HandingOver,
    HandOver,
    Party,
    Promised,
    Reign,
    Resolved,
)
from controller.core.scene import Film, show
from controller.core.session import Gone
from controller.ports import Clock, Secrets
from controller.services.clients import Client, ClientManager
from controller.services.guard import guarded
from controller.services.screen import SharedScreen
from controller.services.trial import May, always, nothing
from protocol.commands.authority import RequestTakeover
from protocol.errors import MatineeError, NotAuthority, NotRegistered, ScreenFailed, TakeoverNotFound
from protocol.events import AuthorityChanged, TakeoverRequested, TakeoverResolved
from protocol.results import AuthorityState, Person, Takeover, TakeoverRequest
from protocol.values import ClientId

log = structlog.get_logger(__name__)

CUT_SHORT = "The box was started again meanwhile."
COUNTDOWN = 1.0
"""Seconds between changes of the countdown on the TV."""


class ScreenAuthority:
    """Who commands the screen. `on_change` hears of every new holder, `on_asked` of every ask and of its end."""

    def __init__(self, clock: Clock, secrets: Secrets, clients: ClientManager, screen: SharedScreen) -> None:
        self._clock, self._secrets, self._clients, self._screen = clock, secrets, clients, screen
        self.machine = Authority()
        self.on_change: Callable[[], None] = nothing
        self.on_asked: Callable[[], None] = nothing
        self._cut_short: tuple[str, set[ClientId]] = "", set()
        self._handover: anyio.CancelScope | None = None
        self._group: TaskGroup | None = None
        self._wake = anyio.Event()
        self._waiting: dict[str, anyio.Event] = {}
        self._errors: dict[str, MatineeError] = {}
        screen.on_over = self._item_over

    # ── what clients do ───────────────────────────────────────────────────────────────────────────

    def check(self, client: Client, lease: int) -> None:
        """The gate of every screen command. Raises: NotAuthority, StaleLease."""
        self.machine.check(client.client_id, lease)

    def check_holder(self, client: Client) -> None:
        """The gate of what needs no lease. Raises: NotAuthority."""
        if not self.machine.holds(client.client_id):
            raise NotAuthority

    async def request(self, client: Client, wish: RequestTakeover) -> Takeover:
        """Ask for the screen; see `core.authority` for what it raises, and `SharedScreen.put_on` when it is free."""
        film = await self._screen.film(wish.item) if wish.item else None
        if isinstance(client.session.presence, Gone):
            raise NotRegistered
        if film:
            self._screen.require()
        if film and self.machine.holds(client.client_id):
            await self._play(film, wish.position, may=lambda: self.check_holder(client))
            return self._answer(client)
        now, request_id = self._clock.now(), self._secrets.identity()
        party = Party(client.client_id, client.name, client.device.role)
        self._carry_out(
            self.machine.request(
                party,
                request_id,
                message=wish.message,
                film=film,
                position=wish.position,
                override=wish.override,
                now=now,
            )
        )
        if isinstance(self.machine.state, HandingOver) and self.machine.state.ask.request_id == request_id:
            await self._end_of(request_id)
        return self._answer(client)

    async def _end_of(self, request_id: str) -> None:
        """Wait for a handover that needs nobody's consent. Raises: what made it fail."""
        done = self._waiting[request_id] = anyio.Event()
        try:
            await done.wait()
        finally:
            del self._waiting[request_id]
            error = self._errors.pop(request_id, None)
        if error:
            raise error

    def _answer(self, client: Client) -> Takeover:
        reign = self.machine.reign
        if reign and self.machine.holds(client.client_id):
            return Takeover(state="granted", lease=reign.lease)
        ask = self.machine.pending(client.client_id)
        if ask is None:
            raise ScreenFailed("The request was decided meanwhile.")
        return Takeover(state="asked", request_id=ask.request_id, expires_in=self._described(ask).expires_in)

    def respond(self, client: Client, request_id: str, *, accept: bool, after_item: bool) -> None:
        """The holder's answer. Raises: TakeoverNotFound, Forbidden."""
        self._carry_out(
            self.machine.respond(
                client.client_id,
                request_id,
                accept=accept,
                after_item=after_item,
                on_screen=self._screen.machine.showing is not None,
                now=self._clock.now(),
            )
        )

    def cancel(self, client: Client, request_id: str) -> None:
        """Take an ask back. Raises: TakeoverNotFound, Forbidden."""
        self._carry_out(self.machine.cancel(client.client_id, request_id))

    def release(self, client: Client, lease: int) -> None:
        """Give the screen up. Raises: NotAuthority, StaleLease."""
        self._carry_out(self.machine.release(client.client_id, lease, self._clock.now()))

    def state_for(self, client: Client | None) -> AuthorityState:
        """Who holds it, as this client may know it."""
        machine, reign = self.machine, self.machine.reign
        mine = client is not None and machine.holds(client.client_id)
        words: dict[type, Any] = {Free: "free", Contested: "contested", HandingOver: "handing_over"}
        return AuthorityState(
            state=words.get(type(machine.state), "held"),
            holder=_person(reign.holder) if reign else None,
            since=machine.since if reign else None,
            lease=reign.lease if reign and mine else None,
            request=self._described(machine.ask) if machine.ask else None,
        )

    def cut_short(self, request_id: str) -> None:
        """The last daemon ended while this was asked or handed over: nothing has come of it."""
        self._cut_short = request_id, {client.client_id for client in self._clients}

    def ending_for(self, client: Client) -> TakeoverResolved | None:
        """What somebody who is back from before a restart has to hear of yet: once."""
        request_id, waiting = self._cut_short
        if client.client_id not in waiting:
            return None
        waiting.discard(client.client_id)
        return TakeoverResolved(request_id=request_id, outcome="failed", reason=CUT_SHORT)

    # ── what happens to clients and on the screen ─────────────────────────────────────────────────

    def client_away(self, client: Client) -> None:
        """A client's connection broke."""
        self._carry_out(self.machine.away(client.client_id))

    def client_back(self, client: Client) -> None:
        """It is there again."""
        self.machine.back(client.client_id)

    def client_renamed(self, client: Client) -> None:
        """It is called something else."""
        self._carry_out(self.machine.rename(client.client_id, client.name))

    def client_gone(self, client: Client) -> None:
        """It has ended."""
        self._carry_out(self.machine.gone(client.client_id, self._clock.now()))

    def screen_changed(self) -> None:
        """Something about the screen is different: there may be nothing on it to wait for."""
        if self._screen.machine.showing is None:
            self._tick()

    def _item_over(self) -> bool:
        self._carry_out(self.machine.item_ended(self._clock.now()))
        return isinstance(self.machine.state, HandingOver)

    # ── its life ──────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Keep deadlines and count down on the TV, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            self._group = group
            while True:
                self._wake = anyio.Event()
                self._tick()
                self._count_down()
                with anyio.move_on_after(self._pause()):
                    await self._wake.wait()

    def _tick(self) -> None:
        on_screen = self._screen.machine.showing is not None
        self._carry_out(self.machine.tick(self._clock.now(), on_screen=on_screen, playing=self._screen.playing))

    def _pause(self) -> float | None:
        deadline = self.machine.next_deadline()
        if deadline is None:
            return None
        left = max(0.0, deadline - self._clock.now())
        return min(left, COUNTDOWN) if isinstance(self.machine.state, Contested) else left

    def _count_down(self) -> None:
        """Who asks, and how long there is to answer, over the picture."""
        state = self.machine.state
        text = ""
        if isinstance(state, Contested):
            seconds = max(0, round(state.ask.expires - self._clock.now()))
            says = f": “{state.ask.message}”" if state.ask.message else ""
            text = f"{state.ask.asker.name} asks for the TV{says} · {seconds} s"
        if text != self._screen.announcement:
            self._screen.announce(text)

    # ── effects ───────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, effects: Effects) -> None:
        for effect in effects:
            self._do(effect)
        if effects:
            self._wake.set()
            self._count_down()

    def _do(self, effect: Effect) -> None:
        match effect:
            case Asked(ask):
                self._clients.publish(TakeoverRequested(**self._described(ask).model_dump(exclude_none=True)))
                self.on_asked()
            case Changed(reign, since, reason):
                self._tell_change(reign, since, reason)
            case Resolved(ask):
                self._tell_outcome(effect, ask)
            case HandOver(ask):
                assert self._group is not None
                assert ask.film is not None
                self._handover = anyio.CancelScope()
                self._group.start_soon(self._hand_over, ask, ask.film, self._handover)
            case CallOff():
                assert self._handover is not None
                self._handover.cancel()
                self._screen.trials.reconsider()

    async def _hand_over(self, ask: Ask, film: Film, scope: anyio.CancelScope) -> None:
        """The two phases. Whatever goes wrong, the screen is as it was when this reports it."""
        with scope:
            fault = await guarded(self._put_on(ask, film), "handover failed", request=ask.request_id)
            if fault:
                self._failed(ask, fault)

    async def _put_on(self, ask: Ask, film: Film) -> None:
        await self._screen.trials.wait_free()
        await self._play(film, ask.position, lambda: self._shown(ask), lambda: self._check_wanted(ask))

    async def _play(
        self, film: Film, position: float, on_shown: Callable[[], None] = nothing, may: May = always
    ) -> None:
        await self._screen.play(lambda: show(film, position, self._clock.now()), on_shown, may)

    def _check_wanted(self, ask: Ask) -> None:
        """Raises: TakeoverNotFound (the handover was called off)."""
        state = self.machine.state
        if not isinstance(state, HandingOver) or state.ask.request_id != ask.request_id:
            raise TakeoverNotFound("It was called off.")

    def _failed(self, ask: Ask, error: MatineeError) -> None:
        if ask.request_id in self._waiting:
            self._errors.setdefault(ask.request_id, error)
        self._carry_out(self.machine.failed(ask.request_id, error.message))

    def _shown(self, ask: Ask) -> None:
        self._carry_out(self.machine.shown(ask.request_id, self._clock.now()))

    def _tell_change(self, reign: Reign | None, since: float, reason: str) -> None:
        log.info("authority changed", holder=reign.holder.client_id if reign else None, reason=reason)
        event = AuthorityChanged(since=since, reason=reason, holder=_person(reign.holder) if reign else None)
        self._tell(event, reign.holder.client_id if reign else None, reign.lease if reign else None)
        self._screen.trials.reconsider()
        self.on_change()

    def _tell_outcome(self, resolved: Resolved, ask: Ask) -> None:
        event = TakeoverResolved(request_id=ask.request_id, outcome=resolved.outcome, reason=resolved.reason)
        self._tell(event, ask.asker.client_id, resolved.lease)
        self.on_asked()
        if waiting := self._waiting.get(ask.request_id):
            if resolved.outcome != "granted":
                self._errors.setdefault(ask.request_id, ScreenFailed(resolved.reason))
            waiting.set()

    def _tell(self, event: AuthorityChanged | TakeoverResolved, client_id: ClientId | None, lease: int | None) -> None:
        """Tell everybody; the lease is for one client alone."""
        one = self._clients.get(client_id) if client_id else None
        self._clients.publish(event, (client for client in self._clients if client is not one))
        if one:
            one.hear(event.model_copy(update={"lease": lease}))

    def _described(self, ask: Ask) -> TakeoverRequest:
        promised = isinstance(self.machine.state, Promised)
        return TakeoverRequest(
            request_id=ask.request_id,
            by=_person(ask.asker),
            message=ask.message,
            title=ask.film.title if ask.film else None,
            expires_in=None if promised else self._expires_in(ask),
            after_item=promised,
        )

    def _expires_in(self, ask: Ask) -> float:
        return round(max(0.0, ask.expires - self._clock.now()), 3)


def _person(party: Party) -> Person:
    return Person(client_id=party.client_id, name=party.name)

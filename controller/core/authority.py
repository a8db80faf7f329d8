"""Who may command the screen (PROTOCOL §5).

    Free ──ask──▶ Held ──ask──▶ Contested ──accepted, or silence──▶ HandingOver ──first frame shown──▶ Held by the asker
                   ▲               │ refused, cancelled                 │ failed
                   └───────────────┴────────────────────────────────────┘

An ask without an item skips HandingOver: nothing on the TV changes. An ask that is accepted "after this item" is a
promise; the reign goes on until the item ends.

Contract. There is never more than one holder. Every grant has a lease higher than all before. A contest ends within
`ANSWER` seconds, a handover within `HANDOVER` seconds after it. Every ask is resolved exactly once. `check` is the
only gate for commands to the screen.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from controller.core.authority_state import (
    Ask,
    Asked,
    CallOff,
    Changed,
    Contested,
    Effects,
    Free,
    HandingOver,
    HandOver,
    Held,
    Party,
    Reign,
    Resolved,
    State,
)
from protocol.errors import (
    Forbidden,
    NotAuthority,
    Overloaded,
    RateLimited,
    StaleLease,
    TakeoverInProgress,
    TakeoverNotFound,
)
from protocol.values import ClientId, TakeoverOutcome

ANSWER = 15.0
"""Seconds that a holder has to answer."""
HANDOVER = 5.0
"""Seconds that the asker's item has to be shown."""
PEACE = 5.0
"""Seconds for which a new holder is safe from the one before."""
ENOUGH = 4
"""Leases that must be reserved before an ask is taken: what is pending may need them."""


class Authority:
    """The machine. Every method takes `now` (monotonic seconds) and answers what must be done and told.

    Args:
        lease: the highest lease that may ever have been granted.
        reserved: up to which lease grants are safely stored; `reserve` raises it.
        since: when the present state began.
    """

    def __init__(self, lease: int = 0, reserved: int = 0, since: float = 0.0) -> None:
        self.state: State = Free()
        self.lease, self.reserved, self.since = lease, reserved, since
        self._away: set[ClientId] = set()
        self._former: ClientId | None = None

    # ── what is ───────────────────────────────────────────────────────────────────────────────────

    @property
    def reign(self) -> Reign | None:
        """The present holder's reign."""
        return None if isinstance(self.state, Free) else self.state.reign

    @property
    def ask(self) -> Ask | None:
        """The ask that is being decided."""
        return self.state.ask if isinstance(self.state, Contested | HandingOver) else None

    def holds(self, client_id: ClientId) -> bool:
        """Whether this client commands the screen."""
        return self.reign is not None and self.reign.holder.client_id == client_id

    def pending(self, client_id: ClientId) -> Ask | None:
        """What this client has asked for and not been told."""
        asks = (self.ask, self.reign.promise if self.reign else None)
        return next((ask for ask in asks if ask and ask.asker.client_id == client_id), None)

    def check(self, client_id: ClientId, lease: int) -> None:
        """The gate: returns only if this client may command the screen now.

        Raises:
            StaleLease: the lease is an old one.
            NotAuthority: it is somebody else's, or nobody's.
        """
        reign = self.reign
        if self.holds(client_id) and reign and reign.lease == lease:
            return
        foreign = reign is not None and reign.lease == lease
        if self.holds(client_id) or (not foreign and 0 < lease <= self.lease):
            raise StaleLease
        raise NotAuthority

    def next_deadline(self) -> float | None:
        """When `tick` has something to do."""
        if isinstance(self.state, Contested):
            return self.state.ask.expires
        return self.state.deadline if isinstance(self.state, HandingOver) else None

    # ── what clients do ───────────────────────────────────────────────────────────────────────────

    def request(
        self, asker: Party, request_id: str, *, message: str | None, trial: bool, override: bool, now: float
    ) -> Effects:
        """Ask for the screen. Who holds it already, or asks again, changes nothing.

        Raises:
            Forbidden: only owners override.
            TakeoverInProgress: somebody else's ask is being decided.
            RateLimited: the present holder has just got it from this client.
            Overloaded: no lease can be stored.
        """
        if override and asker.role != "owner":
            raise Forbidden("Only an owner may take the screen without asking.")
        if self.holds(asker.client_id) or (self.pending(asker.client_id) and not override):
            return []
        if self.reserved - self.lease < ENOUGH:
            raise Overloaded(retry_after_s=1.0)
        ask = Ask(request_id, asker, message, trial, now + ANSWER)
        if isinstance(self.state, HandingOver) or (isinstance(self.state, Contested) and not override):
            raise TakeoverInProgress
        if isinstance(self.state, Free) or override:
            reason = "Nobody held it." if isinstance(self.state, Free) else "An owner took the screen."
            return self._hand_over(ask, reason, now)
        peace = self.since + PEACE - now
        if asker.client_id == self._former and peace > 0:
            wait = ceil(peace * 10) / 10
            raise RateLimited("You have just given the screen away; give it a moment.", retry_after_s=wait)
        assert isinstance(self.state, Held)
        self.state = Contested(self.state.reign, ask)
        return [Asked(ask)]

    def respond(
        self, client_id: ClientId, request_id: str, *, accept: bool, after_item: bool, on_screen: bool, now: float
    ) -> Effects:
        """The holder's answer; `on_screen` says whether there is an item to wait for.

        Raises:
            TakeoverNotFound: nothing of that id is to be decided.
            Forbidden: another client holds the screen.
            TakeoverInProgress: a promise cannot be kept now, while the screen goes to another.
        """
        reign = self.reign
        ask = self._undecided(request_id)
        if reign is None or ask is None:
            raise TakeoverNotFound
        if reign.holder.client_id != client_id:
            raise Forbidden("Only who holds the screen answers.")
        if accept and after_item and on_screen:
            return self._promise(reign, ask)
        if accept and isinstance(self.state, HandingOver):
            raise TakeoverInProgress
        if accept:
            return self._hand_over(ask, "It was allowed.", now)
        return self._settle(ask, "refused", f"{reign.holder.name} keeps the screen.")

    def cancel(self, client_id: ClientId, request_id: str) -> Effects:
        """Take an ask back. Raises: TakeoverNotFound, Forbidden."""
        ask = self._find(request_id)
        if ask is None:
            raise TakeoverNotFound
        if ask.asker.client_id != client_id:
            raise Forbidden("Only who asked takes it back.")
        return self._settle(ask, "cancelled", f"{ask.asker.name} took it back.")

    def release(self, client_id: ClientId, lease: int, now: float) -> Effects:
        """Give the screen up. Raises: NotAuthority, StaleLease."""
        self.check(client_id, lease)
        return self._vacate("It was given back.", now)

    # ── what happens to clients, the screen and time ──────────────────────────────────────────────

    def away(self, client_id: ClientId) -> Effects:
        """A client's connection broke. A handover to it is called off; everything else waits."""
        self._away.add(client_id)
        if isinstance(self.state, HandingOver) and self.state.ask.asker.client_id == client_id:
            return self._settle(self.state.ask, "failed", f"{self.state.ask.asker.name} went away.")
        return []

    def back(self, client_id: ClientId) -> None:
        """It is there again."""
        self._away.discard(client_id)

    def gone(self, client_id: ClientId, now: float) -> Effects:
        """A client has ended."""
        self._away.discard(client_id)
        effects: Effects = []
        while ask := self.pending(client_id):
            is_on_its_way = isinstance(self.state, HandingOver) and ask == self.state.ask
            outcome: TakeoverOutcome = "failed" if is_on_its_way else "cancelled"
            effects += self._settle(ask, outcome, f"{ask.asker.name} left.")
        if self.holds(client_id):
            effects += self._vacate("Its holder left.", now)
        return effects

    def item_ended(self, now: float) -> Effects:
        """What was on the screen is over: time to keep a promise."""
        reign = self.reign
        if reign is None or reign.promise is None or isinstance(self.state, HandingOver):
            return []
        return self._hand_over(reign.promise, "The film is over.", now)

    def shown(self, request_id: str, now: float) -> Effects:
        """The asker's first frame is on the TV."""
        if isinstance(self.state, HandingOver) and self.state.ask.request_id == request_id:
            return self._grant(self.state.ask, "Its film plays.", now)
        return []

    def failed(self, request_id: str, reason: str) -> Effects:
        """The asker's item could not be shown, and the screen is as it was."""
        if isinstance(self.state, HandingOver) and self.state.ask.request_id == request_id:
            return self._settle(self.state.ask, "failed", reason, call_off=False)
        return []

    def tick(self, now: float, *, playing: bool) -> Effects:
        """Decide what nobody has decided; `playing` says what the screen does."""
        state = self.state
        if isinstance(state, HandingOver) and now >= state.deadline:
            return self._settle(state.ask, "failed", "It took too long.")
        if isinstance(state, Contested) and now >= state.ask.expires:
            return self._silence(state, now, playing=playing)
        return []

    def reserve(self, up_to: int) -> None:
        """Leases up to this one are stored."""
        self.reserved = max(self.reserved, up_to)

    def restore(self, holder: Party, now: float) -> None:
        """Give the screen to its holder of before a restart, who is not back yet, with a lease of its own."""
        self.lease += 1
        self.state, self.since = Held(Reign(holder, self.lease, now)), now
        self._away.add(holder.client_id)

    # ── inside ────────────────────────────────────────────────────────────────────────────────────

    def _silence(self, state: Contested, now: float, *, playing: bool) -> Effects:
        """PROTOCOL §5.2."""
        ask, holder = state.ask, state.reign.holder
        if ask.asker.client_id in self._away:
            return self._settle(ask, "expired", f"{ask.asker.name} went away.")
        if playing and holder.client_id not in self._away and ask.asker.role == "guest":
            return self._settle(ask, "expired", f"{holder.name} did not answer, and a film plays.")
        return self._hand_over(ask, f"{holder.name} did not answer.", now)

    def _find(self, request_id: str) -> Ask | None:
        asks = (self.ask, self.reign.promise if self.reign else None)
        return next((ask for ask in asks if ask and ask.request_id == request_id), None)

    def _undecided(self, request_id: str) -> Ask | None:
        """An ask that its holder may still answer: a promise, too, but nothing that is being handed over."""
        found = self._find(request_id)
        return None if isinstance(self.state, HandingOver) and found == self.state.ask else found

    def _promise(self, reign: Reign, ask: Ask) -> Effects:
        effects: Effects = []
        if reign.promise and reign.promise != ask:
            effects = [Resolved(reign.promise, "refused", f"It was promised to {ask.asker.name}.")]
        if isinstance(self.state, Contested) and self.state.ask == ask:
            self.state = Held(replace(reign, promise=ask))
        return [*effects, Asked(ask)]

    def _hand_over(self, ask: Ask, reason: str, now: float) -> Effects:
        """Grant it, or first have its item played. Another ask that was being decided has lost."""
        beaten = self.ask if self.ask != ask else None
        effects = self._dismiss(beaten, "refused", f"{ask.asker.name} gets the screen.")
        if not ask.trial:
            return effects + self._grant(ask, reason, now)
        reign = self.reign
        if reign and reign.promise == ask:
            reign = replace(reign, promise=None)
        self.state = HandingOver(reign, ask, now + HANDOVER)
        return [*effects, HandOver(ask)]

    def _grant(self, ask: Ask, reason: str, now: float) -> Effects:
        before = self.reign
        self.lease += 1
        self.since = now
        self._former = before.holder.client_id if before else None
        reign = Reign(ask.asker, self.lease, now)
        self.state = Held(reign)
        effects: Effects = [Changed(reign, now, reason), Resolved(ask, "granted", reason, self.lease)]
        if before and before.promise and before.promise != ask:
            effects.append(Resolved(before.promise, "refused", f"{ask.asker.name} has the screen now."))
        return effects

    def _vacate(self, reason: str, now: float) -> Effects:
        """The holder is no more: who has asked gets it, then who was promised it, then nobody."""
        reign = self.reign
        assert reign is not None
        heir = self.ask or reign.promise
        if heir and not heir.trial:
            return self._grant(heir, reason, now)
        effects: Effects = [Changed(None, now, reason)]
        self.since = now
        if reign.promise != heir:
            effects += self._dismiss(reign.promise, "cancelled", reason)
        if isinstance(self.state, HandingOver):
            self.state = replace(self.state, reign=None)
        elif heir:
            self.state = HandingOver(None, heir, now + HANDOVER)
            effects.append(HandOver(heir))
        else:
            self.state = Free()
        return effects

    def _settle(self, ask: Ask, outcome: TakeoverOutcome, reason: str, *, call_off: bool = True) -> Effects:
        """An ask ends without a grant: all is as it was before it."""
        handing_over = isinstance(self.state, HandingOver) and self.state.ask == ask
        reign = self.reign
        if reign and reign.promise == ask:
            assert not isinstance(self.state, Free)
            self.state = replace(self.state, reign=replace(reign, promise=None))
        else:
            self.state = Held(reign) if reign else Free()
        effects: Effects = [CallOff(ask)] if handing_over and call_off else []
        return [*effects, Resolved(ask, outcome, reason)]

    @staticmethod
    def _dismiss(ask: Ask | None, outcome: TakeoverOutcome, reason: str) -> Effects:
        """Tell an ask that it lost to another; the state is the other's business."""
        return [Resolved(ask, outcome, reason)] if ask else []

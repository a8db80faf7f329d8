"""Who may command the screen (PROTOCOL §5).

    Free ──ask──▶ Held ──ask──▶ Contested ──accepted, or silence──▶ HandingOver ──first frame shown──▶ Held by the asker
                   ▲              │   │                               ▲   │
                   │              │   └─accepted─▶ Promised ─item ends┘   │
                   │              │ refused, cancelled  │ the same        │ failed
                   └──────────────┴─────────────────────┴─────────────────┘

An ask without a film skips HandingOver: nothing on the TV changes. From a free screen an ask goes straight there, and so
does an owner's from Held, Contested and Promised, where the ask of before is refused.

Contract. There is never more than one holder, and never more than one ask. Every grant has a lease higher than all
before, and goes to somebody who is there. A contest ends within `ANSWER` seconds, a promise with what is on the screen,
a handover within `HANDOVER` seconds. Every ask is resolved exactly once. `check` is the only gate for commands to the
screen.
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
    Promised,
    Reign,
    Resolved,
    State,
)
from controller.core.scene import Film
from protocol.errors import (
    Forbidden,
    NotAuthority,
    NotRegistered,
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
"""Seconds that the asker's film has to be shown."""
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
        """The ask whose end was not told yet."""
        return None if isinstance(self.state, Free | Held) else self.state.ask

    def holds(self, client_id: ClientId) -> bool:
        """Whether this client commands the screen."""
        return self.reign is not None and self.reign.holder.client_id == client_id

    def pending(self, client_id: ClientId) -> Ask | None:
        """What this client has asked for and not been told."""
        return self.ask if self.ask and self.ask.asker.client_id == client_id else None

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
        self,
        asker: Party,
        request_id: str,
        *,
        message: str | None = None,
        film: Film | None = None,
        position: float = 0.0,
        override: bool = False,
        now: float,
    ) -> Effects:
        """Ask for the screen. Who holds it already, or asks again, changes nothing.

        Raises:
            Forbidden: only owners override.
            TakeoverInProgress: somebody else has asked, and maybe was promised it.
            RateLimited: the present holder has just got it from this client.
            NotRegistered: it would be granted at once, but who asks has gone away meanwhile.
            Overloaded: no lease can be stored.
        """
        if override and asker.role != "owner":
            raise Forbidden("Only an owner may take the screen without asking.")
        if self.holds(asker.client_id) or (self.pending(asker.client_id) and not override):
            return []
        if self.reserved - self.lease < ENOUGH:
            raise Overloaded(retry_after_s=1.0)
        ask = Ask(request_id, asker, message, now + ANSWER, film, position)
        if isinstance(self.state, HandingOver):
            raise TakeoverInProgress
        if isinstance(self.state, Free) or override:
            return self._take(ask, now)
        return self._contest(self.state, ask, now)

    def respond(
        self, client_id: ClientId, request_id: str, *, accept: bool, after_item: bool, on_screen: bool, now: float
    ) -> Effects:
        """The holder's answer, also to what it has promised; `on_screen` says whether there is an item to wait for.

        Raises:
            TakeoverNotFound: nothing of that id is to be decided.
            Forbidden: another client holds the screen.
        """
        state = self.state
        if not isinstance(state, Contested | Promised) or state.ask.request_id != request_id:
            raise TakeoverNotFound
        reign, ask = state.reign, state.ask
        if reign.holder.client_id != client_id:
            raise Forbidden("Only who holds the screen answers.")
        if not accept:
            return self._settle(ask, "refused", f"{reign.holder.name} keeps the screen.")
        if after_item and on_screen:
            self.state = Promised(reign, ask)
            return [Asked(ask)]
        return self._allow(ask, "It was allowed.", now)

    def cancel(self, client_id: ClientId, request_id: str) -> Effects:
        """Take an ask back. Raises: TakeoverNotFound, Forbidden."""
        ask = self.ask
        if ask is None or ask.request_id != request_id:
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
        if isinstance(self.state, HandingOver) and self.pending(client_id):
            return self._settle(self.state.ask, "failed", f"{self.state.ask.asker.name} went away.")
        return []

    def back(self, client_id: ClientId) -> None:
        """It is there again."""
        self._away.discard(client_id)

    def gone(self, client_id: ClientId, now: float) -> Effects:
        """A client has ended."""
        self._away.discard(client_id)
        if ask := self.pending(client_id):
            outcome: TakeoverOutcome = "failed" if isinstance(self.state, HandingOver) else "cancelled"
            return self._settle(ask, outcome, f"{ask.asker.name} left.")
        return self._vacate("Its holder left.", now) if self.holds(client_id) else []

    def item_ended(self, now: float) -> Effects:
        """What was on the screen is over: time to keep a promise."""
        if isinstance(self.state, Promised):
            return self._allow(self.state.ask, "The film is over.", now)
        return []

    def shown(self, request_id: str, now: float) -> Effects:
        """The asker's first frame is on the TV."""
        if isinstance(self.state, HandingOver) and self.state.ask.request_id == request_id:
            return self._grant(self.state.ask, "Its film plays.", now)
        return []

    def failed(self, request_id: str, reason: str) -> Effects:
        """The asker's film could not be shown, and the screen is as it was."""
        if isinstance(self.state, HandingOver) and self.state.ask.request_id == request_id:
            return self._settle(self.state.ask, "failed", reason, call_off=False)
        return []

    def tick(self, now: float, *, on_screen: bool, playing: bool) -> Effects:
        """Decide what nobody has decided; to be called at every deadline, and when the screen has become empty."""
        state = self.state
        if isinstance(state, HandingOver) and now >= state.deadline:
            return self._settle(state.ask, "failed", "It took too long.")
        if isinstance(state, Contested) and now >= state.ask.expires:
            return self._silence(state, now, playing=playing)
        return [] if on_screen else self.item_ended(now)

    def reserve(self, up_to: int) -> None:
        """Leases up to this one are stored."""
        self.reserved = max(self.reserved, up_to)

    def restore(self, holder: Party, now: float, since: float | None = None) -> None:
        """Give the screen to its holder of before a restart, who is not back yet, with a lease of its own."""
        self.lease += 1
        self.state, self.since = Held(Reign(holder, self.lease, now)), now if since is None else min(since, now)
        self._away.add(holder.client_id)

    def rename(self, client_id: ClientId, name: str) -> Effects:
        """A client is called something else."""
        if isinstance(self.state, Free) or self.state.reign is None or not self.holds(client_id):
            return []
        reign = replace(self.state.reign, holder=replace(self.state.reign.holder, name=name))
        self.state = replace(self.state, reign=reign)
        return [Changed(reign, self.since, f"{name} is the holder's new name.")]

    # ── inside ────────────────────────────────────────────────────────────────────────────────────

    def _take(self, ask: Ask, now: float) -> Effects:
        """Without asking: nobody holds it, or an owner wants it now. An ask that was pending has lost."""
        if ask.asker.client_id in self._away:
            raise NotRegistered("You went away before this was decided.", hint="Ask again.")
        if isinstance(self.state, Free):
            return self._hand_over(ask, "Nobody held it.", now)
        beaten = self.ask
        effects: Effects = [Resolved(beaten, "refused", f"{ask.asker.name} takes the screen.")] if beaten else []
        return effects + self._hand_over(ask, "An owner took the screen.", now)

    def _contest(self, state: Held | Contested | Promised, ask: Ask, now: float) -> Effects:
        if isinstance(state, Contested):
            raise TakeoverInProgress
        if isinstance(state, Promised):
            sentence = f"The TV is promised to {state.ask.asker.name} after this film."
            raise TakeoverInProgress(sentence, hint="Ask again after that.")
        self._check_peace(state.reign, ask.asker, now)
        self.state = Contested(state.reign, ask)
        return [Asked(ask)]

    def _check_peace(self, reign: Reign, asker: Party, now: float) -> None:
        left = self.since + PEACE - now
        if asker.client_id == self._former and left > 0:
            sentence = f"{reign.holder.name} has just got the screen; give it a moment."
            raise RateLimited(sentence, retry_after_s=ceil(left * 10) / 10)

    def _silence(self, state: Contested, now: float, *, playing: bool) -> Effects:
        """PROTOCOL §5.2."""
        ask, holder = state.ask, state.reign.holder
        if playing and holder.client_id not in self._away and ask.asker.role == "guest":
            return self._settle(ask, "expired", f"{holder.name} did not answer, and a film plays.")
        return self._allow(ask, f"{holder.name} did not answer.", now)

    def _allow(self, ask: Ask, reason: str, now: float) -> Effects:
        """Nobody stands against it any more: who asked gets it, if it is still there."""
        return self._unless_away(ask) or self._hand_over(ask, reason, now)

    def _unless_away(self, ask: Ask) -> Effects:
        """Settle what somebody has asked who is away: nobody would be there to command the screen."""
        if ask.asker.client_id not in self._away:
            return []
        return self._settle(ask, "expired", f"{ask.asker.name} went away.")

    def _hand_over(self, ask: Ask, reason: str, now: float) -> Effects:
        """Grant it, or first have its film played."""
        if ask.film is None:
            return self._grant(ask, reason, now)
        self.state = HandingOver(self.reign, ask, now + HANDOVER)
        return [HandOver(ask)]

    def _grant(self, ask: Ask, reason: str, now: float) -> Effects:
        self._former = self.reign.holder.client_id if self.reign else None
        self.lease += 1
        self.since = now
        reign = Reign(ask.asker, self.lease, now)
        self.state = Held(reign)
        return [Changed(reign, now, reason), Resolved(ask, "granted", reason, self.lease)]

    def _vacate(self, reason: str, now: float) -> Effects:
        """The holder is no more: who has asked, or was promised it, gets it, or nobody."""
        effects = self._unless_away(self.ask) if self.ask else []
        heir = self.ask
        if heir and not heir.film:
            return self._grant(heir, reason, now)
        self.since = now
        effects.append(Changed(None, now, reason))
        if isinstance(self.state, HandingOver):
            self.state = replace(self.state, reign=None)
            return effects
        self.state = Free()
        return effects + self._hand_over(heir, reason, now) if heir else effects

    def _settle(self, ask: Ask, outcome: TakeoverOutcome, reason: str, *, call_off: bool = True) -> Effects:
        """An ask ends without a grant: all is as it was before it."""
        effects: Effects = [CallOff(ask)] if isinstance(self.state, HandingOver) and call_off else []
        self.state = Held(self.reign) if self.reign else Free()
        return [*effects, Resolved(ask, outcome, reason)]

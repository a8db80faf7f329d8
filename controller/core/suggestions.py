"""Suggestions: what somebody who does not command the screen would like it to do.

                 ┌─ refused, withdrawn, 30 s ─▶ (refused, withdrawn, expired)
    ─suggest─▶ Open
                 └─ accepted ─▶ Underway ─ carried out ─▶ (accepted)
                                    └─ it failed, 30 s ─▶ (failed)

Contract. Every suggestion ends exactly once: an open one within `LASTS` seconds, one that was accepted within `WITHIN`
more. Its suggester has `MOST` at a time, and a device a budget of them; the same again is the one there is. Who holds
the screen, or an owner, answers; authority does not move. A suggester who leaves withdraws what is open; what was
accepted is carried out all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from controller.core.authority_state import Party
from controller.core.budget import Budgets
from controller.core.scene import Film
from protocol.errors import Forbidden, RateLimited, SuggestionNotFound
from protocol.values import ClientId, DeviceId, SuggestionKind, SuggestionOutcome

LASTS = 30.0
"""Seconds in which a suggestion can be answered."""
WITHIN = 30.0
"""Seconds in which an accepted one must be carried out: a film is looked into first."""
MOST = 3
"""Suggestions of one client at a time."""
BUDGET, EVERY = 10, 6.0
"""Suggestions of one device at once, and the seconds after which it may make one more: 10 a minute."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody would like; `film` goes with the kinds play and add."""

    suggestion_id: str
    by: Party
    kind: SuggestionKind
    film: Film | None
    expires: float


@dataclass(frozen=True, slots=True)
class Open:
    """Nobody has answered yet."""

    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Underway:
    """`by` has accepted it, and it is being carried out."""

    suggestion: Suggestion
    by: Party
    deadline: float


@dataclass(frozen=True, slots=True)
class Made:
    """Tell its suggester, who holds the screen, and the owners."""

    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Do it, then call `done` or `failed`."""

    suggestion: Suggestion
    by: Party


@dataclass(frozen=True, slots=True)
class CallOff:
    """Stop doing that."""

    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Ended:
    """Tell the same people, and whoever was told before, how it ended and by whom."""

    suggestion: Suggestion
    outcome: SuggestionOutcome
    reason: str
    by: Party | None = None


Effect = Made | CarryOut | CallOff | Ended
Effects = list[Effect]


class Suggestions:
    """The machine. Every method answers what must be done and told; `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._pending: dict[str, Open | Underway] = {}
        self._budgets = Budgets[DeviceId](BUDGET, EVERY, "suggestions")

    # ── what is ───────────────────────────────────────────────────────────────────────────────────

    @property
    def open(self) -> list[Suggestion]:
        """What can be answered, oldest first."""
        return [state.suggestion for state in self._pending.values() if isinstance(state, Open)]

    def underway(self, suggestion_id: str) -> Underway | None:
        """The one of an id, if it is being carried out."""
        state = self._pending.get(suggestion_id)
        return state if isinstance(state, Underway) else None

    def same(self, client_id: ClientId, kind: SuggestionKind, film: Film | None) -> Suggestion | None:
        """What this client has suggested already, and is not over."""
        path = film.path if film else None
        for one in self._of(client_id):
            if one.kind == kind and (one.film.path if one.film else None) == path:
                return one
        return None

    def next_deadline(self) -> float | None:
        """When `tick` has something to do."""
        return min((_deadline(state) for state in self._pending.values()), default=None)

    # ── what clients do ───────────────────────────────────────────────────────────────────────────

    def suggest(self, suggestion: Suggestion, device_id: DeviceId, now: float) -> Effects:
        """Make one that is not there yet (see `same`); it expires `LASTS` seconds from now.

        Raises:
            RateLimited: its client has too many, or its device has made too many lately.
        """
        mine = self._of(suggestion.by.client_id)
        if len(mine) >= MOST:
            first = min(_deadline(self._pending[one.suggestion_id]) for one in mine)
            sentence = f"{MOST} of your suggestions are not answered yet."
            raise RateLimited(sentence, retry_after_s=ceil(max(0.0, first - now) * 10) / 10)
        self._budgets.take(device_id, 1, now)
        self._pending[suggestion.suggestion_id] = Open(suggestion)
        return [Made(suggestion)]

    def answer(self, by: Party, suggestion_id: str, *, holds: bool, accept: bool, now: float) -> Effects:
        """Accept it, or not; `holds` says whether who answers commands the screen.

        Raises:
            SuggestionNotFound: nothing of that id can be answered.
            Forbidden: it is neither an owner nor who holds the screen.
        """
        suggestion = self._open(suggestion_id)
        _check_answers(by, holds=holds)
        if not accept:
            return self._end(suggestion, "refused", f"{by.name} said no.", by)
        self._pending[suggestion_id] = Underway(suggestion, by, now + WITHIN)
        return [CarryOut(suggestion, by)]

    def withdraw(self, client_id: ClientId, suggestion_id: str) -> Effects:
        """Take it back. Raises: SuggestionNotFound (also when it was accepted), Forbidden (it is another's)."""
        suggestion = self._open(suggestion_id)
        if suggestion.by.client_id != client_id:
            raise Forbidden("Only who suggested it takes it back.")
        return self._end(suggestion, "withdrawn", f"{suggestion.by.name} took it back.", suggestion.by)

    # ── what happens ──────────────────────────────────────────────────────────────────────────────

    def gone(self, client_id: ClientId) -> Effects:
        """A client has ended."""
        mine = [one for one in self.open if one.by.client_id == client_id]
        return [effect for one in mine for effect in self._end(one, "withdrawn", f"{one.by.name} left.")]

    def done(self, suggestion_id: str) -> Effects:
        """It was carried out."""
        state = self.underway(suggestion_id)
        return self._end(state.suggestion, "accepted", f"{state.by.name} said yes.", state.by) if state else []

    def failed(self, suggestion_id: str, reason: str) -> Effects:
        """It could not be carried out."""
        state = self.underway(suggestion_id)
        return self._end(state.suggestion, "failed", reason, state.by) if state else []

    def tick(self, now: float) -> Effects:
        """End what has had its time; to be called at every deadline."""
        effects: Effects = []
        for state in [one for one in self._pending.values() if now >= _deadline(one)]:
            if isinstance(state, Open):
                effects += self._end(state.suggestion, "expired", "Nobody answered.")
            else:
                effects += [
                    CallOff(state.suggestion),
                    *self.failed(state.suggestion.suggestion_id, "It took too long."),
                ]
        return effects

    # ── inside ────────────────────────────────────────────────────────────────────────────────────

    def _of(self, client_id: ClientId) -> list[Suggestion]:
        mine = (state.suggestion for state in self._pending.values())
        return [one for one in mine if one.by.client_id == client_id]

    def _open(self, suggestion_id: str) -> Suggestion:
        state = self._pending.get(suggestion_id)
        if not isinstance(state, Open):
            raise SuggestionNotFound
        return state.suggestion

    def _end(self, one: Suggestion, outcome: SuggestionOutcome, reason: str, by: Party | None = None) -> Effects:
        del self._pending[one.suggestion_id]
        return [Ended(one, outcome, reason, by)]


def _check_answers(by: Party, *, holds: bool) -> None:
    """Whether somebody decides on suggestions. Raises: Forbidden."""
    if not holds and by.role != "owner":
        raise Forbidden("Only who holds the TV, or an owner, answers.")


def _deadline(state: Open | Underway) -> float:
    return state.suggestion.expires if isinstance(state, Open) else state.deadline

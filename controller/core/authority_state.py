"""What authority can be in, and what its machine answers: see core.authority."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.scene import Film
from protocol.values import ClientId, Role, TakeoverOutcome


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who asks or holds."""

    client_id: ClientId
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for the screen. A film that comes with it must play, from `position`, before authority moves."""

    request_id: str
    asker: Party
    message: str | None
    expires: float
    film: Film | None = None
    position: float = 0.0


@dataclass(frozen=True, slots=True)
class Reign:
    """One client's time with the screen."""

    holder: Party
    lease: int
    since: float


@dataclass(frozen=True, slots=True)
class Free:
    """Nobody holds it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody holds it in peace."""

    reign: Reign


@dataclass(frozen=True, slots=True)
class Contested:
    """Somebody holds it and has been asked."""

    reign: Reign
    ask: Ask


@dataclass(frozen=True, slots=True)
class Promised:
    """Somebody holds it until the present item ends; then it is handed over."""

    reign: Reign
    ask: Ask


@dataclass(frozen=True, slots=True)
class HandingOver:
    """The asker's item is on its way to the TV; until it is shown, `reign` is as it was."""

    reign: Reign | None
    ask: Ask
    deadline: float


State = Free | Held | Contested | Promised | HandingOver


@dataclass(frozen=True, slots=True)
class Asked:
    """Tell everybody, above all the holder: somebody asks, or was promised it."""

    ask: Ask


@dataclass(frozen=True, slots=True)
class Resolved:
    """Tell everybody how an ask ended; the lease is for the asker."""

    ask: Ask
    outcome: TakeoverOutcome
    reason: str
    lease: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """Tell everybody who holds it now."""

    reign: Reign | None
    since: float
    reason: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Play the asker's item, then call `shown` or `failed`."""

    ask: Ask


@dataclass(frozen=True, slots=True)
class CallOff:
    """Stop doing that; everything on the TV as it was."""

    ask: Ask


Effect = Asked | Resolved | Changed | HandOver | CallOff
Effects = list[Effect]

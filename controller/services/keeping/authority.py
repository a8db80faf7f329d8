"""Keeps authority: who holds the screen, and leases that are saved ahead.

Up to `reserved` they may be granted without waiting; the next daemon begins above that.
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.core.authority_state import Party
from controller.ports import Clock
from controller.services.authority import ScreenAuthority
from controller.services.clients import ClientManager
from controller.services.keeping.book import read
from protocol.values import Wire

ROW = "authority"
AHEAD = 1_000
"""Leases saved ahead of the last one granted."""


class KeptAuthority(Wire):
    """`reserved` is the highest lease that may ever have been granted; `holder` is a client's id, `asked` that of a request
    that is not decided. They hold it `since` then, by the clock on the wall.
    """

    reserved: int = 0
    holder: str | None = None
    since: float | None = None
    asked: str | None = None


class AuthorityBook:
    """A `Book`; the clients must be there before it is taken up."""

    def __init__(self, clock: Clock, clients: ClientManager, authority: ScreenAuthority) -> None:
        self._clock, self._clients, self._authority = clock, clients, authority
        self._machine = authority.machine
        self._since = float("nan"), 0.0
        self._stored = self._next = KeptAuthority()

    def take_up(self, found: Mapping[str, str]) -> None:
        """Give the screen to its holder of before, if that client is still known."""
        kept = read(KeptAuthority, found.get(ROW))
        if found.get(ROW) and not kept.reserved:  # illegible: more leases than seconds were never granted
            kept = KeptAuthority(reserved=int(self._clock.wall()))
        now, wall = self._clock.now(), self._clock.wall()
        self._machine.lease, self._machine.since = kept.reserved, now
        holder = self._clients.get(kept.holder) if kept.holder else None
        if holder:
            party = Party(holder.client_id, holder.name, holder.device.role)
            self._machine.restore(party, now, now if kept.since is None else now - max(0.0, wall - kept.since))
        if kept.asked:
            self._authority.cut_short(kept.asked)

    def changes(self) -> dict[str, str | None]:
        """Holder, leases and who asks, if they are others."""
        reign = self._machine.reign
        holder = reign.holder.client_id if reign and self._clients.get(reign.holder.client_id) else None
        asked = self._machine.ask.request_id if self._machine.ask else None
        since = self._on_the_wall(self._machine.since) if holder else None
        self._next = KeptAuthority(reserved=self._machine.lease + AHEAD, holder=holder, since=since, asked=asked)
        return {} if self._next == self._stored else {ROW: self._next.model_dump_json(exclude_none=True)}

    def _on_the_wall(self, since: float) -> float:
        """A time of the daemon's clock by the one on the wall, as that was when it was asked for first: it may be set."""
        if self._since[0] != since:
            self._since = since, self._clock.wall() - (self._clock.now() - since)
        return self._since[1]

    def saved(self) -> None:
        """These leases may be granted now."""
        self._stored = self._next
        self._machine.reserve(self._next.reserved)

"""What must survive, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.core.watching import Memory, Seat
from controller.ports.library import SourceFile
from protocol.devices import Device
from protocol.values import DeviceId, Role


class NotStored(Exception):
    """The store cannot do that just now; nothing has changed. The message says why, without what was to be stored."""


class FactsStore(Protocol):
    """What was found in films, as text: at most one per path, and so many in all. Everything raises NotStored."""

    async def find(self, source: SourceFile, examiner: str, at: float) -> str | None:
        """What this examiner kept of a file that is still the same; somebody uses it now (Unix seconds)."""
        ...

    async def keep(self, source: SourceFile, examiner: str, text: str, at: float) -> None:
        """Remember this of a file, instead of what was remembered of its path; what nobody used for long may go."""
        ...


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device that may come in. One that the house has `named` is called so, whatever its clients say."""

    device_id: DeviceId
    name: str
    role: Role
    named: bool = False


class LastOwner(Exception):
    """That would leave the house without an owner; nothing has changed."""


SEEN_TO = 60.0
"""Seconds to which it is known when a device was last seen: a thousand that come back at once cost no write each."""


class DeviceStore(Protocol):
    """The paired devices. Tokens are known by their hash only. Everything raises NotStored."""

    async def add(self, device: KnownDevice, token_hash: str, at: float) -> None:
        """Keep a new device; it is stored when this returns. Raises: NotStored, also when its id or token is there."""
        ...

    async def find(self, token_hash: str, at: float) -> KnownDevice | None:
        """The device of a token, which was thereby seen; that is known to the minute."""
        ...

    async def all(self) -> list[Device]:
        """Every device, oldest first, then by id."""
        ...

    async def remove(self, device_id: str) -> bool:
        """Forget a device; False when there is none of that id."""
        ...

    async def rename(self, device_id: str, name: str) -> bool:
        """Call a device something else; it is stored when this returns. False when there is none of that id."""
        ...

    async def set_role(self, device_id: str, role: Role) -> bool:
        """Give a device another role; it is stored when this returns. False when there is none of that id.

        Raises:
            LastOwner: it is the only owner and would be one no more, also when others are changed at the same time.
        """
        ...

    async def owners(self) -> int:
        """How many owners there are."""
        ...


class KeptState(Protocol):
    """What must survive a restart, by name, as text."""

    async def load(self) -> dict[str, str]:
        """Everything that was saved. Raises: NotStored."""
        ...

    async def save(self, texts: Mapping[str, str | None]) -> None:
        """Keep these, all or none; None forgets a name. They are stored when this returns. Raises: NotStored."""
        ...


class WatchStore(Protocol):
    """What is remembered of films: at most one memory per person and film."""

    async def load(self) -> dict[Seat, Memory]:
        """Everything that was saved. Raises: NotStored."""
        ...

    async def save(self, memories: Mapping[Seat, Memory | None]) -> None:
        """Keep these, all or none; None forgets. They are stored when this returns. Raises: NotStored."""
        ...

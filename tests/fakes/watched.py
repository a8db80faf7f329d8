"""What is remembered of films, in memory; it can refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.core.watching import Memory, Seat
from controller.ports import NotStored


@dataclass(slots=True)
class FakeWatched:
    """Implements `ports.WatchStore`. `refuses` makes every save fail; `saves` are those that did not, oldest first."""

    rows: dict[Seat, Memory] = field(default_factory=dict)
    refuses: bool = False
    saves: list[dict[Seat, Memory | None]] = field(default_factory=list)

    async def load(self) -> dict[Seat, Memory]:
        """Everything that was saved."""
        return dict(self.rows)

    async def save(self, memories: Mapping[Seat, Memory | None]) -> None:
        """Keep these. Raises: NotStored."""
        if self.refuses:
            raise NotStored("the disk is full")
        if not memories:
            return
        self.saves.append(dict(memories))
        for seat, memory in memories.items():
            if memory:
                self.rows[seat] = memory
            else:
                self.rows.pop(seat, None)

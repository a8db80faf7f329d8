"""A store of texts in memory that can refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.ports import NotStored


@dataclass(slots=True)
class FakeKept:
    """Implements `ports.KeptState`. `refuses` makes every save fail; `saves` counts those that did not."""

    texts: dict[str, str] = field(default_factory=dict)
    refuses: bool = False
    saves: int = 0

    async def load(self) -> dict[str, str]:
        """Everything that was saved."""
        return dict(self.texts)

    async def save(self, texts: dict[str, str]) -> None:
        """Keep these. Raises: NotStored."""
        if self.refuses:
            raise NotStored("the disk is full")
        self.texts.update(texts)
        self.saves += 1

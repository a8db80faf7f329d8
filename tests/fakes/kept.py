"""A store of texts in memory that can refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio

from controller.ports import NotStored


@dataclass(slots=True)
class FakeKept:
    """Implements `ports.KeptState`. `refuses` makes every save fail; `saves` counts those that did not, `written` their
    characters, and each of them `takes` so many seconds.
    """

    texts: dict[str, str] = field(default_factory=dict)
    refuses: bool = False
    saves: int = 0
    takes: float = 0.0
    written: int = 0

    async def load(self) -> dict[str, str]:
        """Everything that was saved."""
        return dict(self.texts)

    async def save(self, texts: Mapping[str, str | None]) -> None:
        """Keep these; None forgets a name. Raises: NotStored."""
        if self.takes:
            await anyio.sleep(self.takes)
        if self.refuses:
            raise NotStored("the disk is full")
        for name, text in texts.items():
            self.texts.pop(name, None)
            if text is not None:
                self.texts[name] = text
            self.written += len(name) + len(text or "")
        self.saves += 1

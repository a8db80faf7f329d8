"""What was found in films, in memory; it can refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from controller.ports import NotStored, SourceFile


@dataclass(slots=True)
class FakeFactsStore:
    """Implements `ports.FactsStore` for at most `most` films. `refuses` makes everything fail; `asked` counts."""

    most: int = 2_000
    refuses: bool = False
    asked: int = 0
    rows: dict[Path, tuple[SourceFile, str, str]] = field(default_factory=dict)
    used: dict[Path, float] = field(default_factory=dict)

    async def find(self, source: SourceFile, examiner: str, at: float) -> str | None:
        """What is kept of it. Raises: NotStored."""
        self._refuse()
        same, by, text = self.rows.get(source.path, (None, "", ""))
        if same is None or (same.size, same.modified_ns, by) != (source.size, source.modified_ns, examiner):
            return None
        self.used[source.path] = at
        return text

    async def keep(self, source: SourceFile, examiner: str, text: str, at: float) -> None:
        """Keep it. Raises: NotStored."""
        self._refuse()
        self.rows[source.path], self.used[source.path] = (source, examiner, text), at
        while len(self.rows) > self.most:
            oldest = min(self.rows, key=self.used.__getitem__)
            del self.rows[oldest], self.used[oldest]

    def _refuse(self) -> None:
        self.asked += 1
        if self.refuses:
            raise NotStored("the disk is full")

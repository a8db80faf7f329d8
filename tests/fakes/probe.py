"""A probe that knows beforehand what is in every film."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import anyio

from controller.core.media import MediaFacts
from controller.ports import SourceFile
from protocol.errors import NotPlayable


@dataclass(slots=True)
class FakeProbe:
    """Implements `ports.MediaProbe`: `films` says what is in a file; one that is not there cannot be played.

    A look takes `takes` seconds; `looks` counts them. A check takes `check_takes`; of the films in `undecodable` nothing
    can be decoded; `checks` holds what was asked: a film and a position. One that is called off ends `dying` seconds later.
    `studied` has the films that somebody watched.
    """

    films: dict[Path, MediaFacts] = field(default_factory=dict)
    takes: float = 0.0
    looks: int = 0
    check_takes: float = 0.0
    dying: float = 0.0
    undecodable: set[Path] = field(default_factory=set)
    checks: list[tuple[Path, float]] = field(default_factory=list)
    studied: list[Path] = field(default_factory=list)
    _known: dict[SourceFile, MediaFacts | None] = field(default_factory=dict)

    async def facts(self, source: SourceFile) -> MediaFacts:
        """What is in a film. Raises: NotPlayable."""
        if source not in self._known:
            self.looks += 1
            await anyio.sleep(self.takes)
            self._known[source] = self.films.get(source.path)
        found = self._known[source]
        if found is None:
            raise NotPlayable
        return found

    def known(self, source: SourceFile) -> MediaFacts | None:
        """The same, if somebody has looked."""
        return self._known.get(source)

    def study(self, source: SourceFile) -> None:
        """There is nothing that was not known at once."""
        self.studied.append(source.path)

    async def check(self, source: SourceFile, position: float) -> None:
        """Whether something of it can be decoded there. Raises: NotPlayable."""
        self.checks.append((source.path, position))
        try:
            await anyio.sleep(self.check_takes)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await anyio.sleep(self.dying)
            raise
        if source.path not in self.films or source.path in self.undecodable:
            raise NotPlayable

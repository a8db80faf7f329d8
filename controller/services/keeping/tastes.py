"""Keeps what is remembered of devices: a row each."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from controller.core.tastes import Taste
from controller.services.keeping.book import read_all
from controller.services.tastes import Tastes
from protocol.values import DeliveryMode, Wire

PREFIX = "taste:"


class KeptTaste(Wire):
    """As `core.tastes.Taste`."""

    heard: str | None = None
    read: str | None = None
    refused: dict[str, list[DeliveryMode]] = Field(default_factory=dict)
    hearing_impaired: bool = False


class TasteBook:
    """A `Book`."""

    def __init__(self, tastes: Tastes) -> None:
        self._tastes = tastes
        self._stored: dict[str, Taste] = {}
        self._next: dict[str, Taste] = {}

    def take_up(self, found: Mapping[str, str]) -> None:
        """As it was."""
        for device_id, kept in read_all(KeptTaste, found, PREFIX):
            refused = {kind: frozenset(modes) for kind, modes in kept.refused.items()}
            self._tastes.known[device_id] = Taste(kept.heard, kept.read, refused, kept.hearing_impaired)
        self._stored = dict(self._tastes.known)

    def changes(self) -> dict[str, str | None]:
        """Those that are others."""
        self._next = dict(self._tastes.known)
        changed = (each for each in self._next.items() if self._stored.get(each[0]) is not each[1])
        return {PREFIX + device_id: _row(taste) for device_id, taste in changed}

    def saved(self) -> None:
        """They are stored."""
        self._stored = self._next


def _row(taste: Taste) -> str:
    refused = {kind: sorted(modes) for kind, modes in taste.refused.items()}
    kept = KeptTaste(heard=taste.heard, read=taste.read, refused=refused, hearing_impaired=taste.hearing_impaired)
    return kept.model_dump_json(exclude_none=True)

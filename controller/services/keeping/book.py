"""What the parts of what is kept have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

log = structlog.get_logger(__name__)
Kept = TypeVar("Kept", bound=BaseModel)


class Book(Protocol):
    """One part of what is kept, as rows: a name and a text each.

    It is asked for its changes, and told when they are stored; what it was not told it answers again.
    """

    def take_up(self, found: Mapping[str, str]) -> None:
        """Begin with what was saved; everything that was is in `found`."""
        ...

    def changes(self) -> dict[str, str | None]:
        """The rows that are no longer as they are stored; None is one that must go."""
        ...

    def saved(self) -> None:
        """What was answered last is stored now."""
        ...


def read(kind: type[Kept], text: str | None) -> Kept:
    """What was saved; something illegible is said aloud and begun anew."""
    return _legible(kind, text) or kind()


def read_all(kind: type[Kept], found: Mapping[str, str], prefix: str) -> Iterator[tuple[str, Kept]]:
    """Everything of a kind, by what follows the prefix in its name; something illegible is said aloud and left out."""
    for name, text in found.items():
        if name.startswith(prefix) and (kept := _legible(kind, text)):
            yield name.removeprefix(prefix), kept


def _legible(kind: type[Kept], text: str | None) -> Kept | None:
    try:
        return kind.model_validate_json(text) if text else None
    except ValidationError as error:
        log.warning("saved state is illegible", kind=kind.__name__, problems=error.error_count())
        return None

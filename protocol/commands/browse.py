"""Commands that look into the library."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from protocol.commands.base import Command
from protocol.results import Item, Listing
from protocol.values import ItemRef, LibraryPath, clean


class Browse(Command):
    """One page of a folder's folders and films, or of everything below it whose name holds `query`.

    Raises: item_not_found when there is no such folder.
    """

    method, result = "browse", Listing

    path: LibraryPath = ""
    query: Annotated[str, StringConstraints(max_length=200), AfterValidator(clean)] | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class GetItem(Command):
    """Everything about one item, and how it would be delivered to me. Raises: item_not_found."""

    method, result = "get_item", Item

    item: ItemRef


COMMANDS: tuple[type[Command], ...] = (Browse, GetItem)

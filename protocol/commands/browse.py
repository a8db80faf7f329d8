"""Commands that look into the library."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from protocol.commands.base import Command
from protocol.results import Done, Item, LeftFilms, Listing
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


class ListLeft(Command):
    """The films that I left in the middle, wherever I watched them, newest first; without those that are gone."""

    method, result = "list_left", LeftFilms

    limit: Annotated[int, Field(ge=1, le=100)] = 20


class SetWatched(Command):
    """Marks a film as watched by me, or forgets all about it; either way, where I left it is forgotten.

    Raises: item_not_found, not_playable.
    """

    method, result = "set_watched", Done

    item: ItemRef
    watched: bool


COMMANDS: tuple[type[Command], ...] = (Browse, GetItem, ListLeft, SetWatched)

"""The commands that look into the library, and at what I have seen of it."""

from __future__ import annotations

from typing import Any, Protocol

from protocol.commands import Command, browse
from protocol.results import Done, Item, LeftFilms, Listing
from protocol.values import ItemRef


class Caller(Protocol):
    """Whatever sends commands."""

    async def call(self, command: Command) -> Any:
        """Send a command; its answer."""
        ...


class LibraryCommands:
    """A part of `Matinee`."""

    async def browse(self: Caller, path: str = "", *, query: str | None = None, page: int = 1) -> Listing:
        """One page of a folder."""
        listing: Listing = await self.call(browse.Browse(path=path, query=query, page=page))
        return listing

    async def get_item(self: Caller, item: ItemRef) -> Item:
        """Everything about one item."""
        found: Item = await self.call(browse.GetItem(item=item))
        return found

    async def list_left(self: Caller, *, limit: int = 20) -> LeftFilms:
        """The films that I left in the middle, newest first."""
        left: LeftFilms = await self.call(browse.ListLeft(limit=limit))
        return left

    async def set_watched(self: Caller, item: ItemRef, watched: bool) -> Done:
        """Mark a film as watched, or forget all about it."""
        done: Done = await self.call(browse.SetWatched(item=item, watched=watched))
        return done

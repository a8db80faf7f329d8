"""Handlers that look into the library."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from controller.core.delivery import Wish, decide
from controller.core.media import MediaFacts
from controller.ports import Entry
from controller.services.clients import Client
from controller.services.context import Connection, Services
from controller.services.snapshots import tracks_of
from protocol.commands import Command
from protocol.commands.browse import Browse, GetItem
from protocol.errors import MatineeError
from protocol.results import DeliveryInfo, Item, Listing
from protocol.values import PathRef

PAGE = 60
PATIENCE = 0.8
"""Seconds that a listing waits for a look into its films; what is not known by then is left out."""


async def browse(services: Services, connection: Connection, command: Browse) -> Listing:
    """One page of a folder, with what can be told of its films in a moment."""
    found = await services.library.page(command.path, command.query, (command.page - 1) * PAGE, PAGE)
    items: dict[str, Item] = {entry.media_id: _bare(entry) for entry in found.entries}

    async def look(entry: Entry) -> None:
        items[entry.media_id] = await _described(services, connection.me, entry)

    with anyio.move_on_after(PATIENCE):
        async with anyio.create_task_group() as group:
            for entry in found.entries:
                group.start_soon(look, entry)
    return Listing(
        path=found.path,
        folders=list(found.folders),
        items=list(items.values()),
        page=command.page,
        pages=max(1, -(-found.total // PAGE)),
        total=found.total,
    )


async def get_item(services: Services, connection: Connection, command: GetItem) -> Item:
    """Everything about one item."""
    path, media_id = (command.item.path, None) if isinstance(command.item, PathRef) else (None, command.item.media_id)
    return await _described(services, connection.me, await services.library.entry(path, media_id))


async def _described(services: Services, client: Client, entry: Entry) -> Item:
    try:
        facts = await services.probe.facts(await services.library.resolve(None, entry.media_id))
        height = client.capabilities.max_height if client.capabilities else None
        decided = decide(facts, Wish(max_height=height))
    except MatineeError as error:
        return _bare(entry).model_copy(update={"playable": False, "problem": error.message})
    return _whole(entry, facts, DeliveryInfo(mode=decided.mode, reasons=list(decided.reasons)))


def _bare(entry: Entry) -> Item:
    return Item(media_id=entry.media_id, path=entry.path, title=entry.title, size=entry.size)


def _whole(entry: Entry, facts: MediaFacts, delivery: DeliveryInfo) -> Item:
    return Item(
        media_id=entry.media_id,
        path=entry.path,
        title=entry.title,
        size=entry.size,
        playable=True,
        duration=facts.duration,
        width=facts.video.width if facts.video else None,
        height=facts.video.height if facts.video else None,
        video_codec=facts.video.codec if facts.video else None,
        tracks=tracks_of(facts),
        delivery=delivery,
    )


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {Browse: browse, GetItem: get_item}

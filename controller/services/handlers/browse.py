"""Handlers that look into the library."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from controller.core.media import MediaFacts
from controller.core.subtitles import with_files
from controller.core.watching import Memory, Seat
from controller.ports import Entry
from controller.services.clients import Client
from controller.services.context import Connection, Services
from controller.services.snapshots import chapters_of, tracks_of
from protocol.commands import Command
from protocol.commands.browse import Browse, GetItem, ListLeft, SetWatched
from protocol.errors import MatineeError
from protocol.results import DeliveryInfo, Done, Item, LeftFilm, LeftFilms, Listing
from protocol.values import MediaRef, PathRef

PAGE = 60
PATIENCE = 0.8
"""Seconds that a listing waits for a look into its films; what is not known by then is left out."""


async def browse(services: Services, connection: Connection, command: Browse) -> Listing:
    """One page of a folder, with what can be told of its films in a moment."""
    services.watching.look(connection.me.device.device_id)
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
    services.watching.look(connection.me.device.device_id)
    path, media_id = (command.item.path, None) if isinstance(command.item, PathRef) else (None, command.item.media_id)
    entry = await services.library.entry(path, media_id)
    item = await _described(services, connection.me, entry)
    facts = services.probe.known(await services.library.resolve(None, entry.media_id)) if item.playable else None
    return item.model_copy(update={"chapters": chapters_of(facts)}) if facts else item


async def _described(services: Services, client: Client, entry: Entry) -> Item:
    try:
        facts = await services.probe.facts(await services.library.resolve(None, entry.media_id))
        sidecars = await services.library.sidecars(None, entry.media_id)
        facts = with_files(facts, (sidecar.facts for sidecar in sidecars))
        decided = services.streams.would_be(client, facts)
    except MatineeError as error:
        return _bare(entry).model_copy(update={"playable": False, "problem": error.message})
    memory = services.watching.memory(Seat(client.device.device_id, entry.media_id), facts.duration)
    return _whole(entry, facts, DeliveryInfo(mode=decided.mode, reasons=list(decided.reasons)), memory)


def _bare(entry: Entry) -> Item:
    return Item(media_id=entry.media_id, path=entry.path, title=entry.title, size=entry.size)


def _whole(entry: Entry, facts: MediaFacts, delivery: DeliveryInfo, memory: Memory | None) -> Item:
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
        left_at=memory.left_at if memory else None,
        watched=memory.watched if memory else None,
    )


async def list_left(services: Services, connection: Connection, command: ListLeft) -> LeftFilms:
    """What I can go on with."""
    person, items = connection.me.device.device_id, list[LeftFilm]()
    services.watching.look(person)
    for seat, memory, position in services.watching.left(person):
        if len(items) < command.limit and (title := await _title_of(services, seat, memory)):
            ref = MediaRef(media_id=seat.media_id)
            items.append(LeftFilm(item=ref, title=title, position=position, duration=memory.duration, at=memory.at))
    return LeftFilms(items=items)


async def _title_of(services: Services, seat: Seat, memory: Memory) -> str | None:
    """A film's title; None when it is gone, or as far as is known another file is in its place."""
    try:
        source = await services.library.resolve(None, seat.media_id)
    except MatineeError:
        return None
    facts = services.probe.known(source)
    return source.title if facts is None or memory.is_of(facts.duration) else None


async def set_watched(services: Services, connection: Connection, command: SetWatched) -> Done:
    """Remember it as watched, or nothing of it."""
    seat = services.watching.seat(connection.me.device.device_id, command.item)
    source = await services.library.resolve(None, seat.media_id)
    if command.watched:
        services.watching.set_watched(seat, (await services.probe.facts(source)).duration)
    else:
        services.watching.forget(seat)
    return Done()


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    Browse: browse,
    GetItem: get_item,
    ListLeft: list_left,
    SetWatched: set_watched,
}

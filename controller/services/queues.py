"""Everybody's queue: one per client that watches its own stream, and the screen's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from controller.core.budget import Budgets
from controller.core.queue import ClientQueue, QueuedItem
from controller.core.turns import turn
from controller.ports import Clock, Entry, Library, MediaProbe, Secrets
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client
from controller.services.items import path_or_id, same_film
from controller.services.screen import SharedScreen
from protocol.errors import ItemNotFound, NotPlayable, Overloaded, WrongClientType
from protocol.values import ItemRef, MediaRef, PathRef, QueueTarget

log = structlog.get_logger(__name__)

LOOKED_INTO = 20
"""Films of one edit that are looked into before they are added. Of more, and of a folder's, each is in its turn."""
GUESTS_ADD, ONE_MORE_EVERY = 5, 60.0
"""Films that a guest may add to the screen's queue at once, and the seconds after which it is one more."""


async def _at_once() -> None:
    """Nothing is stored."""


class Queues:
    """Finds, fills and forgets queues.

    `on_change` hears of every change, with the id of the client whose queue it is, None for the screen's; `stored`
    returns once all changes are kept.
    """

    def __init__(
        self, clock: Clock, secrets: Secrets, library: Library, probe: MediaProbe, screen: SharedScreen
    ) -> None:
        self._clock, self._secrets, self._library, self._probe = clock, secrets, library, probe
        self._screen = screen
        self._mine: dict[str, ClientQueue] = {}
        self._shared: set[str] = set()
        self._budgets: Budgets[str] = Budgets(GUESTS_ADD, ONE_MORE_EVERY, "films")
        self.on_change: Callable[[str | None], None] = lambda _client_id: None
        self.stored: Callable[[], Awaitable[None]] = _at_once

    # ── whose ─────────────────────────────────────────────────────────────────────────────────────

    def of(self, client_id: str) -> ClientQueue:
        """A client's own queue; an empty one, if it has none yet."""
        found = self._mine.get(client_id)
        return ClientQueue() if found is None else found

    def at(self, target: QueueTarget, client: Client) -> ClientQueue:
        """The queue that a client means. Raises: WrongClientType (it watches no stream of its own)."""
        if target == "server":
            return self._screen.queue
        if "hls_streaming" not in client.client_types:
            raise WrongClientType(hint="Register with the client type hls_streaming.")
        return self._mine.setdefault(client.client_id, ClientQueue())

    def length(self, client_id: str) -> int:
        """How many items a client's own queue has."""
        return len(self.of(client_id))

    def everybodys(self) -> list[tuple[str, ClientQueue]]:
        """Every client's own queue that was ever used, by the client's id."""
        return list(self._mine.items())

    def take_up(self, client_id: str, queue: ClientQueue, *, shared: bool) -> None:
        """A queue of before a restart."""
        self._mine[client_id] = queue
        self.share(client_id, shared)

    def drop(self, client_id: str) -> None:
        """Its client is gone."""
        self._mine.pop(client_id, None)
        self._shared.discard(client_id)

    def share(self, client_id: str, shared: bool) -> None:
        """Let others copy it, or no more."""
        if shared:
            self._shared.add(client_id)
        else:
            self._shared.discard(client_id)

    def shares(self, client_id: str) -> bool:
        """Whether others may copy it."""
        return client_id in self._shared

    def seed(self) -> str:
        """What a shuffled order is made of."""
        return self._secrets.identity()

    def changed(self, target: QueueTarget, client: Client) -> None:
        """Tell that a queue has changed."""
        self.on_change(None if target == "server" else client.client_id)

    # ── what is in it ─────────────────────────────────────────────────────────────────────────────

    async def entries(self, items: Sequence[ItemRef], by: Client | None = None) -> list[QueuedItem]:
        """Items as a queue lists them; a folder is all films in it. `by` whom, where several people share a queue.

        Raises:
            ItemNotFound: there is no such film or folder.
            NotPlayable: a film cannot be played, or a folder has none.
        """
        few, entries = len(items) <= LOOKED_INTO, []
        for item in items:
            films = await self._library.films(*path_or_id(item))
            if not films:
                raise NotPlayable("There is no film in this folder.")
            if _means(item, films[0]):
                entries.append(self._entry(item, films[0], by, await self._duration(films[0]) if few else None))
            else:
                entries += [self._entry(_reference(film), film, by, None) for film in films]
        return entries

    async def _duration(self, film: Entry) -> float:
        """How long a film is. Raises: ItemNotFound, NotPlayable."""
        source = film.source or await self._library.resolve(None, film.media_id)
        return (await self._probe.facts(source)).duration

    async def look_into(self, entry: QueuedItem) -> None:
        """Whether an item can be played. Raises: ItemNotFound, NotPlayable."""
        await self._probe.facts(await self._library.resolve(*path_or_id(entry.item)))

    def _entry(self, item: ItemRef, entry: Entry, by: Client | None, duration: float | None) -> QueuedItem:
        return QueuedItem(
            self._secrets.identity(),
            item,
            entry.title,
            duration,
            by=by.name if by else None,
            person=by.device.device_id if by else None,
        )

    def again(self, items: Sequence[QueuedItem], by: Client | None = None) -> list[QueuedItem]:
        """The same films as new items, for another queue."""
        name, person = (by.name, by.device.device_id) if by else (None, None)
        return [
            QueuedItem(self._secrets.identity(), item.item, item.title, item.duration, by=name, person=person)
            for item in items
        ]

    def add_in_turn(self, guest: Client, entries: Sequence[QueuedItem], version: int | None) -> None:
        """Add a guest's films to the screen's queue, each in its turn; all of them or none.

        Raises:
            RateLimited: the budget is spent.
            Overloaded, VersionConflict: as the queue says; that costs nothing of the budget.
        """
        queue, person = self._screen.queue, guest.device.device_id
        queue.add((), version=version)
        queue.expect_room(len(entries))
        self._budgets.take(person, len(entries), self._clock.now())
        begin = queue.place + 1
        for entry in entries:
            queue.add([entry], begin + turn(queue.items[begin:], person), by=guest.client_id)

    # ── going through it ──────────────────────────────────────────────────────────────────────────

    def begun(self, client_id: str, stream: HLSClientStream, entry: QueuedItem | None) -> None:
        """A stream was begun: of an item of its client's queue, or else of a film that is its present item now."""
        queue, spec = self._mine.setdefault(client_id, ClientQueue()), stream.spec
        if queue.current and (queue.current is entry or self.same_film(queue.current.item, spec.item)):
            return
        before = queue.version
        try:
            if entry:
                queue.jump(entry.id)
            else:
                duration = stream.delivery.plan.duration
                new = QueuedItem(self._secrets.identity(), spec.item, spec.source.title, duration)
                queue.begin(new, self.same_film)
        except (ItemNotFound, Overloaded) as error:  # it was removed meanwhile, or there is no room; the film plays
            log.info("film without a place in the queue", client=client_id, reason=error.message)
        if queue.version != before:
            self.on_change(client_id)

    def rest(self, client_id: str) -> list[QueuedItem]:
        """What is to come after the present item, in the order in which it would."""
        queue = self.of(client_id)
        order = queue.order
        if order is None:
            return list(queue.items[queue.place + 1 :])
        return [queue.find(id_) for id_ in dict.fromkeys((*order.walk[order.at + 1 :], *order.ahead))]

    def advance(self, client_id: str, *, broken: bool = False) -> QueuedItem | None:
        """A film has ended, or is `broken`: what follows is the present item now, if anything does."""
        queue = self.of(client_id)
        entry = queue.next if broken else queue.after_end()
        if entry and entry is not queue.current:
            queue.jump(entry.id)
            self.on_change(client_id)
        return entry

    def back_to(self, client_id: str, item: ItemRef) -> None:
        """Nothing of what was to follow a film can be played: it is the present item again, where it is in the queue."""
        queue = self.of(client_id)
        if queue.current and self.same_film(queue.current.item, item):
            return
        before = queue.previous
        nearest = [*([before] if before else []), *reversed(queue.items[: queue.place + 1]), *queue.items]
        for entry in nearest:
            if self.same_film(entry.item, item):
                queue.jump(entry.id, back=entry is before)
                self.on_change(client_id)
                return

    def same_film(self, one: ItemRef, other: ItemRef) -> bool:
        """Whether two references name the same film, one by its path and one by its id, say."""
        return same_film(self._library, one, other)


def _means(item: ItemRef, entry: Entry) -> bool:
    """Whether a reference names this film, and not the folder that it is in."""
    if isinstance(item, MediaRef):
        return item.media_id == entry.media_id
    return "/".join(part for part in item.path.split("/") if part) == entry.path


def _reference(entry: Entry) -> ItemRef:
    return PathRef(path=entry.path) if entry.path is not None else MediaRef(media_id=entry.media_id)

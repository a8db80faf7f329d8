"""The keeper with all its books, listening to everything that it keeps."""

from __future__ import annotations

from controller.ports import Clock, KeptState
from controller.services.authority import ScreenAuthority
from controller.services.clients import ClientManager
from controller.services.keeping.authority import AuthorityBook
from controller.services.keeping.book import Book
from controller.services.keeping.clients import ClientBook
from controller.services.keeping.keeper import Keeper
from controller.services.keeping.places import PlaceBook
from controller.services.keeping.queues import QueueBook
from controller.services.keeping.screen import ScreenBook
from controller.services.keeping.tastes import TasteBook
from controller.services.queues import Queues
from controller.services.returning import Returning
from controller.services.screen import SharedScreen
from controller.services.streams import Streams
from controller.services.tastes import Tastes


def whole_keeper(
    clock: Clock,
    kept: KeptState,
    clients: ClientManager,
    streams: Streams,
    queues: Queues,
    screen: SharedScreen,
    authority: ScreenAuthority,
    returning: Returning,
    tastes: Tastes,
) -> Keeper:
    """Clients come first: what is theirs is taken up for those who are known."""
    screen_book = ScreenBook(clock, screen)
    places = PlaceBook(clock, clients, streams, returning)
    rest = AuthorityBook(clock, clients, authority), QueueBook(clients, queues, screen)
    books: list[Book] = [ClientBook(clients), *rest, places, screen_book, TasteBook(tastes)]
    keeper = Keeper(kept, books, screen, screen_book, places)
    tastes.on_change = keeper.changed_slightly
    clients.on_kept_change = keeper.changed_slightly
    streams.listen(keeper.stream_changed, lambda _stream: keeper.changed_slightly())
    queues.stored = keeper.stored
    return keeper

"""Saves what must survive a killed daemon: all of it in one transaction, in the step after something changed.

What is found after a kill is therefore a state that existed. Whoever must not acknowledge something before it is stored
waits for `stored`; all who wait at once are served by one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import structlog

from controller.ports import KeptState, NotStored
from controller.services.client_stream import HLSClientStream
from controller.services.keeping.book import Book
from controller.services.keeping.places import PlaceBook
from controller.services.keeping.screen import ScreenBook
from controller.services.screen import SharedScreen
from protocol.errors import Overloaded

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between saves while a film runs."""
GATHER = 0.2
"""Seconds for which small changes are gathered: a client that comes and goes within them is never written."""
PATIENCE = 3.0
"""Seconds after which somebody who waits for the store is told that it does not keep anything just now; another program may
have a file to itself for two.
"""
LAST_PATIENCE = 2.0
"""The same for the end of the daemon, which is to be gone within five."""
TRY_AGAIN_AFTER = 1.0
RESTORED_WITHIN = 2.0
"""Seconds for which a start waits for the screen: a folder that hangs must not keep the daemon from coming up."""


class Keeper:
    """Saves after every change, and while a film runs every second."""

    def __init__(
        self,
        kept: KeptState,
        books: Sequence[Book],
        screen: SharedScreen,
        screen_book: ScreenBook,
        places: PlaceBook,
    ) -> None:
        self._kept, self._books = kept, books
        self._screen, self._screen_book, self._places = screen, screen_book, places
        self._wake, self._hurry, self._saved = anyio.Event(), anyio.Event(), anyio.Event()
        self._begun = self._done = 0
        self._restored = anyio.Event()

    def changed(self) -> None:
        """Something that is kept has changed."""
        self._wake.set()
        self._hurry.set()

    def changed_slightly(self) -> None:
        """Something has changed that may be saved a moment later, with what else changes until then."""
        self._wake.set()

    def stream_changed(self, stream: HLSClientStream) -> None:
        """A stream may be elsewhere: one that was moved is saved at once, one that has just begun with what else is new."""
        if not self._places.is_new(stream):
            return
        if self._places.knows(stream):
            self.changed()
        else:
            self.changed_slightly()

    async def stored(self, patience: float = PATIENCE) -> None:
        """Until everything that changed before is stored.

        Raises:
            Overloaded: the store has not kept it in time. It is in effect all the same, and may yet be kept.
        """
        mine = self._begun + 1
        self.changed()
        with anyio.move_on_after(patience):
            while self._done < mine:
                await self._saved.wait()
            return
        raise Overloaded("What must survive cannot be stored just now.", retry_after_s=TRY_AGAIN_AFTER)

    async def open(self) -> None:
        """Take up what was saved, in the order of the books.

        The screen takes no commands from now on until `run` has brought it back.

        Raises:
            NotStored: nothing can be granted or acknowledged then.
        """
        found = await self._kept.load()
        for book in self._books:
            book.take_up(found)
        await self._save()

    async def wait_restored(self) -> None:
        """Until the screen is as it was, or for two seconds."""
        with anyio.move_on_after(RESTORED_WITHIN):
            await self._restored.wait()

    async def run(self) -> None:
        """Bring the screen back, and save, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._bring_back)
            await self._keep_saving()

    async def close(self) -> None:
        """The daemon ends: the streams' places stay as they are now. Everything else is saved until the very end."""
        try:
            await self.stored(LAST_PATIENCE)
        except Overloaded:
            log.warning("state not saved at the end")
        self._places.close()

    async def _bring_back(self) -> None:
        await self._screen_book.bring_back()
        self._restored.set()
        self.changed()

    async def _keep_saving(self) -> None:
        while True:
            self._wake, self._hurry = anyio.Event(), anyio.Event()
            try:
                await self._save()
            except NotStored as error:
                log.warning("state not saved", reason=str(error))
                await anyio.sleep(TRY_AGAIN_AFTER)
                continue
            with anyio.move_on_after(EVERY if self._screen.playing or self._places.playing else None):
                await self._wake.wait()
                with anyio.move_on_after(GATHER):
                    await self._hurry.wait()

    async def _save(self) -> None:
        """What differs from the last time, all or none. Raises: NotStored."""
        self._begun += 1
        changes: dict[str, str | None] = {}
        for book in self._books:
            changes |= book.changes()
        if changes:
            await self._kept.save(changes)
        for book in self._books:
            book.saved()
        self._done = self._begun
        self._saved.set()
        self._saved = anyio.Event()

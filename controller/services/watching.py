"""Remembers where each person left which film: follows every stream and the screen, and writes what is new.

Positions are looked at when a timeline changes or ends, and every ten seconds while it moves: what a killed daemon
loses is no more than that. Nobody waits for a write. A client without a connection is not followed: nobody knows what
its player does; neither is a stream that has not begun yet, or has failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import anyio
import structlog

from controller.core.authority_state import HandingOver
from controller.core.scene import Film
from controller.core.session import Lingering
from controller.core.timeline import Timeline
from controller.core.watching import Memory, Seat, Sight, Sitting, Unsaved, remembered
from controller.ports import Clock, Library, NotStored, WatchStore
from controller.services.authority import ScreenAuthority
from controller.services.client_stream import HLSClientStream
from controller.services.clients import ClientManager
from controller.services.screen import SharedScreen
from controller.services.streams import Streams
from protocol.values import ItemRef, PathRef

log = structlog.get_logger(__name__)

EVERY = 10.0
"""Seconds between looks at timelines that move."""
SCREEN = "screen"
"""The key of the screen among the clients' ids."""


@dataclass(frozen=True, slots=True)
class _Viewing:
    """Who sits in front of what."""

    seat: Seat
    sitting: Sitting


class Watching:
    """What every person has left and watched. A person is a device; the screen's is whoever holds it, or last did."""

    def __init__(
        self,
        clock: Clock,
        store: WatchStore,
        library: Library,
        clients: ClientManager,
        streams: Streams,
        screen: SharedScreen,
        authority: ScreenAuthority,
    ) -> None:
        self._clock, self._store, self._library = clock, store, library
        self._clients, self._streams, self._screen, self._authority = clients, streams, screen, authority
        self._memories: dict[Seat, Memory] = {}
        self._viewings: dict[str, _Viewing] = {}
        self._unsaved = Unsaved()
        self._looked = float("-inf")
        self._wake = anyio.Event()
        streams.listen(self._stream_changed, self._stream_ended)

    # ── what is remembered ────────────────────────────────────────────────────────────────────────

    def seat(self, person: str, item: ItemRef) -> Seat:
        """A person in front of a film, however the film is referred to. Raises: ItemNotFound."""
        path, media_id = (item.path, None) if isinstance(item, PathRef) else (None, item.media_id)
        return Seat(person, self._library.media_id(path, media_id))

    def look(self, person: str) -> None:
        """See where this person is by now: whoever asks is not told of the last look."""
        for client in self._clients.of_device(person):
            if stream := self._streams.of(client.client_id):
                self._follow(stream)
        viewing = self._viewings.get(SCREEN)
        if viewing and viewing.seat.person == person:
            self._look_at_screen()

    def memory(self, seat: Seat, duration: float) -> Memory | None:
        """What is remembered of a film that is so long."""
        memory = self._memories.get(seat)
        return memory if memory and memory.is_of(duration) else None

    def left(self, person: str) -> list[tuple[Seat, Memory, float]]:
        """The films that a person has left, and where; newest first."""
        found = [
            (seat, memory, memory.left_at)
            for seat, memory in self._memories.items()
            if seat.person == person and memory.left_at is not None
        ]
        return sorted(found, key=lambda entry: entry[1].at, reverse=True)

    def set_watched(self, seat: Seat, duration: float) -> None:
        """The film counts as watched; where it was left is forgotten."""
        self._remember(seat, Memory(duration, self._clock.wall(), None, watched=True))
        self._write_soon(seat)

    def forget(self, seat: Seat) -> None:
        """Nothing is remembered of the film."""
        self._remember(seat, None)
        self._write_soon(seat)

    def forget_person(self, person: str) -> None:
        """Nothing is remembered of anything that this person saw, or sees just now."""
        self._viewings = {key: viewing for key, viewing in self._viewings.items() if viewing.seat.person != person}
        for seat in [seat for seat in self._memories if seat.person == person]:
            self.forget(seat)

    # ── what happens ──────────────────────────────────────────────────────────────────────────────

    def _stream_changed(self, stream: HLSClientStream) -> None:
        viewing = self._viewings.get(stream.spec.client_id)
        if viewing is None or viewing.sitting.line != self._line(stream):
            self._follow(stream)

    def _follow(self, stream: HLSClientStream) -> None:
        """Look at a stream, if it is its client's and somebody is there."""
        key = stream.spec.client_id
        client, line = self._clients.get(key), self._line(stream)
        if client is None or self._streams.of(key) is not stream:
            return
        if line is None or isinstance(client.session.presence, Lingering):
            self._viewings.pop(key, None)
        else:
            self._watch(key, self.seat(client.device.device_id, stream.spec.item), line)

    def _line(self, stream: HLSClientStream) -> Timeline | None:
        """A stream's timeline as its viewer sees it; None when there is nothing to see any more."""
        machine = stream.machine
        state = machine.state(self._clock.now())
        if state == "failed":
            return None
        return replace(machine.timeline, playing=False) if state == "starting" else machine.timeline

    def _stream_ended(self, stream: HLSClientStream) -> None:
        self._end(stream.spec.client_id)

    def screen_changed(self) -> None:
        """The screen, or who holds it, may be different."""
        showing = self._screen.machine.settled.showing
        seat = self._seat_before_screen(showing.film) if showing else None
        viewing = self._viewings.get(SCREEN)
        if showing is None or seat is None:
            self._end(SCREEN)
        elif viewing is None or (viewing.seat, viewing.sitting.line) != (seat, showing.line):
            self._watch(SCREEN, seat, showing.line)

    def _seat_before_screen(self, film: Film) -> Seat | None:
        """Whose film it is: the holder's, or theirs to whom the screen goes with it in this very step."""
        state, reign = self._authority.machine.state, self._authority.machine.reign
        if isinstance(state, HandingOver) and state.ask.film is film:
            client = self._clients.get(state.ask.asker.client_id)
        else:
            client = self._clients.get(reign.holder.client_id) if reign else None
        if client:
            return self.seat(client.device.device_id, film.item)
        viewing = self._viewings.get(SCREEN)
        return self.seat(viewing.seat.person, film.item) if viewing else None

    # ── its life ──────────────────────────────────────────────────────────────────────────────────

    async def open(self) -> None:
        """Take up what was saved. Raises: NotStored."""
        self._memories = await self._store.load()

    async def run(self) -> None:
        """Look and write, for as long as the daemon lives; what is new is written at its end, too."""
        try:
            while True:
                self._wake = anyio.Event()
                await self._write(self._unsaved.take(self._clock.now()))
                with anyio.move_on_after(self._pause()):
                    await self._wake.wait()
                if self._clock.now() >= self._looked + EVERY:
                    self._look()
        finally:
            with anyio.CancelScope(shield=True):
                self._look()
                await self._write(self._unsaved.take_all(self._clock.now()))

    def _pause(self) -> float | None:
        """Seconds until there is something to do, if nothing happens."""
        moving = self._screen.playing or any(stream.machine.timeline.playing for stream in self._present_streams())
        due = [self._unsaved.next_deadline(), self._looked + EVERY if moving else None]
        at = min((moment for moment in due if moment is not None), default=None)
        return None if at is None else max(0.0, at - self._clock.now())

    def _look(self) -> None:
        """See where everything is by now."""
        self._looked = self._clock.now()
        for stream in self._present_streams():
            self._follow(stream)
        self._look_at_screen()

    def _look_at_screen(self) -> None:
        self.screen_changed()
        if viewing := self._viewings.get(SCREEN):
            self._watch(SCREEN, viewing.seat, viewing.sitting.line)

    def _present_streams(self) -> list[HLSClientStream]:
        return [stream for client in self._clients if (stream := self._streams.of(client.client_id))]

    async def _write(self, seats: list[Seat]) -> None:
        """One transaction; what could not be stored is tried again."""
        if not seats:
            return
        try:
            await self._store.save({seat: self._memories.get(seat) for seat in seats})
        except NotStored as error:
            log.warning("places in films not saved", films=len(seats), reason=str(error))
            self._note(seats)

    # ── inside ────────────────────────────────────────────────────────────────────────────────────

    def _watch(self, key: str, seat: Seat, line: Timeline) -> None:
        """Somebody sits there; what they left for it is over."""
        viewing = self._viewings.get(key)
        if viewing and viewing.seat != seat:
            self._end(key)
            viewing = None
        if viewing:
            self._see(seat, viewing.sitting.look(line, self._clock.now()))
            return
        sitting = Sitting(line, self._clock.now())
        self._viewings[key] = _Viewing(seat, sitting)
        self._see(seat, sitting.sight)
        self._wake.set()

    def _end(self, key: str) -> None:
        """Nobody sits there any more."""
        viewing = self._viewings.pop(key, None)
        if viewing:
            self._see(viewing.seat, viewing.sitting.look(viewing.sitting.line, self._clock.now()))
            self._write_soon(viewing.seat)

    def _see(self, seat: Seat, sight: Sight | None) -> None:
        if sight:
            self._remember(seat, remembered(self._memories.get(seat), sight, self._clock.wall()))

    def _remember(self, seat: Seat, memory: Memory | None) -> None:
        if memory == self._memories.get(seat):
            return
        if memory:
            self._memories[seat] = memory
        else:
            del self._memories[seat]
        self._note([seat])

    def _note(self, seats: Iterable[Seat]) -> None:
        for seat in seats:
            self._unsaved.note(seat, self._clock.now())
        self._wake.set()

    def _write_soon(self, seat: Seat) -> None:
        """There will be no more news of it for a while."""
        self._unsaved.hasten(seat, self._clock.now())
        self._wake.set()

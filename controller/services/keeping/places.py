"""Keeps where every client's stream is.

    a row of a stream: it was at `position` at `at`            the row `alive`: the daemon was there at that time

Both times are the clock of one daemon, and are only ever compared with each other: a film that played is taken up where
it was when the daemon was last known to live, whatever the clock on the wall says. While any stream plays, `alive` is
written every second. A place that nobody has come back for yet stands still.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from pydantic import BaseModel

from controller.core.wish import Choice
from controller.ports import Clock
from controller.services.client_stream import HLSClientStream
from controller.services.clients import ClientManager
from controller.services.keeping.book import read, read_all
from controller.services.returning import Place, Returning
from controller.services.streams import Streams
from protocol.values import ItemRef, Quality, Wire

PREFIX, ALIVE = "stream:", "alive"
EVERY = 1.0
"""Seconds between two words that the daemon is alive, while a stream plays."""
Mark = tuple[object, ...]


class KeptPlace(Wire):
    """A stream at a time of the daemon's clock; `at` is None where it did not move on."""

    item: ItemRef
    position: float
    rate: float
    playing: bool
    quality: Quality
    audio_track: int | None = None
    subtitle_track: int | None = None
    burn: bool = False
    direct: bool = False
    beside: str | None = None
    at: float | None = None

    def reached(self, alive: float) -> Place:
        """Where it was at a time, or at its own when that is earlier."""
        moved = max(0.0, alive - self.at) * self.rate if self.playing and self.at is not None else 0.0
        choice = Choice(self.quality, self.audio_track, self.subtitle_track, self.burn, self.direct, self.beside)
        return Place(self.item, self.position + moved, self.rate, self.playing, choice)


class KeptAlive(Wire):
    """The time of the daemon's clock at which it was there."""

    at: float = float("-inf")


class PlaceBook:
    """A `Book`; the clients must be there before it is taken up. `playing` is whether any stream moved at the last look."""

    def __init__(self, clock: Clock, clients: ClientManager, streams: Streams, returning: Returning) -> None:
        self._clock, self._clients, self._streams, self._returning = clock, clients, streams, returning
        self._stored: dict[str, Mark] = {}
        self._next: dict[str, Mark] = {}
        self._alive = self._next_alive = float("-inf")
        self._closed = False
        self.playing = False

    def take_up(self, found: Mapping[str, str]) -> None:
        """Have the places ready for the clients that come back."""
        alive = read(KeptAlive, found.get(ALIVE)).at
        self._stored = {name.removeprefix(PREFIX): () for name in found if name.startswith(PREFIX)}
        for client_id, kept in read_all(KeptPlace, found, PREFIX):
            if self._clients.get(client_id):
                place = self._returning.places[client_id] = kept.reached(alive)
                if kept.at is None:
                    self._stored[client_id] = (place,)

    def close(self) -> None:
        """The daemon ends, and the streams with it: their places stay as they are stored."""
        self._closed = True

    def is_new(self, stream: HLSClientStream) -> bool:
        """Whether a stream is elsewhere than is stored."""
        return self._stored.get(stream.spec.client_id) != _mark(stream)

    def knows(self, stream: HLSClientStream) -> bool:
        """Whether a place of its client is stored."""
        return stream.spec.client_id in self._stored

    def changes(self) -> dict[str, str | None]:
        """Streams that are new, elsewhere, or gone; and the time, while any of them plays."""
        if self._closed:
            return {}
        now, before, rows = self._clock.now(), self._stored, dict[str, BaseModel]()
        self._next, self.playing = {}, False
        for client_id, mark, stream in self._present():
            self._next[client_id] = mark
            if stream and stream.machine.timeline.playing:
                self.playing = True
            if before.get(client_id) != mark:
                rows[PREFIX + client_id] = _now(stream, now) if stream else _later(self._returning.places[client_id])
        for client_id in self._returning.places.keys() - self._next.keys():
            self._returning.forget(client_id)
        if self.playing and now >= self._alive + EVERY:
            rows[ALIVE], self._next_alive = KeptAlive(at=now), now
        texts = {name: row.model_dump_json(exclude_none=True) for name, row in rows.items()}
        return texts | {PREFIX + client_id: None for client_id in before.keys() - self._next.keys()}

    def saved(self) -> None:
        """What was answered last is stored now."""
        if not self._closed:
            self._stored, self._alive = self._next, self._next_alive

    def _present(self) -> Iterator[tuple[str, Mark, HLSClientStream | None]]:
        """Who has a stream, or had one and has not come back. Of a thousand clients most have neither."""
        for stream in self._streams.every():
            client_id = stream.spec.client_id
            if self._streams.of(client_id) is stream and self._clients.get(client_id):
                yield client_id, _mark(stream), stream
        for client_id, place in self._returning.places.items():
            if self._streams.of(client_id) is None and self._clients.get(client_id):
                yield client_id, (place,), None


def _mark(stream: HLSClientStream) -> Mark:
    return stream.spec, stream.choice, stream.machine.timeline


def _now(stream: HLSClientStream, now: float) -> KeptPlace:
    spec, line, goes_on = stream.spec, stream.machine.timeline, stream.machine.goes_on
    return KeptPlace(
        item=spec.item,
        position=round(line.now(now), 3),
        rate=line.rate,
        playing=goes_on,
        at=None if goes_on and not line.playing else round(now, 3),
        **asdict(stream.choice),
    )


def _later(place: Place) -> KeptPlace:
    return KeptPlace(
        item=place.item,
        position=round(place.position, 3),
        rate=place.rate,
        playing=place.playing,
        **asdict(place.choice),
    )

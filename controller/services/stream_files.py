"""A stream's segments: what its own encoder makes, and what it takes over from streams that make just the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from pathlib import Path

import structlog

from controller.core.delivery import Delivery, EncodeVideo
from controller.core.elsewhere import Coming
from controller.core.playlist import VIDEO, Rendition, SegmentId
from controller.core.stream import Stream
from controller.ports import Clock, SourceFile, StreamDirectory
from controller.services.sharing import Key, Shelf
from controller.services.stream_spec import StreamSpec

log = structlog.get_logger(__name__)


class StreamFiles:
    """Keeps directory, machine and shelf in step; implements `sharing.Sharer`. `on_change` is called when others have
    changed what the machine knows.
    """

    def __init__(
        self,
        spec: StreamSpec,
        machine: Stream,
        directory: StreamDirectory,
        shelf: Shelf,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._spec, self._machine, self._directory = spec, machine, directory
        self._shelf, self._clock, self._on_change = shelf, clock, on_change
        self._keys: dict[Rendition, Key] = {}
        self._put: dict[SegmentId, Key] = {}
        self._recipe = 0
        self._told: object = None

    def settle(self, delivery: Delivery) -> None:
        """The film is made in this way from now on."""
        plan, before = delivery.plan, set(self._keys.values())
        film = (*_same(self._spec.source), len(plan), hash(plan))
        self._keys = {each: self._shelf.key(*film, each, *self._way(delivery, each)) for each in delivery.renditions}
        self._recipe = self._machine.recipe
        self._shelf.join(self, self._keys.values())
        self._shelf.tell(self, before - set(self._keys.values()))
        self.look_around()

    def _way(self, delivery: Delivery, rendition: Rendition) -> tuple[Hashable, ...]:
        """The way in which a rendition is made; a file that is drawn into the picture may be another one under its number."""
        if rendition != VIDEO:
            return (delivery.sound(rendition),)
        burn = delivery.video.burn if isinstance(delivery.video, EncodeVideo) else None
        beside = _same(self._spec.sidecars[burn.index]) if burn and burn.beside else ()
        return (delivery.video, *beside)

    def end(self) -> None:
        """Nothing more is made here; the others go on by themselves, at once. What there is stays until `close`."""
        self._shelf.join(self, ())
        self._shelf.tell(self, self._keys.values())

    def close(self) -> None:
        """The stream is no more."""
        self._shelf.leave(self)

    # ── its own ───────────────────────────────────────────────────────────────────────────────────

    def has(self, segment: SegmentId) -> bool:
        """Whether a segment's file is there; when it should be, and is not, nor are others perhaps."""
        if not self._machine.has(segment):
            return False
        if not self._directory.has(segment):
            lost = [each for each in self._machine.made.all() if not self._directory.has(each)]
            log.warning("segments were removed", stream=self._spec.stream_id, segments=len(lost))
            self._lose(lost)
        return self._machine.has(segment)

    def path(self, segment: SegmentId) -> Path:
        """Where a segment lies."""
        return self._directory.path(segment)

    def publish(self, made: Path, segment: SegmentId, epoch: int) -> None:
        """A run has made a segment. Raises: OSError."""
        size = self._directory.publish(made, segment)
        if self._machine.on_made(epoch, segment, self._clock.now(), size):
            self._shelf.tell(self, [self._shelve(segment)])
        elif not self._machine.has(segment):  # of a run that is wanted no more
            self._directory.withdraw(segment)

    def withdraw(self, segments: Collection[SegmentId]) -> None:
        """These must not be served any more; the machine has forgotten them."""
        for segment in segments:
            self._directory.withdraw(segment)
            self._unshelve(segment)

    def clean(self, segments: Collection[SegmentId]) -> None:
        """Remove what nobody needs now; who has it open already reads on."""
        self.withdraw(segments)
        self._machine.lose(segments, self._clock.now())

    # ── the others' ───────────────────────────────────────────────────────────────────────────────

    def take_near(self) -> bool:
        """Take over what others have of what the viewer reaches before long; says whether there was anything."""
        taken = [self.take(segment) for segment in self._machine.to_take()]
        return any(taken)

    def take(self, segment: SegmentId) -> bool:
        """Take over a segment that somebody else has, if anybody has."""
        key = self._keys.get(segment.rendition)
        places = self._shelf.where(self, key, segment) if key else []
        for place in places:
            size = self._directory.adopt(place, segment)
            if size is not None:
                self._machine.adopt(segment, size, self._clock.now())
                self._shelve(segment)
                return True
        return False

    def coming(self, key: Key) -> Coming | None:
        """The stream's own run, as others see it."""
        rendition = next((each for each, mine in self._keys.items() if mine == key), None)
        return self._machine.coming(rendition, self._recipe, self._clock.now()) if rendition else None

    def look_around(self) -> None:
        """Others have made something, or make it, or do not any more."""
        before = self._machine.phase
        taken = self.take_near()
        self._machine.look_around(self._shelf.coming(self, self._keys), self._clock.now())
        if taken or self._machine.phase is not before:
            self._on_change()

    def tell(self) -> None:
        """Let others know when another run is wanted, or none, or it is held."""
        if self._machine.wanted != self._told:
            self._told = self._machine.wanted
            self._shelf.tell(self, self._keys.values())

    def _lose(self, segments: Collection[SegmentId]) -> None:
        for segment in segments:
            self._unshelve(segment)
        self._machine.lose(segments, self._clock.now())

    def _shelve(self, segment: SegmentId) -> Key:
        key = self._put[segment] = self._keys[segment.rendition]
        self._shelf.put(self, key, segment.index)
        return key

    def _unshelve(self, segment: SegmentId) -> None:
        key = self._put.pop(segment, None)
        if key is not None:
            self._shelf.drop(self, key, segment.index)


def _same(source: SourceFile) -> tuple[Hashable, ...]:
    """What tells a file from another, and from itself after a change."""
    return source.path, source.size, source.modified_ns, source.inode

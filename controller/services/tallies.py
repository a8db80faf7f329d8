"""What has happened since the daemon started, counted: for the box's status and for Prometheus.

Nothing here grows with the number of clients or films: errors are counted by the names that the wire has for them.
"""

from __future__ import annotations

from collections import Counter
from weakref import WeakKeyDictionary, WeakSet

from controller.core.stream_phase import Failed
from controller.services.client_stream import HLSClientStream
from controller.services.streams import Streams


class Tallies:
    """Listens to the streams; whoever serves a segment, or hears of a stall, says so here.

    `served` and `served_bytes` count segments that were handed out, `stalls` what players told, `failed` streams that
    were given up, by the name of their error, and `restarts` runs of encoders that crashed and were followed by another.
    """

    def __init__(self, streams: Streams) -> None:
        self._known: WeakKeyDictionary[HLSClientStream, tuple[int, bool]] = WeakKeyDictionary()
        self._stalled: WeakSet[HLSClientStream] = WeakSet()
        self.opened = self.restarts = 0
        self.served = self.served_bytes = self.stalls = 0
        self.failed: Counter[str] = Counter()
        streams.listen(self._changed)

    def segment_served(self, size: int) -> None:
        """A segment of so many bytes was handed out."""
        self.served += 1
        self.served_bytes += size

    def played(self, stream: HLSClientStream, *, stalled: bool) -> None:
        """A player told how it does; one that says of itself again and again that it stands still has stalled once."""
        if stalled and stream not in self._stalled:
            self.stalls += 1
            self._stalled.add(stream)
        elif not stalled:
            self._stalled.discard(stream)

    def _changed(self, stream: HLSClientStream) -> None:
        machine = stream.machine
        known = self._known.get(stream)
        restarts, had_failed = known or (0, False)
        error = machine.phase.error if isinstance(machine.phase, Failed) else None
        self.opened += known is None
        self.restarts += machine.restarts - restarts
        if error and not had_failed:
            self.failed[error.name] += 1
        self._known[stream] = machine.restarts, error is not None

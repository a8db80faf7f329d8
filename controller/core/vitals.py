"""Whether a run of the encoder gets anywhere, told by what it has to show.

    well ──8 s without a segment, a word of progress or any work──▶ stalled
    well ──60 s of work without a segment or a word of progress───▶ stalled

Contract. A run is only looked at while it should run: whoever holds it looks away, and begins anew when it is let go.
On a starved machine a healthy encoder is slow, and works a little: that is no stall.
"""

from __future__ import annotations

from dataclasses import dataclass

STALLED_AFTER = 8.0
"""Seconds."""
QUIET = 2.0
"""Seconds."""
SOME_WORK = 0.02
"""Seconds of CPU within these that are work: two ticks of the kernel's clock."""
SPINS_AFTER = 60.0
"""Seconds of CPU without any progress: it runs in circles."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """`told` is how often FFmpeg has told of progress so far, `cpu` the seconds of CPU that it has used."""

    told: int
    cpu: float


@dataclass(slots=True)
class Vitals:
    """The record of one run."""

    since: float
    _told: int = 0
    _worked: float | None = None
    _progressed: float = 0.0

    def moved(self, now: float) -> None:
        """It made a segment, or begins, or goes on."""
        self.since, self._worked = now, None

    def is_quiet(self, now: float) -> bool:
        """Whether nothing has been heard of it for so long that its speed says nothing: it may be about to stall."""
        return now - self.since >= QUIET

    def is_stalled(self, pulse: Pulse, now: float) -> bool:
        """Take its pulse."""
        if self._worked is None:
            self._told, self._worked, self._progressed = pulse.told, pulse.cpu, pulse.cpu
        elif pulse.told != self._told:
            self._told, self._worked, self._progressed, self.since = pulse.told, pulse.cpu, pulse.cpu, now
        elif pulse.cpu - self._worked >= SOME_WORK:
            self._worked, self.since = pulse.cpu, now
        return now - self.since >= STALLED_AFTER or pulse.cpu - self._progressed >= SPINS_AFTER

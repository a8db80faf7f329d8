"""What it costs this box to encode a film, measured on the encoders that run.

Contract. A cost is in cores: seconds of CPU for a second of film, or as much of the box as a hardware encoder keeps from
others. Each run is measured from its first segment on, for what comes before that is its start. What is known of a film
made in one way counts for that film; of others it follows from how many pixels are to be decoded and encoded. Nothing is
known before anything has run: then every encode costs one of as many parts as the box has cores, and how long one takes
is expected from what a test at the start has cost.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from controller.core.media import VideoFacts
from controller.core.picture import EncodeVideo

DECODING = 0.25
"""What a pixel costs that is decoded, of what one costs that is encoded."""
TAKES_ITS_TIME = 2.0
"""Times what a run in haste costs that one costs which takes its time, until one has been measured."""
LEARNS = 0.3
"""How much of what is expected of films in general is learned from one run."""
MEASURED = 2.0
"""Film seconds over which a run has to be measured."""
REMEMBERED = 256
"""Ways of making films whose cost is remembered."""


FULL_HD = (1.0 + DECODING) * 1920 * 1080 * 30 / 1e6
"""The work of an ordinary film."""


def films_at_once(cost: float, cores: int) -> int:
    """Ordinary films that so many cores encode as fast as they are watched, at a cost of so many core seconds for a million
    pixels; one at least.
    """
    return max(1, int(cores / (cost * FULL_HD)))


def work(film: VideoFacts, made: EncodeVideo) -> float:
    """Millions of pixels to be decoded and encoded for a second of film; the former count less."""
    decoded = film.width * film.height * film.rate[0] / film.rate[1]
    encoded = made.width * made.height * float(made.rate)
    return (DECODING * decoded + encoded) / 1e6


@dataclass(slots=True)
class RunCost:
    """One run's. `hardware` says that its time counts, not its CPU alone. `speed` is how many film seconds it makes per
    second beside the others; 0 while that cannot be said.
    """

    hardware: bool = False
    speed: float = 0.0
    _cpu: float | None = None
    _film: float = 0.0
    _at: float = 0.0

    def restart(self) -> None:
        """It was held: what lies before counts no more."""
        self._cpu = None

    def reached(self, film: float, cpu: float, *, cores: int, working: int, now: float) -> float | None:
        """It has come so many film seconds far by so many seconds of CPU, beside other working encoders: cores that it
        costs for as long as it goes on like that; None while that cannot be said.
        """
        if self._cpu is None:
            self._cpu, self._film, self._at = cpu, film, now
            return None
        made = film - self._film
        if made < MEASURED:
            return None
        self.speed = made / max(now - self._at, 1e-3)
        share = cores * (now - self._at) / max(1, working) if self.hardware else 0.0
        return max(cpu - self._cpu, share) / made


@dataclass(slots=True)
class Costs:
    """What has been learned. A cost is that of a run which takes its time, unless it is made in haste always. `assumed` are
    the core seconds for a million pixels that a test took; None without one.
    """

    assumed: float | None = None

    _films: dict[Hashable, tuple[float, bool]] = field(default_factory=dict)
    _usual: float | None = None

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return self._usual is not None

    def learn(self, what: Hashable, work: float, cost: float, *, quick: bool, hasty: bool) -> None:
        """A run has cost so much. It was a `quick` one, of something that is always made in haste or not (`hasty`)."""
        exact = quick == hasty
        if not exact:
            if self._films.get(what, (0.0, False))[1]:
                return
            cost *= TAKES_ITS_TIME
        self._films.pop(what, None)
        self._films[what] = (cost, exact)
        if len(self._films) > REMEMBERED:
            del self._films[next(iter(self._films))]
        unhurried = cost * TAKES_ITS_TIME if hasty else cost
        usual = unhurried / work
        self._usual = usual if self._usual is None else self._usual + LEARNS * (usual - self._usual)

    def of(self, what: Hashable, work: float, *, hasty: bool) -> float | None:
        """Cores that it costs to make this as fast as it is watched; None while nothing at all is known."""
        if what in self._films:
            return self._films[what][0]
        return _of(self._usual, work, hasty=hasty)

    def expected(self, what: Hashable, work: float, *, hasty: bool) -> float | None:
        """The same, by what is assumed while nothing at all is known."""
        known = self.of(what, work, hasty=hasty)
        return _of(self.assumed, work, hasty=hasty) if known is None else known


def _of(usual: float | None, work: float, *, hasty: bool) -> float | None:
    return None if usual is None else usual * work / (TAKES_ITS_TIME if hasty else 1.0)

"""Who may begin to encode a picture, and who waits in line for it.

    asks ──▶ in line ──there is room, and nobody before wants it──▶ encodes ──made, silent, left──▶ forgotten
                │
                └──left──▶ forgotten

Contract. The box has so many cores for encoding, or its owner has said how many films at once. An empty box takes
whatever comes. The line is in the order of asking, with a head start by role, and for those who have watched before and
come back. Who costs less may pass those for whom there is not enough room, until one of these has waited for long.
An offer is kept for a while, though what was measured meanwhile says that there is no room: whoever begins takes it.
Nothing here ever ends an encoder: who plays goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from controller.core.throttle import BUILT, HOLD_AHEAD
from protocol.values import Role

HEAD_START: dict[Role, float] = {"owner": 600.0, "member": 300.0, "guest": 0.0}
"""Seconds by which somebody counts as having asked earlier."""
CAME_BACK = 900.0
"""The same for somebody who watched the film already, and was silent for so long that the place went to others."""
PATIENT = 300.0
"""Seconds that somebody lets others pass who cost less."""
LONGEST_LINE = 64
"""As many may wait; who comes then is told to come again."""
FORGOTTEN = 60.0
"""Seconds without a line after which a new one is news again."""
KEPT = 10.0
"""Seconds for which somebody may take up an offer that is made no more."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Capacity:
    """`cores` for encoding, or at `most` so many encoders, if the owner has said so."""

    cores: float
    most: int | None = None

    def has_room(self, costs: Collection[float], cost: float) -> bool:
        """Whether one more fits beside these."""
        if not costs:
            return True
        if self.most is not None:
            return len(costs) < self.most
        return sum(costs) + cost <= self.cores + ROUNDING


@dataclass(frozen=True, slots=True)
class Place:
    """One who encodes: cores that it costs, and seconds until it is through; None when nobody can know."""

    cost: float
    left: float | None


@dataclass(frozen=True, slots=True)
class Asker:
    """One who waits, since a time: `lasts` is how long the encoder will be needed then, None when nobody can know; `promised`,
    that this was offered to them lately.
    """

    cost: float
    since: float
    role: Role
    came_back: bool = False
    lasts: float | None = None
    promised: bool = False

    @property
    def turn(self) -> float:
        """Whose is less comes first."""
        return self.since - HEAD_START[self.role] - (CAME_BACK if self.came_back else 0.0)


@dataclass(slots=True)
class Promises:
    """What was offered to whom lately, as what could begin at once."""

    _until: dict[tuple[Hashable, Hashable], float] = field(default_factory=dict)

    def make(self, who: Hashable, what: Hashable, now: float) -> None:
        """It is offered to them now."""
        self._until.pop((who, what), None)
        self._until[who, what] = now + KEPT
        while self._until[oldest := next(iter(self._until))] <= now:
            del self._until[oldest]

    def hold(self, who: Hashable, what: Hashable, now: float) -> bool:
        """Whether it was offered to them lately, and nobody has begun since."""
        return self._until.get((who, what), now) > now

    def void(self) -> None:
        """Somebody begins: the room that was offered is theirs."""
        self._until.clear()


@dataclass(slots=True)
class Overload:
    """Whether people are to be told that there is a line."""

    _last: float = float("-inf")

    def is_news(self, now: float, *, waiting: bool) -> bool:
        """Somebody waits, or nobody does; the former is news when it has not been so for a while."""
        if not waiting:
            return False
        before, self._last = self._last, now
        return now - before >= FORGOTTEN


def granted(places: Collection[Place], line: Sequence[Asker], capacity: Capacity, now: float) -> list[int]:
    """Which of a line in the order of its turns may begin now, by their index in it."""
    costs, found, passing = [place.cost for place in places], list[int](), True
    for index, asker in enumerate(line):
        if (passing and capacity.has_room(costs, asker.cost)) or (asker.promised and not found):
            costs.append(asker.cost)
            found.append(index)
        elif now - asker.since >= PATIENT:
            passing = False
    return found


def may_pass(line: Sequence[Asker], now: float) -> bool:
    """Whether those who wait would let somebody pass who costs less."""
    return all(now - asker.since < PATIENT for asker in line)


def estimates(places: Collection[Place], line: Sequence[Asker], capacity: Capacity) -> list[float | None]:
    """Seconds until each of a line may begin, if all goes as it does now; None when nobody can know.

    It is played through: places become free one after the other, and the line takes them in its order.
    """
    unknown, found, at = float("inf"), list[float | None](), 0.0
    ends = [(unknown if place.left is None else place.left, place.cost) for place in places]
    heapify(ends)
    for asker in line:
        while not capacity.has_room([cost for _, cost in ends], asker.cost):
            at = max(at, heappop(ends)[0])
        found.append(None if at == unknown else at)
        heappush(ends, (unknown if asker.lasts is None else at + asker.lasts, asker.cost))
    return found


def in_haste(film: float, ahead: float) -> float:
    """How much of so much film that is left to make is made in haste, by a run that has begun like that."""
    part = max(0.0, BUILT - ahead)
    return part if film - part >= BUILT else film


def time_left(film: float, ahead: float, speed: float, rate: float) -> float | None:
    """Seconds until an encoder is through that has so much film left to make, with so much ahead of its viewer: it makes
    `speed` film seconds per second until it is held, and then as many as are watched (`rate`, 0 while nobody does).
    """
    if film <= 0:
        return 0.0
    if speed <= 0:
        return None
    if speed <= rate:
        return film / speed
    full = max(0.0, HOLD_AHEAD - ahead) / (speed - rate)
    if speed * full >= film:
        return film / speed
    return full + (film - speed * full) / rate if rate > 0 else None

"""Fair turns in a queue that several people add to: nobody's tenth wish comes before somebody's first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from controller.core.queue_memory import QueuedItem


def turn(coming: Iterable[QueuedItem], person: str) -> int:
    """How many of the items that are to come go before one more of this person's.

    Everybody's first item is in the first round, the second in the second; within a round, who came first is first.
    What belongs to nobody in particular is in the first round.
    """
    rounds: Counter[str] = Counter()
    own = 1 + sum(item.person == person for item in coming)
    before = 0
    for index, item in enumerate(coming, start=1):
        round_ = 1
        if item.person is not None:
            rounds[item.person] += 1
            round_ = rounds[item.person]
        if round_ <= own:
            before = index
    return before

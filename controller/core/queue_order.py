"""The shuffled order of a queue: the way that was taken, and what is still to come.

    walk:  a  b  c  d  e        ahead:  k  f  m
                 ▲ at                   mixed; each comes once in a round
           ◄── back   on ──► first along the walk, then into what is ahead

Contract. Going on and then back leads along the same way, also over the end of a round. Nothing is taken from
`ahead` twice; when it is empty and everything is repeated, a new round is dealt, which does not begin with what was
last. Chance comes from `seed` alone: the same seed and the same calls give the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from random import Random

from controller.core.queue_memory import ShuffleMemory

REMEMBERED = 1_000
"""Steps back that are remembered."""


class Shuffle:
    """Ids only. `at` is the index in `walk` of the present one, or, while none is present, of the one before its gap."""

    def __init__(self, seed: str) -> None:
        self._seed, self._draws = seed, 0
        self._walk: list[str] = []
        self._ahead: list[str] = []
        self._at = -1
        self._here = False

    @classmethod
    def restore(cls, memory: ShuffleMemory, ids: Collection[str], current_id: str | None) -> Shuffle:
        """The order that was kept; what it says of unknown ids is dropped."""
        order = cls(memory.seed)
        order._take_up(memory, here=current_id is not None)
        order.remove({*memory.walk, *memory.ahead}.difference(ids))
        if current_id is not None:
            order.take(current_id)
        return order

    def _take_up(self, memory: ShuffleMemory, *, here: bool) -> None:
        self._draws = memory.draws
        self._walk, self._ahead = list(memory.walk), list(dict.fromkeys(memory.ahead))
        self._at = min(max(memory.at, -1), len(self._walk) - 1)
        self._here = here and self._at >= 0

    @property
    def memory(self) -> ShuffleMemory:
        """All of it."""
        return ShuffleMemory(self._seed, self._draws, tuple(self._walk), self._at, tuple(self._ahead))

    @property
    def previous(self) -> str | None:
        """One step back."""
        index = self._at - self._here
        return self._walk[index] if index >= 0 else None

    @property
    def played(self) -> list[str]:
        """What was taken and does not come again in this round, oldest first; without the present one."""
        behind = self._at + (not self._here)
        coming = {*self._walk[behind:], *self._ahead}
        return [id_ for id_ in dict.fromkeys(self._walk[:behind]) if id_ not in coming]

    def next(self, ids: Sequence[str], *, again: bool) -> str | None:
        """One step on, of all `ids`; at the end of the round the first of a new one, if it goes on `again`."""
        if self._at + 1 < len(self._walk):
            return self._walk[self._at + 1]
        if self._ahead:
            return self._ahead[0]
        return self._first(ids) if again and ids else None

    def go(self, id_: str, ids: Sequence[str], *, again: bool, back: bool) -> None:
        """Make it the present one: a step back, a step on, or a leap."""
        if back and id_ == self.previous:
            self._at -= self._here
        elif id_ == self.next(ids, again=again):
            self._step(ids)
        else:
            self.take(id_)
        self._here = True
        if (forgotten := self._at - REMEMBERED) > 0:
            del self._walk[:forgotten]
            self._at -= forgotten

    def take(self, id_: str) -> None:
        """Put it in after the present one, wherever it was to come, and make it the present one if it is not already."""
        if self._here and self._walk[self._at] == id_:
            return
        coming = [each for each in self._walk[self._at + 1 :] if each != id_]
        self._walk[self._at + 1 :] = [id_, *coming]
        self._at += 1
        self._here = True
        if id_ in self._ahead:
            self._ahead.remove(id_)

    def add(self, ids: Iterable[str], *, soon: bool = False) -> None:
        """New ones come at once, as they are, if it is to be `soon`; otherwise mixed among what is ahead."""
        if soon:
            self._walk[self._at + 1 : self._at + 1] = ids
        else:
            self._mix_in(ids, self._chance())

    def remove(self, ids: Collection[str]) -> None:
        """Forget them."""
        if not ids:
            return
        passed = self._walk[: self._at + 1]
        self._here = self._here and self._walk[self._at] not in ids
        self._walk = [id_ for id_ in self._walk if id_ not in ids]
        self._ahead = [id_ for id_ in self._ahead if id_ not in ids]
        self._at -= sum(id_ in ids for id_ in passed)

    def _step(self, ids: Sequence[str]) -> None:
        if self._at + 1 == len(self._walk):
            if not self._ahead:
                self._deal(ids)
            self._walk.append(self._ahead.pop(0))
        self._at += 1

    def _first(self, ids: Sequence[str]) -> str:
        index = Random(f"{self._seed}/{self._draws}").randrange(len(ids))  # noqa: S311  # decides no secret
        last = self._walk[self._at] if self._at >= 0 else None
        return ids[index] if ids[index] != last else ids[index - 1]

    def _deal(self, ids: Sequence[str]) -> None:
        first = self._first(ids)
        self._mix_in((id_ for id_ in ids if id_ != first), self._chance())
        self._ahead.insert(0, first)

    def _chance(self) -> Random:
        """Another one every time."""
        self._draws += 1
        return Random(f"{self._seed}/{self._draws}")  # noqa: S311  # decides no secret

    def _mix_in(self, ids: Iterable[str], chance: Random) -> None:
        for id_ in ids:
            self._ahead.insert(int(chance.random() * (len(self._ahead) + 1)), id_)

"""Whatever is done to a queue, by however many at once: no id twice, one present item at most, nothing lost, nothing forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from controller.core.queue import ClientQueue
from protocol.errors import ItemNotFound, VersionConflict
from protocol.values import Repeat
from tests.core.making import modest
from tests.core.queueing import item

WHERE = st.one_of(st.sampled_from(["next", "end"]), st.integers(0, 12))
REPEATS: list[Repeat] = ["off", "one", "all"]


class QueueMachine(RuleBasedStateMachine):
    """Beside the queue: its ids in a plain list in which a removed present item leaves a hole (None)."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.made, self.version = ClientQueue(), 0, 0
        self.there: list[str | None] = [None]
        """The present item, or the hole in its place, is at `place`; before anything was present, a hole comes first."""
        self.place = 0
        self.repeat: Repeat = "off"
        self.before: list[list[str]] = []
        """The ids as they were before each edit that can be undone."""
        self.last: Sequence[str] = ()
        """The ids as they were one step ago."""

    @property
    def ids(self) -> list[str]:
        return [id_ for id_ in self.there if id_ is not None]

    def edited(self, there: list[str | None], place: int) -> None:
        self.before.append(self.ids)
        self.there, self.place = there, place
        self.version += 1

    @rule(count=st.integers(1, 3), at=WHERE)
    def add(self, count: int, at: int | str) -> None:
        new = [f"i{self.made + number}" for number in range(count)]
        self.made += count
        self.queue.add([item(id_) for id_ in new], at)  # type: ignore[arg-type]  # drawn from both kinds
        present, before = self.there[self.place], self.ids[: self.ids_before()]
        after = self.ids[len(before) + (present is not None) :]
        if at == "next":
            after = new + after
        elif isinstance(at, str) or at > len(before):
            index = len(after) if isinstance(at, str) else at - len(before) - (present is not None)
            after[index:index] = new
        elif present is not None or at < len(before):
            before[at:at] = new
        else:
            after = new + after
        self.edited([*before, present, *after], len(before))

    def ids_before(self) -> int:
        return sum(id_ is not None for id_ in self.there[: self.place])

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sets(st.sampled_from([*self.ids, "gone"]), max_size=3))
        self.queue.remove(chosen)
        before = [id_ for id_ in self.there[: self.place] if id_ not in chosen]
        present = self.there[self.place]
        after = [id_ for id_ in self.there[self.place + 1 :] if id_ not in chosen]
        if not chosen.isdisjoint(self.ids):
            self.edited([*before, None if present in chosen else present, *after], len(before))

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(self.ids))
        others: list[str | None] = [None, *(each for each in self.ids if each != id_)]
        before_id = data.draw(st.sampled_from(others))
        self.queue.move(id_, before_id)
        present = self.there[self.place]
        hole = object()
        marked: list[object] = [hole if each is None else each for each in self.there if each != id_]
        marked.insert(marked.index(before_id) if before_id else len(marked), id_)
        moved = [None if each is hole else str(each) for each in marked]
        if [each for each in moved if each] != self.ids:
            self.edited(moved, moved.index(present))

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        self.go(data.draw(st.sampled_from(self.ids)))

    @precondition(lambda self: self.queue.next)
    @rule()
    def go_on(self) -> None:
        assert self.queue.next
        self.go(self.queue.next.id)

    @precondition(lambda self: self.queue.previous)
    @rule()
    def go_back(self) -> None:
        assert self.queue.previous
        self.go(self.queue.previous.id)

    def go(self, id_: str) -> None:
        assert self.queue.jump(id_).id == id_
        self.version += 1
        self.there = list(self.ids)
        self.place = self.there.index(id_)

    @rule(repeat=st.sampled_from(REPEATS))
    def set_mode(self, repeat: Repeat) -> None:
        self.queue.set_mode(repeat, shuffle=False, seed="s")
        self.version += repeat != self.repeat
        self.repeat = repeat

    @rule()
    def undo(self) -> None:
        """The list is as it was before the last edit. Where the gap is then, the other tests tell."""
        if not self.before:
            with pytest.raises(ItemNotFound):
                self.queue.undo()
            return
        self.queue.undo()
        self.version += 1
        ids: list[str | None] = [*self.before.pop()]
        present, place = self.queue.current, self.queue.memory.place
        self.there = ids if present else [*ids[: place + 1], None, *ids[place + 1 :]]
        self.place = place if present else place + 1

    @rule()
    def be_kept_and_restored(self) -> None:
        memory = self.queue.memory
        self.queue = ClientQueue.restore(memory)
        assert self.queue.memory == memory
        self.before = []

    @invariant()
    def it_is_as_the_list_has_it(self) -> None:
        assert [each.id for each in self.queue.items] == self.ids
        assert self.queue.version == self.version
        before, after = self.there[: self.place], self.there[self.place + 1 :]
        first, last = (self.ids[0], self.ids[-1]) if self.ids and self.repeat == "all" else (None, None)
        expected = (before[-1] if before else last, self.there[self.place], after[0] if after else first)
        found = (self.queue.previous, self.queue.current, self.queue.next)
        assert tuple(each.id if each else None for each in found) == expected

    @invariant()
    def what_it_says_to_be_alike_is(self) -> None:
        last, now = self.last, self.queue.ids
        head, tail = self.queue.alike(last)
        assert head + tail <= min(len(last), len(now))
        assert list(now[:head]) == list(last[:head])
        assert list(now[len(now) - tail :]) == list(last[len(last) - tail :])
        assert self.queue.alike(now) == (len(now), 0)
        self.last = now


@dataclass(frozen=True)
class Done:
    """An edit that was acknowledged."""

    by: str
    came: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


class MergeMachine(RuleBasedStateMachine):
    """Two people edit one queue, each on a version that may be old, while it plays, shuffled or not."""

    people = st.sampled_from(["ann", "bob"])

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.made = ClientQueue(), 0
        self.there: set[str] = set()
        self.done: list[Done] = []
        self.version = -1
        self.seen: object = None

    def someone(self, data: st.DataObject) -> str:
        """An item that is there, or was, or never was."""
        return data.draw(st.sampled_from([*sorted(self.there), *(f"i{number}" for number in range(self.made)), "no"]))

    def note(self, done: Done) -> None:
        self.done.append(done)
        self.there = (self.there - done.gone) | done.came

    @rule(by=people, count=st.integers(1, 3), at=WHERE, age=st.integers(0, 5))
    def add(self, by: str, count: int, at: int | str, age: int) -> None:
        new = [f"i{self.made + number}" for number in range(count)]
        self.made += count
        version = max(self.queue.version - age, 0)
        self.queue.add([item(id_) for id_ in new], at, version=version, by=by)  # type: ignore[arg-type]  # as drawn
        self.note(Done(by, came=frozenset(new)))

    @rule(by=people, data=st.data(), age=st.integers(0, 5))
    def remove(self, by: str, data: st.DataObject, age: int) -> None:
        chosen = {self.someone(data), self.someone(data)}
        self.queue.remove(chosen, version=max(self.queue.version - age, 0), by=by)
        self.note(Done(by, gone=frozenset(chosen & self.there)))

    @rule(by=people, data=st.data(), age=st.integers(0, 5))
    def move(self, by: str, data: st.DataObject, age: int) -> None:
        id_, before_id = self.someone(data), data.draw(st.one_of(st.none(), st.just(self.someone(data))))
        before, version = self.queue.version, max(self.queue.version - age, 0)
        if {id_, before_id or id_} <= self.there:
            self.queue.move(id_, before_id, version=version, by=by)
        else:
            with pytest.raises(VersionConflict if version < before else ItemNotFound):
                self.queue.move(id_, before_id, version=version, by=by)
            assert self.queue.version == before

    @precondition(lambda self: len(self.there) > 3)
    @rule(by=people, age=st.integers(0, 2), whole=st.booleans())
    def clear_or_replace(self, by: str, age: int, whole: bool) -> None:
        version = max(self.queue.version - age, 0)
        if version < self.queue.version:
            for refused in (self.queue.clear, lambda **made: self.queue.replace([], **made)):
                with pytest.raises(VersionConflict):
                    refused(version=version, by=by)
        elif whole:
            self.queue.clear(version=version, by=by)
            self.note(Done(by, gone=frozenset(self.there)))
        else:
            new = f"i{self.made}"
            self.made += 1
            self.queue.replace([item(new)], new, version=version, by=by)
            self.note(Done(by, frozenset({new}), frozenset(self.there)))

    @rule(by=st.one_of(st.none(), people))
    def undo(self, by: str | None) -> None:
        """Takes one of somebody's edits back, and nothing else."""
        try:
            self.queue.undo(by=by)
        except ItemNotFound:
            return
        now = {each.id for each in self.queue.items}
        possible = [(self.there - each.came) | each.gone for each in self.done if by in {None, each.by}]
        assert now in [*possible, self.there]
        self.there = now

    @rule(on=st.booleans(), repeat=st.sampled_from(REPEATS), seed=st.text(max_size=2))
    def set_mode(self, on: bool, repeat: Repeat, seed: str) -> None:
        self.queue.set_mode(repeat, shuffle=on, seed=seed)
        assert (self.queue.shuffle, self.queue.repeat) == (on, repeat)

    @precondition(lambda self: self.there)
    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.there)))
        assert self.queue.jump(id_) == self.queue.current == item(id_)

    @rule(steps=st.integers(1, 6))
    def go_on_and_back_the_same_way(self, steps: int) -> None:
        way = [self.queue.current] if self.queue.current else []
        while len(way) <= steps and (entry := self.queue.next):
            way.append(self.queue.jump(entry.id))
        for expected in way[-2::-1]:
            assert self.queue.previous == expected
            self.queue.jump(expected.id, back=True)

    @rule()
    def play_everything_that_is_ahead_once(self) -> None:
        if self.queue.shuffle and self.queue.repeat == "off":
            ahead = list(self.queue.memory.shuffle.ahead if self.queue.memory.shuffle else ())
            played = []
            while entry := self.queue.after_end():
                played.append(self.queue.jump(entry.id).id)
            assert played[len(played) - len(ahead) :] == ahead
            assert len(set(ahead)) == len(ahead)

    @rule()
    def be_kept_and_restored(self) -> None:
        memory = self.queue.memory
        self.queue, self.done = ClientQueue.restore(memory), []
        assert self.queue.memory == memory

    @invariant()
    def nothing_is_lost_and_nothing_is_twice(self) -> None:
        found = [each.id for each in self.queue.items]
        assert len(found) == len(set(found))
        assert set(found) == self.there

    @invariant()
    def its_version_grows_with_every_change(self) -> None:
        seen = (self.queue.items, self.queue.current, self.queue.repeat, self.queue.shuffle)
        assert self.queue.version > self.version if seen != self.seen else self.queue.version >= self.version
        self.version, self.seen = self.queue.version, seen

    @invariant()
    def what_is_around_is_there(self) -> None:
        queue = self.queue
        for entry in (queue.previous, queue.current, queue.next, queue.after_end()):
            assert entry is None or entry in queue.items

    @invariant()
    def with_everything_repeated_something_always_comes(self) -> None:
        assert self.queue.repeat != "all" or not self.there or self.queue.after_end()


QueueMachine.TestCase.settings = modest(examples=15, steps=20)
MergeMachine.TestCase.settings = modest(examples=12, steps=25)
TestQueue = QueueMachine.TestCase
TestMerging = MergeMachine.TestCase

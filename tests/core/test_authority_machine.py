"""Authority under Hypothesis and on a walk of 10,000 steps: people who ask, answer and vanish, a daemon that crashes."""

from __future__ import annotations

import random
from collections.abc import Callable

from controller.core.authority_state import Party
from tests.core.authority_life import PEOPLE, WAITS, AuthorityMachine
from tests.core.making import modest

STEPS = 10_000

AuthorityMachine.TestCase.settings = modest(examples=20, steps=30)
TestAuthority = AuthorityMachine.TestCase


def steps_of(machine: AuthorityMachine, dice: random.Random) -> list[Callable[[], None]]:
    """What may happen next, each as often as it is likely."""

    def who() -> Party:
        return dice.choice(PEOPLE)

    def which() -> int:
        return dice.choice((0, 0, 0, 1, 1, 2, 3))

    def coin() -> bool:
        return dice.random() < 0.5

    def rarely() -> bool:
        return dice.random() < 0.1

    def mostly() -> bool:
        return dice.random() < 0.8

    return [
        *18 * [lambda: machine.ask(who(), coin(), rarely(), rarely(), rarely())],
        *4 * [lambda: machine.answer(who(), which(), coin(), coin())],
        *10 * [lambda: machine.answer_rightly(which(), mostly(), mostly())],
        *10 * [lambda: machine.show(which(), mostly())],
        *6 * [lambda: machine.wait(dice.choice(WAITS))],
        *2 * [lambda: machine.play(mostly())],
        *3 * [lambda: machine.item_ends(coin())],
        machine.screen_goes_empty,
        *4 * [lambda: machine.cancel(who(), which())],
        lambda: machine.release(who(), dice.randrange(-1, 3)),
        lambda: machine.away(who()),
        lambda: machine.gone(who()),
        *2 * [machine.holder_leaves],
        lambda: machine.crash(coin()),
    ]


def test_ten_thousand_steps_never_bring_two_holders_a_falling_lease_or_an_endless_contest() -> None:
    machine, dice = AuthorityMachine(), random.Random(17)
    steps = steps_of(machine, dice)
    for _ in range(STEPS):
        dice.choice(steps)()
        machine.look()
    seen = machine.seen
    assert min(seen[state] for state in ("Free", "Held", "Contested", "Promised", "HandingOver")) > STEPS / 100, seen
    assert min(seen[end] for end in ("granted", "refused", "expired", "cancelled", "failed")) > STEPS / 250, seen
    assert min(seen[event] for event in ("restart", "away", "gone", "deadline")) > STEPS / 100, seen
    assert len(machine.reigns) > 300
    assert sum(machine.passes(who, lease) for lease, who in machine.reigns) == bool(machine.reign)

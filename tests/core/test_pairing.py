"""A pairing code lives ten minutes, lets one device in, and does not survive guessing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from controller.core.pairing import ALPHABET, LENGTH, LIFETIME, TRIES, PairingDesk, written
from protocol.errors import PairingFailed
from protocol.values import Role
from tests.core.making import modest

letters = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)
roles: st.SearchStrategy[Role] = st.sampled_from(["owner", "member", "guest"])


def refused(desk: PairingDesk, attempt: str, now: float) -> PairingFailed:
    with pytest.raises(PairingFailed) as caught:
        desk.redeem(attempt, now)
    return caught.value


def test_the_alphabet_has_no_letters_that_are_misread() -> None:
    assert not set(ALPHABET) & set("01OILU")
    assert len(set(ALPHABET)) == len(ALPHABET) == 30
    assert ALPHABET.upper() == ALPHABET


def test_a_code_is_written_in_two_groups_of_four() -> None:
    assert written("7F3K9QXM") == "7F3K-9QXM"
    assert PairingDesk().issue("7F3K9QXM", "member", 0.0).code == "7F3K-9QXM"


@given(text=letters, role=roles)
@modest(15)
def test_a_code_gives_its_role_once(text: str, role: Role) -> None:
    desk = PairingDesk()
    code = desk.issue(text, role, 100.0)
    assert desk.redeem(code.code, 101.0) == role
    refused(desk, code.code, 102.0)
    assert desk.living == 0


@pytest.mark.parametrize("attempt", ["7f3k-9qxm", "7F3K9QXM", " 7F3K 9QXM\n", "7-F-3-K-9-Q-X-M", "7F3K–9QXM"])
def test_a_code_is_read_whatever_its_case_dashes_and_spaces(attempt: str) -> None:
    desk = PairingDesk()
    desk.issue("7F3K9QXM", "guest", 0.0)
    assert desk.redeem(attempt, 1.0) == "guest"


@pytest.mark.parametrize(
    "attempt", ["", "7F3K-9QX", "7F3K-9QXMM", "7F3K-9QXN", "\x00", "７Ｆ３Ｋ９ＱＸＭ", "\ud800", "x" * 100_000]
)
def test_anything_else_is_refused_and_told_what_to_do(attempt: str) -> None:
    desk = PairingDesk()
    desk.issue("7F3K9QXM", "guest", 0.0)
    assert refused(desk, attempt, 1.0).hint == "`matinee pair` on the box shows a new code."
    assert desk.living == 1


def test_a_code_dies_after_ten_minutes() -> None:
    desk = PairingDesk()
    assert desk.issue("7F3K9QXM", "member", 100.0).expires == 100.0 + LIFETIME
    desk.issue("22222222", "guest", 101.0)
    refused(desk, "7F3K-9QXM", 100.0 + LIFETIME)
    assert desk.redeem("2222-2222", 100.0 + LIFETIME) == "guest"


def test_four_wrong_tries_are_forgiven_and_the_fifth_takes_every_code_away() -> None:
    desk = PairingDesk()
    desk.issue("7F3K9QXM", "member", 0.0)
    desk.issue("22222222", "guest", 0.0)
    for _ in range(TRIES - 1):
        refused(desk, "3333-3333", 1.0)
    assert desk.living == 2
    refused(desk, "3333-3333", 1.0)
    assert desk.living == 0
    refused(desk, "7F3K-9QXM", 1.0)
    refused(desk, "2222-2222", 1.0)


def test_a_code_issued_among_living_ones_does_not_give_more_tries() -> None:
    desk = PairingDesk()
    desk.issue("7F3K9QXM", "member", 0.0)
    for _ in range(TRIES - 1):
        refused(desk, "3333-3333", 1.0)
    desk.issue("22222222", "guest", 2.0)
    refused(desk, "3333-3333", 3.0)
    assert desk.living == 0


def test_a_code_issued_when_none_is_left_has_five_tries_of_its_own() -> None:
    desk = PairingDesk()
    desk.issue("7F3K9QXM", "member", 0.0)
    for _ in range(TRIES):
        refused(desk, "3333-3333", 1.0)
    desk.issue("22222222", "guest", 2.0)
    for _ in range(TRIES - 1):
        refused(desk, "3333-3333", 3.0)
    assert desk.redeem("2222-2222", 4.0) == "guest"


class PairingMachine(RuleBasedStateMachine):
    """Beside the machine: the living codes, and how many tries were wrong since there were none."""

    def __init__(self) -> None:
        super().__init__()
        self.desk, self.now, self.wrong = PairingDesk(), 0.0, 0
        self.codes: dict[str, tuple[Role, float]] = {}

    def expire(self) -> None:
        self.codes = {code: entry for code, entry in self.codes.items() if self.now < entry[1]}

    @rule(text=letters, role=roles)
    def issue(self, text: str, role: Role) -> None:
        self.expire()
        if not self.codes:
            self.wrong = 0
        if written(text) not in self.codes:
            self.desk.issue(text, role, self.now)
            self.codes[written(text)] = (role, self.now + LIFETIME)

    @rule(data=st.data())
    def redeem(self, data: st.DataObject) -> None:
        self.expire()
        if self.codes:
            code = data.draw(st.sampled_from(sorted(self.codes)))
            assert self.desk.redeem(code, self.now) == self.codes.pop(code)[0]

    @rule(attempt=st.one_of(st.text("27FKx -–\x00", max_size=12), letters))
    def guess(self, attempt: str) -> None:
        self.expire()
        if written(attempt) not in self.codes:
            refused(self.desk, attempt, self.now)
            self.wrong += 1
            if self.wrong >= TRIES:
                self.codes = {}

    @rule(seconds=st.sampled_from([1.0, 300.0, 599.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def nobody_has_more_than_five_tries_at_living_codes(self) -> None:
        assert self.desk.living >= len([entry for entry in self.codes.values() if self.now < entry[1]])
        assert not self.codes or self.wrong < TRIES


PairingMachine.TestCase.settings = modest(examples=15, steps=25)
TestPairing = PairingMachine.TestCase

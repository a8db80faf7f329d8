"""The same promises, kept by the machine's randomness and by the one that repeats itself."""

from __future__ import annotations

import re

import pytest

from controller.adapters.chance import SystemSecrets
from controller.ports import Secrets
from tests.fakes.chance import FakeSecrets


@pytest.fixture(params=[SystemSecrets, FakeSecrets])
def secrets(request: pytest.FixtureRequest) -> Secrets:
    made: Secrets = request.param()
    return made


def test_a_token_is_256_bits_as_url_safe_text(secrets: Secrets) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secrets.token())


def test_an_identity_begins_with_a_letter(secrets: Secrets) -> None:
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{16}", secrets.identity()) for _ in range(200))


def test_no_two_are_alike(secrets: Secrets) -> None:
    assert len({secrets.token() for _ in range(500)} | {secrets.identity() for _ in range(500)}) == 1_000


def test_letters_are_of_the_alphabet_and_as_many_as_asked(secrets: Secrets) -> None:
    for count in (0, 1, 8, 100):
        found = secrets.letters("ABC9", count)
        assert len(found) == count
        assert set(found) <= set("ABC9")
    assert set(secrets.letters("ABC9", 1_000)) == set("ABC9")


def test_the_fake_is_the_same_in_every_run() -> None:
    assert FakeSecrets().token() == FakeSecrets().token()
    assert FakeSecrets("other").token() != FakeSecrets().token()

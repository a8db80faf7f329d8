"""The table of permissions: it names every command, and says the same as the commands do."""

from __future__ import annotations

from typing import get_args

import pytest

from protocol import permissions
from protocol.commands import COMMANDS
from protocol.permissions import PERMISSIONS, SUGGESTED, TABLE, TOPICS, Permission, Word
from protocol.values import OWN_TOPICS, SuggestionKind, Topic


def test_the_table_names_every_command_once() -> None:
    lines = [line.split()[0] for line in TABLE.strip().splitlines()[1:] if line]
    assert sorted(lines) == sorted(COMMANDS)
    assert list(PERMISSIONS) == lines


@pytest.mark.parametrize("method", COMMANDS)
def test_a_command_is_for_the_roles_that_the_table_names(method: str) -> None:
    assert COMMANDS[method].roles == PERMISSIONS[method].roles


@pytest.mark.parametrize("word", get_args(Word))
def test_every_word_is_explained_and_used(word: str) -> None:
    assert f"`{word}`" in (permissions.__doc__ or "")
    assert any(word in row for row in PERMISSIONS.values())


def test_nobody_may_less_than_a_guest_and_nobody_more_than_an_owner() -> None:
    for row in PERMISSIONS.values():
        assert (row.owner != "no") >= (row.member != "no") >= (row.guest != "no")


def test_roles_are_those_that_are_not_refused() -> None:
    assert Permission("yes", "own", "no").roles == {"owner", "member"}
    assert PERMISSIONS["revoke_device"].roles == {"owner"}


def test_every_topic_is_in_the_table_and_ones_own_are_for_everybody() -> None:
    assert set(TOPICS) == set(get_args(Topic))
    assert all(TOPICS[topic].roles == {"owner", "member", "guest"} for topic in OWN_TOPICS)


def test_what_can_be_suggested_is_suggested_instead_of_some_command() -> None:
    assert set(SUGGESTED) <= set(COMMANDS)
    assert {kind for kinds in SUGGESTED.values() for kind in kinds} == set(get_args(SuggestionKind))

"""Commands that suggest what the screen should do, to whoever commands it, and that answer such suggestions."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from protocol.commands.base import Command
from protocol.results import Done, Suggested, Suggestion
from protocol.values import ItemRef, Label, SuggestionKind

WITH_ITEM: frozenset[SuggestionKind] = frozenset({"play", "add"})


class Suggest(Command):
    """Suggests something to who holds the screen and to the owners, who have 30 s to answer; events tell the end.

    `play` and `add` name an item, the others none. The same again answers the one that is open.

    Raises: forbidden (nobody is here who could say yes), item_not_found, not_playable, screen_unavailable,
    rate_limited (3 at a time, 10 a minute).
    """

    method, result = "suggest", Suggested

    kind: SuggestionKind
    item: ItemRef | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.item is not None) != (self.kind in WITH_ITEM):
            raise ValueError("play and add name an item, the others none")
        return self


class AnswerSuggestion(Command):
    """The answer of who holds the screen, or of an owner. An accepted one is carried out when this is answered.

    Raises: suggestion_not_found, forbidden, and what carrying it out does.
    """

    method, result = "answer_suggestion", Done

    suggestion_id: Label
    accept: bool


class WithdrawSuggestion(Command):
    """Takes my own suggestion back, until it is answered. Raises: suggestion_not_found, forbidden."""

    method, result = "withdraw_suggestion", Done

    suggestion_id: Label


class GetSuggestions(Command):
    """Lists what is open: my own, and what I may answer."""

    method, result = "get_suggestions", list[Suggestion]


COMMANDS: tuple[type[Command], ...] = (Suggest, AnswerSuggestion, WithdrawSuggestion, GetSuggestions)

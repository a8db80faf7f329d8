"""Handlers of what is suggested to whoever commands the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from controller.services.context import Connection, Services
from protocol.commands import Command
from protocol.commands.suggestions import AnswerSuggestion, GetSuggestions, Suggest, WithdrawSuggestion
from protocol.results import Done, Suggested, Suggestion


async def suggest(services: Services, connection: Connection, command: Suggest) -> Suggested:
    """Would they please."""
    return await services.suggestions.suggest(connection.me, command)


async def answer_suggestion(services: Services, connection: Connection, command: AnswerSuggestion) -> Done:
    """Yes, or no."""
    await services.suggestions.answer(connection.me, command.suggestion_id, accept=command.accept)
    return Done()


async def withdraw_suggestion(services: Services, connection: Connection, command: WithdrawSuggestion) -> Done:
    """Never mind."""
    services.suggestions.withdraw(connection.me, command.suggestion_id)
    return Done()


async def get_suggestions(services: Services, connection: Connection, _command: GetSuggestions) -> list[Suggestion]:
    """What is open."""
    return services.suggestions.open_for(connection.me)


HANDLERS: dict[type[Command], Callable[..., Awaitable[object]]] = {
    Suggest: suggest,
    AnswerSuggestion: answer_suggestion,
    WithdrawSuggestion: withdraw_suggestion,
    GetSuggestions: get_suggestions,
}

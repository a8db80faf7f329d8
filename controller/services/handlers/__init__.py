"""What each command does, one module per family; every handler is short and holds no rule of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from controller.services.context import Connection, Services
from controller.services.handlers import authority, browse, hls, queue, screen, session, status, suggestions
from protocol.commands import Command

Handler = Callable[[Services, Connection, Any], Awaitable[object]]

HANDLERS: dict[type[Command], Handler] = {
    **session.HANDLERS,
    **hls.HANDLERS,
    **queue.HANDLERS,
    **authority.HANDLERS,
    **screen.HANDLERS,
    **suggestions.HANDLERS,
    **status.HANDLERS,
    **browse.HANDLERS,
}
